"""The database holds it: a unit's nature is a code of two digits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0004_nature_codes")]
    operations = [
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(nature__regex="^[0-9]{2}$"), name="unit_nature_is_a_code"
            ),
        ),
    ]
