"""What stood in the form before a correction was answered."""

from django.db import migrations

import anju.database.fields


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_guards")]
    operations = [
        migrations.AddField(
            model_name="casecorrection",
            name="answers_before",
            field=anju.database.fields.SealedTextField(null=True),
        ),
    ]
