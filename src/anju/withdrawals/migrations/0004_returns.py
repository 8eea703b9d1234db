"""Money that came back to a closed account: a table of its own, and three more states of a withdrawal."""

from django.db import migrations, models

from anju.database.fields import FenField

_TAKEN = {"fields": ["account_id", "reason", "period"], "name": "withdrawal_period_once"}


class Migration(migrations.Migration):
    dependencies = [("withdrawals", "0003_close_outs")]
    operations = [
        migrations.CreateModel(
            name="WithdrawalReturnRow",
            fields=[
                ("pk", models.CompositePrimaryKey(
                    "account_id", "withdrawal_id", "n", blank=True, editable=False, primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("withdrawal_id", models.BigIntegerField()),
                ("n", models.SmallIntegerField()),
                ("centre_id", models.BigIntegerField()),
                ("amount_fen", FenField(verbose_name="金额")),
                ("order_id", models.BigIntegerField()),
                ("voucher_id", models.BigIntegerField()),
                ("booked_on", models.DateField()),
                ("came_on", models.DateField(verbose_name="退回日期")),
                ("came_at", models.DateTimeField()),
                ("reason_text", models.CharField(max_length=400)),
                ("card_tail", models.CharField(max_length=4)),
                ("tries", models.SmallIntegerField(default=0)),
                ("failed_text", models.CharField(default="", max_length=400)),
                ("again_order_id", models.BigIntegerField(null=True)),
                ("again_by_person_id", models.BigIntegerField(null=True)),
                ("again_tail", models.CharField(default="", max_length=4)),
                ("repaid_voucher_id", models.BigIntegerField(null=True)),
                ("repaid_booked_on", models.DateField(null=True)),
                ("repaid_on", models.DateField(null=True, verbose_name="再次付款日期")),
            ],
            options={
                "verbose_name": "提取退回款",
                "db_table": "withdrawal_return",
                "indexes": [
                    models.Index(
                        condition=models.Q(("repaid_voucher_id__isnull", True)), fields=["centre_id", "came_at"],
                        name="withdrawal_return_waiting"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="withdrawal_return_amount"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(again_order_id__isnull=True, again_by_person_id__isnull=True),
                            models.Q(again_order_id__isnull=False, again_by_person_id__isnull=False),
                            _connector="OR"),
                        name="withdrawal_return_again"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(repaid_booked_on__isnull=True, repaid_on__isnull=True,
                                     repaid_voucher_id__isnull=True),
                            models.Q(again_order_id__isnull=False, repaid_booked_on__isnull=False,
                                     repaid_on__isnull=False, repaid_voucher_id__isnull=False),
                            _connector="OR"),
                        name="withdrawal_return_repaid"),
                    models.UniqueConstraint(
                        fields=("account_id", "withdrawal_id", "order_id"), name="withdrawal_return_order_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("repaid_voucher_id__isnull", True)),
                        fields=("account_id", "withdrawal_id"), name="withdrawal_return_waits_once"),
                ],
            },
        ),
        migrations.RemoveConstraint("WithdrawalRow", "withdrawal_period_once"),
        migrations.AddConstraint(
            "WithdrawalRow",
            models.UniqueConstraint(condition=models.Q(("state__in", [1, 2, 6, 7, 8])), **_TAKEN),
        ),
        migrations.RemoveConstraint("WithdrawalRow", "withdrawal_state"),
        migrations.AddConstraint(
            "WithdrawalRow",
            models.CheckConstraint(condition=models.Q(("state__range", (1, 8))), name="withdrawal_state"),
        ),
    ]
