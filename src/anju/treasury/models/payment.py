"""Payment orders (付款指令) and the standing mandates under which they leave by themselves."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from anju.database.fields import FenField, SealedTextField
from anju.treasury.models.sequence import next_value
from anju.treasury.types import PaymentState

_RESERVED, _CANCELLED = PaymentState.RESERVED.value, PaymentState.CANCELLED.value
_INSTRUCTED, _PENDING = PaymentState.INSTRUCTED.value, PaymentState.PENDING.value
_CONFIRMED = PaymentState.CONFIRMED.value


class TreasuryMandate(models.Model):
    """付款授权: up to this amount a decided payment leaves without a further signature."""

    pk = models.CompositePrimaryKey("centre_id", "mandate_id")
    centre_id = models.BigIntegerField()
    mandate_id = models.BigIntegerField(db_default=next_value("treasury_mandate_id_seq"))
    signed_by_login_id = models.BigIntegerField(null=True)
    signed_by_person_id = models.BigIntegerField()
    # The signer's office as treasurer (identity's mandate); when it ends, this mandate pays nothing more.
    office_mandate_id = models.BigIntegerField(null=True)
    limit_fen = FenField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    signed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by_person_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "treasury_mandate"
        verbose_name = "付款授权"
        constraints = [
            models.CheckConstraint(condition=Q(limit_fen__gt=0), name="treasury_mandate_limit_positive"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="treasury_mandate_dates"),
        ]


class PaymentOrder(models.Model):
    """One payment to one payee. Four eyes are natural persons, and the database holds them apart."""

    pk = models.CompositePrimaryKey("centre_id", "order_id")
    centre_id = models.BigIntegerField()
    order_id = models.BigIntegerField(db_default=next_value("payment_order_id_seq"))
    idempotency_key = models.CharField(max_length=120)
    request_digest = models.BinaryField()
    source_kind = models.CharField(max_length=40)
    source_id = models.BigIntegerField()
    bank_account_id = models.BigIntegerField()
    business_kind = models.CharField(max_length=2)
    amount_fen = FenField()
    interest_fen = FenField(default=0)
    payee_name = SealedTextField()
    payee_account = SealedTextField()
    payee_tail = models.CharField(max_length=4)
    payee_bank_name = models.CharField(max_length=100, default="")
    payee_bank_code = models.CharField(max_length=20, default="")
    payee_corporate = models.BooleanField(default=False)
    summary = models.CharField(max_length=60)
    maker_person_id = models.BigIntegerField(null=True)
    checker_person_id = models.BigIntegerField(null=True)
    checker_release = models.CharField(max_length=60, default="")
    releaser_person_id = models.BigIntegerField(null=True)
    mandate_id = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    state = models.SmallIntegerField(choices=[(s.value, s.zh) for s in PaymentState])
    business_serial = models.CharField(max_length=20, default="")
    reserved_at = models.DateTimeField()
    instructed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_count = models.SmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True)
    asked_count = models.IntegerField(default=0)
    last_answer = models.CharField(max_length=10, default="")
    host_serial = models.CharField(max_length=40, default="")
    value_on = models.DateField(null=True)
    reason_code = models.CharField(max_length=20, default="")
    reason_text = models.CharField(max_length=400, default="")
    final_at = models.DateTimeField(null=True)
    # The batch that pays it; such an order is neither released nor sent by itself.
    batch_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "payment_order"
        verbose_name = "付款指令"
        constraints = [
            models.UniqueConstraint(fields=["centre_id", "idempotency_key"], name="payment_order_key_once"),
            models.UniqueConstraint(
                fields=["centre_id", "business_serial"],
                name="payment_order_serial_once",
                condition=~Q(business_serial=""),
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_order_amount_positive"),
            models.CheckConstraint(
                condition=Q(interest_fen__gte=0, interest_fen__lte=F("amount_fen")),
                name="payment_order_interest_within",
            ),
            models.CheckConstraint(
                condition=~Q(maker_person_id=F("releaser_person_id")), name="payment_order_maker_not_releaser"
            ),
            models.CheckConstraint(
                condition=~Q(maker_person_id=F("checker_person_id")), name="payment_order_maker_not_checker"
            ),
            models.CheckConstraint(
                condition=~Q(checker_person_id=F("releaser_person_id")),
                name="payment_order_checker_not_releaser",
            ),
            models.CheckConstraint(
                condition=Q(checker_person_id__isnull=False) | ~Q(checker_release=""),
                name="payment_order_checked",
            ),
            # No instruction leaves without a signature: a person's, or the signer's of the mandate.
            models.CheckConstraint(
                condition=~Q(state__in=[_INSTRUCTED, _PENDING, _CONFIRMED]) | Q(releaser_person_id__isnull=False),
                name="payment_order_released",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[_INSTRUCTED, _PENDING, _CONFIRMED])
                | (~Q(business_serial="") & Q(instructed_at__isnull=False)),
                name="payment_order_instructed",
            ),
            models.CheckConstraint(
                condition=~Q(state=_CONFIRMED) | Q(value_on__isnull=False), name="payment_order_value_date"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[_RESERVED, _CANCELLED]) | Q(sent_count=0),
                name="payment_order_unsent",
            ),
            models.CheckConstraint(
                condition=~Q(state=_RESERVED) | Q(batch_id__isnull=True) | Q(releaser_person_id__isnull=True),
                name="payment_order_one_way_out",
            ),
        ]
        indexes = [
            models.Index(fields=["centre_id", "state", "reserved_at"], name="payment_order_state"),
            models.Index(fields=["centre_id", "source_kind", "source_id"], name="payment_order_source"),
            models.Index(
                fields=["centre_id", "batch_id"], name="payment_order_batch", condition=Q(batch_id__isnull=False)
            ),
        ]
