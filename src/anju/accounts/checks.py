# ruff: noqa: S608  statements are joined from this room's constants
"""Invariants of members' money, recomputed from the lines by ``anju check``."""

from __future__ import annotations

from anju.accounts.actions._ground import DIGEST, DIGEST_V1
from anju.accounts.types import PRODUCT, AccountState, HoldOutcome, LineKind
from anju.database.checks import Invariant
from anju.ledger.posting_rules import DEPOSITS, INTEREST_PAYABLE
from anju.ledger.types import VoucherKind

# The interest year a line belongs to: its booking day's, except the year's own interest, which opens the next.
_YEAR = """CASE WHEN period % 100 = 13 THEN period / 100 + 1 WHEN period % 100 >= 7 THEN period / 100
    ELSE period / 100 - 1 END"""
# The index of each of a hundred years' days: a function called for every line would cost more than all the rest.
_INDEX = f"""(SELECT d::date AS day, value + daily_step::bigint * (d::date - day) AS value
    FROM (SELECT *, lead(day) OVER (ORDER BY day) - 1 AS until FROM rate_index WHERE product = {PRODUCT}) r,
         generate_series(day::timestamp, coalesce(until, day + 36525)::timestamp, interval '1 day') d)"""
# The same as a list that is looked into by the day's place in it: where every line needs it, even a join costs more.
_INDEX_ON = f"""(ARRAY(SELECT i.value FROM {_INDEX} i ORDER BY i.day))[
    {{day}} - (SELECT min(day) FROM rate_index WHERE product = {PRODUCT}) + 1]"""
_BY_YEAR = f"""
    SELECT account_id, {_YEAR} AS year,
           coalesce(sum(credit_fen - debit_fen) FILTER (WHERE period % 100 <> 13), 0) AS change,
           coalesce(sum(credit_fen - debit_fen) FILTER (WHERE period % 100 = 13), 0) AS credited,
           coalesce(sum((credit_fen - debit_fen) * i.value) FILTER (WHERE period % 100 <> 13), 0) AS weighted,
           sum(sign(credit_fen - debit_fen) * own_fen) AS own, sum(sign(credit_fen - debit_fen) * unit_fen) AS unit,
           coalesce(sum(credit_fen - debit_fen) FILTER (WHERE kind = 9), 0) AS interest
      FROM member_line LEFT JOIN {_INDEX} i ON i.day = value_on GROUP BY 1, 2
"""
_LATEST = "SELECT DISTINCT ON (account_id) * FROM balance ORDER BY account_id, interest_year DESC"

_OPENING = _INDEX_ON.format(day="make_date(b.interest_year, 7, 1)")
# One reading of the lines for all three, because reading them is what a proof costs. A year's numbers follow those of
# the year before and end at its last one; their count, highest and sum leave room for no gap and no number twice.
RECOMPUTED = Invariant(
    "余额、计息积数和末号等于由明细重算的",
    f"""
    SELECT coalesce(b.account_id, l.account_id) AS account_id, coalesce(b.interest_year, l.year) AS interest_year,
           b.balance_fen, b.opening_fen + coalesce(l.change, 0) AS balance_recomputed,
           b.weighted_sum, b.opening_fen * coalesce({_OPENING}, 0) + coalesce(l.weighted, 0) AS weighted_recomputed,
           b.last_seq, coalesce(o.last_seq, 0) + coalesce(l.lines, 0) AS last_seq_recomputed
      FROM balance b
      LEFT JOIN balance o ON o.account_id = b.account_id AND o.interest_year = b.interest_year - 1
      FULL JOIN (
        SELECT account_id, {_YEAR} AS year, count(*) AS lines, max(seq) AS last, sum(seq) AS numbers,
               coalesce(sum(credit_fen - debit_fen) FILTER (WHERE period % 100 <> 13), 0) AS change,
               coalesce(sum((credit_fen - debit_fen) * {_INDEX_ON.format(day="value_on")})
                   FILTER (WHERE period % 100 <> 13), 0) AS weighted
          FROM member_line GROUP BY 1, 2
      ) l ON l.account_id = b.account_id AND l.year = b.interest_year
     WHERE b.account_id IS NULL
        OR b.balance_fen <> b.opening_fen + coalesce(l.change, 0)
        OR b.weighted_sum <> b.opening_fen * coalesce({_OPENING}, 0) + coalesce(l.weighted, 0)
        OR b.last_seq <> coalesce(o.last_seq, 0) + coalesce(l.lines, 0)
        OR l.last <> b.last_seq OR l.numbers * 2 <> l.lines * (2 * b.last_seq - l.lines + 1)
    """,
)

