"""A difference that was mended and is back is explained anew, in the run that found it again."""

from django.db import migrations, models

KEY = """
ALTER TABLE closing_explanation DROP CONSTRAINT closing_explanation_pk;
ALTER TABLE closing_explanation ADD CONSTRAINT closing_explanation_pk PRIMARY KEY (centre_id, digest, run_id);
"""
BACK = """
ALTER TABLE closing_explanation DROP CONSTRAINT closing_explanation_pk;
ALTER TABLE closing_explanation ADD CONSTRAINT closing_explanation_pk PRIMARY KEY (centre_id, digest);
"""


class Migration(migrations.Migration):
    dependencies = [("closing", "0001_closing")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(KEY, BACK)],
            state_operations=[
                migrations.RemoveField("ClosingExplanation", "pk"),
                migrations.AddField(
                    "ClosingExplanation", "pk",
                    models.CompositePrimaryKey("centre_id", "digest", "run_id", blank=True, editable=False,
                                               primary_key=True, serialize=False),
                ),
            ],
        )
    ]
