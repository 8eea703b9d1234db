"""Examples of interest. Each is computed by daily products and by the cumulative index, which must agree."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from anju.kernel.money import Money
from anju.policy.examples.inputs import Inputs
from anju.policy.examples.shapes import shape
from anju.policy.formulas.interest import (
    Interest,
    Movement,
    RateChange,
    RateSegment,
    accrue,
    basis_points,
    index_interest,
    index_interest_at_rate,
    index_rows,
    rate_on,
)

_MODES = ("rate_change", "mode", "rate_rule")
_KNOWN = dict.fromkeys(_MODES, " ".join(RateChange))


def _interest(given: Inputs) -> dict[str, Any]:
    start, end = given.day("from"), given.day("to_exclusive", "closed_on")
    movements = [Movement(one.day("date"), one.fen("amount", signed=True)) for one in given.inputs("movements")]
    rates = [RateSegment(one.day("from"), one.decimal("annual_rate")) for one in given.inputs("segments")]
    if not rates:
        rates = [RateSegment(start, given.decimal("annual_rate"))]
    mode = RateChange(given.text(*_MODES, default=RateChange.SEGMENT.value))
    interest = accrue(
        given.fen("opening_balance"),
        start=start,
        end=end,
        movements=movements,
        rates=sorted(rates, key=lambda rate: rate.starts_on),
        day_base=given.integer("day_base", least=1),
        rate_change=mode,
    )
    _assert_index_agrees(interest, given, start, end, movements, sorted(rates, key=lambda rate: rate.starts_on), mode)
    return _answers(interest, (end - start).days)


def _answers(interest: Interest, days: int) -> dict[str, Any]:
    closing = Money(interest.closing_fen)
    with_interest = closing + Money(interest.interest_fen)
    return {
        "days": days,
        "product_sum": Decimal(interest.product_sum).scaleb(-2),
        "interest": Money(interest.interest_fen),
        "closing_before_interest": closing,
        "closing_after_interest": with_interest,
        "paid_out": with_interest,
        "payout": with_interest,
    }


def _assert_index_agrees(
    interest: Interest,
    given: Inputs,
    start: date,
    end: date,
    movements: list[Movement],
    rates: list[RateSegment],
    mode: RateChange,
) -> None:
    at_settlement = mode is RateChange.RATE_ON_SETTLEMENT_DAY
    if any(rate.annual_rate * 10_000 % 1 for rate in rates):
        return
    assert all(basis_points(rate.annual_rate) >= 0 for rate in rates)
    index = dict(index_rows(rates, first=start, last=end, days_only=at_settlement))
    weighted = given.fen("opening_balance") * index[start] + sum(one.fen * index[one.on] for one in movements)
    day_base = given.integer("day_base")
    if at_settlement:
        rate = rate_on(rates, max(day for day in index if day < end))
        exact = index_interest_at_rate(
            interest.closing_fen, weighted, days_at_end=index[end], annual_rate=rate, day_base=day_base
        )
    else:
        exact = index_interest(interest.closing_fen, weighted, index_at_end=index[end], day_base=day_base)
    assert exact == interest.exact_fen, "the two ways of computing interest disagree"


SHAPES = tuple(
    shape(
        f"opening_balance from {end} {rate} day_base",
        _interest,
        optional=" ".join(("movements", *_MODES)),
        where=_KNOWN,
    )
    for end in ("to_exclusive", "closed_on")
    for rate in ("annual_rate", "segments")
)
