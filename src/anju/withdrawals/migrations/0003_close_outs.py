"""Close-outs: the interest in what was paid, and the day up to which it counts; what was paid before had none."""

from django.db import migrations, models

from anju.database.fields import FenField


class Migration(migrations.Migration):
    dependencies = [("withdrawals", "0002_sequence")]
    operations = [
        migrations.AddField("WithdrawalRow", "interest_fen", FenField("其中利息", default=0, db_default=0)),
        migrations.AddField("WithdrawalRow", "closes_on", models.DateField("销户日期", null=True)),
        migrations.AddConstraint(
            "WithdrawalRow",
            models.CheckConstraint(
                condition=models.Q(interest_fen__gte=0, interest_fen__lte=models.F("amount_fen"))
                & (models.Q(interest_fen=0) | models.Q(closes_on__isnull=False)),
                name="withdrawal_interest",
            ),
        ),
    ]
