"""What a half-done step must remember, kept sealed in the browser's session row and nowhere else."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from anju.identity import words
from anju.identity.models import Session
from anju.kernel.refusal import Refusal


def put_pending(session_id: int, step: str, *, at: datetime, **content: Any) -> None:
    """Remember one step; an earlier one of another kind is forgotten."""
    text = json.dumps({"step": step, "at": at.isoformat(), **content}, ensure_ascii=False)
    Session.objects.filter(session_id=session_id, ended_at__isnull=True).update(pending=text)


def read_pending(session_id: int, step: str) -> dict[str, Any] | None:
    """What this step remembers, if the session is in it."""
    session = Session.objects.filter(session_id=session_id, ended_at__isnull=True).only("pending").first()
    if session is None or not session.pending:
        return None
    content: dict[str, Any] = json.loads(str(session.pending))
    return content if content["step"] == step else None


def need_pending(session_id: int, step: str) -> dict[str, Any]:
    """The same, or a Refusal that asks to begin again."""
    found = read_pending(session_id, step)
    if found is None:
        raise Refusal("step_lost", words.STEP_LOST, status=409)
    return found


def drop_pending(session_id: int) -> None:
    """The step is over."""
    Session.objects.filter(session_id=session_id).update(pending=None)