CHECKS = [
    RECOMPUTED,
    Invariant(
        "年初余额等于上年余额加结息",
        f"""
        SELECT b.account_id, b.interest_year, b.opening_fen
          FROM balance b
          LEFT JOIN balance o ON o.account_id = b.account_id AND o.interest_year = b.interest_year - 1
          LEFT JOIN ({_BY_YEAR}) l ON l.account_id = b.account_id AND l.year = b.interest_year
         WHERE b.opening_fen <> coalesce(o.balance_fen, 0) + coalesce(l.credited, 0)
        """,
    ),
    Invariant(
        "结息额等于上年积数乘利率",
        f"""
        SELECT b.account_id, b.interest_year, l.credited
          FROM balance b
          JOIN balance o ON o.account_id = b.account_id AND o.interest_year = b.interest_year - 1
          LEFT JOIN ({_BY_YEAR}) l ON l.account_id = b.account_id AND l.year = b.interest_year
          JOIN (SELECT DISTINCT ON (y) y, r.factor, r.day_base, i.value FROM {_INDEX} i
                 CROSS JOIN LATERAL (SELECT extract(year FROM i.day)::integer AS y) n
                  JOIN rate_index r ON r.product = {PRODUCT} AND r.day < i.day
                 WHERE i.day = make_date(y, 7, 1) ORDER BY y, r.day DESC) r ON r.y = b.interest_year
         WHERE coalesce(l.credited, 0) <> greatest(o.held_fen - o.balance_fen,
               interest_of(o.balance_fen * r.value - o.weighted_sum, r.factor, r.day_base))
        """,
    ),
    Invariant(
        "明细的余额和积数逐笔相连",
        f"""
        SELECT account_id, seq FROM (
            SELECT account_id, seq, period, balance_after_fen, weighted_sum_after, credit_fen - debit_fen AS change,
                   i.value AS index, lag(balance_after_fen, 1, 0::bigint) OVER w AS before,
                   lag(weighted_sum_after, 1, 0::bigint) OVER w AS weighted_before,
                   lag({_YEAR}) OVER w AS year_before, {_YEAR} AS year
              FROM member_line LEFT JOIN {_INDEX} i ON i.day = value_on
            WINDOW w AS (PARTITION BY account_id ORDER BY seq)) l
         WHERE balance_after_fen <> before + change
            OR (period % 100 = 13 AND weighted_sum_after IS DISTINCT FROM balance_after_fen * index)
            OR (period % 100 <> 13 AND year_before = year
                AND weighted_sum_after IS DISTINCT FROM weighted_before + change * index)
        """,
    ),
    Invariant(
        "个人账户余额合计等于住房公积金科目余额",
        f"""
        SELECT coalesce(m.centre_id, g.centre_id) AS centre_id, m.fen AS members_fen, g.fen AS subject_fen
          FROM (SELECT centre_id, sum(balance_fen) AS fen FROM ({_LATEST}) b GROUP BY centre_id) m
          FULL JOIN (SELECT l.centre_id, sum(l.credit_fen - l.debit_fen) AS fen
                       FROM gl_line l JOIN subject s ON s.code = l.subject AND s.member_control
                      GROUP BY l.centre_id) g ON g.centre_id = m.centre_id
         WHERE coalesce(m.fen, 0) <> coalesce(g.fen, 0)
        """,
    ),
    Invariant(
        "应付利息科目余额等于已计提未结息的利息",
        f"""
        SELECT coalesce(a.centre_id, g.centre_id) AS centre_id, a.fen AS accrued_fen, g.fen AS subject_fen
          FROM (SELECT centre_id, sum(amount_fen) AS fen FROM interest_accrual GROUP BY centre_id) a
          FULL JOIN (SELECT centre_id, sum(credit_fen - debit_fen) AS fen FROM gl_line
                      WHERE subject = '{INTEREST_PAYABLE}' GROUP BY centre_id) g ON g.centre_id = a.centre_id
         WHERE coalesce(a.fen, 0) <> coalesce(g.fen, 0)
        """,
    ),
    Invariant(
        "每个结息年度的止付余额等于当年未结束的止付合计",
        """
        SELECT coalesce(b.account_id, h.account_id) AS account_id, b.interest_year, b.held_fen, h.fen
          FROM balance b
          FULL JOIN (SELECT h.account_id, y.interest_year, sum(h.amount_fen) AS fen
                       FROM hold h LEFT JOIN balance y ON y.account_id = h.account_id
                        AND y.interest_year >= h.held_year AND (h.ended_year IS NULL OR h.ended_year > y.interest_year)
                      WHERE y.account_id IS NOT NULL OR h.ended_at IS NULL
                      GROUP BY h.account_id, y.interest_year) h
            ON h.account_id = b.account_id AND h.interest_year = b.interest_year
         WHERE coalesce(b.held_fen, 0) <> coalesce(h.fen, 0)
        """,
    ),
    Invariant(
        "每笔已支付的止付有同额的明细或销户结算",
        f"""
        SELECT h.account_id, h.id, h.amount_fen FROM hold h
         WHERE h.outcome = {HoldOutcome.POSTED:d} AND CASE WHEN h.closes_on IS NULL
               THEN NOT EXISTS (SELECT 1 FROM member_line l WHERE l.account_id = h.account_id
                    AND l.source_id = h.source_id AND l.kind = {LineKind.WITHDRAWAL:d} AND l.debit_fen = h.amount_fen)
               ELSE NOT EXISTS (SELECT 1 FROM close_out c WHERE c.account_id = h.account_id AND c.hold_id = h.id
                    AND c.principal_fen + c.interest_fen = h.amount_fen + h.interest_fen) END
        """,
    ),
    Invariant(
        "凭证的个人合计和摘要等于其明细",
        f"""
        SELECT v.centre_id, v.id AS voucher_id, v.member_count, l.lines
          FROM voucher v
          FULL JOIN (SELECT centre_id, voucher_id, count(*) AS lines, sum(debit_fen) AS debit_fen,
                            sum(credit_fen) AS credit_fen, min(known_at) AS first, max(known_at) AS last,
                            {DIGEST} AS digest
                       FROM member_line GROUP BY centre_id, voucher_id) l
            ON l.centre_id = v.centre_id AND l.voucher_id = v.id
         WHERE coalesce(v.member_count, 0) <> coalesce(l.lines, 0)
            OR coalesce(v.member_debit_fen, 0) <> coalesce(l.debit_fen, 0)
            OR coalesce(v.member_credit_fen, 0) <> coalesce(l.credit_fen, 0)
            OR v.known_at IS DISTINCT FROM coalesce(l.first, v.known_at)
            OR v.known_at IS DISTINCT FROM coalesce(l.last, v.known_at)
            OR (length(v.lines_digest) <> 32 AND v.lines_digest <> coalesce(l.digest, ''))
        """,
    ),
    Invariant(
        "凭证的个人明细摘要（第一版）等于其明细",
        f"""
        SELECT v.centre_id, v.id AS voucher_id
          FROM (SELECT l.centre_id, l.voucher_id, {DIGEST_V1} AS digest FROM member_line l
                  JOIN (SELECT centre_id, id FROM voucher WHERE length(lines_digest) = 32) o
                    ON o.centre_id = l.centre_id AND o.id = l.voucher_id GROUP BY l.centre_id, l.voucher_id) l
          RIGHT JOIN voucher v ON v.centre_id = l.centre_id AND v.id = l.voucher_id
         WHERE length(v.lines_digest) = 32 AND v.lines_digest IS DISTINCT FROM l.digest
        """,
    ),
    Invariant(
        "个人缴存、单位缴存和利息累计等于明细累计",
        f"""
        SELECT b.account_id, b.interest_year
          FROM balance b
          LEFT JOIN balance o ON o.account_id = b.account_id AND o.interest_year = b.interest_year - 1
          LEFT JOIN ({_BY_YEAR}) l ON l.account_id = b.account_id AND l.year = b.interest_year
         WHERE b.own_paid_fen <> coalesce(o.own_paid_fen, 0) + coalesce(l.own, 0)
            OR b.unit_paid_fen <> coalesce(o.unit_paid_fen, 0) + coalesce(l.unit, 0)
            OR b.interest_fen <> coalesce(o.interest_fen, 0) + coalesce(l.interest, 0)
        """,
    ),
    Invariant(
        "上年结转余额等于年初余额减去由明细重算的支出",
        f"""
        SELECT b.account_id, b.interest_year, b.carried_fen, c.carried
          FROM balance b
          LEFT JOIN (SELECT l.account_id, l.year, carried_after(y.opening_fen, l.debit_fen, l.credit_fen,
                            l.reverses_seq IS NOT NULL, l.balance_after_fen ORDER BY l.seq) AS carried
                       FROM (SELECT *, {_YEAR} AS year FROM member_line
                              WHERE period % 100 <> 13 AND (debit_fen > 0 OR reverses_seq IS NOT NULL)) l
                       JOIN balance y ON y.account_id = l.account_id AND y.interest_year = l.year
                      GROUP BY l.account_id, l.year) c ON c.account_id = b.account_id AND c.year = b.interest_year
         WHERE b.carried_fen <> coalesce(c.carried, b.opening_fen)
        """,
    ),
    Invariant(
        "每次利息计提的金额等于其凭证，累计等于已计提数",
        f"""
        -- A month that is accrued when its year is settled already finds the accrual given back.
        SELECT a.centre_id, a.month, a.accrued_fen, a.amount_fen
          FROM (SELECT a.*, sum(amount_fen) OVER (PARTITION BY centre_id, interest_year
                                                      ORDER BY month % 100 = 13, month) AS total,
                       coalesce(sum(amount_fen) FILTER (WHERE month % 100 = 13)
                                    OVER (PARTITION BY centre_id, interest_year), 0) AS given_back
                  FROM interest_accrual a) a
          LEFT JOIN LATERAL (SELECT sum(g.credit_fen - g.debit_fen) AS fen FROM gl_line g
                              WHERE g.centre_id = a.centre_id AND g.voucher_id = a.voucher_id
                                AND g.subject = '{INTEREST_PAYABLE}') g ON true
         WHERE a.accrued_fen <> a.total
               AND NOT (a.month % 100 < 13 AND a.accrued_fen = 0 AND a.total + a.given_back = 0)
            OR a.amount_fen <> coalesce(g.fen, 0)
        """,
    ),
    Invariant(
        "利率积数逐段相连",
        """
        SELECT product, day, value, due FROM (
            SELECT product, day, value, lag(value) OVER w + lag(daily_step) OVER w * (day - lag(day) OVER w) AS due
              FROM rate_index WINDOW w AS (PARTITION BY product ORDER BY day)) r
         WHERE value <> coalesce(due, 0)
        """,
    ),
    Invariant(
        "每条冲账明细与原明细金额相等、方向相反，且只冲一次",
        """
        SELECT r.account_id, r.seq FROM member_line r
          LEFT JOIN member_line o ON o.account_id = r.account_id AND o.seq = r.reverses_seq
         WHERE r.reverses_seq IS NOT NULL AND (o.seq IS NULL OR o.reverses_seq IS NOT NULL OR o.value_on <> r.value_on
               OR o.debit_fen <> r.credit_fen OR o.credit_fen <> r.debit_fen OR o.own_fen <> r.own_fen)
        UNION ALL
        SELECT account_id, reverses_seq FROM member_line WHERE reverses_seq IS NOT NULL
         GROUP BY account_id, reverses_seq HAVING count(*) > 1
        """,
    ),
    Invariant(
        "账户状态、余额行状态和状态期间一致",
        f"""
        SELECT a.account_id, a.state, b.state AS posting_state, p.state AS spell_state
          FROM account a
          LEFT JOIN ({_LATEST}) b ON b.account_id = a.account_id
          LEFT JOIN account_spell p ON p.account_id = a.account_id AND p.ended_on IS NULL
         WHERE b.account_id IS NULL OR p.state IS DISTINCT FROM a.state OR p.unit_id IS DISTINCT FROM a.unit_id
            OR b.state <> CASE
                   WHEN a.state IN (1, 2) AND EXISTS (SELECT 1 FROM account_freeze f WHERE f.account_id = a.account_id
                        AND f.kind = 3 AND f.ended_at IS NULL) THEN 6
                   WHEN a.state IN (1, 2) AND EXISTS (SELECT 1 FROM hold h WHERE h.account_id = a.account_id
                        AND h.closes_on IS NOT NULL AND h.ended_at IS NULL) THEN 7
                   ELSE a.state END
        """,
    ),
    Invariant(
        "销户结算的本金等于其明细，利息等于积数乘利率，并由应付利息付出",
        f"""
        SELECT c.account_id, c.voucher_id, c.principal_fen, c.interest_fen
          FROM close_out c
          LEFT JOIN member_line l ON l.account_id = c.account_id AND l.seq = c.seq AND l.voucher_id = c.voucher_id
          LEFT JOIN balance b ON b.account_id = c.account_id AND b.interest_year = c.interest_year
          LEFT JOIN voucher v ON v.centre_id = c.centre_id AND v.id = c.voucher_id AND v.kind = {VoucherKind.CLOSING:d}
          LEFT JOIN LATERAL (SELECT factor, day_base FROM rate_index WHERE product = {PRODUCT} AND day < c.closes_on
                              ORDER BY day DESC LIMIT 1) r ON true
          LEFT JOIN LATERAL (SELECT sum(g.credit_fen) FILTER (WHERE g.subject = '{DEPOSITS}') AS paid,
                                    sum(g.debit_fen) FILTER (WHERE g.subject = '{INTEREST_PAYABLE}') AS interest
                               FROM gl_line g WHERE g.centre_id = c.centre_id AND g.voucher_id = c.voucher_id) g ON true
         WHERE v.id IS NULL OR g.paid IS DISTINCT FROM c.principal_fen + c.interest_fen
            OR coalesce(g.interest, 0) <> c.interest_fen + greatest(c.corrected_fen, -c.corrected_fen)
            OR v.member_credit_fen - v.member_debit_fen <> c.corrected_fen - c.principal_fen
            OR c.principal_fen > 0 AND (l.seq IS NULL OR l.debit_fen <> c.principal_fen OR l.balance_after_fen <> 0)
            OR (c.principal_fen > 0 OR b.state = {AccountState.WITHDRAWN:d}) AND c.interest_fen <> greatest(0,
               interest_of(-coalesce(l.weighted_sum_after, b.weighted_sum), r.factor, r.day_base))
        UNION ALL
        SELECT account_id, voucher_id, debit_fen, NULL FROM member_line l
         WHERE kind = {LineKind.CLOSING:d} AND reverses_seq IS NULL AND NOT EXISTS (SELECT 1 FROM close_out c
               WHERE c.account_id = l.account_id AND c.voucher_id = l.voucher_id AND c.seq = l.seq)
        UNION ALL
        SELECT account_id, b.interest_year, balance_fen, held_fen FROM balance b
         WHERE state IN (3, 4, 5) AND (balance_fen <> 0 OR held_fen <> 0 OR carried_fen <> 0)
        """,
    ),
]
