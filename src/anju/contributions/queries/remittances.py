"""Reads of remittances: one, a unit's list, a month's lines, the payment notice, what a member's line came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from anju.contributions.ground import unknown_remittance
from anju.contributions.queries.units import due_date, unit_of
from anju.contributions.types import (
    Arrears,
    MonthSeen,
    PaymentNotice,
    RemittanceLineSeen,
    RemittanceSeen,
    RemittanceState,
)
from anju.database.sql import row, rows
from anju.kernel.money import fen_in_words
from anju.kernel.month import Month, months_between
from anju.kernel.refusal import Refusal
from anju.parties.types import UnitFacts
from anju.treasury import queries as treasury

_COLUMNS = """
centre_id, remittance_id, unit_id, month, number, state, headcount, own_fen, unit_fen, total_fen, clamped, due_on,
declared_at, declared_by_person_id, approved_by_person_id, approved_at, matched_at, posted_at, voucher_id, case_id,
problem, cancel_reason
"""
_UNFINISHED = (RemittanceState.AWAITING_APPROVAL, RemittanceState.CONFIRMED, RemittanceState.MATCHED)


def seen(found: dict[str, Any]) -> RemittanceSeen:
    """A row as others see it."""
    return RemittanceSeen(
        **found | {"month": Month.from_number(found["month"]), "state": RemittanceState(found["state"])}
    )


def remittance(centre_id: int, remittance_id: int, *, unit_id: int | None = None) -> RemittanceSeen:
    """One remittance; with `unit_id` only that unit's. A foreign or missing one is refused alike (404)."""
    found = row(
        f"SELECT {_COLUMNS} FROM remittance WHERE centre_id = %(centre)s AND remittance_id = %(id)s"  # noqa: S608  (constants)
        " AND (%(unit)s::bigint IS NULL OR unit_id = %(unit)s)",
        {"centre": centre_id, "id": remittance_id, "unit": unit_id},
    )
    if found is None:
        raise unknown_remittance()
    return seen(found)


def remittances(
    centre_id: int, unit_id: int, *, limit: int = 24, before: Month | None = None, cancelled: bool = False
) -> list[RemittanceSeen]:
    """A unit's remittances, the latest month first."""
    found = rows(
        f"SELECT {_COLUMNS} FROM remittance WHERE centre_id = %(centre)s AND unit_id = %(unit)s"  # noqa: S608  (constants)
        " AND (%(before)s::integer IS NULL OR month < %(before)s) AND (%(cancelled)s OR state <> 5)"
        " ORDER BY month DESC, remittance_id DESC LIMIT %(limit)s",
        {"centre": centre_id, "unit": unit_id, "before": before.number if before else None, "limit": limit,
         "cancelled": cancelled},
    )  # fmt: skip
    return [seen(one) for one in found]


@dataclass(frozen=True)
class Standing:
    """Where a unit stands: its open months, the last posted one before them, the last month declared at all."""

    open: tuple[RemittanceSeen, ...]
    last: RemittanceSeen | None
    returned: RemittanceSeen | None
    newest: Month | None

    @property
    def current(self) -> RemittanceSeen | None:
        """The oldest month that is declared and not posted: it comes before everything else."""
        return self.open[0] if self.open else None


_STANDING = f"""
WITH mine AS MATERIALIZED (
    SELECT {_COLUMNS} FROM remittance WHERE centre_id = %(centre)s AND unit_id = %(unit)s
), facts AS (
    SELECT max(month) FILTER (WHERE state <> 5) AS newest, min(month) FILTER (WHERE state IN (1, 2, 3)) AS first_open
      FROM mine
)
SELECT mine.*, facts.newest FROM mine, facts
 WHERE state IN (1, 2, 3)
    OR remittance_id = (SELECT remittance_id FROM mine WHERE state = 4 AND month < coalesce(first_open, 999999)
                         ORDER BY month DESC LIMIT 1)
    OR remittance_id = (SELECT max(remittance_id) FROM mine WHERE state = 5 AND month > coalesce(newest, 0))
 ORDER BY month, remittance_id
"""  # noqa: S608  (constants of this module)


