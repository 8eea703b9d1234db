"""A list remembers the file it came from beside what it did: the same file may rightly do something new later."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contributions", "0001_tables")]
    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE change_list ADD COLUMN file_digest bytea;
            CREATE INDEX change_list_file ON change_list (centre_id, unit_id, month, file_digest)
                WHERE file_digest IS NOT NULL;
            """,
            "ALTER TABLE change_list DROP COLUMN file_digest",
            state_operations=[
                migrations.AddField("changelist", "file_digest", models.BinaryField(null=True)),
            ],
        )
    ]
