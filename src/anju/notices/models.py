"""Local tables: the inbox, what was told to many, and the SMS outbox."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anju.database.fields import DigestField, SealedTextField


class Sms(models.Model):
    """One text message (短信). Phone and text are sealed; a code's text is gone as soon as it has served."""

    id = models.BigAutoField(primary_key=True)
    centre_id = models.BigIntegerField()
    message_id = models.UUIDField()
    purpose = models.CharField(max_length=40)
    phone_sealed = SealedTextField()
    phone_digest = DigestField()
    text_sealed = SealedTextField(null=True)
    bears_code = models.BooleanField()
    state = models.CharField(max_length=12)
    attempts = models.BigIntegerField(default=0)
    problem = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sms"
        verbose_name = "短信"
        indexes = [
            models.Index(fields=["phone_digest", "-created_at"], name="sms_phone"),
            models.Index(fields=["-created_at"], name="sms_failed", condition=Q(state="failed")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["message_id"], name="sms_message_once"),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sent", "delivered", "failed"]), name="sms_state_known"
            ),
            models.CheckConstraint(
                condition=Q(bears_code=False) | Q(valid_until__isnull=False), name="sms_code_has_an_end"
            ),
            models.CheckConstraint(
                condition=Q(bears_code=False) | Q(state="queued") | Q(text_sealed__isnull=True),
                name="sms_code_forgotten_once_sent",
            ),
        ]


class Notice(models.Model):
    """One message in the inbox (站内消息) of a log-in, a person or a unit."""

    id = models.BigAutoField(primary_key=True)
    centre_id = models.BigIntegerField()
    login_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    text = models.CharField(max_length=1000)
    case_id = models.BigIntegerField(null=True)
    case_number = models.CharField(max_length=40, blank=True)
    sms_id = models.BigIntegerField(null=True)
    line_seq = models.BigIntegerField("明细序号", null=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notice"
        verbose_name = "站内消息"
        indexes = [
            models.Index(fields=["login_id", "-id"], name="notice_login", condition=Q(login_id__isnull=False)),
            models.Index(fields=["person_id", "-id"], name="notice_person", condition=Q(person_id__isnull=False)),
            models.Index(fields=["unit_id", "-id"], name="notice_unit", condition=Q(unit_id__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(login_id__isnull=False) | Q(person_id__isnull=False) | Q(unit_id__isnull=False),
                name="notice_has_a_reader",
            ),
        ]


class NoticePart(models.Model):
    """A part of a list of people that was told (群发消息的部分): once for each list and part."""

    id = models.BigAutoField(primary_key=True)
    centre_id = models.BigIntegerField()
    key = models.CharField("名单", max_length=80)
    part = models.BigIntegerField("第几部分")
    notices = models.BigIntegerField("消息数")
    told_at = models.DateTimeField()

    class Meta:
        db_table = "notice_part"
        verbose_name = "群发消息的部分"
        constraints = [
            models.UniqueConstraint(fields=["centre_id", "key", "part"], name="notice_part_once"),
        ]
