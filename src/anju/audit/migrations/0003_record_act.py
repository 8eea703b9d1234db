"""Writing one act from within a statement that does it."""

from django.db import migrations

FUNCTION = """
-- The same row that the room's Python writes; whoever calls it may add to the table, as there.
CREATE FUNCTION record_act(the_centre bigint, the_act text, the_time timestamptz, the_login bigint, the_actor bigint,
    the_role text, the_subject text, the_subject_id bigint, the_details jsonb) RETURNS bigint
    LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO audit_record (centre_id, act, at, login_id, actor_person_id, role, subject, subject_id, details)
    VALUES (the_centre, the_act, the_time, the_login, the_actor, the_role, the_subject, the_subject_id, the_details)
    RETURNING id INTO made;
    RETURN made;
END $$;
"""

BACK = """
DROP FUNCTION record_act(bigint, text, timestamptz, bigint, bigint, text, text, bigint, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [migrations.RunSQL(FUNCTION, BACK)]
