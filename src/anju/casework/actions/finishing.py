"""What the outside world does to a case 办理中: it is done, it goes on, or it came to nothing. For wiring only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from anju.casework import store
from anju.casework.actions.deciding import deliver
from anju.casework.lifecycle import Act, possible
from anju.casework.rulebook import book
from anju.casework.types import CaseState
from anju.kernel.actor import Actor


@transaction.atomic
def note(case_id: int, *, title: str, text: str = "", at: datetime) -> None:
    """One more step in the timeline (付款指令已发银行), for a case 办理中 or done; nothing for any other."""
    case = store.read(case_id)
    if possible(Act.NOTE, CaseState(case.state)):
        store.move(case, Act.NOTE, actor=_machine(case.centre_id), by=store.MACHINE_BY, at=at, title=title, text=text)


@transaction.atomic
def complete(case_id: int, *, text: str, at: datetime, result: Mapping[str, Any] | None = None) -> bool:
    """The effect is complete: 已办好, 办结. A case that is closed already stays as it is, and the answer is False."""
    case = store.read(case_id)
    if case.state == CaseState.CLOSED:
        return False
    deliver(case, text=text, actor=_machine(case.centre_id), at=at, result={**case.result, **(result or {})})
    return True


@transaction.atomic
def end_without_effect(case_id: int, *, title: str, text: str, at: datetime) -> None:
    """What was granted could not be done (the bank returned the money): the case ends and says what to do now.

    A case already 办结 (the bank took the money back days later) gets the news as one more step.
    """
    case = store.read(case_id)
    if case.state == CaseState.CLOSED:
        note(case_id, title=title, text=text, at=at)
        return
    store.move(
        case, Act.END_WITHOUT_EFFECT, actor=_machine(case.centre_id), by=store.MACHINE_BY, at=at, title=title,
        text=text, result={**case.result, "ended_without_effect": True},
    )  # fmt: skip


def _machine(centre_id: int) -> Actor:
    return Actor.machine(centre_id, book().release)
