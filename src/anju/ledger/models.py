"""The books as Django sees them. Tables, constraints and triggers are made in SQL by the migrations.

Rows are written by ``actions`` in set statements; these models serve reading, the registry and its tests.
"""

from __future__ import annotations

from django.db import models

from anju.database.fields import FenField


class Subject(models.Model):
    """A subject of the chart (会计科目); reference data."""

    code = models.TextField("科目代码", primary_key=True)
    name = models.TextField("科目名称")
    debit_side = models.BooleanField("余额在借方")
    member_control = models.BooleanField("统驭个人明细", default=False)

    class Meta:
        db_table = "subject"
        verbose_name = "会计科目"


class CentreDay(models.Model):
    """A business day of the centre (会计日): open, or closed for good."""

    pk = models.CompositePrimaryKey("centre_id", "business_date")
    centre_id = models.BigIntegerField()
    business_date = models.DateField("会计日期")
    state = models.SmallIntegerField()

    class Meta:
        db_table = "centre_day"
        verbose_name = "会计日"


class Voucher(models.Model):
    """A voucher (记账凭证); append-only, balanced at commit."""

    pk = models.CompositePrimaryKey("centre_id", "id")
    centre_id = models.BigIntegerField()
    id = models.BigIntegerField()
    maker_person_id = models.BigIntegerField(null=True)
    checker_person_id = models.BigIntegerField(null=True)
    reverses_id = models.BigIntegerField(null=True)
    event_id = models.BigIntegerField(null=True)
    member_debit_fen = FenField(default=0)
    member_credit_fen = FenField(default=0)
    number = models.BigIntegerField(null=True)
    known_at = models.DateTimeField()
    business_date = models.DateField()
    member_count = models.IntegerField(default=0)
    kind = models.SmallIntegerField()
    public_ref = models.UUIDField()
    idempotency_key = models.TextField()
    request_digest = models.BinaryField()
    lines_digest = models.BinaryField(default=b"")

    class Meta:
        db_table = "voucher"
        verbose_name = "记账凭证"


class GlLineRow(models.Model):
    """A line of the general ledger (总账分录); append-only."""

    pk = models.CompositePrimaryKey("centre_id", "voucher_id", "n")
    centre_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    unit_id = models.BigIntegerField(null=True)
    bank_account_id = models.BigIntegerField(null=True)
    debit_fen = FenField()
    credit_fen = FenField()
    n = models.SmallIntegerField()
    subject = models.TextField()

    class Meta:
        db_table = "gl_line"
        verbose_name = "总账分录"
