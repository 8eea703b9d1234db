"""Form fields of the product (字段): each knows its keyboard, its autocomplete and its words of refusal.

They clean to the product's own types: fen, Month, date, normalised numbers. What is impossible to store is
refused here, at the edge.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator

from anju.kernel.identifiers import check_id18, check_mobile, check_uscc
from anju.kernel.money import fen_in_words, format_fen, yuan_to_fen
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text

BIGGEST_FEN = 10**15
_ID_WRONG = {
    "LENGTH": "身份证号码应为 18 位，请对照证件核对。",
    "ILLEGAL_CHARACTER": "身份证号码只有数字，末位可以是 X，请对照证件核对。",
    "BIRTH_DATE": "身份证号码里的出生日期不存在，请对照证件核对。",
    "CHECK_DIGIT": "身份证号码的末位与前 17 位对不上，请对照证件核对。",
}
_CREDIT_CODE_WRONG = {
    "LENGTH": "统一社会信用代码应为 18 位，请对照营业执照核对。",
    "ILLEGAL_CHARACTER": "统一社会信用代码里没有 I、O、S、V、Z，请对照营业执照核对。",
    "CHECK_DIGIT": "统一社会信用代码的末位对不上，请对照营业执照核对。",
}


class TextField(forms.CharField):
    """Words from a person: at most `max_length`, without characters that cannot be kept."""

    def __init__(self, *, max_length: int = 60, multi_line: bool = False, **options: Any) -> None:
        self.multi_line = multi_line
        if multi_line:
            options.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(**options)
        # Django's own words for NUL say nothing a person understands; `clean_text` refuses it in ours.
        self.validators = [one for one in self.validators if not isinstance(one, ProhibitNullCharactersValidator)]
        self.longest = max_length

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return clean_text(text, self.longest, "", multi_line=self.multi_line)
        except Refusal as refusal:
            raise ValidationError(refusal.text) from None


class _DigitsField(forms.CharField):
    """A number written as text: spaces and hyphens are the writer's, not the number's."""

    attributes: dict[str, str] = {}

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs=dict(self.attributes)))
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


class PhoneField(_DigitsField):
    attributes = {"type": "tel", "inputmode": "tel", "autocomplete": "tel", "maxlength": "20"}

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not check_mobile(value):
            raise ValidationError("手机号应为 11 位数字，以 1 开头，请核对。")


class IdNumberField(_DigitsField):
    """居民身份证号码; the message names the digit that does not fit."""

    attributes = {"autocomplete": "off", "maxlength": "24", "spellcheck": "false", "autocapitalize": "characters"}

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not (checked := check_id18(value)).valid:
            raise ValidationError(_ID_WRONG.get(checked.reason, _ID_WRONG["CHECK_DIGIT"]))


class CreditCodeField(_DigitsField):
    """统一社会信用代码."""

    attributes = {"autocomplete": "off", "maxlength": "24", "spellcheck": "false", "autocapitalize": "characters"}

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not (checked := check_uscc(value)).valid:
            raise ValidationError(_CREDIT_CODE_WRONG.get(checked.reason, _CREDIT_CODE_WRONG["CHECK_DIGIT"]))


class CardField(_DigitsField):
    """Bank card: digits only; whether it is the person's own, the bank says."""

    attributes = {"inputmode": "numeric", "autocomplete": "off", "maxlength": "30"}

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not (value.isascii() and value.isdigit() and 12 <= len(value) <= 19):
            raise ValidationError("银行卡号应为 12 至 19 位数字，请对照卡面核对。")


class CodeField(_DigitsField):
    """短信验证码: six digits."""

    attributes = {
        "inputmode": "numeric",
        "autocomplete": "one-time-code",
        "maxlength": "6",
        "class": "input--code",
        "pattern": "[0-9]*",
    }

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not (value.isascii() and value.isdigit() and len(value) == 6):
            missing = 6 - len(value)
            raise ValidationError(f"验证码少了 {missing} 位。" if missing > 0 else "验证码是 6 位数字。")


