"""Log-ins and the mandates they hold."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from anju.database.fields import DigestField, SealedTextField
from anju.identity.types import STAFF_ROLES, UNIT_ROLES, Role


class LoginManager(BaseUserManager["Login"]):
    """Finds by account name; log-ins are made by the room's actions only."""


class Login(AbstractBaseUser):
    """A log-in (登录账户). Name and document are what its owner said until ``person_id`` is set by an approved
    opening; the document's digest is therefore not unique, the proved phone's is.
    """

    login_id = models.BigAutoField(primary_key=True)
    account_name = models.CharField("登录名", max_length=40)
    name = SealedTextField("姓名")
    id_kind = models.CharField("证件类型", max_length=4)
    id_sealed = SealedTextField("证件号码")
    id_digest = DigestField()
    phone_sealed = SealedTextField("手机号码")
    phone_digest = DigestField()
    person_id = models.BigIntegerField(null=True)
    greeting = models.CharField("预留信息", max_length=30, default="")
    elder = models.BooleanField("长辈版", default=False)
    theme = models.CharField("外观", max_length=10, default="")
    registered_at = models.DateTimeField("注册时间")
    password_set_at = models.DateTimeField("密码设定时间", null=True)
    password_peace_until = models.DateTimeField("不再提醒换密码，到", null=True)
    disabled_at = models.DateTimeField("停用时间", null=True)
    disabled_why = models.CharField("停用原因", max_length=100, default="")

    objects: ClassVar[Any] = LoginManager()

    USERNAME_FIELD = "account_name"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    @property
    def phone(self) -> str:
        """The proved phone."""
        return str(self.phone_sealed)

    @property
    def full_name(self) -> str:
        """The name its owner said."""
        return str(self.name)

    class Meta:
        db_table = "identity_login"
        verbose_name = "登录账户"
        constraints = [
            models.UniqueConstraint(fields=["account_name"], name="identity_login_account_name"),
            models.UniqueConstraint(fields=["phone_digest"], name="identity_login_phone"),
            models.UniqueConstraint(
                fields=["person_id"],
                condition=models.Q(person_id__isnull=False, disabled_at__isnull=True),
                name="identity_login_person",
            ),
        ]
        indexes = [models.Index(fields=["id_digest"], name="identity_login_id_digest")]


class Mandate(models.Model):
    """A capacity somebody was given, by whom and on which case; ended, never deleted."""

    mandate_id = models.BigAutoField(primary_key=True)
    login = models.ForeignKey(Login, on_delete=models.RESTRICT, related_name="+")
    role = models.CharField("身份", max_length=20)
    unit_id = models.BigIntegerField("单位", null=True)
    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True)
    source_case_id = models.BigIntegerField("依据的业务", null=True)
    granted_by = models.BigIntegerField("授予人", null=True)
    ended_by = models.BigIntegerField("结束人", null=True)
    ended_why = models.CharField("结束原因", max_length=100, default="")

    class Meta:
        db_table = "identity_mandate"
        verbose_name = "授权"
        constraints = [
            models.UniqueConstraint(
                fields=["login", "role", "unit_id"],
                condition=models.Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="identity_mandate_one_live",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=sorted(UNIT_ROLES), unit_id__isnull=False)
                | models.Q(role__in=sorted(STAFF_ROLES | {Role.MEMBER}), unit_id__isnull=True),
                name="identity_mandate_unit_fits_role",
            ),
        ]
        indexes = [models.Index(fields=["unit_id", "role"], name="identity_mandate_unit")]
