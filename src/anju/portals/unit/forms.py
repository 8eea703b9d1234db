"""Forms of the employer's portal."""

from __future__ import annotations

from django import forms

from anju.contributions.roster.types import ChangeKind, SealReason
from anju.design import fields
from anju.design.forms import DesignForm

LARGEST_BYTES = 10 * 1024 * 1024
CHANGES = [(kind.value, kind.zh) for kind in ChangeKind if kind is not ChangeKind.SAME]
REASONS = [("", "不适用"), *[(reason.value, reason.zh) for reason in SealReason]]


class UploadForm(DesignForm):
    """A list as a file, or cells pasted from a spreadsheet."""

    file = forms.FileField(label="职工名册文件", required=False, help_text="xlsx 或 csv，不超过 10 MB，列的顺序不限")
    pasted = fields.TextField(
        label="或者把表格粘贴到这里", required=False, max_length=2_000_000, multi_line=True,
        help_text="从电子表格里选中整块（连同表头）复制、粘贴",
    )  # fmt: skip

    def clean(self) -> dict[str, object]:
        """One of the two, and not too large."""
        cleaned = super().clean() or {}
        upload = cleaned.get("file")
        if not upload and not cleaned.get("pasted"):
            self.add_error("file", "请选择文件，或者粘贴表格内容。")
        if upload and upload.size > LARGEST_BYTES:
            self.add_error("file", "文件超过 10 MB：名册一般不到 1 MB，请去掉图片和多余的工作表再传。")
        return cleaned


class ApplyForm(DesignForm):
    """What to do with people whom a full list leaves out."""

    left_out = fields.ChoiceField(label="名册里没有的职工", choices=[])

    def __init__(self, *args: object, left_out: int = 0, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        if left_out:
            choices = [("keep", f"保留这 {left_out} 人，照常缴存")]
            choices += [(reason.value, f"封存：{reason.zh}") for reason in SealReason]
            self.fields["left_out"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["left_out"]


class PersonChangeForm(DesignForm):
    """One person: five kinds of change, or a new base."""

    change = fields.ChoiceField(label="办什么", choices=CHANGES)
    name = fields.TextField(label="姓名", max_length=60)
    id_number = fields.TextField(label="证件号码", max_length=30)
    phone = fields.PhoneField(label="手机号码", required=False, help_text="职工开通网上业务时用来核对本人，可以不填")
    base = fields.AmountField(label="缴存基数（元）", required=False, help_text="新增、转入、启封和基数变化要填")
    month = fields.MonthField(label="从哪个月起")
    reason = forms.ChoiceField(label="封存原因", choices=REASONS, required=False)


class AgentForm(DesignForm):
    """Who else may act for the unit."""

    phone = fields.PhoneField(label="经办人的手机号码", help_text="对方要先注册并开通个人网上业务")
    role = fields.ChoiceField(
        label="权限", choices=[("unit_agent", "经办人"), ("unit_admin", "账户管理员")],
        choice_hints={"unit_agent": "准备名册、申报、打印缴款通知", "unit_admin": "另外可以增减经办人、设置复核"},
    )  # fmt: skip
