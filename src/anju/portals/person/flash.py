"""What a page says once after a redirect: the progress code of a case just filed. Signed, for two minutes, this host.

The code is shown once and kept nowhere else; the cookie is out of reach of scripts and is taken back when read.
"""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "__Host-anju-once"
SALT = "anju.portals.person.flash"
SECONDS = 120


def put_submitted(response: HttpResponse, *, draft_id: int, case_id: int, code: str) -> None:
    """Say on the next page that this case was filed."""
    content = signing.dumps({"draft": draft_id, "case": case_id, "code": code}, salt=SALT)
    response.set_cookie(COOKIE, content, max_age=SECONDS, path="/", secure=True, httponly=True, samesite="Lax")


def _content(request: HttpRequest) -> dict[str, Any]:
    try:
        found: dict[str, Any] = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return {}
    return found


def just_filed(request: HttpRequest, case_id: int) -> str | None:
    """The progress code of this case if it was filed a moment ago, or None."""
    content = _content(request)
    return str(content["code"]) if content.get("case") == case_id else None


def was_submitted(request: HttpRequest, draft_id: int) -> bool:
    """Whether this draft was filed from this browser a moment ago."""
    return bool(_content(request).get("draft") == draft_id)


def forget(response: HttpResponse) -> None:
    """Said once."""
    response.set_cookie(COOKIE, "", max_age=0, path="/", secure=True, httponly=True, samesite="Lax")
