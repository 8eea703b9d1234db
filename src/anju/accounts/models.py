"""Members' tables as Django sees them. Tables, partitions and triggers are made in SQL by the migrations.

Money rows are written by ``actions`` in set statements; no row is ever saved through these models.
"""

from __future__ import annotations

from django.db import models

from anju.database.fields import FenField


class Account(models.Model):
    """A member's account (个人账户); cold: no money, no paid-to month."""

    account_id = models.BigIntegerField("个人账号", primary_key=True)
    centre_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    unit_id = models.BigIntegerField(null=True)
    opened_on = models.DateField("开户日期")
    state = models.SmallIntegerField("账户状态")

    class Meta:
        db_table = "account"
        verbose_name = "个人账户"


class Balance(models.Model):
    """Money of one account in one interest year (个人账户余额); narrow and hot."""

    pk = models.CompositePrimaryKey("account_id", "interest_year")
    account_id = models.BigIntegerField()
    centre_id = models.BigIntegerField()
    opening_fen = FenField(default=0)
    balance_fen = FenField(default=0)
    carried_fen = FenField(default=0)
    held_fen = FenField(default=0)
    own_paid_fen = FenField(default=0)
    unit_paid_fen = FenField(default=0)
    weighted_sum = models.BigIntegerField(default=0)
    interest_fen = FenField(default=0)
    last_seq = models.BigIntegerField(default=0)
    paid_to = models.IntegerField(default=0)
    interest_year = models.SmallIntegerField()
    state = models.SmallIntegerField()

    class Meta:
        db_table = "balance"
        verbose_name = "个人账户余额"


class MemberLine(models.Model):
    """A line of the member's sub-ledger (个人明细账); append-only, complete in itself."""

    pk = models.CompositePrimaryKey("account_id", "seq", "period")
    account_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    centre_id = models.BigIntegerField()
    known_at = models.DateTimeField()
    debit_fen = FenField()
    credit_fen = FenField()
    own_fen = FenField(default=0)
    unit_fen = FenField(default=0)
    balance_after_fen = FenField()
    weighted_sum_after = models.BigIntegerField()
    source_id = models.BigIntegerField(null=True)
    reverses_seq = models.BigIntegerField(null=True)
    period = models.IntegerField()
    month = models.IntegerField(null=True)
    booked_on = models.DateField()
    value_on = models.DateField()
    kind = models.SmallIntegerField()

    class Meta:
        db_table = "member_line"
        verbose_name = "个人明细账"


class Hold(models.Model):
    """Money reserved for a payment that is under way (资金止付)."""

    pk = models.CompositePrimaryKey("account_id", "id")
    account_id = models.BigIntegerField()
    id = models.BigIntegerField()
    centre_id = models.BigIntegerField()
    amount_fen = FenField()
    source_id = models.BigIntegerField()
    held_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.SmallIntegerField(default=0)
    purpose = models.TextField()
    interest_fen = models.BigIntegerField(default=0)
    closes_on = models.DateField(null=True)
    held_year = models.SmallIntegerField()
    ended_year = models.SmallIntegerField(null=True)

    class Meta:
        db_table = "hold"
        verbose_name = "资金止付"


class CloseOut(models.Model):
    """What was paid when an account was closed (销户结算); append-only. ``seq`` is the line of the principal."""

    pk = models.CompositePrimaryKey("account_id", "voucher_id")
    account_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    centre_id = models.BigIntegerField()
    hold_id = models.BigIntegerField()
    seq = models.BigIntegerField(null=True)
    principal_fen = FenField()
    interest_fen = FenField()
    corrected_fen = models.BigIntegerField()
    known_at = models.DateTimeField()
    closes_on = models.DateField()
    paid_on = models.DateField()
    interest_year = models.SmallIntegerField()
    state_before = models.SmallIntegerField()

    class Meta:
        db_table = "close_out"
        verbose_name = "销户结算"


class AccountSpell(models.Model):
    """A span of days in one state under one unit (账户状态期间)."""

    pk = models.CompositePrimaryKey("account_id", "n")
    account_id = models.BigIntegerField()
    n = models.IntegerField()
    unit_id = models.BigIntegerField(null=True)
    known_at = models.DateTimeField()
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    state = models.SmallIntegerField()
    reason = models.TextField(default="")

    class Meta:
        db_table = "account_spell"
        verbose_name = "账户状态期间"


class AccountFreeze(models.Model):
    """A freeze (账户冻结) ordered by an authority, with its document."""

    pk = models.CompositePrimaryKey("account_id", "n")
    account_id = models.BigIntegerField()
    n = models.IntegerField()
    amount_fen = FenField(null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    until_on = models.DateField(null=True)
    kind = models.SmallIntegerField()
    authority = models.TextField()
    document = models.TextField()
    release_document = models.TextField(default="")

    class Meta:
        db_table = "account_freeze"
        verbose_name = "账户冻结"


class RateIndex(models.Model):
    """A rate and the cumulative index at its first day (利率积数); reference data."""

    pk = models.CompositePrimaryKey("product", "day")
    product = models.SmallIntegerField()
    day = models.DateField()
    value = models.BigIntegerField()
    rate_bp = models.IntegerField()
    daily_step = models.IntegerField()
    factor = models.IntegerField()
    day_base = models.SmallIntegerField()

    class Meta:
        db_table = "rate_index"
        verbose_name = "利率积数"


class InterestTrial(models.Model):
    """What a trial run (试算) would credit to one account; unlogged, kept until the next trial of the year."""

    pk = models.CompositePrimaryKey("account_id", "run_id")
    account_id = models.BigIntegerField()
    run_id = models.BigIntegerField()
    centre_id = models.BigIntegerField()
    interest_fen = models.BigIntegerField()
    last_year_fen = models.BigIntegerField()
    balance_fen = FenField()

    class Meta:
        db_table = "interest_trial"
        verbose_name = "结息试算明细"


class InterestTrialRun(models.Model):
    """One trial run of an interest year with its totals."""

    pk = models.CompositePrimaryKey("centre_id", "id")
    centre_id = models.BigIntegerField()
    id = models.BigIntegerField()
    made_at = models.DateTimeField()
    accounts = models.BigIntegerField()
    settled_accounts = models.BigIntegerField()
    zero_accounts = models.BigIntegerField()
    negative_accounts = models.BigIntegerField()
    balance_fen = FenField()
    credited_fen = FenField()
    taken_fen = FenField()
    last_year_fen = models.BigIntegerField()
    interest_year = models.SmallIntegerField()

    class Meta:
        db_table = "interest_trial_run"
        verbose_name = "结息试算"


class InterestAccrual(models.Model):
    """What was accrued of members' interest for a month; append-only."""

    pk = models.CompositePrimaryKey("centre_id", "month")
    centre_id = models.BigIntegerField()
    month = models.IntegerField()
    accrued_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    voucher_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    interest_year = models.SmallIntegerField()

    class Meta:
        db_table = "interest_accrual"
        verbose_name = "职工利息计提"
