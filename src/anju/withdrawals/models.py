"""One table in the member's group; a period can be taken once."""

from __future__ import annotations

from django.db import models

from anju.database.fields import FenField


class WithdrawalRow(models.Model):
    """A withdrawal (提取) of one account."""

    pk = models.CompositePrimaryKey("account_id", "withdrawal_id")
    account_id = models.BigIntegerField()
    withdrawal_id = models.BigIntegerField()
    centre_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    case_id = models.BigIntegerField()
    reason = models.CharField("提取原因", max_length=20)
    period = models.IntegerField("所属年月")
    amount_fen = FenField("金额")
    interest_fen = FenField("其中利息", default=0, db_default=0)
    closes_on = models.DateField("销户日期", null=True)
    hold_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    maker_person_id = models.BigIntegerField()
    checker_person_id = models.BigIntegerField(null=True)
    card_tail = models.CharField(max_length=4)
    state = models.SmallIntegerField("状态")
    asked_at = models.DateTimeField()
    paid_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason_text = models.CharField(max_length=400, default="")
    voucher_id = models.BigIntegerField(null=True)
    booked_on = models.DateField(null=True)

    class Meta:
        db_table = "withdrawal"
        verbose_name = "提取"
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "reason", "period"], condition=models.Q(state__in=[1, 2]),
                name="withdrawal_period_once",
            ),
            models.UniqueConstraint(fields=["account_id", "case_id"], name="withdrawal_case_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="withdrawal_amount"),
            models.CheckConstraint(
                condition=models.Q(interest_fen__gte=0, interest_fen__lte=models.F("amount_fen"))
                & (models.Q(interest_fen=0) | models.Q(closes_on__isnull=False)),
                name="withdrawal_interest",
            ),
            models.CheckConstraint(condition=models.Q(state__range=(1, 5)), name="withdrawal_state"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["withdrawal_id"], name="withdrawal_by_id")]
