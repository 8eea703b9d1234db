"""Two tables in the member's group; a period can be taken once, and what came back is paid again once."""

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
                fields=["account_id", "reason", "period"], condition=models.Q(state__in=[1, 2, 6, 7, 8]),
                name="withdrawal_period_once",
            ),
            models.UniqueConstraint(fields=["account_id", "case_id"], name="withdrawal_case_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="withdrawal_amount"),
            models.CheckConstraint(
                condition=models.Q(interest_fen__gte=0, interest_fen__lte=models.F("amount_fen"))
                & (models.Q(interest_fen=0) | models.Q(closes_on__isnull=False)),
                name="withdrawal_interest",
            ),
            models.CheckConstraint(condition=models.Q(state__range=(1, 8)), name="withdrawal_state"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["withdrawal_id"], name="withdrawal_by_id")]


class WithdrawalReturnRow(models.Model):
    """Money of a withdrawal that came back to a closed account (退回款): its voucher in 219-04, and how it left again.

    ``again_…`` names the payment under way or made; a try that failed leaves nothing but its number and its reason.
    """

    pk = models.CompositePrimaryKey("account_id", "withdrawal_id", "n")
    account_id = models.BigIntegerField()
    withdrawal_id = models.BigIntegerField()
    n = models.SmallIntegerField()
    centre_id = models.BigIntegerField()
    amount_fen = FenField("金额")
    order_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    booked_on = models.DateField()
    came_on = models.DateField("退回日期")
    came_at = models.DateTimeField()
    reason_text = models.CharField(max_length=400)
    card_tail = models.CharField(max_length=4)
    tries = models.SmallIntegerField(default=0)
    failed_text = models.CharField(max_length=400, default="")
    again_order_id = models.BigIntegerField(null=True)
    again_by_person_id = models.BigIntegerField(null=True)
    again_tail = models.CharField(max_length=4, default="")
    repaid_voucher_id = models.BigIntegerField(null=True)
    repaid_booked_on = models.DateField(null=True)
    repaid_on = models.DateField("再次付款日期", null=True)

    class Meta:
        db_table = "withdrawal_return"
        verbose_name = "提取退回款"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="withdrawal_return_amount"),
            models.CheckConstraint(
                condition=models.Q(again_order_id__isnull=True, again_by_person_id__isnull=True)
                | models.Q(again_order_id__isnull=False, again_by_person_id__isnull=False),
                name="withdrawal_return_again",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    repaid_voucher_id__isnull=True, repaid_booked_on__isnull=True, repaid_on__isnull=True
                )
                | models.Q(
                    repaid_voucher_id__isnull=False, repaid_booked_on__isnull=False, repaid_on__isnull=False,
                    again_order_id__isnull=False,
                ),
                name="withdrawal_return_repaid",
            ),
            models.UniqueConstraint(
                fields=["account_id", "withdrawal_id", "order_id"], name="withdrawal_return_order_once"
            ),
            models.UniqueConstraint(
                fields=["account_id", "withdrawal_id"], condition=models.Q(repaid_voucher_id__isnull=True),
                name="withdrawal_return_waits_once",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["centre_id", "came_at"], condition=models.Q(repaid_voucher_id__isnull=True),
                name="withdrawal_return_waiting",
            ),
        ]  # fmt: skip
