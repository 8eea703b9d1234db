"""One insert-only table: each question to another agency and what came back, sealed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anju.database.fields import DigestField, SealedTextField


class ExchangeQuery(models.Model):
    """One question and its answer (数据核查记录).

    `question_digest` finds repeated questions about the same person without telling who it is; `answer_digest`
    proves later that the facts a decision quotes are the facts that were read.
    """

    id = models.BigAutoField(primary_key=True)
    centre_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    status = models.CharField(max_length=12)
    serial = models.CharField(max_length=60, blank=True)
    read_at = models.DateTimeField()
    case_id = models.BigIntegerField(null=True)
    question_digest = DigestField()
    answer_digest = DigestField()
    facts_sealed = SealedTextField()
    problem = models.CharField(max_length=40, blank=True)
    took_ms = models.BigIntegerField()

    class Meta:
        db_table = "exchange_query"
        verbose_name = "数据核查记录"
        indexes = [
            models.Index(fields=["case_id"], name="exchange_query_case"),
            models.Index(fields=["question_digest", "-read_at"], name="exchange_query_question"),
            models.Index(fields=["kind", "-read_at"], name="exchange_query_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["ok", "not_found", "down"]), name="exchange_query_status_known"
            ),
            models.CheckConstraint(condition=~Q(status="ok") | ~Q(serial=""), name="exchange_query_ok_has_serial"),
            models.CheckConstraint(condition=Q(status="down") | Q(problem=""), name="exchange_query_problem_when_down"),
        ]
