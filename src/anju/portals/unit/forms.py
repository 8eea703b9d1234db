"""Forms of the employer's portal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from anju.contributions.roster.types import ChangeKind, SealReason
from anju.design import fields
from anju.design.forms import DesignForm

LARGEST_BYTES = 10 * 1024 * 1024
LONGEST_PASTE = 2_000_000
CHANGES = [(kind.value, kind.zh) for kind in ChangeKind if kind is not ChangeKind.SAME]
HINTS = {
    ChangeKind.NEW.value: "在本中心第一次开户",
    ChangeKind.UNSEAL.value: "曾在本单位封存，现在恢复",
    ChangeKind.SEAL.value: "离职、退休、停薪等，停止缴存",
    ChangeKind.TRANSFER_IN.value: "账户在别的单位已经封存",
    ChangeKind.TRANSFER_OUT.value: "调到别的单位，账户在这里封存",
    ChangeKind.BASE.value: "只改缴存基数",
}
REASONS = [("", "请选择"), *[(reason.value, reason.zh) for reason in SealReason]]
OF_NORMAL = (ChangeKind.BASE, ChangeKind.SEAL, ChangeKind.TRANSFER_OUT)
OF_SEALED = (ChangeKind.UNSEAL,)
OF_BOTH = (*OF_NORMAL, *OF_SEALED)
_IN_A_TABLE = frozenset("\t\n\r")


class PastedField(forms.CharField):
    """Cells pasted from a spreadsheet: tabs and line ends are their walls, other controls are refused."""

    widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "mono", "wrap": "off"})

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)

    def validate(self, value: Any) -> None:
        """The form asks for one of two; neither is asked for alone."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if len(text) > LONGEST_PASTE:
            raise ValidationError("粘贴的内容太多了：请存成 xlsx 文件再传。")
        if any(unicodedata.category(char) in ("Cc", "Cs") and char not in _IN_A_TABLE for char in text):
            raise ValidationError("内容里有无法保存的字符，请重新复制后再粘贴。")
        return text if text.strip() else ""


class EitherFileField(forms.FileField):
    """A file, where something else may stand in its place; the form says when both are missing."""

    def validate(self, value: Any) -> None:
        """Nothing is missing until the form says so."""


class UploadForm(DesignForm):
    """A list as a file, or cells pasted from a spreadsheet."""

    file = EitherFileField(
        label="职工名册文件", help_text="xlsx 或 csv，不超过 10 MB。可以拖到框里。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )  # fmt: skip
    pasted = PastedField(
        label="或者粘贴表格", help_text="在电子表格里选中整块，连同表头，复制后粘贴到这里。"
    )

    def clean(self) -> dict[str, object]:
        """One of the two, and not too large."""
        cleaned = super().clean() or {}
        upload = cleaned.get("file")
        if not upload and not cleaned.get("pasted") and not self.errors:
            self.add_error("file", "请选择文件，或者粘贴表格内容。")
        if upload and upload.size > LARGEST_BYTES:
            self.add_error("file", "文件超过 10 MB：名册一般不到 1 MB，请去掉图片和多余的工作表再传。")
        return cleaned


class ApplyForm(DesignForm):
    """What to do with people whom a full list leaves out."""

    left_out = fields.ChoiceField(label="名册里没有的职工怎么办？", choices=[])

    def __init__(self, *args: object, left_out: int = 0, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        if left_out:
            choices = [("keep", f"保留这 {left_out} 人，照常缴存")]
            choices += [(reason.value, f"封存：{reason.zh}") for reason in SealReason]
            self.fields["left_out"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["left_out"]


class PersonChangeForm(DesignForm):
    """One person: five kinds of change, or a new base. Of somebody known, name and document are not asked again."""

    account = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    change = fields.ChoiceField(label="办什么", choices=CHANGES, choice_hints=HINTS)
    name = fields.TextField(label="姓名", max_length=60)
    id_number = fields.TextField(label="证件号码", max_length=30)
    phone = fields.PhoneField(label="手机号码", required=False, help_text="职工开通网上业务时用来核对本人")
    base = fields.AmountField(label="缴存基数", required=False, help_text="新增、转入、启封和改基数时填写")
    month = fields.MonthField(label="从哪个月起")
    reason = forms.ChoiceField(label="封存原因", choices=REASONS, required=False, help_text="办封存时选择")

    def __init__(self, *args: Any, kinds: Sequence[ChangeKind] = (), **options: Any) -> None:
        """`kinds`: what may be done with somebody chosen from the staff; without them it is a person by hand."""
        super().__init__(*args, **options)
        if not kinds:
            return
        for name in ("name", "id_number", "phone"):
            del self.fields[name]
        self.fields["change"].choices = [(kind.value, kind.zh) for kind in kinds]  # type: ignore[attr-defined]
        changes_base = ChangeKind.BASE in kinds
        self.fields["base"].help_text = "改基数时填写" if changes_base else "恢复缴存的基数"
        if ChangeKind.SEAL not in kinds:
            del self.fields["reason"]


class ReturnForm(DesignForm):
    """Why the second person sends a list back."""

    reason = fields.TextField(label="退回的原因", max_length=200, multi_line=True, help_text="申报人会看到")


class AgentForm(DesignForm):
    """Who else may act for the unit."""

    phone = fields.PhoneField(label="经办人的手机号码", help_text="对方要先注册并开通个人网上业务")
    role = fields.ChoiceField(
        label="权限", choices=[("unit_agent", "经办人"), ("unit_admin", "账户管理员")],
        choice_hints={
            "unit_agent": "名册、申报、缴款通知，复核别人的申报", "unit_admin": "另外可以增减经办人、设置第二人复核",
        },
    )  # fmt: skip