def standing(centre_id: int, unit_id: int) -> Standing:
    """What is open, what was last, what was taken back, in one statement."""
    found = rows(_STANDING, {"centre": centre_id, "unit": unit_id})
    newest = Month.from_number(found[0]["newest"]) if found and found[0]["newest"] else None
    all_seen = [seen({name: value for name, value in line.items() if name != "newest"}) for line in found]
    by_state = {state: [one for one in all_seen if one.state is state] for state in RemittanceState}
    return Standing(
        open=tuple(one for one in all_seen if one.state in _UNFINISHED),
        last=next(iter(by_state[RemittanceState.POSTED]), None),
        returned=next(iter(by_state[RemittanceState.CANCELLED]), None), newest=newest,
    )  # fmt: skip


def unpaid_remittances(centre_id: int, *, today: date, limit: int = 100) -> list[RemittanceSeen]:
    """For the desk: declared months past their due date whose money has not come, the oldest first."""
    found = rows(
        f"SELECT {_COLUMNS} FROM remittance WHERE centre_id = %s AND state IN (1, 2) AND due_on < %s"  # noqa: S608  (constants)
        " ORDER BY due_on, remittance_id LIMIT %s",
        [centre_id, today, limit],
    )
    return [seen(one) for one in found]


def lines(centre_id: int, remittance_id: int, *, after: int = 0, limit: int = 100) -> list[RemittanceLineSeen]:
    """Lines of a frozen list by account number, from the one after `after` on."""
    found = rows(
        "SELECT account_id, base_fen, unit_ratio, person_ratio, own_fen, unit_fen FROM remittance_line"
        " WHERE remittance_id = %s AND centre_id = %s AND account_id > %s ORDER BY account_id LIMIT %s",
        [remittance_id, centre_id, after, limit],
    )
    return [RemittanceLineSeen(**one) for one in found]


def line_of(account_id: int, remittance_id: int) -> RemittanceLineSeen | None:
    """What one person's month was computed from, for the movement's detail page; `source_id` of a movement."""
    found = row(
        "SELECT account_id, base_fen, unit_ratio, person_ratio, own_fen, unit_fen FROM remittance_line"
        " WHERE account_id = %s AND remittance_id = %s",
        [account_id, remittance_id],
    )
    return RemittanceLineSeen(**found) if found else None


def payment_notice(centre_id: int, remittance_id: int, *, unit_id: int | None = None) -> PaymentNotice:
    """To which account, how much, with which words; refused unless the list is confirmed."""
    month = remittance(centre_id, remittance_id, unit_id=unit_id)
    if month.state in (RemittanceState.AWAITING_APPROVAL, RemittanceState.CANCELLED):
        raise Refusal("remittance_not_confirmed", f"这份汇缴书现在是“{month.state.zh}”，还不能缴款。", status=409)
    accounts = treasury.bank_accounts(centre_id)
    if not accounts:
        raise Refusal("no_bank_account", "中心还没有设置收款账户，请联系中心。", status=409)
    unit = unit_of(centre_id, month.unit_id, month=month.month)
    account = accounts[0]
    return PaymentNotice(
        remittance_id=remittance_id, number=month.number, unit_name=unit.name, month=month.month,
        headcount=month.headcount, own_fen=month.own_fen, unit_fen=month.unit_fen, total_fen=month.total_fen,
        total_in_words=fen_in_words(month.total_fen), due_on=month.due_on, account_name=account.name,
        account_number=account.number, bank_name=account.bank_name,
        summary=f"{month.number} {month.month.zh}公积金",
    )  # fmt: skip


def arrears(centre_id: int, unit_id: int, *, today: date) -> Arrears:
    """Months since the unit's first one whose due date is over and whose money is not on the members' accounts."""
    unit = unit_of(centre_id, unit_id, month=Month.of(today))
    return late_months(unit, standing(centre_id, unit_id), today=today)


def late_months(unit: UnitFacts, stands: Standing, *, today: date) -> Arrears:
    """The same from what is known: months are declared in their order, so all before the newest are posted or open."""
    known = {one.month: one for one in stands.open}
    late = []
    for month in months_between(unit.first_month, Month.of(today)):
        found = known.get(month)
        if found is None and stands.newest is not None and month <= stands.newest:
            continue
        due_on = found.due_on if found else due_date(month, payday=unit.payday)
        if due_on < today and (found is None or found.state is not RemittanceState.MATCHED):
            total = found.total_fen if found else None
            late.append(MonthSeen(month, found.state if found else None, due_on, total, (today - due_on).days))
    return Arrears(tuple(late))
