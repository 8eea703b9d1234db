"""Invariants of closed months and years, proven by ``anju check``."""

from __future__ import annotations

from anju.database.checks import Invariant

PERIODS = [
    Invariant(
        # Interest of 30 June that was settled after June was closed goes with the next month that is closed.
        "已结账月份的业务收入和业务支出已全部结转",
        """
        SELECT p.centre_id, p.number, l.subject, sum(l.debit_fen - l.credit_fen) AS fen
          FROM period p
          JOIN voucher v ON v.centre_id = p.centre_id AND v.business_date
               < (make_date(p.number / 100, p.number % 100, 1) + interval '1 month')::date
           AND NOT (v.kind = 5 AND v.known_at > p.closed_at)
          JOIN gl_line l ON l.centre_id = v.centre_id AND l.voucher_id = v.id
          JOIN subject s ON s.code = l.subject AND s.section IN ('income', 'expense')
         WHERE p.kind = 1 AND p.state >= 2
         GROUP BY p.centre_id, p.number, l.subject HAVING sum(l.debit_fen - l.credit_fen) <> 0
        """,
    ),
    Invariant(
        "已结账月份的会计日都已关",
        """
        SELECT p.centre_id, p.number FROM period p
         WHERE p.kind = 1 AND p.state >= 2 AND NOT EXISTS (
               SELECT 1 FROM centre_day d WHERE d.centre_id = p.centre_id AND d.state = 2 AND d.business_date
                   >= (make_date(p.number / 100, p.number % 100, 1) + interval '1 month')::date - 1)
        """,
    ),
    Invariant(
        "结账和签署是两个人",
        "SELECT centre_id, kind, number FROM period WHERE maker_person_id = checker_person_id"
        " UNION ALL SELECT centre_id, 2, year FROM income_distribution WHERE maker_person_id = checker_person_id",
    ),
    Invariant(
        "已签署的增值收益分配方案与凭证一致，未签署的没有凭证",
        """
        SELECT coalesce(d.centre_id, t.centre_id) AS centre_id, coalesce(d.year, t.year) AS year
          FROM (SELECT * FROM income_distribution WHERE signed_at IS NOT NULL) d
          FULL JOIN (
               SELECT v.centre_id, extract(year FROM v.business_date)::integer AS year,
                      coalesce(sum(l.debit_fen) FILTER (WHERE l.subject = '321-01'), 0) AS reserve_fen,
                      coalesce(sum(l.debit_fen) FILTER (WHERE l.subject = '321-02'), 0) AS management_fee_fen,
                      coalesce(sum(l.debit_fen) FILTER (WHERE l.subject = '321-03'), 0) AS supplement_fen,
                      coalesce(sum(l.debit_fen) FILTER (WHERE l.subject = '321-04'), 0) AS carried_fen
                 FROM voucher v JOIN gl_line l ON l.centre_id = v.centre_id AND l.voucher_id = v.id
                WHERE v.kind = 10 AND v.idempotency_key LIKE 'distribution:%%' GROUP BY 1, 2) t
            ON t.centre_id = d.centre_id AND t.year = d.year
         WHERE (d.reserve_fen, d.management_fee_fen, d.supplement_fen, d.income_fen)
               IS DISTINCT FROM (t.reserve_fen, t.management_fee_fen, t.supplement_fen, t.carried_fen)
        """,
    ),
]
