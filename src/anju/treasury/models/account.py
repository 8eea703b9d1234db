"""The centre's own accounts at the entrusted banks (住房公积金存款专户)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from anju.database.fields import DigestField, SealedTextField
from anju.treasury.models.sequence import next_value


class BankAccount(models.Model):
    """One account of the centre (FUND-01: only at banks the committee named)."""

    pk = models.CompositePrimaryKey("centre_id", "bank_account_id")
    centre_id = models.BigIntegerField()
    bank_account_id = models.BigIntegerField(db_default=next_value("bank_account_id_seq"))
    number_sealed = SealedTextField()
    number_digest = DigestField()
    tail = models.CharField(max_length=4)
    name = models.CharField("户名", max_length=200)
    bank_name = models.CharField("开户银行", max_length=100)
    bank_code = models.CharField("联行号", max_length=20, default="")
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "bank_account"
        verbose_name = "存款专户"
        constraints = [
            models.UniqueConstraint(fields=["centre_id", "number_digest"], name="bank_account_number_once"),
        ]
