"""Lines of the activity log are never changed or deleted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial"), ("database", "0001_functions")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER identity_activity_append_only BEFORE UPDATE OR DELETE ON identity_activity"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER identity_activity_append_only ON identity_activity",
        ),
    ]
