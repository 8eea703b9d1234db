"""What must always hold of contributions; `anju check` runs all of it."""

from __future__ import annotations

from anju.database.checks import Invariant

CHECKS = [
    Invariant(
        "汇缴书的人数和金额等于其清册明细合计",
        "SELECT r.centre_id, r.remittance_id FROM remittance r LEFT JOIN (SELECT remittance_id, count(*) AS n,"
        " sum(own_fen) AS own, sum(unit_fen) AS unit FROM remittance_line GROUP BY remittance_id) l"
        " USING (remittance_id) WHERE r.headcount <> coalesce(l.n, 0) OR r.own_fen <> coalesce(l.own, 0)"
        " OR r.unit_fen <> coalesce(l.unit, 0)",
    ),
    Invariant(
        "已入账汇缴书有且只有一张未冲销的凭证，人数和金额相等",
        "SELECT r.centre_id, r.remittance_id FROM remittance r LEFT JOIN voucher v"
        " ON v.centre_id = r.centre_id AND v.id = r.voucher_id"
        " WHERE r.state = 4 AND r.headcount > 0 AND (v.id IS NULL OR v.member_count <> r.headcount"
        " OR v.member_credit_fen <> r.total_fen OR EXISTS (SELECT 1 FROM voucher b WHERE b.centre_id = v.centre_id"
        " AND b.reverses_id = v.id))",
    ),
    Invariant(
        "未入账汇缴书没有凭证",
        "SELECT centre_id, remittance_id FROM remittance WHERE state <> 4 AND voucher_id IS NOT NULL",
    ),
    Invariant(
        "每张汇缴入账凭证属于一份已入账汇缴书，或已经冲销",
        "SELECT v.centre_id, v.id FROM voucher v WHERE v.idempotency_key LIKE 'remittance:%%'"
        " AND NOT EXISTS (SELECT 1 FROM voucher b WHERE b.centre_id = v.centre_id AND b.reverses_id = v.id)"
        " AND NOT EXISTS (SELECT 1 FROM remittance r WHERE r.centre_id = v.centre_id AND r.voucher_id = v.id"
        " AND r.state = 4)",
    ),
    Invariant(
        "每个单位未处理的暂收款等于它所在的暂收明细科目余额",
        "SELECT centre_id, unit_id, subject, sum(fen) AS differs FROM ("
        " SELECT centre_id, unit_id, subject, CASE WHEN owed THEN -open_fen ELSE open_fen + refunding_fen END AS fen"
        " FROM suspense UNION ALL"
        " SELECT centre_id, unit_id, subject, debit_fen - credit_fen FROM gl_line"
        " WHERE subject = '219' OR subject BETWEEN '219-01' AND '219-03') s"
        " GROUP BY centre_id, unit_id, subject HAVING sum(fen) <> 0",
    ),
    Invariant(
        "每笔暂收款的处理记录说明它的余额",
        "SELECT s.centre_id, s.suspense_id FROM suspense s LEFT JOIN (SELECT centre_id, suspense_id,"
        " sum(CASE WHEN kind IN (1, 4, 12) THEN amount_fen WHEN kind IN (3, 6, 8, 9, 11) THEN -amount_fen"
        " WHEN kind = 7 AND voucher_id IS NOT NULL THEN amount_fen ELSE 0 END) AS fen"
        " FROM suspense_move GROUP BY centre_id, suspense_id) m USING (centre_id, suspense_id)"
        " WHERE s.open_fen + s.refunding_fen <> coalesce(m.fen, 0)",
    ),
    Invariant(
        "一笔到账只用一次：或对上汇缴书，或在暂收款",
        "SELECT r.centre_id, r.receipt_id FROM remittance r JOIN suspense s"
        " ON s.centre_id = r.centre_id AND s.receipt_id = r.receipt_id WHERE NOT s.owed",
    ),
    Invariant(
        "申报和复核是两个人",
        "SELECT centre_id, remittance_id FROM remittance WHERE approved_by_person_id = declared_by_person_id",
    ),
]
