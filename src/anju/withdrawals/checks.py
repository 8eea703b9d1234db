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
        "SELECT w.account_id, w.withdrawal_id FROM withdrawal w WHERE w.state IN (2, 5, 6, 7, 8)"
        " AND w.closes_on IS NULL AND NOT EXISTS"
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
        " OR (w.state = 4 AND p.state <> 6) OR (w.state IN (3, 5, 6, 7, 8) AND p.state <> 5)",
    ),
    Invariant(
        "退回待付和再付中的提取合计等于 219-04 付款退回的余额",
        "SELECT centre_id, sum(fen) AS differs FROM (SELECT centre_id, amount_fen AS fen FROM withdrawal_return"
        " WHERE repaid_voucher_id IS NULL UNION ALL SELECT centre_id, debit_fen - credit_fen FROM gl_line"
        " WHERE subject = '219-04') s GROUP BY centre_id HAVING sum(fen) <> 0",
    ),
    Invariant(
        "提取的状态说明它的退回款：待付、付款中或已再付",
        "SELECT w.account_id, w.withdrawal_id, w.state FROM withdrawal w LEFT JOIN LATERAL (SELECT"
        " count(*) FILTER (WHERE repaid_voucher_id IS NULL AND again_order_id IS NULL) AS waiting,"
        " count(*) FILTER (WHERE repaid_voucher_id IS NULL AND again_order_id IS NOT NULL) AS paying,"
        " count(*) AS n FROM withdrawal_return r WHERE r.account_id = w.account_id"
        " AND r.withdrawal_id = w.withdrawal_id AND r.amount_fen = w.amount_fen) r ON true"
        " WHERE (r.waiting, r.paying, r.n > 0) <> (CASE WHEN w.state = 6 THEN 1 ELSE 0 END,"
        " CASE WHEN w.state = 7 THEN 1 ELSE 0 END, w.state IN (6, 7, 8))",
    ),
    Invariant(
        "每笔退回款的两张凭证写明它们的付款指令，指令的状态相符",
        "SELECT r.account_id, r.withdrawal_id, r.n FROM withdrawal_return r"
        " LEFT JOIN voucher v ON v.centre_id = r.centre_id AND v.id = r.voucher_id"
        " LEFT JOIN payment_order b ON b.centre_id = r.centre_id AND b.order_id = r.order_id"
        " LEFT JOIN voucher a ON a.centre_id = r.centre_id AND a.id = r.repaid_voucher_id"
        " LEFT JOIN payment_order p ON p.centre_id = r.centre_id AND p.order_id = r.again_order_id"
        " WHERE v.event_id IS DISTINCT FROM r.order_id OR v.business_date <> r.booked_on OR b.state IS DISTINCT FROM 5"
        " OR b.amount_fen <> r.amount_fen OR p.amount_fen <> r.amount_fen OR p.source_id <> r.withdrawal_id"
        " OR (r.repaid_voucher_id IS NULL AND p.state NOT IN (1, 2, 3))"
        " OR (r.repaid_voucher_id IS NOT NULL AND (a.event_id IS DISTINCT FROM r.again_order_id"
        " OR a.business_date <> r.repaid_booked_on OR p.state NOT IN (4, 5)))",
    ),
]
