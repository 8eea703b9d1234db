"""Claiming a key and writing a voucher, as functions: for Python, and for statements of rooms above that do more."""

from django.db import migrations

FUNCTIONS = """
-- Takes an idempotency key until the transaction ends; the voucher that has it, if one. Volatile on purpose: it is
-- looked for with a snapshot taken after the key is held. A kept plan made while the table was empty would read it
-- whole for ever after: rows are found by key only, here and where the balance of a voucher is checked.
CREATE FUNCTION claim_voucher_key(the_centre bigint, the_key text, OUT known_id bigint, OUT known_ref uuid,
    OUT known_request bytea) LANGUAGE plpgsql VOLATILE SET enable_seqscan = off AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('voucher key'), hashtext(the_centre || ':' || the_key));
    SELECT id, public_ref, request_digest INTO known_id, known_ref, known_request
      FROM voucher WHERE centre_id = the_centre AND idempotency_key = the_key;
END $$;

ALTER FUNCTION assert_voucher_balances() SET enable_seqscan = off;

-- Writes a voucher with its lines and gives its id; nothing and NULL when its key is taken. The gate comes before it.
CREATE FUNCTION write_voucher(the_centre bigint, the_id bigint, the_key text, the_request bytea, the_kind integer,
    the_day date, the_time timestamptz, the_maker bigint, the_checker bigint, the_original bigint, the_event bigint,
    the_count integer, the_debit_fen bigint, the_credit_fen bigint, the_lines_digest bytea, the_ref uuid,
    the_subjects text[], the_units bigint[], the_banks bigint[], the_debits bigint[], the_credits bigint[])
    RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO voucher (centre_id, id, idempotency_key, request_digest, kind, business_date, known_at,
        maker_person_id, checker_person_id, reverses_id, event_id, member_count, member_debit_fen,
        member_credit_fen, lines_digest, public_ref)
    VALUES (the_centre, coalesce(the_id, nextval('voucher_id_seq')), the_key, the_request, the_kind, the_day, the_time,
        the_maker, the_checker, the_original, the_event, the_count, the_debit_fen, the_credit_fen, the_lines_digest,
        the_ref)
    ON CONFLICT ON CONSTRAINT voucher_key DO NOTHING
    RETURNING id INTO made;
    IF made IS NULL THEN RETURN NULL; END IF;
    INSERT INTO gl_line (centre_id, voucher_id, n, subject, unit_id, bank_account_id, debit_fen, credit_fen)
    SELECT the_centre, made, l.n, l.subject, l.unit_id, l.bank_account_id, l.debit_fen, l.credit_fen
      FROM unnest(the_subjects, the_units, the_banks, the_debits, the_credits)
           WITH ORDINALITY AS l (subject, unit_id, bank_account_id, debit_fen, credit_fen, n);
    RETURN made;
END $$;

-- As before, and the day in a field of its own, so that the refusal can name it whoever was posting.
CREATE OR REPLACE FUNCTION refuse_closed_period() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_year integer := extract(year FROM NEW.business_date);
    the_month integer := the_year * 100 + extract(month FROM NEW.business_date)::integer;
BEGIN
    IF EXISTS (SELECT 1 FROM period WHERE centre_id = NEW.centre_id AND kind = 1 AND number = the_month
                  AND state >= 2 AND NEW.kind <> 10)
       OR EXISTS (SELECT 1 FROM period WHERE centre_id = NEW.centre_id AND kind = 2 AND number = the_year
                     AND state = 3) THEN
        RAISE EXCEPTION 'the books of % are closed; post to an open day', NEW.business_date
            USING ERRCODE = 'check_violation', CONSTRAINT = 'voucher_period_open',
                  DETAIL = to_char(NEW.business_date, 'YYYY-MM-DD');
    END IF;
    RETURN NULL;
END $$;
"""

BACK = """
DROP FUNCTION write_voucher(bigint, bigint, text, bytea, integer, date, timestamptz, bigint, bigint, bigint, bigint,
    integer, bigint, bigint, bytea, uuid, text[], bigint[], bigint[], bigint[], bigint[]);
DROP FUNCTION claim_voucher_key(bigint, text);
ALTER FUNCTION assert_voucher_balances() RESET enable_seqscan;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_cut_days")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
