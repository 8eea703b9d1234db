"""Invariants of withdrawals."""

from __future__ import annotations

from anju.database.checks import Invariant

CHECKS = [
    Invariant(
        "每笔待付的提取有一笔同额未结束的止付",
        "SELECT w.account_id, w.withdrawal_id FROM withdrawal w LEFT JOIN hold h"
        " ON h.account_id = w.account_id AND h.id = w.hold_id AND h.ended_at IS NULL"
        " AND h.amount_fen + h.interest_fen = w.amount_fen AND h.closes_on IS NOT DISTINCT FROM w.closes_on"
        " AND greatest(h.interest_fen, 0) = w.interest_fen WHERE w.state = 1 AND h.id IS NULL",
    ),
    Invariant(
        "每笔已付的提取有一条同额的明细",
        "SELECT w.account_id, w.withdrawal_id FROM withdrawal w WHERE w.state IN (2, 5) AND w.closes_on IS NULL"
        " AND NOT EXISTS"
        " (SELECT 1 FROM member_line l WHERE l.account_id = w.account_id AND l.voucher_id = w.voucher_id"
        " AND l.debit_fen = w.amount_fen AND l.source_id = w.withdrawal_id)",
    ),
    Invariant(
        "每笔已付的销户提取有一笔同额的销户结算",
        "SELECT w.account_id, w.withdrawal_id FROM withdrawal w WHERE w.state IN (2, 5) AND w.closes_on IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM close_out c WHERE c.account_id = w.account_id AND c.voucher_id = w.voucher_id"
        " AND c.hold_id = w.hold_id AND c.principal_fen + c.interest_fen = w.amount_fen)",
    ),
    Invariant(
        "每张提取凭证写明它的付款指令",
        "SELECT w.account_id, w.withdrawal_id, v.event_id FROM withdrawal w JOIN voucher v"
        " ON v.centre_id = w.centre_id AND v.id = w.voucher_id WHERE v.event_id <> w.order_id",
    ),
    Invariant(
        "提取和付款指令的状态一致",
        "SELECT w.withdrawal_id, w.state, p.state AS order_state FROM withdrawal w LEFT JOIN payment_order p"
        " ON p.centre_id = w.centre_id AND p.order_id = w.order_id WHERE p.order_id IS NULL"
        " OR (w.state = 2 AND p.state <> 4) OR (w.state = 1 AND p.state NOT IN (1, 2, 3))"
        " OR (w.state = 4 AND p.state <> 6) OR (w.state IN (3, 5) AND p.state <> 5)",
    ),
]
