"""Reading what proposals for money in suspense rest on, and what share of receipts needed no hand.

A fixed number of statements, however many items: payers, registered accounts, names, months, single people's sums,
debts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from anju.contributions.numbers import numbers_in
from anju.contributions.proposals import Evidence, KnownPayer, Money, Owed, Payable, Proposal, propose
from anju.contributions.proposals.near import near_numbers, plain_name
from anju.contributions.types import BANK_TOOK_BACK, RemittanceState, SuspenseSeen, SuspenseState
from anju.database.sql import row, rows
from anju.kernel.month import Month
from anju.parties import queries as parties

LOOK_BACK = timedelta(days=92)
"""How far back payments made twice are looked for."""
MOST_MONTHS = 5000

# Months an account paid: matched at once, or allocated from suspense by a treasurer.
_PAYERS = """
SELECT payer_digest, unit_id, count(DISTINCT remittance_id) AS months FROM (
    SELECT payer_digest, unit_id, remittance_id FROM remittance
     WHERE centre_id = %(centre)s AND payer_digest = ANY(%(payers)s)
    UNION ALL
    SELECT s.payer_digest, r.unit_id, r.remittance_id FROM suspense s
      JOIN suspense_move m ON m.centre_id = s.centre_id AND m.suspense_id = s.suspense_id AND m.kind = 3
      JOIN remittance r ON r.centre_id = m.centre_id AND r.remittance_id = m.remittance_id AND r.state = 4
     WHERE s.centre_id = %(centre)s AND s.payer_digest = ANY(%(payers)s)
) p GROUP BY payer_digest, unit_id ORDER BY unit_id
"""
_MONTHS = """
WITH wanted AS (
    SELECT remittance_id FROM remittance WHERE centre_id = %(centre)s AND state IN (1, 2)
       AND (unit_id = ANY(%(units)s) OR total_fen = ANY(%(fens)s))
    UNION
    SELECT remittance_id FROM remittance WHERE centre_id = %(centre)s AND number = ANY(%(numbers)s) AND state <> 5
    UNION
    SELECT remittance_id FROM remittance WHERE centre_id = %(centre)s AND remittance_id = ANY(%(remittances)s)
       AND state <> 5
    UNION
    SELECT remittance_id FROM remittance WHERE centre_id = %(centre)s AND unit_id = ANY(%(units)s)
       AND state IN (3, 4) AND total_fen = ANY(%(fens)s) AND month >= %(since_month)s
     LIMIT %(most)s
)
SELECT r.remittance_id, r.unit_id, r.month, r.number, r.state, r.headcount, r.total_fen, r.payer_digest, r.problem,
       coalesce(r.value_on, r.matched_at::date) AS paid_on, w.fen AS waiting_fen
  FROM remittance r JOIN wanted USING (remittance_id)
  LEFT JOIN LATERAL (SELECT coalesce(sum(o.open_fen), 0)::bigint AS fen FROM suspense o
                      WHERE o.centre_id = r.centre_id AND o.remittance_id = r.remittance_id AND NOT o.owed
                        AND o.state = 2) w ON true
 WHERE r.centre_id = %(centre)s ORDER BY r.month, r.remittance_id
"""
_LINES = """
SELECT remittance_id, array_agg(DISTINCT own_fen + unit_fen) AS fens FROM remittance_line
 WHERE remittance_id = ANY(%(months)s) AND centre_id = %(centre)s AND own_fen + unit_fen = ANY(%(gaps)s)
 GROUP BY remittance_id
"""
_OWED = """
SELECT suspense_id, unit_id, open_fen FROM suspense
 WHERE centre_id = %(centre)s AND owed AND state = 1 AND unit_id = ANY(%(units)s) ORDER BY suspense_id
