import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anju.kernel.money import Money, fen_in_words, format_fen, yuan_to_fen
from anju.kernel.rounding import Rounding, round_fen

DIGITS = {char: n for n, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_words(words: str) -> int:
    """An independent reader of 大写: adds digit × unit, and multiplies up at 万 and 亿."""
    total, section, digit, fen = 0, 0, 0, 0
    for char in words:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in UNITS:
            section, digit = section + digit * UNITS[char], 0
        elif char == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        elif char == "亿":
            total, section, digit = total + (section + digit) * 10**8, 0, 0
        elif char == "元":
            total, section, digit = total + section + digit, 0, 0
        elif char == "角":
            fen, digit = fen + digit * 10, 0
        elif char == "分":
            fen, digit = fen + digit, 0
    return total * 100 + fen


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        ("0", "零元整"),
        ("100", "壹佰元整"),
        ("10050.03", "壹万零伍拾元零叁分"),
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("10000001", "壹仟万零壹元整"),
        ("100000000", "壹亿元整"),
        ("100000000.50", "壹亿元伍角"),
        ("100010000", "壹亿零壹万元整"),
        ("0.05", "伍分"),
        ("-3.20", "负叁元贰角"),
    ],
)
def test_amounts_in_words_follow_the_rule_for_bills(yuan: str, words: str) -> None:
    assert Money.from_yuan(yuan).in_words == words


@given(st.integers(0, 10**14 - 1))
def test_words_read_back_to_the_same_amount(fen: int) -> None:
    words = fen_in_words(fen)
    assert read_words(words) == fen
    assert "零零" not in words
    assert words.endswith("整") == (fen % 100 == 0)


@given(st.integers(-(10**17), 10**17))
def test_printed_amounts_read_back(fen: int) -> None:
    assert yuan_to_fen(format_fen(fen)) == fen
    assert Money.from_yuan(Money(fen).yuan) == Money(fen)


@pytest.mark.parametrize("wrong", ["1.234", "abc", "", "1e3", "NaN", "１２", "--1", "1.", Decimal("0.001")])
def test_what_is_not_an_amount_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        yuan_to_fen(wrong)  # type: ignore[arg-type]


def test_floats_are_refused_everywhere() -> None:
    with pytest.raises(TypeError):
        yuan_to_fen(1.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Money(1.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Money(1) * 1.5  # type: ignore[operator]
    with pytest.raises(TypeError):
        round_fen(1.5, Rounding.CENT_UP)  # type: ignore[arg-type]


def test_money_adds_and_orders() -> None:
    assert Money(1) + Money(2) - Money(4) == -Money(1)
    assert 3 * Money(5) == Money(15) > Money(14)


@given(st.fractions(-(10**8), 10**8), st.sampled_from(Rounding))
def test_rounding_stays_within_one_step_and_mirrors_its_negative(amount: Fraction, mode: Rounding) -> None:
    rounded = round_fen(amount, mode)
    assert rounded % mode.unit_fen == 0
    assert abs(rounded - amount) < mode.unit_fen
    assert round_fen(-amount, mode) == -rounded
    if mode.value.endswith("_UP") and "HALF" not in mode.value:
        assert abs(rounded) >= abs(amount)
    if mode.value.endswith("DOWN"):
        assert abs(rounded) <= abs(amount)
    if "HALF" in mode.value:
        assert 2 * abs(rounded - amount) <= mode.unit_fen


@pytest.mark.parametrize(
    ("mode", "fen"),
    [("CENT_DOWN", 38886), ("CENT_HALF_UP", 38887), ("CENT_UP", 38887), ("JIAO_DOWN", 38880),
     ("JIAO_HALF_UP", 38890), ("JIAO_UP", 38890), ("YUAN_DOWN", 38800), ("YUAN_HALF_UP", 38900),
     ("YUAN_UP", 38900)],
)  # fmt: skip
def test_nine_modes(mode: str, fen: int) -> None:
    assert round_fen(Decimal("38886.61"), Rounding(mode)) == fen


def test_a_half_goes_up_and_a_whole_stays() -> None:
    assert round_fen(Fraction(1, 2), Rounding.CENT_HALF_UP) == 1
    assert round_fen(Decimal("2.5"), Rounding.CENT_HALF_UP) == 3
    assert round_fen(300, Rounding.YUAN_UP) == 300


def test_every_mode_has_a_chinese_name() -> None:
    assert len({mode.zh for mode in Rounding}) == 9
    assert all(re.fullmatch(r"[\u4e00-\u9fff]+", mode.zh) for mode in Rounding)
