"""The sequence of case numbers, and what is insert-only."""

from django.db import migrations

APPEND_ONLY = ("case_step", "case_review", "case_decision", "case_opinion", "case_signature")


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_cases"), ("database", "0001_functions")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE case_number_seq", "DROP SEQUENCE case_number_seq"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
                f"DROP TRIGGER {table}_append_only ON {table}",
            )
            for table in APPEND_ONLY
        ),
    ]
