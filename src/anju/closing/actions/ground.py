"""What every act of closing stands on: the offices that may do it, two natural persons, a new run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from anju.audit.actions import record
from anju.closing.queries import live_run
from anju.closing.queries import run as read_run
from anju.closing.store import write_steps
from anju.closing.types import Run, RunKind, StepKind
from anju.database.sql import execute, row
from anju.identity.types import Role
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

RUNS = frozenset({Role.ACCOUNTANT.value})
SIGNS = frozenset({Role.ACCOUNTANT.value, Role.TREASURER.value})
LONGEST = 400


def accountant(actor: Actor) -> int:
    """The person id of whoever keeps the books; refuses everybody else (403)."""
    if actor.role not in RUNS or actor.person_id is None:
        raise Refusal("closing.not_accountant", "结账由会计人员办理：请由会计岗登录后办理。", status=403)
    return actor.person_id


def signer(actor: Actor, *others: int | None) -> int:
    """The person id of whoever signs: an accountant or a treasurer, and none of those who did the work (403)."""
    if actor.role not in SIGNS or actor.person_id is None:
        raise Refusal("closing.not_signer", "结账由会计或资金人员签署：请由有权的人登录后签署。", status=403)
    if actor.person_id in others:
        raise Refusal(
            "closing.four_eyes", "您办理过这次结账，不能自己签署：请由另一位会计或资金人员签署。", status=403
        )
    return actor.person_id


def words(text: str, *, field: str, what: str) -> str:
    """Words for the record: neither empty nor too long."""
    said = text.strip()
    if not 1 <= len(said) <= LONGEST:
        raise Refusal("closing.words", f"请写明{what}，不超过 {LONGEST} 个字。", field=field)
    return said


def turn(centre_id: int) -> None:
    """One start of a run at a time in a centre; held until the transaction ends."""
    execute("SELECT pg_advisory_xact_lock(hashtext('closing start'), %s::integer)", [centre_id])


def refuse_second(centre_id: int, kind: RunKind) -> None:
    """Refuse a second run beside one that is neither signed nor taken back (409)."""
    other = live_run(centre_id, kind)
    if other is not None:
        raise Refusal(
            "closing.one_at_a_time", f"{other.title}的{kind.zh}{other.state.zh}：请先办完这一次，再开始下一次。",
            status=409,
        )  # fmt: skip


def new_run(
    centre_id: int, kind: RunKind, first: date, last: date, steps: Iterable[StepKind], *, actor: Actor, at: datetime
) -> Run:
    """A run with its steps, none of them done."""
    made = row(
        "INSERT INTO closing_run (centre_id, kind, first_on, last_on, state, started_at, started_by_person_id)"
        " VALUES (%s, %s, %s, %s, 1, %s, %s) RETURNING run_id",
        [centre_id, int(kind), first, last, at, actor.person_id],
    )
    assert made is not None
    write_steps(centre_id, made["run_id"], steps)
    record(
        "closing.start", actor=actor, at=at, subject="closing_run", subject_id=made["run_id"],
        details={"kind": int(kind), "first": str(first), "last": str(last)},
    )  # fmt: skip
    return read_run(centre_id, made["run_id"])
