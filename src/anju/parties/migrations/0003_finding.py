"""Indexes to find people by name and phone, and numbers of contacts that need no counting."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_guards")]
    operations = [
        migrations.AddIndex("person", models.Index(fields=["name_digest"], name="person_name_digest")),
        migrations.AddIndex("contact", models.Index(fields=["value_digest"], name="person_contact_value")),
        # Starts above every number that was counted before.
        migrations.RunSQL(
            "CREATE SEQUENCE person_contact_n_seq AS integer START WITH 1000", "DROP SEQUENCE person_contact_n_seq"
        ),
    ]
