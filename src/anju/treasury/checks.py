"""What must always hold of money at the bank."""

from __future__ import annotations

from anju.database.checks import Invariant

CHECKS = [
    Invariant(
        "treasury: nobody pays his own order",
        "SELECT centre_id, order_id FROM payment_order WHERE maker_person_id = releaser_person_id"
        " OR maker_person_id = checker_person_id OR checker_person_id = releaser_person_id",
    ),
    Invariant(
        "treasury: a payment under a mandate lies within it",
        "SELECT o.centre_id, o.order_id FROM payment_order o JOIN treasury_mandate m USING (centre_id, mandate_id)"
        " WHERE o.amount_fen > m.limit_fen OR o.releaser_person_id <> m.signed_by_person_id"
        " OR (m.ended_at IS NOT NULL AND o.released_at > m.ended_at)",
    ),
    Invariant(
        "treasury: an order with a final state says when, one without does not",
        "SELECT centre_id, order_id FROM payment_order WHERE (state IN (4, 5, 6)) <> (final_at IS NOT NULL)",
    ),
    Invariant(
        "treasury: the three people of a batch are three, and none made or checked a payment in it",
        "SELECT b.centre_id, b.batch_id FROM payment_batch b WHERE b.maker_person_id = b.checker_person_id"
        " OR b.maker_person_id = b.releaser_person_id OR b.checker_person_id = b.releaser_person_id OR EXISTS"
        " (SELECT 1 FROM payment_batch_line l JOIN payment_order o USING (centre_id, order_id)"
        " WHERE l.centre_id = b.centre_id AND l.batch_id = b.batch_id AND l.taken_out_at IS NULL"
        " AND (o.maker_person_id IN (b.maker_person_id, b.checker_person_id, b.releaser_person_id)"
        " OR o.checker_person_id IN (b.maker_person_id, b.checker_person_id, b.releaser_person_id)))",
    ),
    Invariant(
        "treasury: an order names the one batch it is in, and the batch has it with its amount",
        "SELECT o.centre_id, o.order_id FROM payment_order o LEFT JOIN payment_batch_line l"
        " ON l.centre_id = o.centre_id AND l.order_id = o.order_id AND l.taken_out_at IS NULL"
        " LEFT JOIN payment_batch b ON b.centre_id = l.centre_id AND b.batch_id = l.batch_id"
        " WHERE o.batch_id IS DISTINCT FROM l.batch_id OR (l.order_id IS NOT NULL AND"
        " (l.amount_fen <> o.amount_fen OR l.order_digest <> o.request_digest"
        " OR b.bank_account_id <> o.bank_account_id OR b.state IN (8, 9)))",
    ),
    Invariant(
        "treasury: what a batch sent is the sum of the payments it was sent with",
        "SELECT b.centre_id, b.batch_id FROM payment_batch b CROSS JOIN LATERAL (SELECT count(*) AS n,"
        " coalesce(sum(l.amount_fen), 0) AS fen FROM payment_batch_line l WHERE l.centre_id = b.centre_id"
        " AND l.batch_id = b.batch_id AND l.sent) s WHERE b.sent_lines <> s.n OR b.sent_fen <> s.fen",
    ),
    Invariant(
        "treasury: a final batch has no open payment, and an unsent one no sent payment",
        "SELECT b.centre_id, b.batch_id FROM payment_batch b JOIN payment_order o USING (centre_id, batch_id)"
        " WHERE (b.state = 7 AND o.state IN (1, 2, 3)) OR (b.state IN (1, 2, 3) AND o.state IN (2, 3, 4))",
    ),
    Invariant(
        "treasury: the register of deposits is the balance of the time and notice deposits of each account",
        "SELECT coalesce(d.centre_id, g.centre_id), coalesce(d.bank_account_id, g.bank_account_id) FROM"
        " (SELECT centre_id, bank_account_id, sum(amount_fen) AS fen FROM deposit WHERE state = 2 AND kind IN (1, 2)"
        " GROUP BY 1, 2) d FULL JOIN (SELECT centre_id, bank_account_id, sum(debit_fen - credit_fen) AS fen"
        " FROM gl_line WHERE subject = '101-03' GROUP BY 1, 2 HAVING sum(debit_fen - credit_fen) <> 0) g"
        " ON g.centre_id = d.centre_id AND g.bank_account_id = d.bank_account_id WHERE d.fen IS DISTINCT FROM g.fen",
    ),
    Invariant(
        "treasury: a move of own money that is done has one voucher, made and checked by its two people",
        "SELECT m.centre_id, m.move_id FROM own_move m LEFT JOIN voucher v ON v.centre_id = m.centre_id"
        " AND v.id = m.voucher_id WHERE m.maker_person_id = m.checker_person_id OR (m.state = 5 AND m.kind <> 4 AND"
        " (v.id IS NULL OR v.maker_person_id <> m.maker_person_id OR v.checker_person_id <> m.checker_person_id))",
    ),
    Invariant(
        "treasury: a booked entry has one booking in force, its voucher made and checked by its two people",
        "SELECT b.centre_id, b.booking_id FROM bank_booking b JOIN bank_notice n USING (centre_id, notice_id)"
        " LEFT JOIN voucher v ON v.centre_id = b.centre_id AND v.id = b.voucher_id WHERE b.state = 2 AND"
        " (v.id IS NULL OR v.event_id IS DISTINCT FROM b.notice_id OR b.amount_fen <> n.amount_fen"
        " OR v.maker_person_id IS DISTINCT FROM b.maker_person_id"
        " OR v.checker_person_id IS DISTINCT FROM b.checker_person_id OR b.maker_person_id = b.checker_person_id"
        " OR (b.purpose <> 9 AND (n.state <> CASE n.direction WHEN 1 THEN 7 ELSE 1 END"
        " OR EXISTS (SELECT 1 FROM voucher r WHERE r.centre_id = v.centre_id AND r.reverses_id = v.id))))"
        " UNION ALL SELECT n.centre_id, n.notice_id FROM bank_notice n WHERE n.state = 7 AND 1 <> (SELECT count(*)"
        " FROM bank_booking b WHERE b.centre_id = n.centre_id AND b.notice_id = n.notice_id AND b.state = 2"
        " AND b.purpose <> 9)",
    ),
    Invariant(
        "treasury: a booking taken back has its voucher reversed, exactly once",
        "SELECT b.centre_id, b.booking_id FROM bank_booking b WHERE b.state = 5 AND NOT EXISTS (SELECT 1"
        " FROM voucher r WHERE r.centre_id = b.centre_id AND r.reverses_id = b.voucher_id)",
    ),
    Invariant(
        "treasury: an entry taken back has exactly one reversal of the same amount",
        "SELECT n.centre_id, n.notice_id FROM bank_notice n WHERE n.state = 2 AND 1 <> (SELECT count(*)"
        " FROM bank_notice r WHERE r.centre_id = n.centre_id AND r.original_notice_id = n.notice_id"
        " AND r.state = 3 AND r.amount_fen = n.amount_fen)",
    ),
    Invariant(
        "treasury: a contradiction differs from the entry it contradicts",
        "SELECT c.centre_id, c.contradiction_id FROM bank_contradiction c"
        " JOIN bank_notice n USING (centre_id, notice_id) WHERE c.content_digest = n.content_digest",
    ),
    Invariant(
        "treasury: a recognised entry has the amount of its payment",
        "SELECT n.centre_id, n.notice_id FROM bank_notice n JOIN payment_order o USING (centre_id, order_id)"
        " WHERE n.amount_fen <> o.amount_fen OR n.state <> 5",
    ),
    Invariant(
        "treasury: the balance after every entry of the bank follows from the entry before it",
        "SELECT centre_id, entry_id FROM (SELECT centre_id, entry_id, position, entry_date, balance_after_fen,"
        " CASE direction WHEN 2 THEN amount_fen ELSE -amount_fen END AS effect_fen,"
        " lag(balance_after_fen) OVER chain AS before_fen, lag(entry_date) OVER chain AS before_on,"
        " lag(position) OVER chain AS before_position FROM bank_entry"
        " WINDOW chain AS (PARTITION BY centre_id, bank_account_id ORDER BY position)) e"
        " WHERE before_position IS NOT NULL AND (balance_after_fen <> before_fen + effect_fen"
        " OR entry_date < before_on OR position <> before_position + 1)",
    ),
    Invariant(
        "treasury: a reconciled day carries the balance the bank told for it",
        "SELECT d.centre_id, d.bank_account_id, d.on_day FROM reconciled_day d JOIN LATERAL (SELECT e.balance_after_fen"
        " FROM bank_entry e WHERE e.centre_id = d.centre_id AND e.bank_account_id = d.bank_account_id"
        " AND e.entry_date <= d.on_day ORDER BY e.position DESC LIMIT 1) e ON true"
        " WHERE e.balance_after_fen <> d.balance_fen",
    ),
]
