"""Natures of units are codes of the list: the word that was kept for every online registration becomes 39 (其他城镇企业)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("parties", "0003_finding")]
    operations = [
        migrations.RunSQL(
            "UPDATE unit SET nature = '39' WHERE nature !~ '^[0-9]{2}$'", migrations.RunSQL.noop
        ),
    ]
