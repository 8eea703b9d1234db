"""Tables of closing as Django sees them; made in SQL by the migration, written in plain SQL by the actions."""

from __future__ import annotations

from django.db import models

from anju.database.fields import FenField


class ClosingRun(models.Model):
    """The closing of some days or of a month; signed, it stands."""

    pk = models.CompositePrimaryKey("centre_id", "run_id")
    centre_id = models.BigIntegerField()
    run_id = models.BigIntegerField()
    started_by_person_id = models.BigIntegerField(null=True)
    submitted_by_person_id = models.BigIntegerField(null=True)
    signed_by_person_id = models.BigIntegerField(null=True)
    reopened_by_person_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    first_on = models.DateField()
    last_on = models.DateField()
    kind = models.SmallIntegerField()
    state = models.SmallIntegerField()
    reason = models.TextField(default="")
    report = models.JSONField(default=dict)
    report_digest = models.BinaryField(default=b"")

    class Meta:
        db_table = "closing_run"
        verbose_name = "日结和月结"


class ClosingStep(models.Model):
    """One step of a run, with what it found."""

    pk = models.CompositePrimaryKey("centre_id", "run_id", "n")
    centre_id = models.BigIntegerField()
    run_id = models.BigIntegerField()
    by_person_id = models.BigIntegerField(null=True)
    began_at = models.DateTimeField(null=True)
    claims = models.IntegerField(default=0)
    took_ms = models.IntegerField(null=True)
    n = models.SmallIntegerField()
    kind = models.SmallIntegerField()
    state = models.SmallIntegerField(default=1)
    text = models.TextField(default="")
    findings = models.JSONField(default=list)
    figures = models.JSONField(default=dict)

    class Meta:
        db_table = "closing_step"
        verbose_name = "结账步骤"


class ClosingExplanation(models.Model):
    """What an accountant said about a difference in a run; insert-only."""

    pk = models.CompositePrimaryKey("centre_id", "digest", "run_id")
    centre_id = models.BigIntegerField()
    run_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    left_fen = FenField()
    right_fen = FenField()
    at = models.DateTimeField()
    level = models.SmallIntegerField()
    subject = models.TextField()
    place = models.TextField()
    told = models.TextField()
    words = models.TextField()
    digest = models.BinaryField()

    class Meta:
        db_table = "closing_explanation"
        verbose_name = "差异说明"


class ClosingInterest(models.Model):
    """An order to post a year's interest as a trial run showed it."""

    pk = models.CompositePrimaryKey("centre_id", "interest_year")
    centre_id = models.BigIntegerField()
    trial_run_id = models.BigIntegerField()
    accounts = models.BigIntegerField()
    interest_fen = FenField()
    ordered_by_person_id = models.BigIntegerField()
    signed_by_person_id = models.BigIntegerField(null=True)
    ordered_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    interest_year = models.SmallIntegerField()

    class Meta:
        db_table = "closing_interest"
        verbose_name = "结息入账审批"
