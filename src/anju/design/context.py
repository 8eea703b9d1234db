"""What every page knows: the reader's look, who acts, the centre, the demo, the time-out.

`look` is the one context processor of the product's pages. It reads two cookies and never the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from anju.design.centre import centre, host

MODE_COOKIE = "anju-mode"
THEME_COOKIE = "anju-theme"
MODES = ("normal", "elder")
THEMES = ("auto", "light", "dark")
MEMBER_IDLE_SECONDS = 15 * 60
STAFF_IDLE_SECONDS = 30 * 60


@dataclass(frozen=True)
class Look:
    """How this reader wants pages: 长辈版 or not, and the colours."""

    mode: str = "normal"
    theme: str = "auto"

    @property
    def is_elder(self) -> bool:
        return self.mode == "elder"

    @property
    def dark_media(self) -> str:
        """The media of dark.css; empty when the reader chose light."""
        return {"dark": "screen", "light": ""}.get(self.theme, "screen and (prefers-color-scheme: dark)")

    @property
    def colour_scheme(self) -> str:
        return {"dark": "dark", "light": "light"}.get(self.theme, "light dark")


def look_of(request: HttpRequest) -> Look:
    """From the cookies; a person's kept wish for 长辈版 holds where no cookie says otherwise."""
    mode, theme = request.COOKIES.get(MODE_COOKIE, ""), request.COOKIES.get(THEME_COOKIE, "")
    if mode not in MODES:
        mode = "elder" if getattr(getattr(request, "principal", None), "elder", False) else "normal"
    return Look(mode=mode, theme=theme if theme in THEMES else "auto")


def _idle_seconds(principal: Any) -> int:
    """How long the session lives without an act; 0 when nobody is logged in."""
    if getattr(principal, "actor", None) is None:
        return 0
    named = getattr(principal, "idle_seconds", None)
    if named is not None:
        return int(named)
    is_member = getattr(principal.actor, "role", "") in ("member", "")
    return MEMBER_IDLE_SECONDS if is_member else STAFF_IDLE_SECONDS


def look(request: HttpRequest) -> dict[str, Any]:
    principal = getattr(request, "principal", None)
    return {
        "look": look_of(request),
        "principal": principal,
        "is_known": getattr(principal, "actor", None) is not None,
        "idle_seconds": _idle_seconds(principal),
        "centre": centre(),
        "site_host": host(),
        "is_demo": bool(getattr(settings, "ANJU_DEMO", False)),
        "demo_sms_url": getattr(settings, "ANJU_SMS_URL", ""),
    }
