"""Forms of the member's portal that belong to no service."""

from __future__ import annotations

from typing import Any

from django import forms

from anju.casework.types import CorrectionItem
from anju.design import fields
from anju.design.forms import DesignForm

ACCEPTED_PAPERS = ".pdf,.jpg,.jpeg,.png"


class SpanForm(DesignForm):
    """A span of days of one's own choice."""

    since = fields.DateField(label="从哪一天", help_text="例如 2026 年 1 月 1 日")
    until = fields.DateField(label="到哪一天")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and since > until:
            self.add_error("since", "起始日期不能晚于截止日期，请重新选择。")
        return values


class ConfirmForm(DesignForm):
    """The last step: the code that fits what is confirmed, under the page's own key."""

    code = fields.CodeField(label="短信验证码")
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, needs_code: bool = True, phone_mask: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        if not needs_code:
            del self.fields["code"]
        elif phone_mask:
            self.fields["code"].help_text = f"已发到 {phone_mask}，5 分钟内有效。工作人员不会要您的验证码"


class PapersForm(DesignForm):
    """One upload for each paper that was asked for."""

    def __init__(self, *args: Any, wanted: tuple[CorrectionItem, ...] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        for item in wanted:
            self.fields[f"paper-{item.code}"] = forms.FileField(
                label=item.title, help_text="pdf、jpg 或 png，一个文件",
                widget=forms.FileInput(attrs={"accept": ACCEPTED_PAPERS}),
                error_messages={
                    "required": f"还缺：{item.title}。请选择文件上传。",
                    "empty": "这个文件是空的，请重新选择。",
                },
            )  # fmt: skip


OTHER = ("other", "其他")
MOVEMENT_FAULTS = (("month", "缴存月份"), ("base", "缴存基数"), ("ratio", "缴存比例"), ("amount", "金额"), OTHER)
CASE_FAULTS = (("facts", "查到的事实"), ("rule", "规则用错了"), ("amount", "金额"), OTHER)
OWN_FAULTS = (
    ("person", "姓名、证件号码"), ("account", "账户状态、余额或利息"), ("missing", "少了一笔"),
    ("home", "住房、婚姻信息"), OTHER,
)  # fmt: skip


class WrongForm(DesignForm):
    """One choice, which the link that led here may have made already, and what it should be."""

    what = forms.ChoiceField(label="哪里不对", widget=forms.RadioSelect)
    text = fields.TextField(
        label="应当是什么", max_length=400, multi_line=True,
        help_text="例如：10 月起工资调到 8,900 元，基数还是 8,600 元",
    )  # fmt: skip
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, faults: tuple[tuple[str, str], ...] = OWN_FAULTS, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["what"].choices = faults  # type: ignore[attr-defined]
        self.fields["what"].error_messages["required"] = "请选一项：哪里不对。"


class ReasonForm(DesignForm):
    """Why an application is taken back; may stay empty."""

    reason = fields.TextField(label="撤回的原因", max_length=200, required=False)


class GreetingForm(DesignForm):
    """The own greeting (预留信息)."""

    greeting = fields.TextField(
        label="预留信息", max_length=30, required=False, help_text="登录时先显示这句话，再要验证码。没看到就不要输入"
    )


class PasswordForm(DesignForm):
    """The old password and a new one."""

    old = fields.PasswordField(label="现在的密码")
    new = fields.PasswordField(label="新密码", new=True)


class NewPhoneForm(DesignForm):
    """The number one wants to be reached at from now on."""

    new_phone = fields.PhoneField(label="新手机号", help_text="新旧两个号码都会收到验证码")


class PhoneCodesForm(DesignForm):
    """The two codes of a change of phone."""

    old_code = fields.CodeField(label="旧手机收到的验证码")
    new_code = fields.CodeField(label="新手机收到的验证码")