class PasswordField(forms.CharField):
    """A password, paste allowed; `new` chooses what a password keeper offers."""

    def __init__(self, *, new: bool = False, **options: Any) -> None:
        autocomplete = "new-password" if new else "current-password"
        options.setdefault("widget", forms.PasswordInput(attrs={"autocomplete": autocomplete}))
        super().__init__(strip=False, max_length=64, **options)


class AmountField(forms.CharField):
    """An amount in yuan, cleaned to whole fen; 大写 stands under the field."""

    before, after, shows_words = "¥", "元", True

    def __init__(self, *, least_fen: int = 1, most_fen: int = BIGGEST_FEN, **options: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "input--figure", "maxlength": "20"}
        options.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**options)
        self.least_fen, self.most_fen = least_fen, most_fen

    def to_python(self, value: Any) -> Any:
        text = (super().to_python(value) or "").replace(" ", "").replace("，", ",").rstrip("元").lstrip("¥￥")
        if not text:
            return None
        try:
            return yuan_to_fen(text)
        except ValueError:
            raise ValidationError("金额只写数字，最多两位小数，例如 1,800.00。") from None

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        if value < self.least_fen:
            raise ValidationError(f"最少 {format_fen(self.least_fen)} 元。")
        if value > self.most_fen:
            raise ValidationError(f"最多 {format_fen(self.most_fen)} 元。")

    def prepare_value(self, value: Any) -> Any:
        return format_fen(value) if isinstance(value, int) else value

    def words(self, value: Any) -> str:
        """大写 of what stands in the field; empty while it is not yet an amount."""
        try:
            amount = value if isinstance(value, int) else yuan_to_fen(str(value or ""))
        except ValueError:
            return ""
        return fen_in_words(amount) if 0 <= amount <= BIGGEST_FEN else ""


class MonthField(forms.CharField):
    """A month: 2026-11, 202611 or 2026年11月."""

    def __init__(self, **options: Any) -> None:
        attrs = {"autocomplete": "off", "maxlength": "10", "class": "input--short"}
        options.setdefault("widget", forms.TextInput(attrs=attrs))
        options.setdefault("help_text", "例如 2026年11月")
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return Month.parse(text)
        except ValueError:
            raise ValidationError("月份请写成 2026年11月 或 2026-11。") from None

    def prepare_value(self, value: Any) -> Any:
        return value.zh if isinstance(value, Month) else value


class DateWidget(forms.MultiWidget):
    """Year, month and day as three small fields: typed dates need no calendar to click through."""

    template_name = "anju/widgets/date.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        def part(label: str, css: str, length: str) -> forms.TextInput:
            return forms.TextInput(
                attrs={
                    "class": css,
                    "inputmode": "numeric",
                    "maxlength": length,
                    "autocomplete": "off",
                    "aria-label": label,
                }
            )

        super().__init__(
            (part("年", "input input--year", "4"), part("月", "input", "2"), part("日", "input", "2")), attrs
        )

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, str) and value:
            value = date.fromisoformat(value)
        return [value.year, value.month, value.day] if isinstance(value, date) else [None, None, None]


class DateField(forms.MultiValueField):
    """A day, typed as year, month and day."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", DateWidget())
        parts = tuple(forms.CharField(required=False, max_length=4) for _ in range(3))
        super().__init__(parts, require_all_fields=False, **options)

    def compress(self, data_list: list[Any]) -> date | None:
        if not any(data_list or ()):
            return None
        try:
            return date(*(int(part) for part in data_list))
        except (TypeError, ValueError):
            raise ValidationError("没有这一天，请核对年、月、日。") from None


class ChoiceField(forms.ChoiceField):
    """One of few: drawn as cards. `choice_hints` gives a line under a choice."""

    def __init__(self, *, choice_hints: dict[str, str] | None = None, **options: Any) -> None:
        options.setdefault("widget", forms.RadioSelect())
        super().__init__(**options)
        self.choice_hints = choice_hints or {}


class ConsentField(forms.BooleanField):
    """A statement the person makes: it must be ticked."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("error_messages", {"required": "请核对后勾选这一项。"})
        super().__init__(**options)
