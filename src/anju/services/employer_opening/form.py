"""What a unit states when it opens: its code, who will manage it, payday, first month, ratio, and perhaps its nature.

The code and the payday are typed; the rest stands there to be confirmed. Name, legal representative, address and,
where it can tell, the nature come from the register.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from anju.casework.fields import (
    ChoiceField,
    CleanTextField,
    FieldMeta,
    IdNumberField,
    MonthField,
    ServiceForm,
    UsccField,
    WholeNumberField,
)
from anju.casework.rulebook import book
from anju.kernel.month import Month
from anju.parties.natures import natures
from anju.policy.formulas.contribution import ratio_problem
from anju.services.employer_opening.ratios import sides_may_differ

PERCENT = FieldMeta(unit="%", inputmode="decimal", width="short")
PAYDAY = FieldMeta(unit="日", example="每月几日发工资，例如 10", inputmode="numeric", width="short")
LEAST_RATIO, MOST_RATIO = Decimal("0.01"), Decimal("99.99")


class RatioField(CleanTextField):
    """A ratio in percent; cleans to a whole number, or to text like "5.5" where there is a fraction."""

    def read(self, text: str) -> int | str:
        try:
            ratio = Decimal(text.removesuffix("%").removesuffix("％").strip())
            fits = LEAST_RATIO <= ratio <= MOST_RATIO and ratio == ratio.quantize(LEAST_RATIO)
        except InvalidOperation:
            fits = False
        if not fits:
            raise forms.ValidationError(f"{self.label}请填写百分数，例如 12。", code="ratio")
        return int(ratio) if ratio == int(ratio) else format(ratio.normalize(), "f")


class NatureField(ChoiceField):
    """单位性质, drawn as a list; what is registered holds, so that nothing need be chosen."""

    def __init__(self, **options: Any) -> None:
        listed = [("", "按登记机关的登记"), *((one.code, one.name) for one in natures())]
        super().__init__(choices=listed, **options)
        self.widget = forms.Select(choices=listed)


class EmployerOpeningForm(ServiceForm):
    """Two fields are typed; where the city wants one ratio for both sides, the person's own is not asked."""

    uscc = UsccField()
    id_number = IdNumberField(label="您本人的身份证号码")
    payday = WholeNumberField(label="发薪日", lowest=1, highest=31, meta=PAYDAY)
    first_month = MonthField(label="首次汇缴年月")
    ratio = RatioField(label="单位缴存比例", max_length=8, meta=PERCENT)
    person_ratio = RatioField(label="职工缴存比例", max_length=8, meta=PERCENT)
    nature = NatureField(label="单位性质", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.one_ratio = self.today is None or not sides_may_differ(book(), self.today)
        if self.one_ratio:
            del self.fields["person_ratio"]
            self.fields["ratio"].label = "缴存比例（单位和职工相同）"

    def clean(self) -> dict[str, Any]:
        """Both ratios within the law's and the city's bounds in the first month, which is near."""
        cleaned = super().clean() or {}
        month = cleaned.get("first_month")
        if month is not None and self.today is not None and not -12 <= Month.parse(month) - Month.of(self.today) <= 12:
            self.add_error("first_month", "首次汇缴年月应在前后一年以内，请填写第一次发工资的年月。")
        on = Month.parse(month).first_day if month else self.today
        for name in ("ratio", "person_ratio"):
            if on is not None and name in cleaned:
                self._within(name, cleaned[name], on)
        if self.one_ratio and "ratio" in cleaned:
            cleaned["person_ratio"] = cleaned["ratio"]
        return cleaned

    def _within(self, name: str, ratio: int | str, on: date) -> None:
        problem = ratio_problem(Decimal(ratio) / 100, book=book(), on=on)
        if problem:
            self.add_error(name, problem)
