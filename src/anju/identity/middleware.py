"""One query a request: session, log-in and live mandates. And a fence for unsafe methods from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils.cache import add_never_cache_headers

from anju.identity.http import COOKIE, SAFE_METHODS, address_of, agent_of, forget_key, put_key
from anju.identity.principal import load_principal, nobody
from anju.kernel import clock

_KINDRED = frozenset({"same-origin", "none"})


class PrincipalMiddleware:
    """Sets ``request.principal`` and ``request.at``; carries a new session key to the browser.

    A request with the header ``X-Anju-Poll`` reads the session without setting its idle clock forward.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        at = clock.now()
        request.at = at  # type: ignore[attr-defined]
        key = request.COOKIES.get(COOKIE, "")
        if key and len(key) <= 100:
            principal = load_principal(
                key, at=at, address=address_of(request), agent=agent_of(request),
                touch="X-Anju-Poll" not in request.headers,
            )  # fmt: skip
        else:
            principal = nobody(at)
        request.principal = principal  # type: ignore[attr-defined]
        response = self.get_response(request)
        self._carry_key(request, response, had_key=bool(key))
        if not request.principal.is_anonymous or key:  # type: ignore[attr-defined]
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store"
        return response

    @staticmethod
    def _carry_key(request: HttpRequest, response: HttpResponse, *, had_key: bool) -> None:
        new_key = getattr(request, "new_session_key", None)
        if new_key:
            put_key(response, new_key)
        elif new_key == "" or (had_key and request.principal.timed_out):  # type: ignore[attr-defined]
            forget_key(response)

    def process_view(self, request: HttpRequest, view: Any, args: Any, values: Any) -> HttpResponse | None:
        """Unsafe requests must come from our own pages; a machine's signed call has no browser behind it."""
        if request.method in SAFE_METHODS or getattr(view, "permission", None) == "machine":
            return None
        return None if came_from_here(request) else HttpResponseForbidden("请求不是从本网站的页面发出的。")


def came_from_here(request: HttpRequest) -> bool:
    """By Sec-Fetch-Site and Origin, where the browser sends them; the CSRF token is asked for besides."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in _KINDRED:
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.get_host()
