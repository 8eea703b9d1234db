"""Reports that something shown is wrong."""

from __future__ import annotations

from django.db import models

from anju.database.fields import SealedTextField


class Report(models.Model):
    """One «这里不对»: the page, the words, and what the desk answered; or, in danger, one «不是我操作»."""

    report_id = models.BigAutoField(primary_key=True)
    centre_id = models.BigIntegerField()
    at = models.DateTimeField()
    login_id = models.BigIntegerField(null=True)
    page = models.CharField(max_length=200)
    text = SealedTextField()
    danger = models.BooleanField(default=False)
    answer = SealedTextField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "support_report"
        verbose_name = "异议"
        indexes = [models.Index(fields=["answered_at", "at"], name="support_report_open")]
