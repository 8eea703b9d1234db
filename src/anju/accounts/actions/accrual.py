# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter or a whole number
"""Accruing members' interest (计提职工利息) month by month, 411-01 against 211.

Each month posts what brings subject 211 to the interest earned by all accounts of the interest year and not yet
credited, so what one month estimated wrongly the next puts right. The settlement posts the interest itself and then
gives back, once a year, what was accrued for it: 211 is empty again, and the year bears what was credited.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from anju.accounts.actions._ground import act, enter
from anju.accounts.actions.carrying import Year, earlier_is_left, interest_sql, year_of
from anju.accounts.types import PRODUCT, Accrual
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.month import Month, interest_year
from anju.kernel.refusal import Refusal
from anju.ledger.actions import post_voucher, request_digest
from anju.ledger.posting_rules import PostingRule, pair
from anju.ledger.types import VoucherDraft, VoucherKind

# Rows of the year that are not settled. Money that moved after the month's end counts for nothing in it, though the row
# has it by now: its lines are few when the month is accrued soon after its end.
_EARNED = f"""
WITH late AS (
    SELECT l.account_id, sum((l.credit_fen - l.debit_fen) * (i.value - {{index}}))::bigint AS weighted
      FROM member_line l
      JOIN (SELECT d::date AS day, rate_index_at({PRODUCT}::smallint, d::date) AS value
              FROM generate_series(%(end)s::date, %(today)s::date + 400, interval '1 day') d) i ON i.day = l.value_on
     WHERE l.centre_id = %(centre)s AND l.period > %(month)s AND l.period <= %(last)s AND l.period %% 100 <> 13
       AND l.value_on > %(end)s
     GROUP BY l.account_id
)
SELECT coalesce(sum({{interest}}), 0)::bigint AS fen
  FROM balance b
  LEFT JOIN balance n ON n.account_id = b.account_id AND n.interest_year = %(next)s
  LEFT JOIN late ON late.account_id = b.account_id
 WHERE b.interest_year = %(year)s AND b.centre_id = %(centre)s AND b.state IN (1, 2, 6, 7) AND n.account_id IS NULL
"""
_BEFORE = """
SELECT coalesce(sum(amount_fen), 0)::bigint AS fen, max(month) FILTER (WHERE month %% 100 < 13) AS last
  FROM interest_accrual WHERE centre_id = %(centre)s AND interest_year = %(year)s
"""
_MADE = """
SELECT centre_id, month, interest_year, accrued_fen, amount_fen, voucher_id, made_at FROM interest_accrual
 WHERE centre_id = %s AND month = %s
