"""Forms of the desk. They check shape only; the rooms' actions refuse the rest in their own words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
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


class _AccountsForm(DesignForm):
    """Asks for accounts of the centre, offered by bank and tail."""

    def __init__(self, *args: Any, accounts: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("account", "to_account"):
            if name in self.fields:
                self.fields[name].choices = [("", "请选择"), *((str(n), zh) for n, zh in accounts)]  # type: ignore[attr-defined]


class DepositForm(_AccountsForm):
    """A deposit to be made; what does not belong to its kind is refused by the treasury beside the field."""

    kind = forms.ChoiceField(
        label="种类",
        choices=(
            ("", "请选择"), ("time", "定期"), ("notice1", "通知，1 天"), ("notice7", "通知，7 天"),
            ("agreement", "协定"),
        ),
    )
    account = forms.ChoiceField(label="从哪个账户", choices=())
    amount = fields.AmountField(label="金额")
    rate = fields.TextField(label="年利率", max_length=8, help_text="照银行的约定，例如 1.55")
    ends_on = fields.DateField(label="到期日", required=False, help_text="定期存款必填")
    rollover = forms.ChoiceField(
        label="到期后", choices=(("0", "不转存"), ("1", "本金自动转存"), ("2", "本息自动转存")), initial="0"
    )

    def clean_rate(self) -> Decimal:
        """A year's rate out of per cent: 1.55 is 0.0155."""
        try:
            rate = Decimal(self.cleaned_data["rate"].strip().rstrip("%％")) / 100
        except InvalidOperation:
            raise forms.ValidationError("年利率应为数字，例如 1.55。") from None
        if not rate.is_finite() or not 0 <= rate < 1 or rate != round(rate, 6):
            raise forms.ValidationError("年利率应在 0 和 100 之间，最多四位小数，例如 1.55。")
        return rate


class TransferForm(_AccountsForm):
    """Money from one account of the centre to another."""

    account = forms.ChoiceField(label="从哪个账户", choices=())
    to_account = forms.ChoiceField(label="转到哪个账户", choices=())
    amount = fields.AmountField(label="金额")


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
