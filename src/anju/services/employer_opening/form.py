"""What a unit states when it opens: its code, who will manage it, payday, first month and ratio.

Only the payday (and what registration did not ask) is typed; the rest stands there to be confirmed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from anju.casework.fields import (
    FieldMeta,
    IdNumberField,
    MonthField,
    ServiceForm,
    UsccField,
    WholeNumberField,
)
from anju.casework.rulebook import book
from anju.kernel.month import Month

PERCENT = FieldMeta(unit="%", inputmode="numeric", width="short")
PAYDAY = FieldMeta(unit="日", example="每月几日发工资，例如 10", inputmode="numeric", width="short")


class EmployerOpeningForm(ServiceForm):
    """Name, legal representative and address come from the business registry."""

    uscc = UsccField()
    id_number = IdNumberField(label="您本人的身份证号码")
    payday = WholeNumberField(label="发薪日", lowest=1, highest=31, meta=PAYDAY)
    first_month = MonthField(label="首次汇缴年月")
    ratio = WholeNumberField(label="缴存比例（单位和职工相同）", lowest=1, highest=99, meta=PERCENT)

    def clean_ratio(self) -> int:
        """Within the law's and the city's bounds in the first month."""
        ratio: int = self.cleaned_data["ratio"]
        month = self.cleaned_data.get("first_month")
        on = Month.parse(month).first_day if month else self.today
        if on is None:
            return ratio
        lowest, highest = bounds(on)
        if not lowest <= Decimal(ratio) <= highest:
            raise forms.ValidationError(f"缴存比例应在 {lowest:f}% 到 {highest:f}% 之间。", code="ratio")
        return ratio

    def clean(self) -> dict[str, Any]:
        """A unit begins this year or the next, not long ago: earlier months are made up by another service."""
        cleaned = super().clean() or {}
        if self.today is not None and "first_month" in cleaned:
            ahead = Month.parse(cleaned["first_month"]) - Month.of(self.today)
            if not -12 <= ahead <= 12:
                self.add_error("first_month", "首次汇缴年月应在前后一年以内，请填写第一次发工资的年月。")
        return cleaned


def bounds(on: Any) -> tuple[Decimal, Decimal]:
    """The lowest and highest ratio in percent on a day."""
    rules = book()
    percent = Decimal(100)
    return (
        (rules.decimal("contribution.ratio_min", on) * percent).normalize(),
        (rules.decimal("contribution.ratio_max", on) * percent).normalize(),
    )
