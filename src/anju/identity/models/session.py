"""Sessions: one row a browser, found by the digest of the key in its cookie."""

from __future__ import annotations

from django.db import models

from anju.database.fields import DigestField, SealedTextField
from anju.identity.models.login import Login, Mandate


class Session(models.Model):
    """A browser's session (会话); ``login`` is empty until somebody has logged in.

    ``pending`` holds what a half-done registration, log-in, reset or change of phone must remember.
    """

    session_id = models.BigAutoField(primary_key=True)
    key_digest = DigestField()
    login = models.ForeignKey(Login, on_delete=models.RESTRICT, null=True, related_name="+")
    capacity = models.ForeignKey(Mandate, on_delete=models.RESTRICT, null=True, related_name="+")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    idle_seconds = models.IntegerField()
    expires_at = models.DateTimeField()
    stepped_up_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=30, default="")
    address_digest = DigestField()
    place = models.CharField(max_length=60, default="")
    device = models.CharField(max_length=60, default="")
    pending = SealedTextField(null=True)

    class Meta:
        db_table = "identity_session"
        verbose_name = "会话"
        constraints = [models.UniqueConstraint(fields=["key_digest"], name="identity_session_key")]
        indexes = [
            models.Index(
                fields=["login"], condition=models.Q(ended_at__isnull=True), name="identity_session_live"
            )
        ]
