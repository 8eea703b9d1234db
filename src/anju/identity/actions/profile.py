"""What a person chooses for the own log-in: greeting and look."""

from __future__ import annotations

from datetime import datetime

from anju.identity.actions.activity import note_activity
from anju.identity.models import Login
from anju.identity.passwords import postponement
from anju.identity.types import Browser
from anju.kernel.text import clean_text

LONGEST_GREETING = 30


def set_greeting(login_id: int, greeting: str, *, at: datetime, browser: Browser | None = None) -> str:
    """The own greeting (预留信息), shown after the password and before the code; empty takes it away."""
    text = clean_text(greeting, LONGEST_GREETING, "greeting")
    Login.objects.filter(login_id=login_id).update(greeting=text)
    note_activity(login_id, "greeting", "修改了预留信息" if text else "取消了预留信息", at=at, browser=browser)
    return text


def postpone_password(login_id: int, *, at: datetime) -> None:
    """«以后再说»: a member is not reminded of an old password for a while. It spares nobody who must change it."""
    Login.objects.filter(login_id=login_id).update(password_peace_until=at + postponement(at.date()))


def set_look(login_id: int, *, elder: bool, theme: str = "") -> None:
    """Remember 长辈版 and the colours for the next browser."""
    Login.objects.filter(login_id=login_id).update(elder=elder, theme=theme[:10])
