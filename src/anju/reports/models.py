"""Findings of auditors and what was said about them. Both tables only grow: nobody rewrites what was found."""

from __future__ import annotations

from django.db import models


class AuditFinding(models.Model):
    """One finding (审计发现) about one line of one answer; the line stands here as it was read."""

    pk = models.CompositePrimaryKey("centre_id", "finding_id")
    centre_id = models.BigIntegerField()
    finding_id = models.BigIntegerField()
    raised_by_person_id = models.BigIntegerField()
    raised_by_login_id = models.BigIntegerField()
    raised_at = models.DateTimeField()
    first = models.DateField("起始日期")
    last = models.DateField("截止日期")
    due_on = models.DateField("答复期限")
    seed = models.IntegerField("种子号")
    line_number = models.IntegerField("第几行")
    question_version = models.SmallIntegerField()
    severity = models.SmallIntegerField("严重程度")
    question = models.TextField("提问")
    digest = models.TextField("结果摘要")
    addressee = models.TextField("答复岗位")
    text = models.TextField("发现")
    line = models.JSONField("这一行")

    class Meta:
        db_table = "audit_finding"
        verbose_name = "审计发现"


class FindingStep(models.Model):
    """What was said about a finding (答复与确认), in order."""

    pk = models.CompositePrimaryKey("centre_id", "finding_id", "n")
    centre_id = models.BigIntegerField()
    finding_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    login_id = models.BigIntegerField()
    at = models.DateTimeField()
    n = models.IntegerField()
    act = models.SmallIntegerField()
    text = models.TextField("内容")

    class Meta:
        db_table = "finding_step"
        verbose_name = "审计发现的答复"
