"""A mandate remembers the office it was signed in."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('treasury', '0001_tables'),
    ]

    operations = [
        migrations.AddField(
            model_name='treasurymandate',
            name='office_mandate_id',
            field=models.BigIntegerField(null=True),
        ),
    ]
