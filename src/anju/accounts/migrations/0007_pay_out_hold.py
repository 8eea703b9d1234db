"""Paying out a hold: the member's side of a withdrawal in one call."""

from django.db import migrations

FUNCTIONS = """
-- Gate, key, balance, hold, line: in the order of locks, each read after the lock before it is held. Writes everything
-- or nothing, and answers how far it came: no centre, an unknown account; no day, books that are not open; a known
-- voucher, a key that was used; no line, a balance that cannot be brought into this interest year, or a hold that does not
-- fit. `interest` is the line of the year that ended, where the account had to be carried (`carry_one`, migration 0008).
-- Money that was carried forward goes first, then the current year's; one rate makes that a split of fields only.
-- A function keeps its plans. The first posting of an interest year finds that year's balances empty, and a plan that
-- reads an empty table whole would go on reading it whole while the settlement fills it: so rows are found by key only.
CREATE FUNCTION pay_out_hold(the_account bigint, the_hold bigint, the_fen bigint, the_source bigint, the_value_on date,
    the_key text, the_time timestamptz, the_wanted date, the_chunk bigint, OUT centre bigint, OUT day date,
    OUT known_id bigint, OUT known_ref uuid, OUT known_request bytea, OUT line member_line, OUT interest member_line)
    LANGUAGE plpgsql VOLATILE SET enable_seqscan = off AS $$
DECLARE
    the_year integer;
    moved record;
BEGIN
    SELECT centre_id INTO centre FROM account WHERE account_id = the_account;
    IF centre IS NULL THEN RETURN; END IF;
    day := enter_gate(centre, the_wanted);
    IF day IS NULL THEN RETURN; END IF;
    SELECT k.known_id, k.known_ref, k.known_request INTO known_id, known_ref, known_request
      FROM claim_voucher_key(centre, the_key) k;
    IF known_id IS NOT NULL THEN RETURN; END IF;

    the_year := extract(year FROM day) - (extract(month FROM day) < 7)::integer;
    -- The balance row is locked before the hold, as everywhere; whoever ends a hold has locked it first.
    PERFORM 1 FROM balance
      WHERE account_id = the_account AND interest_year = the_year AND centre_id = centre AND state < 10 FOR UPDATE;
    IF NOT FOUND THEN
        interest := (SELECT c.line FROM carry_one(the_account, centre, the_year, the_chunk, the_time) c);
        PERFORM 1 FROM balance
          WHERE account_id = the_account AND interest_year = the_year AND centre_id = centre AND state < 10 FOR UPDATE;
        IF NOT FOUND THEN RETURN; END IF;
    END IF;
    UPDATE hold SET ended_at = the_time, ended_year = the_year, outcome = 1
     WHERE account_id = the_account AND id = the_hold AND ended_at IS NULL AND closes_on IS NULL
       AND amount_fen = the_fen AND source_id = the_source;
    IF NOT FOUND THEN RETURN; END IF;
    UPDATE balance SET balance_fen = balance_fen - the_fen, held_fen = held_fen - the_fen,
           carried_fen = greatest(carried_fen - the_fen, 0), last_seq = last_seq + 1,
           weighted_sum = weighted_sum - the_fen * rate_index_at(1::smallint, the_value_on)
     WHERE account_id = the_account AND interest_year = the_year
    RETURNING last_seq, balance_fen, weighted_sum INTO moved;
    INSERT INTO member_line (account_id, seq, voucher_id, centre_id, known_at, debit_fen, credit_fen,
        balance_after_fen, weighted_sum_after, source_id, period, booked_on, value_on, kind)
    VALUES (the_account, moved.last_seq, nextval('voucher_id_seq'), centre, the_time, the_fen, 0,
        moved.balance_fen, moved.weighted_sum, the_source,
        extract(year FROM day)::integer * 100 + extract(month FROM day)::integer, day, the_value_on, 11)
    RETURNING * INTO line;
END $$;
"""

BACK = """
DROP FUNCTION pay_out_hold(bigint, bigint, bigint, bigint, date, text, timestamptz, date, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_carried"),
        ("ledger", "0007_write_voucher"),
        ("audit", "0003_record_act"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
