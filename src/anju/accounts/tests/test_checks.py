"""Every invariant of ``checks`` finds the fault it is there for, planted by the owner of the tables."""

from __future__ import annotations

import os
from datetime import date

import psycopg
import pytest

from anju.accounts import actions
from anju.accounts.checks import RECOMPUTED
from anju.accounts.tests.world import CENTRE, broken, contribute, moment, open_books, open_staff, withdraw

FAULTS = [
    ("UPDATE balance SET balance_fen = balance_fen + 1 WHERE interest_year = 2025", RECOMPUTED.name),
    ("UPDATE balance SET opening_fen = opening_fen + 1 WHERE interest_year = 2025", "年初余额等于上年余额加结息"),
    ("UPDATE balance SET weighted_sum = weighted_sum + 1", RECOMPUTED.name),
    ("UPDATE balance SET weighted_sum = weighted_sum - 99999999", "结息额等于上年积数乘利率"),
    ("UPDATE balance SET last_seq = last_seq + 1 WHERE interest_year = 2025", RECOMPUTED.name),
    ("UPDATE member_line SET seq = 90 WHERE seq = 2", RECOMPUTED.name),
    ("UPDATE balance SET held_fen = held_fen + 1 WHERE interest_year = 2025",
     "每个结息年度的止付余额等于当年未结束的止付合计"),
    ("UPDATE balance SET own_paid_fen = 0 WHERE interest_year = 2025", "个人缴存、单位缴存和利息累计等于明细累计"),
    ("UPDATE balance SET state = 2 WHERE interest_year = 2025", "账户状态、余额行状态和状态期间一致"),
    ("UPDATE member_line SET balance_after_fen = 7 WHERE seq = 2", "明细的余额和积数逐笔相连"),
    ("UPDATE member_line SET own_fen = 1 WHERE seq = 1", "凭证的个人合计和摘要等于其明细"),
    ("DELETE FROM gl_line WHERE subject = '201'", "个人账户余额合计等于住房公积金科目余额"),
    ("UPDATE member_line SET reverses_seq = 1 WHERE seq = 2", "每条冲账明细与原明细金额相等、方向相反，且只冲一次"),
    ("UPDATE gl_line SET debit_fen = debit_fen + 1 WHERE debit_fen > 0", "每张凭证借贷相等且不为空"),
    ("UPDATE voucher SET member_credit_fen = member_credit_fen + 1", "凭证的个人合计等于统驭科目分录"),
    ("INSERT INTO centre_day VALUES (990100, '2024-06-30', 1)", "已关的会计日之前没有开着的会计日"),
]


@pytest.mark.django_db(transaction=True)
def test_each_planted_fault_is_found() -> None:
    open_books()
    staff = open_staff(2, on=date(2024, 7, 1))
    for day in (date(2024, 9, 10), date(2025, 3, 10)):
        contribute([(one, 60_000, 60_000) for one in staff], on=day)
    actions.settle_interest(CENTRE, 2024, at=moment(date(2025, 7, 1)))
    contribute([(one, 60_000, 60_000) for one in staff], on=date(2025, 7, 10))
    withdraw(staff[0], 1_000, on=date(2025, 8, 1))
    assert broken() == {}
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"]) as owner:
        for fault, _ in FAULTS:
            assert _found_after(owner, fault), fault


def _found_after(owner: psycopg.Connection[tuple[object, ...]], fault: str) -> bool:
    from anju.accounts.checks import CHECKS as MEMBERS
    from anju.ledger.checks import CHECKS as BOOKS

    for trigger, table in (("member_line_append_only", "member_line"), ("gl_line_append_only", "gl_line"),
                           ("voucher_append_only", "voucher")):  # fmt: skip
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    owner.execute(fault)
    name = dict(FAULTS)[fault]
    (check,) = [one for one in (*BOOKS, *MEMBERS) if one.name == name]
    found = owner.execute(check.sql).fetchall()
    owner.rollback()
    return bool(found)
