"""The product table (积数表) of one account and interest year, from its lines and not from the running product.

It takes the longer way on purpose: what is credited by the index can be added up here by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from anju.accounts.queries.close_outs import close_out
from anju.accounts.types import PRODUCT, InterestReceipt, ReceiptPiece
from anju.database.sql import row, rows
from anju.kernel.refusal import Refusal
from anju.kernel.rounding import Rounding, round_fen

# What closed the account counts for nothing: the year ended with it.
_LINES = """
SELECT value_on, sum(credit_fen - debit_fen)::bigint AS fen FROM member_line
 WHERE account_id = %(account)s AND period BETWEEN %(p1)s AND %(p2)s AND period <> %(interest)s
   AND voucher_id IS DISTINCT FROM %(closed_by)s::bigint
 GROUP BY value_on ORDER BY value_on
"""
_RATES = "SELECT day, rate_bp, factor, day_base FROM rate_index WHERE product = %s ORDER BY day"


def trial_receipt(account_id: int, interest_year: int) -> InterestReceipt:
    """How the interest of an account comes about: balances, days and rates; amounts in fen, one rounding (INT-05).

    For a year under way it ends on 30 June as if nothing more were posted; for a settled year it adds up to what was
    credited, and for a closed account to what was paid. Four statements. Refuses an account without a balance in that
    year (404).
    """
    found = row(
        "SELECT opening_fen, balance_fen, held_fen FROM balance WHERE account_id = %s AND interest_year = %s",
        [account_id, interest_year],
    )
    if found is None:
        raise Refusal("accounts.no_year", f"这个账户没有 {interest_year} 结息年度的余额：请核对年度。", status=404)
    start, end = date(interest_year, 7, 1), date(interest_year + 1, 7, 1)
    closed = close_out(account_id)
    if closed is not None and closed.interest_year == interest_year:
        end = max(min(closed.closes_on, end), start)
    else:
        closed = None
    moved = rows(
        _LINES,
        {"account": account_id, "p1": interest_year * 100 + 7, "p2": interest_year * 100 + 106,
         "interest": interest_year * 100 + 13, "closed_by": closed.voucher_id if closed else None},
    )  # fmt: skip
    rates = rows(_RATES, [PRODUCT])
    in_force = [rate for rate in rates if rate["day"] < end]
    if not in_force:
        raise Refusal("accounts.no_rate", "还没有录入存款利率：请先由管理员载入利率。")
    changes = [(start, int(found["opening_fen"])), *((line["value_on"], int(line["fen"])) for line in moved)]
    pieces = product_table(changes, start=start, end=end, rates=rates)
    day_base = int(in_force[-1]["day_base"])
    exact = Fraction(sum(piece.product * piece.rate_bp for piece in pieces), day_base * 10_000)
    earned = round_fen(exact, Rounding.CENT_HALF_UP)
    interest = max(earned, found["held_fen"] - found["balance_fen"])
    if closed is not None:
        interest = closed.interest_fen + closed.corrected_fen
    return InterestReceipt(
        account_id, interest_year, found["opening_fen"], found["balance_fen"], day_base, pieces, earned,
        interest_fen=interest, closed_on=closed.closes_on if closed else None,
    )  # fmt: skip


def product_table(
    changes: Sequence[tuple[date, int]], *, start: date, end: date, rates: Sequence[dict[str, Any]]
) -> tuple[ReceiptPiece, ...]:
    """Pieces of equal balance and rate up to ``end``; changes of money by value day, ``rates`` in order of their day.

    Money of a day before ``start`` came late and earns alone until then; money of a day after ``end`` was counted too
    early and is taken off for the days between.
    """
    by_segment = all(rate["factor"] == 1 for rate in rates)
    turns = {day for day, _ in changes} | {start, end}
    first, last = min(turns), max(turns)
    if by_segment:
        turns |= {rate["day"] for rate in rates if first < rate["day"] < last}
    days = sorted(turns)
    pieces = []
    for day, following in zip(days, days[1:], strict=False):
        if day < end:
            balance = sum(fen for on, fen in changes if on <= day)
        else:
            balance = -sum(fen for on, fen in changes if on > day)
        applied = day if by_segment else end - timedelta(days=1)
        if balance:
            rate_bp = next(rate["rate_bp"] for rate in reversed(rates) if rate["day"] <= applied)
            pieces.append(ReceiptPiece(day, following, balance, rate_bp))
    return tuple(pieces)
