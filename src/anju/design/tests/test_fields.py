"""What the product's fields accept and how they refuse."""

from __future__ import annotations

from datetime import date

import pytest
from django import forms
from django.core.exceptions import ValidationError

from anju.design import fields
from anju.kernel.month import Month


def refused(field: forms.Field, value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        field.clean(value)
    return caught.value.messages[0]


@pytest.mark.parametrize(
    ("typed", "fen"), [("1,800.00", 180_000), ("1800元", 180_000), ("￥0.5", 50), ("1，234.56", 123_456)]
)
def test_an_amount_is_cleaned_to_fen(typed: str, fen: int) -> None:
    assert fields.AmountField().clean(typed) == fen


@pytest.mark.parametrize("typed", ["1.234", "1e5", "abc", "--1", "NaN"])
def test_what_is_no_amount_is_refused_with_an_example(typed: str) -> None:
    assert "1,800.00" in refused(fields.AmountField(), typed)


def test_an_amount_keeps_its_bounds_on_the_day_itself() -> None:
    field = fields.AmountField(least_fen=100, most_fen=180_000)
    assert field.clean("1800") == 180_000
    assert field.clean("1") == 100
    assert refused(field, "1800.01") == "最多 1,800.00 元。"
    assert refused(field, "0.99") == "最少 1.00 元。"


def test_an_amount_says_itself_in_words_only_while_it_is_one() -> None:
    assert fields.AmountField().words("1,800") == "壹仟捌佰元整"
    assert fields.AmountField().words("1,80x") == ""


def test_numbers_forgive_spaces_and_full_width_digits() -> None:
    assert fields.PhoneField().clean("１38 0013-8000") == "13800138000"
    assert "11 位" in refused(fields.PhoneField(), "1380013")


def test_an_id_number_says_what_is_wrong_with_it() -> None:
    assert fields.IdNumberField().clean("11010519491231002x") == "11010519491231002X"
    assert "末位" in refused(fields.IdNumberField(), "110105194912310021")
    assert "出生日期" in refused(fields.IdNumberField(), "110105194902300020")
    assert "18 位" in refused(fields.IdNumberField(), "110105")


def test_a_code_has_six_digits() -> None:
    assert fields.CodeField().clean("012345") == "012345"
    assert refused(fields.CodeField(), "4172") == "验证码少了 2 位。"


def test_a_day_that_does_not_exist_is_refused() -> None:
    field = fields.DateField()
    assert field.clean(["2028", "2", "29"]) == date(2028, 2, 29)
    assert "没有这一天" in refused(field, ["2026", "2", "29"])
    assert "没有这一天" in refused(field, ["2026", "", "1"])


def test_a_month_is_read_in_both_spellings() -> None:
    assert fields.MonthField().clean("2026年11月") == Month(2026, 11)
    assert fields.MonthField().clean("2026-11") == Month(2026, 11)
    assert "2026年11月" in refused(fields.MonthField(), "2026-13")


def test_text_that_cannot_be_kept_is_refused_not_cleaned() -> None:
    assert "字符" in refused(fields.TextField(), "甲\u202e乙")
    assert "最多" in refused(fields.TextField(max_length=3), "四个字呀")
    assert fields.TextField(multi_line=True).clean("一\r\n二") == "一\n二"
