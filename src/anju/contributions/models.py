"""Tables of the contributions room as Django sees them; made in SQL by the migrations.

Terms and lines of members lie with the account (group A), lists, remittances and suspense with the centre
(group B). Lines are written by set statements, never saved one by one through these models.
"""

from __future__ import annotations

from django.db import models

from anju.database.fields import DigestField, FenField, SealedTextField


class ContributionTerm(models.Model):
    """Base of one account from a month on (缴存基数); a later revision of the same month replaces an earlier one.

    Ratios are those of the unit unless written here.
    """

    pk = models.CompositePrimaryKey("account_id", "from_month", "revision")
    account_id = models.BigIntegerField()
    centre_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    list_id = models.BigIntegerField()
    base_fen = FenField("缴存基数")
    known_at = models.DateTimeField()
    from_month = models.IntegerField("起始年月")
    revision = models.IntegerField()
    unit_ratio = models.DecimalField("单位缴存比例", max_digits=6, decimal_places=4, null=True)
    person_ratio = models.DecimalField("个人缴存比例", max_digits=6, decimal_places=4, null=True)

    class Meta:
        db_table = "contribution_term"
        verbose_name = "缴存基数"


class ChangeList(models.Model):
    """One applied list of changes of a unit's staff (汇缴变更清册)."""

    pk = models.CompositePrimaryKey("centre_id", "list_id")
    centre_id = models.BigIntegerField()
    list_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    file_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    maker_person_id = models.BigIntegerField(null=True)
    login_id = models.BigIntegerField(null=True)
    applied_at = models.DateTimeField()
    month = models.IntegerField("年月")
    joins = models.IntegerField()
    leaves = models.IntegerField()
    base_changes = models.IntegerField()
    source = models.TextField()
    content_digest = models.BinaryField()
    file_digest = models.BinaryField(null=True)

    class Meta:
        db_table = "change_list"
        verbose_name = "汇缴变更清册"


class ChangeLine(models.Model):
    """One line of an applied change list."""

    pk = models.CompositePrimaryKey("centre_id", "list_id", "n")
    centre_id = models.BigIntegerField()
    list_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    base_fen = FenField(null=True)
    old_base_fen = FenField(null=True)
    n = models.IntegerField()
    month = models.IntegerField("年月")
    kind = models.TextField("变更类型")
    reason = models.TextField("变更原因", default="")

    class Meta:
        db_table = "change_line"
        verbose_name = "变更清册明细"


class Remittance(models.Model):
    """One unit's month (汇缴书): the frozen list's totals, its payment number, and how far its money has come."""

    pk = models.CompositePrimaryKey("centre_id", "remittance_id")
    centre_id = models.BigIntegerField()
    remittance_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    own_fen = FenField("个人部分")
    unit_fen = FenField("单位部分")
    total_fen = FenField("应缴合计")
    declared_by_person_id = models.BigIntegerField(null=True)
    declared_by_login_id = models.BigIntegerField(null=True)
    approved_by_person_id = models.BigIntegerField(null=True)
    approved_by_login_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    receipt_id = models.BigIntegerField(null=True)
    bank_account_id = models.BigIntegerField(null=True)
    voucher_id = models.BigIntegerField(null=True)
    declared_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    matched_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    month = models.IntegerField("年月")
    headcount = models.IntegerField("人数")
    clamped = models.IntegerField()
    attempt = models.IntegerField()
    due_on = models.DateField("应缴日期")
    value_on = models.DateField(null=True)
    state = models.SmallIntegerField("状态")
    number = models.TextField("缴款书编号")
    cancel_reason = models.TextField(default="")
    problem = models.TextField(default="")
    lines_digest = models.BinaryField()
    payer_digest = DigestField("付款账户", null=True)

    class Meta:
        db_table = "remittance"
        verbose_name = "汇缴书"


class RemittanceLine(models.Model):
    """One person's month on a frozen list (汇缴清册明细): base, ratios and both shares, fixed for good."""

    pk = models.CompositePrimaryKey("account_id", "remittance_id")
    account_id = models.BigIntegerField()
    remittance_id = models.BigIntegerField()
    centre_id = models.BigIntegerField()
    base_fen = FenField("缴存基数")
    own_fen = FenField("个人部分")
    unit_fen = FenField("单位部分")
    month = models.IntegerField("年月")
    unit_ratio = models.DecimalField("单位缴存比例", max_digits=6, decimal_places=4)
    person_ratio = models.DecimalField("个人缴存比例", max_digits=6, decimal_places=4)

    class Meta:
        db_table = "remittance_line"
        verbose_name = "汇缴清册明细"


class Suspense(models.Model):
    """Money received that is not on members' accounts yet (暂收款), or, when ``owed``, money a unit owes back."""

    pk = models.CompositePrimaryKey("centre_id", "suspense_id")
    centre_id = models.BigIntegerField()
    suspense_id = models.BigIntegerField()
    receipt_id = models.BigIntegerField()
    bank_account_id = models.BigIntegerField()
    unit_id = models.BigIntegerField(null=True)
    remittance_id = models.BigIntegerField(null=True)
    refund_order_id = models.BigIntegerField(null=True)
    voucher_id = models.BigIntegerField()
    amount_fen = FenField("金额")
    open_fen = FenField("未处理金额")
    refunding_fen = FenField("退回中金额", default=0)
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    value_on = models.DateField("到账日期")
    state = models.SmallIntegerField("状态")
    owed = models.BooleanField(default=False)
    subject = models.TextField("明细科目")
    reason = models.TextField("挂账原因")
    reason_text = models.TextField()
    summary = models.TextField(default="")
    payer_tail = models.TextField(default="")
    payer_sealed = SealedTextField("付款方")
    payer_digest = DigestField("付款账户", null=True)

    class Meta:
        db_table = "suspense"
        verbose_name = "暂收款"


class SuspenseMove(models.Model):
    """What was done with money in suspense (暂收款处理记录); insert-only."""

    pk = models.CompositePrimaryKey("centre_id", "suspense_id", "n")
    centre_id = models.BigIntegerField()
    suspense_id = models.BigIntegerField()
    amount_fen = FenField()
    remittance_id = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField(null=True)
    voucher_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    login_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    n = models.IntegerField()
    kind = models.SmallIntegerField()
    note = models.TextField(default="")

    class Meta:
        db_table = "suspense_move"
        verbose_name = "暂收款处理记录"
