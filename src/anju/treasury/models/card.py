"""Members' own cards (收款账户)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from anju.database.fields import DigestField, SealedTextField


class MemberCard(models.Model):
    """A card whose owner the bank confirmed. At most one is bound at a time; earlier ones stay on record."""

    pk = models.CompositePrimaryKey("person_id", "n")
    person_id = models.BigIntegerField()
    n = models.SmallIntegerField()
    card_sealed = SealedTextField()
    card_digest = DigestField()
    holder_sealed = SealedTextField()
    tail = models.CharField(max_length=4)
    bank_name = models.CharField(max_length=100)
    bank_code = models.CharField(max_length=20, default="")
    check_serial = models.CharField(max_length=60)
    bound_at = models.DateTimeField()
    usable_from = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "member_card"
        verbose_name = "收款账户"
        constraints = [
            models.UniqueConstraint(
                fields=["person_id"], name="member_card_one_bound", condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(condition=Q(usable_from__gte=F("bound_at")), name="member_card_wait"),
        ]
        indexes = [models.Index(fields=["card_digest"], name="member_card_digest")]
