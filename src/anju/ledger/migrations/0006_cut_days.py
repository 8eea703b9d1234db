"""A day that is cut (轧账): nothing more is booked on it, yet it can be taken back; what is closed stays closed."""

from django.db import migrations

STATES = """
ALTER TABLE centre_day DROP CONSTRAINT centre_day_state;
ALTER TABLE centre_day ADD CONSTRAINT centre_day_state CHECK (state IN (1, 2, 3));

-- 1 open, 3 cut, 2 closed for good. A cut day takes as little as a closed one.
CREATE OR REPLACE FUNCTION business_date(the_centre bigint, wanted date) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT greatest(wanted, (SELECT max(business_date) + 1 FROM centre_day
                              WHERE centre_id = the_centre AND state IN (2, 3)))
     WHERE EXISTS (SELECT 1 FROM centre_day WHERE centre_id = the_centre AND business_date <= wanted)
$$;

CREATE FUNCTION refuse_change_of_closed_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'business day % is closed for good', OLD.business_date USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER centre_day_closed_stands BEFORE UPDATE OR DELETE ON centre_day
    FOR EACH ROW WHEN (OLD.state = 2) EXECUTE FUNCTION refuse_change_of_closed_day();

-- What a day booked is read every day, of books that grow for years.
CREATE INDEX voucher_day ON voucher (centre_id, business_date);
"""
BACK = """
DROP INDEX voucher_day;
DROP TRIGGER centre_day_closed_stands ON centre_day;
DROP FUNCTION refuse_change_of_closed_day();
CREATE OR REPLACE FUNCTION business_date(the_centre bigint, wanted date) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT greatest(wanted, (SELECT max(business_date) + 1 FROM centre_day
                              WHERE centre_id = the_centre AND state = 2))
     WHERE EXISTS (SELECT 1 FROM centre_day WHERE centre_id = the_centre AND business_date <= wanted)
$$;
UPDATE centre_day SET state = 1 WHERE state = 3;
ALTER TABLE centre_day DROP CONSTRAINT centre_day_state;
ALTER TABLE centre_day ADD CONSTRAINT centre_day_state CHECK (state IN (1, 2));
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_seals")]
    operations = [migrations.RunSQL(STATES, BACK)]
