"""Invariants of the books, recomputed by ``anju check``."""

from __future__ import annotations

from anju.database.checks import Invariant
from anju.ledger.period_checks import PERIODS
from anju.ledger.proof_checks import PROOF
from anju.ledger.seal_checks import SEALS

CHECKS = [
    Invariant(
        "每张凭证借贷相等且不为空",
        """
        SELECT v.centre_id, v.id AS voucher_id, t.debit_fen, t.credit_fen
          FROM voucher v
          LEFT JOIN (SELECT centre_id, voucher_id, sum(debit_fen) AS debit_fen, sum(credit_fen) AS credit_fen
                       FROM gl_line GROUP BY centre_id, voucher_id) t
            ON t.centre_id = v.centre_id AND t.voucher_id = v.id
         WHERE t.debit_fen IS DISTINCT FROM t.credit_fen OR t.debit_fen IS NULL
        """,
    ),
    Invariant(
        "凭证的个人合计等于统驭科目分录",
        """
        SELECT v.centre_id, v.id AS voucher_id
          FROM voucher v
          LEFT JOIN (SELECT l.centre_id, l.voucher_id, sum(l.debit_fen) AS debit_fen, sum(l.credit_fen) AS credit_fen
                       FROM gl_line l JOIN subject s ON s.code = l.subject AND s.member_control
                      GROUP BY l.centre_id, l.voucher_id) t
            ON t.centre_id = v.centre_id AND t.voucher_id = v.id
         WHERE coalesce(t.debit_fen, 0) <> v.member_debit_fen OR coalesce(t.credit_fen, 0) <> v.member_credit_fen
        """,
    ),
    Invariant(
        "冲账凭证与原凭证方向相反、金额相等",
        """
        SELECT r.centre_id, r.id AS voucher_id, r.reverses_id
          FROM voucher r JOIN voucher o ON o.centre_id = r.centre_id AND o.id = r.reverses_id
         WHERE o.reverses_id IS NOT NULL OR o.member_count <> r.member_count
            OR o.member_debit_fen <> r.member_credit_fen OR o.member_credit_fen <> r.member_debit_fen
            OR EXISTS (
                SELECT 1 FROM (SELECT subject, debit_fen - credit_fen AS fen, centre_id, voucher_id FROM gl_line) l
                 WHERE l.centre_id = r.centre_id AND l.voucher_id IN (r.id, o.id)
                 GROUP BY l.subject HAVING sum(l.fen) <> 0)
        """,
    ),
    Invariant(
        "制单与复核不是同一人",
        "SELECT centre_id, id AS voucher_id FROM voucher WHERE maker_person_id = checker_person_id",
    ),
    Invariant(
        "凭证号连续",
        """
        SELECT centre_id, count(*) AS numbered, max(number) AS last FROM voucher
         WHERE number IS NOT NULL GROUP BY centre_id HAVING count(*) <> max(number)
        """,
    ),
    Invariant(
        "已关的会计日之前没有开着的会计日",
        """
        SELECT o.centre_id, o.business_date FROM centre_day o
         WHERE o.state <> 2 AND EXISTS (SELECT 1 FROM centre_day c WHERE c.centre_id = o.centre_id
                                           AND c.business_date > o.business_date
                                           AND (c.state = 2 OR c.state = 3 AND o.state = 1))
        """,
    ),
]
CHECKS += PERIODS
CHECKS += SEALS
CHECKS += PROOF
