"""One insert-only table. Rows are chained later by the sealing job, so writing one never waits for another."""

from __future__ import annotations

from django.db import models


class AuditRecord(models.Model):
    """One act or one look (审计记录)."""

    id = models.BigAutoField(primary_key=True)
    centre_id = models.BigIntegerField()
    act = models.CharField(max_length=80)
    at = models.DateTimeField()
    login_id = models.BigIntegerField(null=True)
    actor_person_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=30)
    subject = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_record"
        verbose_name = "审计记录"
        indexes = [
            models.Index(fields=["person_id", "-at"], name="audit_record_person"),
            models.Index(fields=["case_id", "-at"], name="audit_record_case"),
            models.Index(fields=["login_id", "-at"], name="audit_record_login"),
        ]
