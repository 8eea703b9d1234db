"""SMS codes, what was sent, and wrong passwords: everything that limits guessing lives in the database."""

from __future__ import annotations

from django.db import models

from anju.database.fields import DigestField
from anju.identity.models.session import Session


class Code(models.Model):
    """An SMS code (短信验证码), as keyed hash over everything it is bound to.

    A decoy is the same row with a hash that nothing produces: the unknown phone's step takes as long.
    """

    code_id = models.BigAutoField(primary_key=True)
    session = models.ForeignKey(Session, on_delete=models.RESTRICT, related_name="+")
    purpose = models.CharField(max_length=20)
    subject_digest = DigestField()
    phone_digest = DigestField()
    confirm_digest = DigestField()
    code_hash = DigestField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    live = models.BooleanField(default=True)
    consumed_at = models.DateTimeField(null=True)
    sms_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "identity_code"
        verbose_name = "短信验证码"
        constraints = [
            models.UniqueConstraint(
                fields=["session", "purpose"], condition=models.Q(live=True), name="identity_code_one_live"
            )
        ]
        indexes = [models.Index(fields=["sent_at"], name="identity_code_sent_at")]


class Send(models.Model):
    """One SMS with a code that was sent, for the limits."""

    send_id = models.BigAutoField(primary_key=True)
    sent_at = models.DateTimeField()
    phone_digest = DigestField()
    address_digest = DigestField()
    login_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=20)

    class Meta:
        db_table = "identity_send"
        verbose_name = "验证码发送记录"
        indexes = [
            models.Index(fields=["phone_digest", "sent_at"], name="identity_send_phone"),
            models.Index(fields=["address_digest", "sent_at"], name="identity_send_address"),
            models.Index(fields=["login_id", "sent_at"], name="identity_send_login"),
            models.Index(fields=["sent_at"], name="identity_send_sent_at"),
        ]


class Attempt(models.Model):
    """Password tries of one name as typed, or from one address, in the current window.

    Kept by what was typed and not by log-in, so that a name nobody has is locked just like a real one.
    """

    key_digest = DigestField(primary_key=True)
    tries = models.IntegerField()
    window_started_at = models.DateTimeField()

    class Meta:
        db_table = "identity_attempt"
        verbose_name = "密码尝试"
