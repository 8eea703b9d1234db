"""Form fields of services. Each refuses at the edge what may not be stored, and cleans to a JSON value.

A field carries what the page needs to draw it (`meta`): the unit behind it, an example, which keyboard to show.
Refusals of kernel and identity become the field's own error, in the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from anju.casework.types import Subject
from anju.identity.names import clean_person_name
from anju.kernel.identifiers import IdKind, check_document, check_mobile, check_uscc, normalise_id
from anju.kernel.money import format_fen, yuan_to_fen
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text

MOST_FEN = 10**13


@dataclass(frozen=True)
class FieldMeta:
    """How a page draws the field: `unit` behind it, `example` below it, the keyboard, what the browser may fill in."""

    unit: str = ""
    example: str = ""
    inputmode: str = "text"
    autocomplete: str = "off"
    width: str = "full"


class ServiceForm(forms.Form):
    """The form of a service. `subject` is the applicant, for choices and checks that depend on him."""

    def __init__(self, *args: Any, subject: Subject | None = None, today: date | None = None, **kwargs: Any) -> None:
        self.subject = subject
        self.today = today
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            meta: FieldMeta = getattr(field, "meta", FieldMeta())
            field.widget.attrs.update(inputmode=meta.inputmode, autocomplete=meta.autocomplete)


class CleanTextField(forms.CharField):
    """One line (or several) of plain text."""

    def __init__(
        self, *, label: str, max_length: int, meta: FieldMeta | None = None, multi_line: bool = False, **kwargs: Any
    ) -> None:
        self.meta = meta or FieldMeta()
        self.longest = max_length
        self.multi_line = multi_line
        widget = forms.Textarea if multi_line else forms.TextInput
        super().__init__(label=label, widget=widget, strip=True, **kwargs)
        # Django's own check words NUL and length differently; ours says what to do.
        self.validators = []

    def clean(self, value: Any) -> Any:
        text = _refused_as_error(
            lambda: clean_text(value or "", self.longest, "", multi_line=self.multi_line, required=False)
        )
        if self.required and not text:
            raise forms.ValidationError(f"请填写{self.label}。", code="required")
        return self.read(text) if text else ""

    def read(self, text: str) -> Any:
        """From checked text to the JSON value."""
        return text


class YuanField(CleanTextField):
    """An amount in yuan with at most two places; cleans to whole fen."""

    def __init__(self, *, label: str, meta: FieldMeta | None = None, **kwargs: Any) -> None:
        shown = meta or FieldMeta(unit="元", example="例如 2600 或 2600.50", inputmode="decimal", width="short")
        super().__init__(label=label, max_length=24, meta=shown, **kwargs)

    def read(self, text: str) -> int:
        try:
            fen = yuan_to_fen(text.replace("，", ",").removesuffix("元").strip())
        except ValueError:
            wrong = f"{self.label}请填写数字，最多两位小数，例如 2600.50。"
            raise forms.ValidationError(wrong, code="amount") from None
        if not 0 < fen <= MOST_FEN:
            raise forms.ValidationError(f"{self.label}要大于 0，请核对。", code="amount")
        return fen

    def prepare_value(self, value: Any) -> Any:
        return format_fen(value).replace(",", "") if isinstance(value, int) else value


class WholeNumberField(CleanTextField):
    """A whole number between two bounds; cleans to int."""

    def __init__(self, *, label: str, lowest: int, highest: int, meta: FieldMeta | None = None, **kwargs: Any) -> None:
        self.lowest, self.highest = lowest, highest
        super().__init__(
            label=label, max_length=20, meta=meta or FieldMeta(inputmode="numeric", width="short"), **kwargs
        )

    def read(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and self.lowest <= int(text) <= self.highest):
            raise forms.ValidationError(
                f"{self.label}请填写 {self.lowest} 到 {self.highest} 之间的整数。", code="number"
            )
        return int(text)


class MonthField(CleanTextField):
    """A month; cleans to "2026-11"."""

    def __init__(self, *, label: str, meta: FieldMeta | None = None, **kwargs: Any) -> None:
        shown = meta or FieldMeta(example="例如 2026-11", inputmode="numeric", width="short")
        super().__init__(label=label, max_length=12, meta=shown, **kwargs)

    def read(self, text: str) -> str:
        try:
            return str(Month.parse(text))
        except ValueError:
            raise forms.ValidationError(f"{self.label}请填写年月，例如 2026-11。", code="month") from None


class PersonNameField(CleanTextField):
    """A person's name, any character of GB 18030."""

    def __init__(self, *, label: str = "姓名", meta: FieldMeta | None = None, **kwargs: Any) -> None:
        super().__init__(label=label, max_length=120, meta=meta or FieldMeta(autocomplete="name"), **kwargs)

    def read(self, text: str) -> str:
        return str(_refused_as_error(lambda: clean_person_name(text)))


