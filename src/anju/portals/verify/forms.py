"""Forms of the check: number and code, an amount to compare, or the file itself."""

from __future__ import annotations

from django import forms

from anju.design import fields
from anju.design.forms import DesignForm


class CodeCheckForm(DesignForm):
    """What stands on the paper."""

    number = fields.TextField(label="编号", max_length=40, help_text="证明上的 JC20261123-000017-42，或决定书上的文号")
    code = fields.TextField(label="核验码", max_length=40)
    amount = fields.AmountField(
        label="纸上的金额（元）", required=False, help_text="可以不填；填了就和原件比对，一分不差才算一致"
    )


class FileCheckForm(DesignForm):
    """The PDF somebody was given."""

    file = forms.FileField(label="PDF 文件", help_text="不超过 5 MB；只比对，不保存")
