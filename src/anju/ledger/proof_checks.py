# ruff: noqa: S608  the statement is joined from the chart, which is a file of ours
"""Invariants of what the books stand on: the chart, the sums of the daily heads, the periods behind closing entries."""

from __future__ import annotations

from anju.database.checks import Invariant
from anju.ledger.chart import chart


def _quoted(text: str | None) -> str:
    return "NULL" if text is None else "'" + text.replace("'", "''").replace("%", "%%") + "'"


_CHART = ",\n            ".join(
    f"({_quoted(one.code)}, {_quoted(one.name)}, {one.section.debit_side}, {one.member_control}, {_quoted(one.parent)},"
    f" {_quoted(str(one.section))}, {_quoted(one.asks and str(one.asks))}, date '{one.from_date}')"
    for one in chart().subjects
)

PROOF = [
    Invariant(
        "会计科目表与登记的科目相同",
        f"""
        SELECT coalesce(s.code, c.code) AS code FROM subject s
          FULL JOIN (VALUES {_CHART}) AS c (code, name, debit_side, member_control, parent, section, asks, from_date)
            ON c.code = s.code
         WHERE (s.name, s.debit_side, s.member_control, s.parent, s.section, s.asks, s.from_date)
               IS DISTINCT FROM (c.name, c.debit_side, c.member_control, c.parent, c.section, c.asks, c.from_date)
        """,
    ),
    Invariant(
        "每日封存头的借方合计等于其凭证",
        """
        SELECT h.centre_id, h.day, h.period, h.debit_fen
          FROM books_head h
          LEFT JOIN (SELECT s.centre_id, s.period, s.n,
                            sum(l.fen) OVER (PARTITION BY s.centre_id, s.period ORDER BY s.n) AS fen
                       FROM voucher_seal s
                       JOIN (SELECT centre_id, voucher_id, sum(debit_fen) AS fen FROM gl_line
                              GROUP BY centre_id, voucher_id) l
                         ON l.centre_id = s.centre_id AND l.voucher_id = s.voucher_id) s
            ON s.centre_id = h.centre_id AND s.period = h.period AND s.n = h.n
         WHERE h.debit_fen <> coalesce(s.fen, 0)
        """,
    ),
    Invariant(
        "每张未冲回的期末结转凭证属于已结账的会计期间和它的这一次结账",
        """
        SELECT v.centre_id, v.id AS voucher_id, v.idempotency_key, p.closings
          FROM voucher v
          LEFT JOIN period p ON p.centre_id = v.centre_id AND p.kind = CASE v.kind WHEN 9 THEN 1 ELSE 2 END
           AND p.number = extract(year FROM v.business_date)::integer * CASE v.kind WHEN 9 THEN 100 ELSE 1 END
                          + CASE v.kind WHEN 9 THEN extract(month FROM v.business_date)::integer ELSE 0 END
         WHERE v.kind IN (9, 10) AND v.idempotency_key LIKE 'close:%%'
           AND NOT EXISTS (SELECT 1 FROM voucher b WHERE b.centre_id = v.centre_id AND b.reverses_id = v.id)
           AND (p.state IS NULL OR p.state < 2 OR regexp_replace(v.idempotency_key, ':(income|expense)$', '')
                <> 'close:' || p.number || CASE WHEN p.closings > 1 THEN ':' || p.closings ELSE '' END)
        """,
    ),
    Invariant(
        "增值收益分配方案的贷款风险准备等于增值收益乘提取比例",
        """
        SELECT centre_id, year FROM income_distribution
         WHERE reserve_fen <> floor(income_fen * reserve_rate + 0.5)
        """,
    ),
]
