"""What the database itself refuses: unbalanced or empty vouchers at commit, changed lines, late lines; and the gate."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION assert_voucher_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_id bigint;
    header record;
    total record;
    mine bigint := pg_current_xact_id()::text::bigint;
    made_by bigint;
BEGIN
    IF TG_TABLE_NAME = 'voucher' THEN the_id := NEW.id; ELSE the_id := NEW.voucher_id; END IF;
    SELECT v.member_debit_fen, v.member_credit_fen, v.xmin::text::bigint AS made INTO header
      FROM voucher v WHERE v.centre_id = NEW.centre_id AND v.id = the_id;
    SELECT count(*) AS lines, coalesce(sum(l.debit_fen), 0) AS debit, coalesce(sum(l.credit_fen), 0) AS credit,
           coalesce(sum(l.debit_fen) FILTER (WHERE s.member_control), 0) AS member_debit,
           coalesce(sum(l.credit_fen) FILTER (WHERE s.member_control), 0) AS member_credit
      INTO total
      FROM gl_line l JOIN subject s ON s.code = l.subject
     WHERE l.centre_id = NEW.centre_id AND l.voucher_id = the_id;
    IF total.lines = 0 THEN
        RAISE EXCEPTION 'voucher % has no lines', the_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'voucher_not_empty';
    END IF;
    IF total.debit <> total.credit THEN
        RAISE EXCEPTION 'voucher % does not balance: debit %, credit %', the_id, total.debit, total.credit
            USING ERRCODE = 'check_violation', CONSTRAINT = 'voucher_balances';
    END IF;
    IF total.member_debit <> header.member_debit_fen OR total.member_credit <> header.member_credit_fen THEN
        RAISE EXCEPTION 'voucher %: control lines %/% differ from member totals %/%', the_id, total.member_debit,
            total.member_credit, header.member_debit_fen, header.member_credit_fen
            USING ERRCODE = 'check_violation', CONSTRAINT = 'voucher_controls_members';
    END IF;
    IF TG_TABLE_NAME = 'gl_line' THEN
        -- A voucher is complete when it is posted: its maker's transaction must still be this one.
        made_by := (mine >> 32 << 32) | header.made;
        IF made_by - mine > 1::bigint << 31 THEN made_by := made_by - (1::bigint << 32);
        ELSIF mine - made_by > 1::bigint << 31 THEN made_by := made_by + (1::bigint << 32);
        END IF;
        IF made_by < 0 OR pg_xact_status(made_by::text::xid8) IS DISTINCT FROM 'in progress' THEN
            RAISE EXCEPTION 'voucher % is already posted; no line can be added', the_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'voucher_complete';
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER voucher_balances AFTER INSERT ON voucher
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION assert_voucher_balances();
CREATE CONSTRAINT TRIGGER gl_line_balances AFTER INSERT ON gl_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION assert_voucher_balances();

-- A voucher's one permitted change is its number, given once by number_vouchers().
CREATE FUNCTION refuse_voucher_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND NEW.number IS NOT NULL THEN
        OLD.number := NEW.number;
        IF OLD IS NOT DISTINCT FROM NEW THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'vouchers are never changed or deleted; post a counter-entry'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER voucher_append_only BEFORE UPDATE OR DELETE ON voucher
    FOR EACH ROW EXECUTE FUNCTION refuse_voucher_change();
CREATE TRIGGER gl_line_append_only BEFORE UPDATE OR DELETE ON gl_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

GATE = """
-- The class of the gate's advisory locks ('gate' in ASCII); the second key is the centre.
CREATE FUNCTION gate_class() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1734440037';

CREATE FUNCTION business_date(the_centre bigint, wanted date) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT greatest(wanted, (SELECT max(business_date) + 1 FROM centre_day
                              WHERE centre_id = the_centre AND state = 2))
     WHERE EXISTS (SELECT 1 FROM centre_day WHERE centre_id = the_centre AND business_date <= wanted)
$$;

-- Volatile on purpose: the day is read with a snapshot taken after the lock is held.
CREATE FUNCTION enter_gate(the_centre bigint, wanted date) RETURNS date LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(gate_class(), the_centre::integer);
    RETURN business_date(the_centre, wanted);
END $$;

CREATE FUNCTION shut_gate(the_centre bigint) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(gate_class(), the_centre::integer);
END $$;

-- Consecutive numbers in the order of ids, given after the fact so that posting never waits for a counter.
CREATE FUNCTION number_vouchers(the_centre bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
DECLARE
    given bigint;
BEGIN
    PERFORM shut_gate(the_centre);
    WITH waiting AS (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM voucher
         WHERE centre_id = the_centre AND number IS NULL
    ), last AS (SELECT coalesce(max(number), 0) AS number FROM voucher WHERE centre_id = the_centre)
    UPDATE voucher v SET number = last.number + w.place
      FROM waiting w, last WHERE v.centre_id = the_centre AND v.id = w.id;
    GET DIAGNOSTICS given = ROW_COUNT;
    RETURN given;
END $$;
CREATE INDEX voucher_unnumbered ON voucher (centre_id, id) WHERE number IS NULL;
CREATE UNIQUE INDEX voucher_number ON voucher (centre_id, number) WHERE number IS NOT NULL;
"""

BACK = """
DROP FUNCTION number_vouchers(bigint), shut_gate(bigint), enter_gate(bigint, date), business_date(bigint, date),
    gate_class();
DROP TRIGGER voucher_append_only ON voucher; DROP TRIGGER gl_line_append_only ON gl_line;
DROP TRIGGER voucher_balances ON voucher; DROP TRIGGER gl_line_balances ON gl_line;
DROP FUNCTION refuse_voucher_change(), assert_voucher_balances();
DROP INDEX voucher_unnumbered, voucher_number;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_books")]
    operations = [migrations.RunSQL(GUARDS + GATE, BACK)]
