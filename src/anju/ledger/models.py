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
    parent = models.TextField("上级科目", null=True)  # noqa: DJ001  (none is not an empty code)
    section = models.TextField("类别")
    asks = models.TextField("分录写明的对象", null=True)  # noqa: DJ001
    from_date = models.DateField("启用日")

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


class Period(models.Model):
    """A month or a year of the books (会计期间): open without a row, closing, then signed by a second person."""

    pk = models.CompositePrimaryKey("centre_id", "kind", "number")
    centre_id = models.BigIntegerField()
    maker_person_id = models.BigIntegerField(null=True)
    checker_person_id = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    number = models.IntegerField()
    closings = models.IntegerField(default=0)
    kind = models.SmallIntegerField()
    state = models.SmallIntegerField()

    class Meta:
        db_table = "period"
        verbose_name = "会计期间"


class IncomeDistribution(models.Model):
    """The distribution of a year's value-added income (增值收益分配方案): proposed, then signed by a second person."""

    pk = models.CompositePrimaryKey("centre_id", "year")
    centre_id = models.BigIntegerField()
    income_fen = FenField()
    reserve_fen = FenField()
    management_fee_fen = FenField()
    supplement_fen = FenField()
    maker_person_id = models.BigIntegerField()
    checker_person_id = models.BigIntegerField(null=True)
    proposed_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    year = models.IntegerField()
    reserve_rate = models.DecimalField(max_digits=7, decimal_places=6)
    document = models.TextField()

    class Meta:
        db_table = "income_distribution"
        verbose_name = "增值收益分配方案"
