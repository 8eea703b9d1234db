"""Bookings of what the bank did by itself (银行流水记账), each of two people."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from anju.database.fields import FenField
from anju.treasury.booking_types import BookingPurpose, BookingState
from anju.treasury.models.sequence import next_value

_OPEN, _BOOKED, _UNDONE = BookingState.PROPOSED.value, BookingState.BOOKED.value, BookingState.UNDONE.value
_UNDO = BookingPurpose.UNDO.value


class BankBooking(models.Model):
    """What one person says an entry is, and whether another agreed. An entry has one open proposal at a time."""

    pk = models.CompositePrimaryKey("centre_id", "booking_id")
    centre_id = models.BigIntegerField()
    booking_id = models.BigIntegerField(db_default=next_value("bank_booking_id_seq"))
    notice_id = models.BigIntegerField()
    purpose = models.SmallIntegerField(choices=[(p.value, p.zh) for p in BookingPurpose])
    amount_fen = FenField()
    reason_text = models.CharField(max_length=400, default="")
    content_digest = models.BinaryField()
    state = models.SmallIntegerField(choices=[(s.value, s.zh) for s in BookingState])
    maker_person_id = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    checker_person_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    answer_text = models.CharField(max_length=400, default="")
    voucher_id = models.BigIntegerField(null=True)
    undoes_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "bank_booking"
        verbose_name = "银行流水记账"
        constraints = [
            models.UniqueConstraint(
                fields=["centre_id", "notice_id"], name="bank_booking_one_open", condition=Q(state=_OPEN)
            ),
            models.UniqueConstraint(
                fields=["centre_id", "notice_id"], name="bank_booking_booked_once",
                condition=Q(state=_BOOKED) & ~Q(purpose=_UNDO),
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="bank_booking_amount_positive"),
            models.CheckConstraint(
                condition=~Q(maker_person_id=F("checker_person_id")), name="bank_booking_maker_not_checker"
            ),
            models.CheckConstraint(
                condition=Q(state=_OPEN, decided_at=None) | (~Q(state=_OPEN) & Q(decided_at__isnull=False)),
                name="bank_booking_decided",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[_BOOKED, _UNDONE], voucher_id__isnull=False, checker_person_id__isnull=False)
                | (~Q(state__in=[_BOOKED, _UNDONE]) & Q(voucher_id=None)),
                name="bank_booking_booked",
            ),
            models.CheckConstraint(
                condition=Q(purpose=_UNDO, undoes_id__isnull=False) | (~Q(purpose=_UNDO) & Q(undoes_id=None)),
                name="bank_booking_undoes",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["centre_id", "notice_id", "booking_id"], name="bank_booking_entry"),
            models.Index(fields=["centre_id", "booking_id"], name="bank_booking_open", condition=Q(state=_OPEN)),
        ]
