"""Audit rows are never changed or deleted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("database", "0001_functions")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER audit_record_append_only BEFORE UPDATE OR DELETE ON audit_record"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER audit_record_append_only ON audit_record",
        ),
    ]
