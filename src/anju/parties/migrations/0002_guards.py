"""Sequences, and the triggers that keep history growing only."""

from django.db import migrations

UP = """
CREATE SEQUENCE person_id_seq AS bigint;
CREATE SEQUENCE unit_id_seq AS bigint START WITH 1001;
CREATE TRIGGER person_history_append_only BEFORE UPDATE OR DELETE ON person_history
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER unit_history_append_only BEFORE UPDATE OR DELETE ON unit_history
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
DOWN = """
DROP TRIGGER unit_history_append_only ON unit_history;
DROP TRIGGER person_history_append_only ON person_history;
DROP SEQUENCE unit_id_seq;
DROP SEQUENCE person_id_seq;
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial"), ("database", "0001_functions")]
    operations = [migrations.RunSQL(UP, DOWN)]
