"""Between a request and the room's actions: the browser's session row, its cookie, its address."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.utils.http import url_has_allowed_host_and_scheme

from anju.identity.actions.sessions import open_anonymous_session
from anju.identity.principal import Principal, load_principal, nobody
from anju.identity.types import Browser, OpenedSession

COOKIE = "__Host-anju"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
NO_SESSION = 0


def browser(request: HttpRequest) -> Browser:
    """The browser's session. An unsafe request without one gets an anonymous one, because codes are bound to it;
    a GET changes nothing and gets a browser that remembers nothing.
    """
    principal: Principal = request.principal  # type: ignore[attr-defined]
    if principal.browser is not None:
        return principal.browser
    if request.method in SAFE_METHODS:
        return Browser(NO_SESSION, address_of(request), agent_of(request))
    opened = open_anonymous_session(
        address=address_of(request), agent=agent_of(request), at=request.at  # type: ignore[attr-defined]
    )
    adopt(request, opened)
    made: Principal = request.principal  # type: ignore[attr-defined]
    assert made.browser is not None
    return made.browser


def adopt(request: HttpRequest, opened: OpenedSession) -> None:
    """Go on under the new key: the cookie is set with the answer, and the CSRF token changes with it."""
    request.new_session_key = opened.key  # type: ignore[attr-defined]
    request.principal = load_principal(  # type: ignore[attr-defined]
        opened.key, at=request.at, address=address_of(request), agent=agent_of(request)  # type: ignore[attr-defined]
    )
    rotate_token(request)


def forget(request: HttpRequest) -> None:
    """After log-out: the cookie goes, the request goes on as nobody."""
    request.new_session_key = ""  # type: ignore[attr-defined]
    request.principal = nobody(request.at)  # type: ignore[attr-defined]
    rotate_token(request)


def put_key(response: HttpResponse, key: str) -> None:
    """The session cookie: this host only, this path, never to scripts; it ends with the browser."""
    response.set_cookie(COOKIE, key, path="/", secure=True, httponly=True, samesite="Lax")


def forget_key(response: HttpResponse) -> None:
    """Take the cookie back; a __Host- cookie is only taken back with the same attributes."""
    response.set_cookie(COOKIE, "", max_age=0, path="/", secure=True, httponly=True, samesite="Lax")


def address_of(request: HttpRequest) -> str:
    """The network address; behind the installation's own proxies, the one the last of them saw."""
    hops = int(getattr(settings, "ANJU_TRUSTED_PROXIES", 0))
    if hops:
        seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if len(seen) >= hops:
            return seen[-hops][:64]
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def agent_of(request: HttpRequest) -> str:
    """What the browser calls itself, cut short."""
    return request.headers.get("User-Agent", "")[:300]


def safe_next(request: HttpRequest, fallback: str) -> str:
    """Where to go after log-in: the asked address if it is on this host, else the fallback."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    fits = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if fits else fallback
