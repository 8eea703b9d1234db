"""Payment batches (付款批次): who made, checked and released them, their payments, and what the bank told amiss."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from anju.database.fields import FenField
from anju.treasury.batch_types import BatchState, ContradictionKind, NameState
from anju.treasury.models.sequence import next_value

_UNCHECKED = [BatchState.GATHERED.value, BatchState.CANCELLED.value]
_UNRELEASED = [*_UNCHECKED, BatchState.CHECKED.value]
_UNSENT = [*_UNRELEASED, BatchState.RELEASED.value]
_ENDED = [BatchState.FINAL.value, BatchState.CANCELLED.value, BatchState.DISSOLVED.value]


class PaymentBatch(models.Model):
    """One batch to one bank account. Its three people are natural persons, and the database holds them apart."""

    pk = models.CompositePrimaryKey("centre_id", "batch_id")
    centre_id = models.BigIntegerField()
    batch_id = models.BigIntegerField(db_default=next_value("payment_batch_id_seq"))
    bank_account_id = models.BigIntegerField()
    state = models.SmallIntegerField(choices=[(s.value, s.zh) for s in BatchState])
    content_digest = models.BinaryField()
    maker_person_id = models.BigIntegerField()
    gathered_at = models.DateTimeField()
    checker_person_id = models.BigIntegerField(null=True)
    checked_at = models.DateTimeField(null=True)
    releaser_person_id = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    waits_for = models.CharField(max_length=10, default="")
    waits_until = models.DateTimeField(null=True)
    batch_serial = models.CharField(max_length=20, default="")
    instructed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_count = models.SmallIntegerField(default=0)
    sent_lines = models.IntegerField(default=0)
    sent_fen = FenField(default=0)
    asked_at = models.DateTimeField(null=True)
    asked_count = models.IntegerField(default=0)
    last_answer = models.CharField(max_length=10, default="")
    # When the bank said that it had finished and its results were read whole, however they read.
    results_at = models.DateTimeField(null=True)
    reason_text = models.CharField(max_length=400, default="")
    final_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payment_batch"
        verbose_name = "付款批次"
        constraints = [
            models.UniqueConstraint(
                fields=["centre_id", "batch_serial"], name="payment_batch_serial_once", condition=~Q(batch_serial="")
            ),
            models.CheckConstraint(
                condition=~Q(maker_person_id=F("checker_person_id")), name="payment_batch_maker_not_checker"
            ),
            models.CheckConstraint(
                condition=~Q(maker_person_id=F("releaser_person_id")), name="payment_batch_maker_not_releaser"
            ),
            models.CheckConstraint(
                condition=~Q(checker_person_id=F("releaser_person_id")), name="payment_batch_checker_not_releaser"
            ),
            models.CheckConstraint(
                condition=Q(state__in=_UNCHECKED) | Q(checker_person_id__isnull=False), name="payment_batch_checked"
            ),
            models.CheckConstraint(
                condition=Q(state__in=_UNRELEASED) | Q(releaser_person_id__isnull=False),
                name="payment_batch_released",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_UNSENT)
                | (~Q(batch_serial="") & Q(instructed_at__isnull=False, sent_count__gt=0, sent_lines__gt=0)),
                name="payment_batch_instructed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_UNSENT) | Q(sent_count=0, sent_fen=0), name="payment_batch_unsent"
            ),
            models.CheckConstraint(
                condition=Q(state__in=_ENDED, final_at__isnull=False) | (~Q(state__in=_ENDED) & Q(final_at=None)),
                name="payment_batch_final",
            ),
        ]
        indexes = [models.Index(fields=["centre_id", "state", "batch_id"], name="payment_batch_state")]


class PaymentBatchLine(models.Model):
    """One payment order in a batch. What became of it stands on the order; a line taken out keeps its reason."""

    pk = models.CompositePrimaryKey("centre_id", "batch_id", "line_no")
    centre_id = models.BigIntegerField()
    batch_id = models.BigIntegerField()
    line_no = models.IntegerField()
    order_id = models.BigIntegerField()
    amount_fen = FenField()
    order_digest = models.BinaryField()
    name_state = models.SmallIntegerField(choices=[(s.value, s.name) for s in NameState], default=0)
    name_serial = models.CharField(max_length=60, default="")
    name_asked_at = models.DateTimeField(null=True)
    # Whether the batch's signatures cover it; one that leaves the batch later stays covered.
    signed = models.BooleanField(default=False)
    # Whether the bank was told of it with the batch.
    sent = models.BooleanField(default=False)
    taken_out_at = models.DateTimeField(null=True)
    taken_out_text = models.CharField(max_length=200, default="")

    class Meta:
        db_table = "payment_batch_line"
        verbose_name = "付款批次明细"
        constraints = [
            models.UniqueConstraint(
                fields=["centre_id", "order_id"], name="payment_batch_line_live_once",
                condition=Q(taken_out_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["centre_id", "batch_id", "order_id"], name="payment_batch_line_order_once"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_batch_line_amount_positive"),
            models.CheckConstraint(
                condition=~Q(name_state=NameState.DIFFERS.value) | Q(taken_out_at__isnull=False),
                name="payment_batch_line_own_name",
            ),
        ]  # fmt: skip


class BatchContradiction(models.Model):
    """Something the bank told of a batch that cannot be true. It moves nothing; told again it is counted."""

    pk = models.CompositePrimaryKey("centre_id", "contradiction_id")
    centre_id = models.BigIntegerField()
    contradiction_id = models.BigIntegerField(db_default=next_value("batch_contradiction_id_seq"))
    batch_id = models.BigIntegerField()
    kind = models.SmallIntegerField(choices=[(k.value, k.zh) for k in ContradictionKind])
    line_serial = models.CharField(max_length=40, default="")
    order_id = models.BigIntegerField(null=True)
    sent_fen = FenField(null=True)
    told_fen = FenField(default=0)
    told_state = models.CharField(max_length=10, default="")
    told_first_at = models.DateTimeField()
    told_last_at = models.DateTimeField()
    told_count = models.IntegerField(default=1)

    class Meta:
        db_table = "batch_contradiction"
        verbose_name = "批次结果矛盾"
        constraints = [
            models.UniqueConstraint(
                fields=["centre_id", "batch_id", "kind", "line_serial", "told_fen", "told_state"],
                name="batch_contradiction_once",
            )
        ]
