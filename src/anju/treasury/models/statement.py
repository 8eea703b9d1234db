"""Statements of the bank (对账单) and their lines: the bank's word on the account, kept for good."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from anju.database.fields import FenField, SealedTextField
from anju.treasury.models.sequence import next_value
from anju.treasury.types import Direction


class BankStatement(models.Model):
    """One file that was taken. The same file again is the same statement."""

    pk = models.CompositePrimaryKey("centre_id", "statement_id")
    centre_id = models.BigIntegerField()
    statement_id = models.BigIntegerField(db_default=next_value("bank_statement_id_seq"))
    bank_account_id = models.BigIntegerField()
    format = models.CharField(max_length=10)
    file_digest = models.BinaryField()
    first_on = models.DateField()
    last_on = models.DateField()
    opening_fen = FenField()
    closing_fen = FenField()
    entry_count = models.IntegerField()
    new_count = models.IntegerField()
    imported_by_person_id = models.BigIntegerField()
    imported_at = models.DateTimeField()

    class Meta:
        db_table = "bank_statement"
        verbose_name = "银行对账单"
        constraints = [
            models.UniqueConstraint(
                fields=["centre_id", "bank_account_id", "file_digest"], name="bank_statement_file_once"
            ),
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="bank_statement_period"),
            models.CheckConstraint(
                condition=Q(new_count__gte=0) & Q(new_count__lte=F("entry_count")), name="bank_statement_counts"
            ),
        ]


class BankEntry(models.Model):
    """One line of the account as its bank keeps it, in the bank's order. Unique per serial and day (FUND-12).

    `direction` is the effect on the balance: CREDIT raised it. `balance_after_fen` follows from the entry before it,
    whatever file either came from.
    """

    pk = models.CompositePrimaryKey("centre_id", "entry_id")
    centre_id = models.BigIntegerField()
    entry_id = models.BigIntegerField(db_default=next_value("bank_entry_id_seq"))
    bank_account_id = models.BigIntegerField()
    statement_id = models.BigIntegerField()
    position = models.BigIntegerField()
    host_serial = models.CharField(max_length=40)
    entry_date = models.DateField()
    booked_time = models.CharField(max_length=6, default="")
    direction = models.SmallIntegerField(choices=[(d.value, d.name) for d in Direction])
    amount_fen = FenField()
    balance_after_fen = FenField()
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

    class Meta:
        db_table = "bank_entry"
        verbose_name = "银行明细"
        constraints = [
            models.UniqueConstraint(
                fields=["centre_id", "bank_account_id", "host_serial", "entry_date"], name="bank_entry_once"
            ),
            models.UniqueConstraint(
                fields=["centre_id", "bank_account_id", "position"], name="bank_entry_position_once"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="bank_entry_amount_positive"),
            models.CheckConstraint(condition=Q(direction__in=[1, 2]), name="bank_entry_direction"),
        ]
        indexes = [
            models.Index(fields=["centre_id", "bank_account_id", "entry_date"], name="bank_entry_day"),
            models.Index(fields=["centre_id", "statement_id"], name="bank_entry_statement"),
        ]
