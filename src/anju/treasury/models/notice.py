"""Notices of entries (到账通知), each kept once."""

from __future__ import annotations

from django.db import models

from anju.database.fields import FenField, SealedTextField
from anju.treasury.models.sequence import next_value
from anju.treasury.types import Direction, NoticeState


class BankNotice(models.Model):
    """One entry as the bank told it. Unique per account, host serial and booking date (FUND-12)."""

    pk = models.CompositePrimaryKey("centre_id", "notice_id")
    centre_id = models.BigIntegerField()
    notice_id = models.BigIntegerField(db_default=next_value("bank_notice_id_seq"))
    bank_account_id = models.BigIntegerField()
    host_serial = models.CharField(max_length=40)
    entry_date = models.DateField()
    booked_time = models.CharField(max_length=6, default="")
    direction = models.SmallIntegerField(choices=[(d.value, d.name) for d in Direction])
    amount_fen = FenField()
    counter_name = SealedTextField()
    counter_account = SealedTextField()
    counter_bank = models.CharField(max_length=20, default="")
    summary = models.CharField(max_length=200, default="")
    remark = models.CharField(max_length=200, default="")
    voucher_number = models.CharField(max_length=40, default="")
    reversal = models.BooleanField(default=False)
    original_host_serial = models.CharField(max_length=40, default="")
    original_serial = models.CharField(max_length=40, default="")
    content_digest = models.BinaryField()
    state = models.SmallIntegerField(choices=[(s.value, s.zh) for s in NoticeState])
    order_id = models.BigIntegerField(null=True)
    original_notice_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "bank_notice"
        verbose_name = "到账通知"
        constraints = [
            models.UniqueConstraint(
                fields=["centre_id", "bank_account_id", "host_serial", "entry_date"], name="bank_notice_once"
            ),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="bank_notice_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["centre_id", "state", "-received_at"], name="bank_notice_state"),
            models.Index(fields=["centre_id", "bank_account_id", "entry_date"], name="bank_notice_day"),
            models.Index(
                fields=["centre_id", "bank_account_id", "original_host_serial"],
                name="bank_notice_original",
                condition=models.Q(reversal=True),
            ),
        ]
