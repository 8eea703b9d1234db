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
DEFAULT_IDLE_SECONDS = 15 * 60


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
    """From the cookies; what a person keeps in the account holds where no cookie says otherwise."""
    principal = getattr(request, "principal", None)
    mode, theme = request.COOKIES.get(MODE_COOKIE, ""), request.COOKIES.get(THEME_COOKIE, "")
    if mode not in MODES:
        mode = "elder" if getattr(principal, "elder", False) else "normal"
    if theme not in THEMES:
        kept = getattr(principal, "theme", "")
        theme = kept if kept in THEMES else "auto"
    return Look(mode=mode, theme=theme)


def _idle_seconds(principal: Any) -> int:
    """How long the session lives without an act; 0 when nobody is logged in."""
    if getattr(principal, "actor", None) is None:
        return 0
    return int(getattr(principal, "idle_seconds", 0)) or DEFAULT_IDLE_SECONDS


def _role_text(principal: Any) -> str:
    return str(getattr(getattr(principal, "role", None), "zh", ""))


def look(request: HttpRequest) -> dict[str, Any]:
    principal = getattr(request, "principal", None)
    return {
        "look": look_of(request),
        "principal": principal,
        "is_known": getattr(principal, "actor", None) is not None,
        "who_name": getattr(principal, "name", ""),
        "who_role": _role_text(principal),
        "idle_seconds": _idle_seconds(principal),
        "centre": centre(),
        "site_host": host(),
        "is_demo": bool(getattr(settings, "ANJU_DEMO", False)),
        "demo_sms_url": getattr(settings, "ANJU_SMS_URL", ""),
    }