class IdNumberField(CleanTextField):
    """A citizen ID number (18 characters, check digit); cleans to its one spelling."""

    def __init__(self, *, label: str = "身份证号码", meta: FieldMeta | None = None, **kwargs: Any) -> None:
        super().__init__(
            label=label, max_length=40, meta=meta or FieldMeta(example="18 位，末位可能是 X"), **kwargs
        )

    def read(self, text: str) -> str:
        check = check_document(IdKind.ID18, text)
        if not check.valid:
            raise forms.ValidationError(
                f"{self.label}不对：{_ID_WRONG.get(check.reason, '请逐位核对。')}", code="id_number"
            )
        return normalise_id(IdKind.ID18, text)


_ID_WRONG = {
    "LENGTH": "应为 18 位，请检查是否多填或少填。",
    "ILLEGAL_CHARACTER": "只能有数字，末位可以是 X。",
    "CHECK_DIGIT": "校验位不符，可能有一位填错，请逐位核对。",
    "BIRTH_DATE": "出生日期不存在，请核对第 7 到 14 位。",
    "KIND": "这不是居民身份证号码，请到柜台办理。",
}


class UsccField(CleanTextField):
    """A unified social credit code (统一社会信用代码)."""

    def __init__(self, *, label: str = "统一社会信用代码", meta: FieldMeta | None = None, **kwargs: Any) -> None:
        super().__init__(
            label=label, max_length=40, meta=meta or FieldMeta(example="18 位，在营业执照上"), **kwargs
        )

    def read(self, text: str) -> str:
        if not check_uscc(text).valid:
            raise forms.ValidationError(
                f"{self.label}不对：请对照营业执照逐位核对 18 位代码（没有字母 I、O、S、V、Z）。", code="uscc"
            )
        return normalise_id(IdKind.OTHER, text)


class MobileField(CleanTextField):
    """A mainland mobile number."""

    def __init__(self, *, label: str = "手机号码", meta: FieldMeta | None = None, **kwargs: Any) -> None:
        super().__init__(
            label=label, max_length=20, meta=meta or FieldMeta(inputmode="tel", autocomplete="tel"), **kwargs
        )

    def read(self, text: str) -> str:
        if not check_mobile(text):
            raise forms.ValidationError("手机号码应为 11 位，请核对。", code="phone")
        return normalise_id(IdKind.OTHER, text)


class CardField(CleanTextField):
    """A bank card number, 12 to 21 digits; spaces are taken out."""

    def __init__(self, *, label: str = "银行卡号", meta: FieldMeta | None = None, **kwargs: Any) -> None:
        super().__init__(
            label=label, max_length=40, meta=meta or FieldMeta(inputmode="numeric", example="银行卡正面的长号码"),
            **kwargs,
        )  # fmt: skip

    def read(self, text: str) -> str:
        number = normalise_id(IdKind.OTHER, text)
        if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 21):
            raise forms.ValidationError("银行卡号应为 12 到 21 位数字，请核对卡片正面。", code="card")
        return number


class ChoiceField(CleanTextField):
    """One of a few values. Drawn as radio buttons or a list by the page."""

    def __init__(
        self, *, label: str, choices: Iterable[tuple[str, str]], meta: FieldMeta | None = None, **kwargs: Any
    ) -> None:
        self.choices = tuple(choices)
        super().__init__(label=label, max_length=60, meta=meta, **kwargs)
        self.widget = forms.RadioSelect(choices=self.choices)

    def read(self, text: str) -> str:
        if text not in {value for value, _ in self.choices}:
            raise forms.ValidationError(f"请从列出的选项中选择{self.label}。", code="choice")
        return text


def _refused_as_error(check: Callable[[], Any]) -> Any:
    try:
        return check()
    except Refusal as refusal:
        raise forms.ValidationError(refusal.text, code=refusal.code) from None
