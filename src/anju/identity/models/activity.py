"""What a person can read about the use of their log-in."""

from __future__ import annotations

from django.db import models

from anju.identity.models.login import Login


class Activity(models.Model):
    """One line of the activity log (账户动态); insert-only. ``concerns`` is the line a «不是我操作» is about."""

    activity_id = models.BigAutoField(primary_key=True)
    login = models.ForeignKey(Login, on_delete=models.RESTRICT, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=30)
    text = models.CharField(max_length=200)
    place = models.CharField(max_length=60, default="")
    device = models.CharField(max_length=60, default="")
    session_id = models.BigIntegerField(null=True)
    concerns = models.BigIntegerField(null=True)

    class Meta:
        db_table = "identity_activity"
        verbose_name = "账户动态"
        constraints = [
            models.UniqueConstraint(
                fields=["concerns"], condition=models.Q(concerns__isnull=False), name="identity_activity_once"
            )
        ]
        indexes = [models.Index(fields=["login", "-at"], name="identity_activity_login")]
