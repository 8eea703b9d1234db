"""Invariants of the seals, proven by ``anju check``.

That a voucher's ``lines_digest`` is the one of its member lines is proven by the accounts room; a seal covers that
digest.
"""

from __future__ import annotations

from anju.database.checks import Invariant

SEALS = [
    Invariant(
        "每张已封存凭证的摘要与凭证和分录一致",
        """
        SELECT s.centre_id, s.period, s.n, s.voucher_id
          FROM voucher_seal s
          LEFT JOIN voucher_canon c ON c.centre_id = s.centre_id AND c.voucher_id = s.voucher_id
         WHERE c.voucher_id IS NULL OR c.number IS DISTINCT FROM s.number OR c.period <> s.period
            OR seal_digest(s.previous, c.canon) <> s.digest
         ORDER BY s.centre_id, s.number
        """,
    ),
    Invariant(
        "封存链逐张相连，没有断号",
        """
        SELECT centre_id, period, n, voucher_id FROM (
            SELECT s.*, row_number() OVER w AS place, lag(digest, 1, decode(repeat('00', 32), 'hex')) OVER w AS before,
                   lag(number, 1, 0::bigint) OVER w AS number_before
              FROM voucher_seal s WINDOW w AS (PARTITION BY centre_id, period ORDER BY n)) s
         WHERE n <> place OR previous <> before OR number <= number_before
         ORDER BY centre_id, period, n
        """,
    ),
    Invariant(
        "已编号的凭证在一小时内封存，末号之前没有漏封的",
        """
        SELECT v.centre_id, v.id AS voucher_id, v.number
          FROM voucher v
          LEFT JOIN voucher_seal s ON s.centre_id = v.centre_id AND s.voucher_id = v.id
          LEFT JOIN (SELECT centre_id, max(number) AS number FROM voucher_seal GROUP BY centre_id) last
            ON last.centre_id = v.centre_id
         WHERE v.number IS NOT NULL AND s.voucher_id IS NULL
           AND (v.number <= last.number OR v.known_at < now() - interval '1 hour')
         ORDER BY v.centre_id, v.number
        """,
    ),
    Invariant(
        "每日封存头与封存链一致",
        """
        SELECT h.centre_id, h.day, h.period, h.n
          FROM books_head h
          LEFT JOIN voucher_seal s ON s.centre_id = h.centre_id AND s.period = h.period AND s.n = h.n
         WHERE coalesce(s.digest, decode(repeat('00', 32), 'hex')) <> h.digest OR (s.n IS NULL AND h.n > 0)
         ORDER BY h.centre_id, h.day, h.period
        """,
    ),
]
