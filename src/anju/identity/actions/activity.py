"""Writing the activity log (账户动态)."""

from __future__ import annotations

from datetime import datetime

from anju.identity.models import Activity, Session
from anju.identity.types import Browser


def note_activity(
    login_id: int, kind: str, text: str, *, at: datetime, browser: Browser | None = None
) -> int:
    """Write one line its owner will read; in the caller's transaction. No full name, number, phone or card in it."""
    session = Session.objects.filter(session_id=browser.session_id).first() if browser else None
    line = Activity.objects.create(
        login_id=login_id, at=at, kind=kind, text=text[:200], place=session.place if session else "",
        device=session.device if session else "", session_id=session.session_id if session else None,
    )  # fmt: skip
    return int(line.activity_id)
