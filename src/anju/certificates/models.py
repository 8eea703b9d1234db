"""Tables of the certificates room: issued papers, their files, and revocations. All three are only added to."""

from __future__ import annotations

from django.db import models
from django.db.models import BigIntegerField, Func, Value

from anju.certificates.types import CertificateKind
from anju.database.fields import DigestField


class Certificate(models.Model):
    """One issued paper. What it says is sealed under its own number, so that a row cannot speak for another."""

    pk = models.CompositePrimaryKey("centre_id", "certificate_id")
    centre_id = models.BigIntegerField()
    certificate_id = models.BigIntegerField(
        db_default=Func(Value("certificate_id_seq"), function="nextval", output_field=BigIntegerField())
    )
    number = models.CharField(max_length=30)
    kind = models.SmallIntegerField(choices=[(k.value, k.zh) for k in CertificateKind])
    idempotency_key = models.CharField(max_length=120)
    person_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    purpose = models.CharField(max_length=60)
    facts_sealed = models.BinaryField()
    code_digest = DigestField()
    pdf_sha256 = models.BinaryField()
    issued_at = models.DateTimeField()
    valid_until = models.DateField()

    class Meta:
        db_table = "certificate"
        verbose_name = "证明"
        constraints = [
            models.UniqueConstraint(fields=["centre_id", "number"], name="certificate_number_once"),
            models.UniqueConstraint(fields=["centre_id", "idempotency_key"], name="certificate_key_once"),
        ]
        indexes = [
            models.Index(fields=["centre_id", "person_id", "-certificate_id"], name="certificate_person"),
            models.Index(fields=["centre_id", "pdf_sha256"], name="certificate_file"),
        ]


class CertificatePaper(models.Model):
    """The file itself, sealed: a re-download gives the same bytes."""

    pk = models.CompositePrimaryKey("centre_id", "certificate_id")
    centre_id = models.BigIntegerField()
    certificate_id = models.BigIntegerField()
    content_sealed = models.BinaryField()

    class Meta:
        db_table = "certificate_paper"
        verbose_name = "证明文件"


class CertificateRevocation(models.Model):
    """A paper declared void, at most once, with the reason."""

    pk = models.CompositePrimaryKey("centre_id", "certificate_id")
    centre_id = models.BigIntegerField()
    certificate_id = models.BigIntegerField()
    revoked_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    revoked_by_person_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "certificate_revocation"
        verbose_name = "证明作废"
