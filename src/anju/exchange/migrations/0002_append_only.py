"""Kept answers are never changed or deleted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial"), ("database", "0001_functions")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER exchange_query_append_only BEFORE UPDATE OR DELETE ON exchange_query"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER exchange_query_append_only ON exchange_query",
        ),
    ]
