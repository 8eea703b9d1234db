"""What a change of staff states: one person by form, or a list that was uploaded and checked."""

from __future__ import annotations

from typing import Any

from django import forms

from anju.casework.fields import CleanTextField, MonthField, ServiceForm, WholeNumberField, YuanField
from anju.contributions.roster.types import ChangeKind, SealReason

CHANGES = [("", ""), *[(kind.value, kind.zh) for kind in ChangeKind if kind is not ChangeKind.SAME]]
REASONS = [("", ""), *[(reason.value, reason.zh) for reason in SealReason]]
MOST_ID = 2**62


class MemberChangeForm(ServiceForm):
    """Either ``file_id`` of a kept list, or one person's fields. The list's own check names every wrong cell."""

    month = MonthField(label="从哪个月起")
    file_id = WholeNumberField(label="名册编号", lowest=1, highest=MOST_ID, required=False)
    left_out = forms.ChoiceField(label="名册没有列出的人", choices=[("", "保留"), *REASONS[1:]], required=False)
    change = forms.ChoiceField(label="办什么", choices=CHANGES, required=False)
    name = CleanTextField(label="姓名", max_length=60, required=False)
    id_number = CleanTextField(label="证件号码", max_length=30, required=False)
    phone = CleanTextField(label="手机号码", max_length=20, required=False)
    base_fen = YuanField(label="缴存基数", required=False)
    reason = forms.ChoiceField(label="封存原因", choices=REASONS, required=False)

    def clean(self) -> dict[str, Any]:
        """A list or a person, not neither."""
        cleaned = super().clean() or {}
        if not cleaned.get("file_id") and not (cleaned.get("name") and cleaned.get("id_number")):
            self.add_error("name", "请填写姓名和证件号码，或者上传名册。")
        return cleaned
