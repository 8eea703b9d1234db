"""Forms of the desk. They check shape only; the rooms' actions refuse the rest in their own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from anju.casework.types import Choice, CorrectionItem
from anju.design import fields
from anju.design.forms import DesignForm

LONGEST_OPINION = 900


class OpinionForm(DesignForm):
    """The reviewer's opinion: may be empty to agree; to return, the action asks for a reason."""

    opinion = fields.TextField(
        label="复核意见", max_length=LONGEST_OPINION, multi_line=True, required=False
    )
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def refuse(self, refusal: Any) -> None:
        """Casework calls the same words note or reason."""
        if refusal.field in ("note", "reason"):
            self.add_error("opinion", refusal.text)
        else:
            super().refuse(refusal)


class AgreeForm(DesignForm):
    """The clerk agrees with the machine's proposal."""

    reasons = fields.TextField(label="经办意见", max_length=LONGEST_OPINION, multi_line=True, required=False)


class RefuseForm(DesignForm):
    """Against the application: an article of the service's own list and reasons the applicant can follow."""

    article = forms.ChoiceField(label="依据的条文", choices=())
    reasons = fields.TextField(
        label="理由", max_length=LONGEST_OPINION, multi_line=True, help_text="申请人会读到，请写明查到了什么"
    )
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, articles: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["article"].choices = [("", "请选择"), *articles]  # type: ignore[attr-defined]


class CorrectionForm(DesignForm):
    """Everything that is missing, asked for once, from the service's own list."""

    items = forms.MultipleChoiceField(
        label="需要补正的内容", choices=(), widget=forms.CheckboxSelectMultiple,
        help_text="一次说全，申请人补正前计时暂停",
    )  # fmt: skip
    note = fields.TextField(label="补充说明", max_length=400, multi_line=True, required=False)

    def __init__(self, *args: Any, materials: Sequence[CorrectionItem], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["items"].choices = [(item.code, item.title) for item in materials]  # type: ignore[attr-defined]
        self.fields["items"].choice_hints = {  # type: ignore[attr-defined]
            item.code: item.explanation for item in materials
        }


class FactForm(DesignForm):
    """A fact no agency could tell, established by the clerk, with the evidence."""

    value = forms.ChoiceField(label="核实的结果", choices=())
    evidence = fields.TextField(label="怎样核实的", max_length=200)

    def __init__(self, *args: Any, by_hand: Sequence[Choice], label: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        # The value goes by its place in the service's list: it may be a number, a word or yes and no.
        shown = [(str(n), choice.label) for n, choice in enumerate(by_hand)]
        self.fields["value"].choices = [("", "请选择"), *shown]  # type: ignore[attr-defined]
        self.fields["value"].label = label or "核实的结果"
        self.by_hand = tuple(by_hand)

    @property
    def found(self) -> Any:
        """The value the service knows."""
        return self.by_hand[int(self.cleaned_data["value"])].value


# ------------------------------------------------------------------------------------------------ treasury


class ReasonForm(DesignForm):
    """Why: somebody else will read it."""

    reason = fields.TextField(label="原因", max_length=200, multi_line=True)

    def __init__(self, *args: Any, label: str = "原因", hint: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].label, self.fields["reason"].help_text = label, hint


class AllocateForm(DesignForm):
    """Which month the money is for."""

    remittance = forms.ChoiceField(label="汇缴书", choices=(), widget=forms.RadioSelect)

    def __init__(
        self, *args: Any, months: Sequence[tuple[str, str]], hints: dict[str, str] | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["remittance"].choices = list(months)  # type: ignore[attr-defined]
        self.fields["remittance"].choice_hints = hints or {}  # type: ignore[attr-defined]


class RefundForm(DesignForm):
    """Money back to the account it came from."""

    amount = fields.AmountField(label="退款金额", help_text="退回原付款账户")
    reason = fields.TextField(label="退款原因", max_length=200, help_text="单位会看到")


class CoverForm(DesignForm):
    """Which money covers what a unit owes."""

    suspense = forms.ChoiceField(label="用哪一笔到账抵补", choices=())

    def __init__(self, *args: Any, items: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["suspense"].choices = [("", "请选择"), *items]  # type: ignore[attr-defined]


class MandateForm(DesignForm):
    """A standing mandate: up to how much, from when to when."""

    limit = fields.AmountField(label="单笔最高金额")
    starts_on = fields.DateField(label="从哪天起")
    ends_on = fields.DateField(label="到哪天止")


# ---------------------------------------------------------------------------------------------------- looks

PURPOSES = (
    ("consult", "本人到柜台或来电咨询"),
    ("case", "正在办理的案件"),
    ("complaint", "异议和投诉"),
    ("check", "稽核检查"),
)
PURPOSE_ZH = dict(PURPOSES)


class LookForm(DesignForm):
    """Why a file is opened; it stands in the audit for ever."""

    purpose = forms.ChoiceField(label="查看原因", choices=[("", "请选择"), *PURPOSES])
    case_number = fields.TextField(
        label="案号", max_length=30, required=False, help_text="办案时填写，例如 20261123-000417"
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("purpose") == "case" and not values.get("case_number"):
            self.add_error("case_number", "请填写正在办理的案号。")
        return values
