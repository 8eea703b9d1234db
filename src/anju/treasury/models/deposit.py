"""Deposits of the centre (定期、通知、协定存款) and moves of its own money, each of two people."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from anju.database.fields import FenField
from anju.treasury.deposit_types import DepositKind, DepositState, MoveKind, MoveState, Rollover
from anju.treasury.models.sequence import next_value

_TOLD = [MoveState.INSTRUCTED.value, MoveState.PENDING.value]
_UNCHECKED = [MoveState.PROPOSED.value, MoveState.CANCELLED.value]
_ENDED = [MoveState.DONE.value, MoveState.FAILED.value, MoveState.CANCELLED.value]


class Deposit(models.Model):
    """One deposit at one bank. Interest is what the bank paid when it was drawn, never an estimate."""

    pk = models.CompositePrimaryKey("centre_id", "deposit_id")
    centre_id = models.BigIntegerField()
    deposit_id = models.BigIntegerField(db_default=next_value("deposit_id_seq"))
    bank_account_id = models.BigIntegerField()
    kind = models.SmallIntegerField(choices=[(k.value, k.zh) for k in DepositKind])
    amount_fen = FenField()
    rate = models.DecimalField("年利率", max_digits=8, decimal_places=6)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    rollover = models.SmallIntegerField(choices=[(r.value, r.zh) for r in Rollover], default=0)
    notice_days = models.SmallIntegerField(default=0)
    state = models.SmallIntegerField(choices=[(s.value, s.zh) for s in DepositState])
    deposit_number = models.CharField(max_length=40, default="")
    interest_fen = FenField(null=True)
    drawn_on = models.DateField(null=True)

    class Meta:
        db_table = "deposit"
        verbose_name = "存款登记"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="deposit_amount_positive"),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lt=1), name="deposit_rate"),
            models.CheckConstraint(
                condition=~Q(kind=DepositKind.TIME.value) | Q(ends_on__gt=F("starts_on")), name="deposit_time_ends"
            ),
            models.CheckConstraint(
                condition=~Q(kind=DepositKind.NOTICE.value) | Q(notice_days__in=[1, 7]), name="deposit_notice_days"
            ),
            models.CheckConstraint(
                condition=Q(state=DepositState.DRAWN.value, drawn_on__isnull=False, interest_fen__gte=0)
                | (~Q(state=DepositState.DRAWN.value) & Q(drawn_on=None, interest_fen=None)),
                name="deposit_drawn",
            ),
        ]
        indexes = [models.Index(fields=["centre_id", "state", "ends_on"], name="deposit_maturity")]


class OwnMove(models.Model):
    """One move of the centre's own money, told to the bank at most once under its serial."""

    pk = models.CompositePrimaryKey("centre_id", "move_id")
    centre_id = models.BigIntegerField()
    move_id = models.BigIntegerField(db_default=next_value("own_move_id_seq"))
    kind = models.SmallIntegerField(choices=[(k.value, k.zh) for k in MoveKind])
    deposit_id = models.BigIntegerField(null=True)
    bank_account_id = models.BigIntegerField()
    to_account_id = models.BigIntegerField(null=True)
    amount_fen = FenField()
    interest_fen = FenField(default=0)
    content_digest = models.BinaryField()
    state = models.SmallIntegerField(choices=[(s.value, s.zh) for s in MoveState])
    maker_person_id = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    checker_person_id = models.BigIntegerField(null=True)
    checked_at = models.DateTimeField(null=True)
    business_serial = models.CharField(max_length=20, default="")
    sent_at = models.DateTimeField(null=True)
    sent_count = models.SmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True)
    asked_count = models.IntegerField(default=0)
    last_answer = models.CharField(max_length=10, default="")
    host_serial = models.CharField(max_length=40, default="")
    value_on = models.DateField(null=True)
    voucher_id = models.BigIntegerField(null=True)
    reason_text = models.CharField(max_length=400, default="")
    final_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "own_move"
        verbose_name = "资金调拨"
        constraints = [
            models.UniqueConstraint(
                fields=["centre_id", "business_serial"], name="own_move_serial_once", condition=~Q(business_serial="")
            ),
            # A deposit is made once and drawn once, whatever failed before.
            models.UniqueConstraint(
                fields=["centre_id", "deposit_id", "kind"], name="own_move_once_a_deposit",
                condition=Q(deposit_id__isnull=False)
                & ~Q(state__in=[MoveState.FAILED.value, MoveState.CANCELLED.value]),
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0, interest_fen__gte=0), name="own_move_amounts"),
            models.CheckConstraint(
                condition=~Q(maker_person_id=F("checker_person_id")), name="own_move_maker_not_checker"
            ),
            models.CheckConstraint(
                condition=Q(state__in=_UNCHECKED) | Q(checker_person_id__isnull=False), name="own_move_checked"
            ),
            models.CheckConstraint(
                condition=Q(kind=MoveKind.TRANSFER.value, to_account_id__isnull=False, deposit_id=None)
                | (~Q(kind=MoveKind.TRANSFER.value) & Q(to_account_id=None, deposit_id__isnull=False)),
                name="own_move_ends",
            ),
            models.CheckConstraint(
                condition=~Q(bank_account_id=F("to_account_id")), name="own_move_two_accounts"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_TOLD) | (~Q(business_serial="") & Q(sent_count__gt=0)), name="own_move_told"
            ),
            models.CheckConstraint(
                condition=Q(state__in=_ENDED, final_at__isnull=False) | (~Q(state__in=_ENDED) & Q(final_at=None)),
                name="own_move_final",
            ),
            models.CheckConstraint(
                condition=~Q(state=MoveState.DONE.value) | Q(kind=MoveKind.AGREE.value)
                | Q(voucher_id__isnull=False, value_on__isnull=False),
                name="own_move_booked",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["centre_id", "state", "move_id"], name="own_move_state")]
