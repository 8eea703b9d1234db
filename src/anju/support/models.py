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
    subject = models.CharField("所指", max_length=200, default="")
    text = SealedTextField()
    due_on = models.DateField("答复期限", null=True)
    request_key = models.CharField(max_length=64, default="")
    follows_id = models.BigIntegerField("接着哪一条说", null=True)
    danger = models.BooleanField(default=False)
    answer = SealedTextField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "support_report"
        verbose_name = "异议"
        constraints = [
            models.UniqueConstraint(
                fields=["login_id", "request_key"], condition=~models.Q(request_key=""), name="support_report_once"
            ),
        ]
        indexes = [
            models.Index(fields=["answered_at", "at"], name="support_report_open"),
            models.Index(
                fields=["login_id", "-report_id"], condition=models.Q(login_id__isnull=False), name="support_report_own"
            ),
        ]
