"""Declaring a month (申报): the list is frozen, its amounts computed in one statement, the payment number given.

Owns the order of months (an unpaid month blocks the next, CON-31) and the unit's own four eyes. What is frozen is
never changed: a declaration is taken back whole, and only while no money has come.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from anju.audit.actions import record
from anju.contributions.actions.settling import settle_if_complete
from anju.contributions.ground import lock_unit, unknown_remittance
from anju.contributions.numbers import payment_number
from anju.contributions.queries.people import normal_accounts, roster_sql, roster_values
from anju.contributions.queries.turn import refuse_out_of_turn
from anju.contributions.queries.units import due_date, rules_of, unit_of
from anju.contributions.types import Declaration, RemittanceDeclared, RemittanceState
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.events import publish
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.kernel.rounding import Rounding
from anju.ledger.actions import enter_gate
from anju.parties.types import UnitFacts

_FREEZE = """
WITH roster AS MATERIALIZED ({roster}), written AS (
    INSERT INTO remittance_line (account_id, remittance_id, centre_id, month, base_fen, unit_ratio, person_ratio,
        unit_fen, own_fen)
    SELECT account_id, %(remittance)s, %(centre)s, %(month)s, base_fen, unit_ratio, person_ratio, unit_fen, own_fen
      FROM roster WHERE base_fen IS NOT NULL ORDER BY account_id
    RETURNING own_fen, unit_fen
)
SELECT (SELECT count(*) FROM roster WHERE base_fen IS NULL) AS without_base,
       (SELECT count(*) FROM roster WHERE clamped) AS clamped,
       (SELECT sha256(coalesce(string_agg(int8send(account_id) || int8send(base_fen) || int8send(own_fen)
               || int8send(unit_fen), '' ORDER BY account_id), '')) FROM roster WHERE base_fen IS NOT NULL) AS digest,
       count(*) AS headcount, coalesce(sum(own_fen), 0)::bigint AS own_fen,
       coalesce(sum(unit_fen), 0)::bigint AS unit_fen
  FROM written
"""

_HEADER = """
INSERT INTO remittance (centre_id, remittance_id, unit_id, month, number, state, headcount, own_fen, unit_fen,
    total_fen, clamped, due_on, declared_at, declared_by_person_id, declared_by_login_id, case_id, matched_at,
    posted_at, lines_digest)
VALUES (%(centre)s, %(remittance)s, %(unit)s, %(month)s, %(number)s, %(state)s, %(headcount)s, %(own_fen)s,
    %(unit_fen)s, %(total)s, %(clamped)s, %(due_on)s, %(at)s, %(person)s, %(login)s, %(case)s, %(empty_at)s,
    %(empty_at)s, %(digest)s)
"""

_SEEN = """
SELECT remittance_id, number, state, headcount, total_fen, due_on FROM remittance
 WHERE centre_id = %s AND unit_id = %s AND month = %s AND state <> %s
