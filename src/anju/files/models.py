"""One table: what is known about each kept file. The bytes lie on disk, never in the database."""

from __future__ import annotations

from django.db import models

from anju.database.fields import SealedTextField
from anju.files.types import FileKind, ScanState


class File(models.Model):
    """Metadata of one upload (文件)."""

    file_id = models.BigAutoField(primary_key=True)
    centre_id = models.BigIntegerField()
    stored_name = models.CharField(max_length=64)
    filename = SealedTextField(verbose_name="原文件名")
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in FileKind])
    purpose = models.CharField(max_length=40)
    sha256 = models.BinaryField()
    size = models.BigIntegerField()
    scan_state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in ScanState])
    owner_person_id = models.BigIntegerField(null=True)
    owner_unit_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    kept_by_login_id = models.BigIntegerField(null=True)
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "file"
        verbose_name = "文件"
        constraints = [
            models.UniqueConstraint(fields=["stored_name"], name="file_stored_name_once"),
            models.CheckConstraint(
                condition=models.Q(owner_person_id__isnull=False)
                | models.Q(owner_unit_id__isnull=False)
                | models.Q(case_id__isnull=False),
                name="file_has_owner",
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="file_size_positive"),
        ]
        indexes = [
            models.Index(fields=["centre_id", "owner_unit_id", "sha256"], name="file_unit_digest"),
            models.Index(fields=["centre_id", "owner_person_id"], name="file_person"),
            models.Index(fields=["case_id"], name="file_case"),
        ]
