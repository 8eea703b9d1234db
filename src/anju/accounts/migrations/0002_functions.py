"""Interest arithmetic, account numbers, partitions and the append-only trigger."""

from django.db import migrations

FUNCTIONS = """
-- Cumulative index I(day) of a product: what one fen has earned since the first rate, in basis points times days.
CREATE FUNCTION rate_index_at(the_product smallint, the_day date) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT value + daily_step::bigint * (the_day - day) FROM rate_index
     WHERE product = the_product AND day <= the_day ORDER BY day DESC LIMIT 1
$$;

-- Interest in fen, rounded half up (away from zero when a correction made it negative), once.
CREATE FUNCTION interest_of(earned bigint, factor integer, day_base smallint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN earned >= 0 THEN (earned * factor + day_base * 5000) / (day_base * 10000)
                ELSE -((-earned * factor + day_base * 5000) / (day_base * 10000)) END
$$;

-- A block of consecutive account numbers, so that a unit's staff lie on neighbouring pages.
CREATE FUNCTION take_account_numbers(wanted integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
DECLARE
    first bigint;
BEGIN
    PERFORM pg_advisory_lock(hashtext('account_number_seq'));
    first := nextval('account_number_seq');
    PERFORM setval('account_number_seq', first + wanted - 1);
    PERFORM pg_advisory_unlock(hashtext('account_number_seq'));
    RETURN first;
END $$;

CREATE TRIGGER member_line_append_only BEFORE UPDATE OR DELETE ON member_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

PARTITIONS = """
-- Attached, not created in place: attaching lets postings go on.
CREATE FUNCTION attach_partition(parent text, leaf text, bounds text, options text) RETURNS integer
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF to_regclass('public.' || leaf) IS NOT NULL THEN RETURN 0; END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL) %s', leaf, parent, options);
    EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES %s', parent, leaf, bounds);
    RETURN 1;
END $$;
REVOKE ALL ON FUNCTION attach_partition(text, text, text, text) FROM PUBLIC;

-- Months of member lines from July 2022 up to a day, the interest partition YYYY13 of each year behind its December,
-- and the interest years' balances. How many were made; running it again makes none.
CREATE FUNCTION make_partitions(through date) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
DECLARE
    made integer := 0;
    first date;
    number integer;
    year integer;
BEGIN
    IF through > current_date + interval '50 years' THEN
        RAISE EXCEPTION 'partitions up to % are not needed', through;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('make_partitions'));
    FOR first IN SELECT generate_series(date '2022-07-01', through, interval '1 month') LOOP
        number := to_char(first, 'YYYYMM')::integer;
        made := made + attach_partition('member_line', 'member_line_' || number,
            format('FROM (%s) TO (%s)', number, number + 1), '');
        IF number % 100 = 12 THEN
            made := made + attach_partition('member_line', 'member_line_' || (number + 1),
                format('FROM (%s) TO (%s)', number + 1, number + 89), '');
        END IF;
    END LOOP;
    FOR year IN SELECT generate_series(2022, greatest(2030, extract(year FROM through)::integer + 1)) LOOP
        made := made + attach_partition('balance', 'balance_' || year, format('IN (%s)', year),
            'WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)');
    END LOOP;
    RETURN made;
END $$;

SELECT make_partitions((current_date + interval '13 months')::date);
"""

BACK = """
DROP FUNCTION make_partitions(date), attach_partition(text, text, text, text);
DROP TRIGGER member_line_append_only ON member_line;
DROP FUNCTION take_account_numbers(integer), interest_of(bigint, integer, smallint), rate_index_at(smallint, date);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_accounts")]
    operations = [migrations.RunSQL(FUNCTIONS + PARTITIONS, BACK)]
