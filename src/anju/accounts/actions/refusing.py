"""Saying why a batch cannot be posted: how many accounts, which, and what to do about them."""

from __future__ import annotations

from typing import NoReturn

from anju.accounts.actions._ground import BookDay, count_and_ids
from anju.accounts.types import CARRIED, CLOSING, FROZEN, AccountState, ContributionBatch
from anju.database.sql import rows
from anju.kernel.refusal import Refusal

# One reason a row, the first that holds.
_WHY = """
SELECT s.account_id, min(CASE
         WHEN s.times > 1 THEN 'twice'
         WHEN s.own_fen < 0 OR s.unit_fen < 0 OR s.own_fen + s.unit_fen <= 0 THEN 'amount'
         WHEN a.account_id IS NULL OR a.centre_id <> %(centre)s THEN 'unknown'
         WHEN a.state > %(sealed)s THEN 'closed'
         WHEN b.state > %(carried)s THEN 'year'
         WHEN b.state = %(frozen)s THEN 'frozen'
         WHEN b.state = %(closing)s THEN 'closing'
         WHEN b.state = %(sealed)s AND NOT coalesce(%(first_day)s::date < date_trunc('month', p.started_on), false)
           THEN 'sealed'
       END) AS why
  FROM (SELECT r.*, count(*) OVER (PARTITION BY r.account_id) AS times FROM ({source}) r) s
  LEFT JOIN account a ON a.account_id = s.account_id
  LEFT JOIN balance b ON b.account_id = s.account_id AND b.interest_year = %(year)s
  LEFT JOIN account_spell p ON p.account_id = s.account_id AND p.ended_on IS NULL
 GROUP BY s.account_id ORDER BY s.account_id
"""

_WORDS = {
    "twice": "在清册中重复",
    "amount": "金额不大于零",
    "unknown": "查无此账户",
    "closed": "已经销户",
    "frozen": "已被冻结（不收不付）",
    "sealed": "当月已经封存",
    "closing": "正在办理销户",
    "year": "已结转到下一结息年度",
}
_REPAIR = {
    "twice": "请删除重复的行",
    "amount": "请删除或更正这些行",
    "unknown": "请核对账号",
    "closed": "请为其重新开户或从清册删除",
    "frozen": "请待解除冻结后补缴",
    "sealed": "请先启封，或从清册删除",
    "closing": "请从清册删除，或先撤销销户",
    "year": "请按当前日期重新办理",
}


def refuse_batch(source: str, *, batch: ContributionBatch, book: BookDay) -> NoReturn:
    """Raise the refusal of a contribution batch, with one phrase a reason."""
    found = rows(
        _WHY.format(source=source),
        {"centre": book.centre_id, "year": book.year, "sealed": int(AccountState.SEALED), "carried": CARRIED,
         "frozen": FROZEN, "closing": CLOSING, "first_day": batch.month.first_day if batch.month else None},
    )  # fmt: skip
    by_reason: dict[str, list[int]] = {}
    for line in found:
        if line["why"]:
            by_reason.setdefault(line["why"], []).append(line["account_id"])
    assert by_reason, "a batch was not posted in full, yet no account stands in the way"
    phrases = [f"{_WORDS[why]} {count_and_ids(ids)}，{_REPAIR[why]}" for why, ids in by_reason.items()]
    code = next(iter(by_reason)) if len(by_reason) == 1 else "accounts"
    raise Refusal(f"accounts.batch_{code}", "整批没有入账：" + "；".join(phrases) + "。", status=409)
