"""Forms of log-in, registration and progress. They check shape only; identity's actions refuse the rest."""

from __future__ import annotations

from django import forms

from anju.design import fields
from anju.design.forms import DesignForm
from anju.kernel.identifiers import IdKind

KINDS = [
    (IdKind.ID18.value, "居民身份证"),
    (IdKind.HMT_RESIDENCE.value, "港澳台居民居住证"),
    (IdKind.HMT_PERMIT.value, "来往内地（大陆）通行证"),
    (IdKind.FOREIGN_PR.value, "外国人永久居留身份证"),
    (IdKind.PASSPORT.value, "护照"),
]


class LogInForm(DesignForm):
    """Name and password."""

    name = fields.TextField(label="手机号或证件号码", max_length=40)
    password = fields.PasswordField(label="密码")
    next = forms.CharField(required=False, widget=forms.HiddenInput, max_length=500)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["name"].widget.attrs.update(autocomplete="username", inputmode="text", autocapitalize="none")


class CodeForm(DesignForm):
    """One SMS code."""

    code = fields.CodeField(label="短信验证码")
    next = forms.CharField(required=False, widget=forms.HiddenInput, max_length=500)


class RegistrationForm(DesignForm):
    """Who one is and how to be reached: three fields are typed, the kind of document is there already."""

    name = fields.TextField(label="姓名", max_length=60, help_text="和证件上一样")
    id_kind = fields.ChoiceField(
        label="证件类型", choices=KINDS, initial=IdKind.ID18.value, widget=forms.Select(attrs={"class": "input--short"})
    )
    id_number = fields.TextField(label="证件号码", max_length=30)
    phone = fields.PhoneField(label="手机号码", help_text="会收到验证码，以后用它登录")

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["name"].widget.attrs.update(autocomplete="name")
        self.fields["id_number"].widget.attrs.update(
            autocomplete="off", autocapitalize="characters", spellcheck="false"
        )
        self.fields["id_kind"].error_messages["invalid_choice"] = "请从列出的证件类型中选择。"


class PhoneForm(DesignForm):
    """Another number for the code, when the first was mistyped."""

    phone = fields.PhoneField(label="正确的手机号码")


class NewPasswordForm(DesignForm):
    """The code that proves the phone, and the password that makes the log-in."""

    code = fields.CodeField(label="短信验证码")
    password = fields.PasswordField(label="设一个登录密码", new=True)


class ResetForm(DesignForm):
    """Phone and document of a log-in whose password is forgotten."""

    phone = fields.PhoneField(label="手机号码")
    id_number = fields.TextField(label="证件号码", max_length=30, help_text="注册时用的证件号码")


class ProgressForm(DesignForm):
    """A case number and its progress code."""

    number = fields.TextField(label="业务编号", max_length=30, help_text="例如 20261123-000417")
    code = fields.TextField(label="查询码", max_length=20, help_text="提交时给您的那一串，只显示过一次")


class SignForm(DesignForm):
    """Consent to the agreement that was read, and the person's own greeting."""

    version = forms.CharField(widget=forms.HiddenInput, max_length=40)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=80)
    agree = fields.ConsentField(label="我已阅读并同意《住房公积金网上业务服务协议》")
    greeting = fields.TextField(
        label="预留信息", max_length=30, required=False,
        help_text="自己想一句话。以后登录先显示它，看到的不是这句，就不是真网站",
    )  # fmt: skip


class AgainForm(DesignForm):
    """Consent to a newer version of the agreement."""

    version = forms.CharField(widget=forms.HiddenInput, max_length=40)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=80)
    agree = fields.ConsentField(label="我已阅读并同意新版《住房公积金网上业务服务协议》")