"""


@dataclass(frozen=True)
class MatchedShare:
    """Receipts of a time: how many there were, how many a rule matched untouched, how many await or needed a hand."""

    receipts: int
    untouched: int

    @property
    def percent(self) -> int:
        """Rounded down, so that nothing is called better than it is; of no receipts, 100."""
        return self.untouched * 100 // self.receipts if self.receipts else 100


def proposals(centre_id: int, items: Sequence[SuspenseSeen]) -> dict[int, tuple[Proposal, ...]]:
    """Proposals for those of the items that lie open, best first. An item that is being dealt with has none."""
    open_items = [one for one in items if one.state is SuspenseState.OPEN and not one.owed and not one.refunding_fen]
    money = [_money(one) for one in open_items if one.open_fen]
    if not money:
        return {}
    likely = {one.remittance_id for one in open_items if one.remittance_id is not None}
    return propose(money, evidence(centre_id, money, remittance_ids=likely))


def certain_month(centre_id: int, money: Money) -> int | None:
    """The month this money is certainly meant for, by the strict rule of decision 0026; None in any doubt."""
    best = next(iter(propose([money], evidence(centre_id, [money]))[money.suspense_id]), None)
    return best.targets[0] if best is not None and best.certain else None


def matched_share(centre_id: int, *, since: date) -> MatchedShare:
    """How many receipts since a day were matched without a hand (J10: 98 of 100)."""
    found = row(
        "SELECT count(*) AS receipts, count(*) FILTER (WHERE how = 1) AS untouched FROM ("
        " SELECT 1 AS how FROM remittance WHERE centre_id = %(centre)s AND receipt_id IS NOT NULL"
        "  AND value_on >= %(since)s"
        " UNION ALL SELECT CASE WHEN s.reason IN ('not_approved', 'completes') AND NOT EXISTS (SELECT 1"
        "  FROM suspense_move m WHERE m.centre_id = s.centre_id AND m.suspense_id = s.suspense_id"
        "  AND m.person_id IS NOT NULL) THEN 1 ELSE 2 END FROM suspense s"
        "  WHERE s.centre_id = %(centre)s AND NOT s.owed AND s.value_on >= %(since)s AND s.state <> 4) r",
        {"centre": centre_id, "since": since},
    )
    assert found is not None
    return MatchedShare(found["receipts"], found["untouched"])


def evidence(centre_id: int, money: Sequence[Money], *, remittance_ids: Iterable[int] = ()) -> Evidence:
    """What is known about some money, read at once."""
    digests = sorted({item.payer for item in money if item.payer is not None})
    payers = _payers(centre_id, digests)
    plain = sorted({plain_name(item.payer_name) for item in money if item.payer_name})
    known = {payer.unit_id for units in payers.values() for payer in units}
    known |= {item.unit_id for item in money if item.unit_id is not None}
    named = parties.units_named(centre_id, plain, sorted(known))
    since = min(item.value_on for item in money) - LOOK_BACK
    found = rows(
        _MONTHS,
        {"centre": centre_id, "units": sorted(named), "fens": sorted({item.fen for item in money}),
         "numbers": sorted({number for item in money for number in _numbers(item.summary)}),
         "remittances": sorted(remittance_ids), "since_month": Month.of(since).number, "most": MOST_MONTHS},
    )  # fmt: skip
    strangers = sorted({line["unit_id"] for line in found} - set(named))
    names = named | (parties.units_named(centre_id, (), strangers) if strangers else {})
    months = tuple(_payable(line, names) for line in found)
    owed = rows(_OWED, {"centre": centre_id, "units": sorted(names)})
    return Evidence(
        months=months, payers=payers, names=names, lines=_lines(centre_id, months, money),
        owed=tuple(Owed(line["suspense_id"], line["unit_id"], line["open_fen"]) for line in owed),
    )  # fmt: skip


def _numbers(summary: str) -> set[str]:
    return {*numbers_in(summary), *near_numbers(summary)}


def _money(item: SuspenseSeen) -> Money:
    return Money(
        item.suspense_id, item.open_fen, item.value_on, item.summary, item.payer_name, item.payer_digest,
        item.payer_tail, item.unit_id,
    )  # fmt: skip


def _payable(line: dict[str, Any], names: dict[int, tuple[str, ...]]) -> Payable:
    state = RemittanceState(line["state"])
    paid = state in (RemittanceState.MATCHED, RemittanceState.POSTED)
    return Payable(
        remittance_id=line["remittance_id"], unit_id=line["unit_id"], unit_name=names[line["unit_id"]][0],
        month=Month.from_number(line["month"]), number=line["number"], headcount=line["headcount"],
        total_fen=line["total_fen"], missing_fen=0 if paid else max(line["total_fen"] - line["waiting_fen"], 0),
        approved=state is RemittanceState.CONFIRMED, paid_on=line["paid_on"] if paid else None,
        payer=bytes(line["payer_digest"]) if line["payer_digest"] else None,
        taken_back=not paid and line["problem"] == BANK_TOOK_BACK,
        problem="" if paid or line["problem"] == BANK_TOOK_BACK else line["problem"],
    )  # fmt: skip


def _payers(centre_id: int, digests: list[bytes]) -> dict[bytes, tuple[KnownPayer, ...]]:
    """Units by the account they pay from: what they registered, and what they paid from before."""
    if not digests:
        return {}
    found: dict[bytes, dict[int, KnownPayer]] = {one: {} for one in digests}
    for account, unit_ids in parties.units_by_bank_digest(centre_id, digests).items():
        found[account] = {unit_id: KnownPayer(unit_id, registered=True) for unit_id in unit_ids}
    for line in rows(_PAYERS, {"centre": centre_id, "payers": digests}):
        units, unit_id = found[bytes(line["payer_digest"])], line["unit_id"]
        units[unit_id] = replace(units.get(unit_id, KnownPayer(unit_id)), months=line["months"])
    return {account: tuple(units[unit_id] for unit_id in sorted(units)) for account, units in found.items()}


def _lines(centre_id: int, months: Sequence[Payable], money: Sequence[Money]) -> dict[int, frozenset[int]]:
    """Where money falls short of a month by exactly what one person of it pays."""
    open_months = [month for month in months if month.open]
    gaps = {
        month.missing_fen - item.fen for month in open_months for item in money
        if 0 < month.missing_fen - item.fen < month.total_fen
    }  # fmt: skip
    if not gaps:
        return {}
    found = rows(
        _LINES, {"centre": centre_id, "months": [one.remittance_id for one in open_months], "gaps": sorted(gaps)}
    )
    return {line["remittance_id"]: frozenset(line["fens"]) for line in found}
