"""Recomputing the carried-forward part of a balance from its lines, for the checks."""

from django.db import migrations

FUNCTIONS = """
-- What a line does to the part carried forward: money goes out of it first; what is taken back or comes back keeps it
-- within the balance and within what the year opened with.
CREATE FUNCTION carried_next(carried bigint, opening bigint, debit bigint, credit bigint, reverses boolean,
    balance_after bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN NOT reverses THEN greatest(coalesce(carried, opening) - debit, 0)
                WHEN debit > 0 THEN least(coalesce(carried, opening), balance_after)
                ELSE least(opening, coalesce(carried, opening) + credit) END
$$;
CREATE AGGREGATE carried_after(bigint, bigint, bigint, boolean, bigint) (SFUNC = carried_next, STYPE = bigint);
"""

BACK = """
DROP AGGREGATE carried_after(bigint, bigint, bigint, boolean, bigint);
DROP FUNCTION carried_next(bigint, bigint, bigint, bigint, boolean, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_close_outs")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
