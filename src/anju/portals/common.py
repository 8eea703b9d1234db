"""What the pages of all portals share: refusals as pages, the actor of a request, keys of forms."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from anju.identity.permissions import NotPermitted
from anju.identity.principal import Principal
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal


def principal_of(request: HttpRequest) -> Principal:
    """Who makes this request."""
    found: Principal = request.principal  # type: ignore[attr-defined]
    return found


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a page that needs a log-in; its permission decorator has made sure there is one."""
    actor = principal_of(request).actor
    assert actor is not None, "a page without a log-in has no actor"
    return actor


def moment_of(request: HttpRequest) -> datetime:
    """The one moment of this request, as the clock gave it."""
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


def form_key(request: HttpRequest) -> str:
    """The key under which this form is sent: kept when it comes back with errors, new otherwise."""
    sent = request.POST.get("key", "")
    return sent if 16 <= len(sent) <= 64 and sent.isascii() else secrets.token_urlsafe(24)


class RefusalMiddleware:
    """A refusal that no form caught becomes a page in its own words, with its own status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """404 stays a plain "not found"; every other refusal says what it is and what to do."""
        if isinstance(error, NotPermitted):
            extra = {"next": "/switch/", "next_label": "切换身份"} if error.capacities else {}
            return _message(request, "这一页您不能看", error.text, status=403, **extra)
        if not isinstance(error, Refusal):
            return None
        if error.status == 404:
            raise Http404(error.text)
        return _message(request, "这一步没有办成", error.text, law=error.law, status=error.status)


def _message(request: HttpRequest, title: str, text: str, *, status: int, **extra: Any) -> HttpResponse:
    return render(request, "anju/message.html", {"title": title, "text": text, **extra}, status=status)
