"""Carrying one account into the next interest year in one call, for a posting that comes before the settlement."""

from django.db import migrations

FUNCTIONS = """
-- What the settlement does to a chunk, for one account that is one year behind: the chunk's lock shared, the old row
-- marked, the year's interest as a line, the row of the next year. Whoever waited for the chunk finds the account there.
-- Answers whether it is there now; no year and no line when nothing was to be done, or when it is not for here.
CREATE FUNCTION carry_one(the_account bigint, the_centre bigint, next_year bigint, the_chunk bigint,
    the_time timestamptz, OUT there boolean, OUT rate_index bigint, OUT rate_factor integer, OUT rate_base smallint,
    OUT interest bigint, OUT line member_line)
    LANGUAGE plpgsql VOLATILE SET enable_seqscan = off AS $$
DECLARE
    the_year integer := next_year;
    ends date := make_date(the_year, 7, 1);
    old record;
    total bigint;
BEGIN
    there := false;
    PERFORM pg_advisory_xact_lock_shared(hashtext('carry'), hashint8(the_account / the_chunk));
    SELECT rate_index_at(1::smallint, ends), r.factor, r.day_base INTO rate_index, rate_factor, rate_base
      FROM rate_index r WHERE r.product = 1 AND r.day < ends ORDER BY r.day DESC LIMIT 1;
    IF rate_index IS NULL THEN RETURN; END IF;
    IF NOT EXISTS (SELECT 1 FROM balance n WHERE n.account_id = the_account AND n.interest_year = the_year) THEN
        UPDATE balance b SET state = b.state + 10
         WHERE b.account_id = the_account AND b.interest_year = the_year - 1 AND b.centre_id = the_centre
           AND b.state IN (1, 2, 6, 7) RETURNING b.* INTO old;
        IF NOT FOUND THEN RETURN; END IF;
        interest := greatest(old.held_fen - old.balance_fen,
            interest_of(old.balance_fen * rate_index - old.weighted_sum, rate_factor, rate_base));
        total := old.balance_fen + interest;
        IF interest <> 0 THEN
            INSERT INTO member_line (account_id, seq, voucher_id, centre_id, known_at, debit_fen, credit_fen,
                balance_after_fen, weighted_sum_after, period, booked_on, value_on, kind)
            VALUES (the_account, old.last_seq + 1, nextval('voucher_id_seq'), the_centre, the_time,
                greatest(-interest, 0), greatest(interest, 0), total, total * rate_index, the_year * 100 - 87,
                ends - 1, ends, 9)
            RETURNING * INTO line;
        END IF;
        INSERT INTO balance (account_id, interest_year, centre_id, opening_fen, balance_fen, carried_fen, held_fen,
            own_paid_fen, unit_paid_fen, weighted_sum, interest_fen, last_seq, paid_to, state)
        VALUES (the_account, the_year, the_centre, total, total, total, old.held_fen, old.own_paid_fen,
            old.unit_paid_fen, total * rate_index, old.interest_fen + interest,
            old.last_seq + (interest <> 0)::integer, old.paid_to, old.state - 10);
    END IF;
    there := true;
END $$;
"""

BACK = """
DROP FUNCTION carry_one(bigint, bigint, bigint, bigint, timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_pay_out_hold")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