"""


@transaction.atomic
def declare_month(
    centre_id: int, unit_id: int, month: Month, *, actor: Actor, at: datetime, case_id: int | None = None,
    expected_total_fen: int | None = None,
) -> Declaration:  # fmt: skip
    """Freeze the unit's list of a month and give its payment number; declaring it again answers the same.

    Refuses a month out of turn, a later month while an earlier one is unpaid, a month that has not begun, people
    without a base, and, with `expected_total_fen`, a list that is no longer the one the agent saw.
    """
    lock_unit(centre_id, unit_id)
    known = row(_SEEN, [centre_id, unit_id, month.number, RemittanceState.CANCELLED])
    if known is not None:
        return Declaration(**known | {"state": RemittanceState(known["state"])}, replayed=True)
    unit = unit_of(centre_id, unit_id, month=month)
    refuse_out_of_turn(unit, month, at=at)
    ids = row("SELECT nextval('remittance_id_seq') AS id, nextval('remittance_number_seq') AS n")
    assert ids is not None
    frozen = _freeze(unit, month, remittance_id=ids["id"])
    total = frozen["own_fen"] + frozen["unit_fen"]
    if expected_total_fen is not None and total != expected_total_fen:
        raise Refusal("list_changed", "名单在您确认期间有变化，金额已重新计算，请核对后再确认。", status=409)
    values = _header(unit, month, ids, frozen, actor=actor, at=at, case_id=case_id)
    execute(_HEADER, values)
    record(
        "contributions.declare_month", actor=actor, at=at, subject="remittance", subject_id=ids["id"],
        unit_id=unit_id, case_id=case_id,
        details={"month": str(month), "headcount": frozen["headcount"], "total_fen": total},
    )  # fmt: skip
    done = Declaration(
        ids["id"], values["number"], RemittanceState(values["state"]), frozen["headcount"], total,
        values["due_on"], replayed=False,
    )  # fmt: skip
    _tell(done, centre_id, unit_id, month, case_id=case_id, at=at)
    return done


def _freeze(unit: UnitFacts, month: Month, *, remittance_id: int) -> dict[str, Any]:
    rounding: Rounding = rules_of(month).rounding
    values = roster_values(
        normal_accounts(unit.unit_id), month=month, unit_ratio=unit.unit_ratio, person_ratio=unit.person_ratio
    )
    frozen = row(
        _FREEZE.format(roster=roster_sql(rounding)),
        values | {"remittance": remittance_id, "centre": unit.centre_id},
    )
    assert frozen is not None
    if frozen["without_base"]:
        raise Refusal(
            "base_missing",
            f"有 {frozen['without_base']} 位职工还没有缴存基数。请先在名单里补上，再申报。",
            status=409,
        )
    return frozen


def _header(
    unit: UnitFacts, month: Month, ids: dict[str, Any], frozen: dict[str, Any], *, actor: Actor, at: datetime,
    case_id: int | None,
) -> dict[str, Any]:  # fmt: skip
    empty = frozen["headcount"] == 0
    state = RemittanceState.POSTED if empty else RemittanceState.CONFIRMED
    if unit.second_approval and not empty:
        state = RemittanceState.AWAITING_APPROVAL
    return {
        "centre": unit.centre_id, "remittance": ids["id"], "unit": unit.unit_id, "month": month.number,
        "number": payment_number(month, ids["n"]), "state": int(state), "headcount": frozen["headcount"],
        "own_fen": frozen["own_fen"], "unit_fen": frozen["unit_fen"],
        "total": frozen["own_fen"] + frozen["unit_fen"], "clamped": frozen["clamped"],
        "due_on": due_date(month, payday=unit.payday), "at": at, "person": actor.person_id,
        "login": actor.login_id, "case": case_id, "empty_at": at if empty else None, "digest": frozen["digest"],
    }  # fmt: skip


def _tell(done: Declaration, centre_id: int, unit_id: int, month: Month, *, case_id: int | None, at: datetime) -> None:
    confirmed = done.state is not RemittanceState.AWAITING_APPROVAL
    publish(
        RemittanceDeclared(
            centre_id,
            done.remittance_id,
            unit_id,
            month,
            done.number,
            done.headcount,
            done.total_fen,
            done.due_on,
            confirmed,
            case_id,
            at,
        )  # fmt: skip
    )


@transaction.atomic
def approve_remittance(centre_id: int, unit_id: int, remittance_id: int, *, actor: Actor, at: datetime) -> None:
    """The unit's second person approves the frozen list; the same person again changes nothing.

    Refuses the person who declared it, a log-in without a proven person, and a list that is not waiting.
    """
    enter_gate(centre_id)
    found = _locked(centre_id, unit_id, remittance_id)
    if found["state"] == RemittanceState.CONFIRMED and found["approved_by_person_id"] == actor.person_id:
        return
    _refuse_not_waiting(found)
    if actor.person_id is None or actor.person_id == found["declared_by_person_id"]:
        raise Refusal("four_eyes", "申报人不能复核自己的申报，请由本单位另一位有权的人复核。", status=403)
    execute(
        "UPDATE remittance SET state = %s, approved_at = %s, approved_by_person_id = %s, approved_by_login_id = %s"
        " WHERE centre_id = %s AND remittance_id = %s",
        [RemittanceState.CONFIRMED, at, actor.person_id, actor.login_id, centre_id, remittance_id],
    )
    record(
        "contributions.approve_remittance", actor=actor, at=at, subject="remittance", subject_id=remittance_id,
        unit_id=unit_id, case_id=found["case_id"], details={"total_fen": found["total_fen"]},
    )  # fmt: skip
    publish(
        RemittanceDeclared(
            centre_id,
            remittance_id,
            unit_id,
            Month.from_number(found["month"]),
            found["number"],
            found["headcount"],
            found["total_fen"],
            found["due_on"],
            True,
            found["case_id"],
            at,
        )  # fmt: skip
    )
    # The money may have come before the approval.
    settle_if_complete(centre_id, remittance_id, at=at)


@transaction.atomic
def cancel_remittance(
    centre_id: int, unit_id: int, remittance_id: int, *, reason: str, actor: Actor, at: datetime
) -> None:
    """Take a declaration back, or, as the second person, send it back; the month can then be declared anew.

    Refuses once money for it has come or waits.
    """
    found = _locked(centre_id, unit_id, remittance_id)
    if found["state"] == RemittanceState.CANCELLED:
        return
    waiting = row(
        "SELECT 1 AS one FROM suspense WHERE centre_id = %s AND remittance_id = %s AND state = 2 LIMIT 1",
        [centre_id, remittance_id],
    )
    # A month whose money the bank took back stays due: later months may stand on it already.
    unpaid = found["state"] in (RemittanceState.AWAITING_APPROVAL, RemittanceState.CONFIRMED)
    if not unpaid or waiting or found["attempt"] > 1:
        raise Refusal(
            "remittance_paid", "这份汇缴书已经收到款项，不能撤回。如金额有误，请联系中心办理更正。", status=409
        )
    execute(
        "UPDATE remittance SET state = %s, cancelled_at = %s, cancel_reason = %s"
        " WHERE centre_id = %s AND remittance_id = %s",
        [RemittanceState.CANCELLED, at, reason, centre_id, remittance_id],
    )
    record(
        "contributions.cancel_remittance", actor=actor, at=at, subject="remittance", subject_id=remittance_id,
        unit_id=unit_id, case_id=found["case_id"], details={"reason": reason},
    )  # fmt: skip


def _refuse_not_waiting(found: dict[str, Any]) -> None:
    if found["state"] != RemittanceState.AWAITING_APPROVAL:
        state = RemittanceState(found["state"]).zh
        raise Refusal("remittance_not_waiting", f"这份汇缴书现在是“{state}”，不需要复核。", status=409)


def _locked(centre_id: int, unit_id: int, remittance_id: int) -> dict[str, Any]:
    found = row(
        "SELECT * FROM remittance WHERE centre_id = %s AND remittance_id = %s AND unit_id = %s FOR UPDATE",
        [centre_id, remittance_id, unit_id],
    )
    if found is None:
        raise unknown_remittance()
    return found
