"""What a bank told a second time with other content (互相矛盾的通知)."""

from __future__ import annotations

from django.db import models

from anju.database.fields import FenField, SealedTextField
from anju.treasury.models.sequence import next_value
from anju.treasury.types import Direction


class BankContradiction(models.Model):
    """A notice under a serial that was kept already, with another amount, payer or date of reversal.

    The first notice stands in the books; this one moved no money. Each other content is kept once.
    """

    pk = models.CompositePrimaryKey("centre_id", "contradiction_id")
    centre_id = models.BigIntegerField()
    contradiction_id = models.BigIntegerField(db_default=next_value("bank_contradiction_id_seq"))
    notice_id = models.BigIntegerField()
    direction = models.SmallIntegerField(choices=[(d.value, d.name) for d in Direction])
    amount_fen = FenField()
    counter_name = SealedTextField()
    counter_account = SealedTextField()
    summary = models.CharField(max_length=200, default="")
    reversal = models.BooleanField(default=False)
    original_host_serial = models.CharField(max_length=40, default="")
    content_digest = models.BinaryField()
    told_first_at = models.DateTimeField()
    told_last_at = models.DateTimeField()
    told_count = models.IntegerField(default=1)
    settled_at = models.DateTimeField(null=True)
    settled_by_person_id = models.BigIntegerField(null=True)
    answer = models.CharField(max_length=400, default="")

    class Meta:
        db_table = "bank_contradiction"
        verbose_name = "互相矛盾的通知"
        constraints = [
            models.UniqueConstraint(
                fields=["centre_id", "notice_id", "content_digest"], name="bank_contradiction_once"
            ),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="bank_contradiction_amount_positive"),
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True, answer="", settled_by_person_id__isnull=True)
                | (models.Q(settled_at__isnull=False, settled_by_person_id__isnull=False) & ~models.Q(answer="")),
                name="bank_contradiction_answered",
            ),
        ]
        indexes = [
            models.Index(
                fields=["centre_id", "contradiction_id"], name="bank_contradiction_open",
                condition=models.Q(settled_at__isnull=True),
            )  # fmt: skip
        ]