"""


@transaction.atomic
def accrue_interest(centre_id: int, month: Month, *, at: datetime, actor: Actor | None = None) -> Accrual:
    """Accrue members' interest through the end of a month: one voucher dated its last day, or none where nothing moves.

    Amounts in fen, each account rounded as at a settlement. Once a month: asked again it answers what was posted. A
    month that was left out is contained in the next. Refuses a month that is not over, one before a month accrued
    already (409), one whose earlier interest year is not settled (409), and a closed month (by the books).
    """
    if month.last_day >= at.astimezone(ZONE).date():
        raise Refusal("accounts.month_not_over", f"{month.zh}尚未结束，不能计提利息：请在下月办理。")
    enter(centre_id, at=at)
    _lock(centre_id)
    known = row(_MADE, [centre_id, month.number])
    if known is not None:
        return Accrual(**known)
    year = year_of(centre_id, interest_year(month.last_day))
    before = _before(centre_id, year.year)
    if before["last"] is not None and before["last"] > month.number:
        raise Refusal(
            "accounts.accrued_later", f"{month.zh}之后的月份已经计提，{month.zh}的利息包含在内：不需要再办理。",
            status=409,
        )  # fmt: skip
    if earlier_is_left(year) or _before(centre_id, year.year - 1)["fen"]:
        raise Refusal(
            "accounts.earlier_year_left", f"{year.year - 1} 结息年度的结息还没有完成：请先完成，再计提。",
            status=409,
        )  # fmt: skip
    accrued = _accrued(year, month, at=at)
    made = _post(
        year, month=month.number, on=month.last_day, accrued_fen=accrued, amount_fen=accrued - before["fen"],
        key=f"accrual:{month.number}", kind=VoucherKind.ACCRUAL, at=at,
    )  # fmt: skip
    act(
        "accounts.accrue_interest", actor=actor, at=at, centre_id=centre_id, month=month.number,
        accrued_fen=accrued, fen=made.amount_fen, voucher_id=made.voucher_id,
    )  # fmt: skip
    return made


@transaction.atomic
def release_accrual(year: Year, *, at: datetime, actor: Actor | None) -> None:
    """Give back what was accrued for a year that is settled, once, dated 30 June; does nothing where nothing was."""
    enter(year.centre_id, at=at)
    _lock(year.centre_id)
    before = _before(year.centre_id, year.year)
    if before["fen"] == 0:
        return
    made = _post(
        year, month=year.year * 100 + 13, on=year.last_day, accrued_fen=0, amount_fen=-before["fen"],
        key=f"accrual:{year.year}:released", kind=VoucherKind.INTEREST, at=at,
    )  # fmt: skip
    act(
        "accounts.release_accrual", actor=actor, at=at, centre_id=year.centre_id, year=year.year, fen=made.amount_fen,
        voucher_id=made.voucher_id,
    )  # fmt: skip


def _lock(centre_id: int) -> None:
    execute("SELECT pg_advisory_xact_lock(hashtext('accrue_interest'), %s::integer)", [centre_id])


def _before(centre_id: int, year: int) -> dict[str, Any]:
    found = row(_BEFORE, {"centre": centre_id, "year": year})
    assert found is not None
    return found


def _accrued(year: Year, month: Month, *, at: datetime) -> int:
    """Interest of all accounts of the year that are not settled, from its start through the month, in fen."""
    end = month.last_day + timedelta(days=1)
    rate = row(
        "SELECT rate_index_at(%(p)s::smallint, %(end)s) AS index, factor, day_base FROM rate_index"
        " WHERE product = %(p)s AND day < %(end)s ORDER BY day DESC LIMIT 1",
        {"p": PRODUCT, "end": end},
    )
    assert rate is not None, "the rate of the year's end was found"
    earned = f"(b.balance_fen * {rate['index']} - b.weighted_sum + coalesce(late.weighted, 0))"
    interest = interest_sql(earned, factor=rate["factor"], day_base=rate["day_base"])
    # As in the settlement: a loop over the next year's rows would read them once for every account.
    execute("SELECT set_config('enable_nestloop', 'off', true)")
    found = row(
        _EARNED.format(index=rate["index"], interest=interest),
        {"centre": year.centre_id, "year": year.year, "next": year.year + 1, "month": month.number, "end": end,
         "today": at.astimezone(ZONE).date(), "last": year.year * 100 + 106},
    )  # fmt: skip
    execute("SELECT set_config('enable_nestloop', NULL, true)")
    assert found is not None
    return int(found["fen"])


def _post(
    year: Year, *, month: int, on: date, accrued_fen: int, amount_fen: int, key: str, kind: VoucherKind, at: datetime
) -> Accrual:
    voucher_id = None
    if amount_fen:
        rule = PostingRule.INTEREST_ACCRUED if amount_fen > 0 else PostingRule.INTEREST_ACCRUAL_REVERSED
        posted = post_voucher(
            VoucherDraft(
                centre_id=year.centre_id, idempotency_key=key, request_digest=request_digest(key=key), kind=kind,
                business_date=on, maker_person_id=None, checker_person_id=None,
                lines=pair(rule, amount_fen=abs(amount_fen)),
            ),
            at=at,
        )  # fmt: skip
        assert not posted.replayed, f"{key} was posted, but is not in the register"
        voucher_id = posted.voucher_id
    made = Accrual(year.centre_id, month, year.year, accrued_fen, amount_fen, voucher_id, at)
    execute(
        "INSERT INTO interest_accrual (centre_id, month, interest_year, accrued_fen, amount_fen, voucher_id, made_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [made.centre_id, month, made.interest_year, accrued_fen, amount_fen, voucher_id, at],
    )
    return made
