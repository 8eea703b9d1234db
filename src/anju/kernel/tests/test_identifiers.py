from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anju.kernel.identifiers import (
    IdKind,
    check_document,
    check_id18,
    check_mobile,
    check_passport,
    check_travel_permit,
    check_uscc,
    mask_id,
    mask_name,
    mask_phone,
    mask_tail,
    normalise_id,
    transfer_letter_number,
)

TODAY = date(2026, 11, 23)


def test_a_citizen_number_tells_birth_and_sex() -> None:
    check = check_id18("11010519491231002x", today=TODAY)
    assert check.valid and check.checksum_valid
    assert (check.birth_on, check.sex, check.correct_char) == (date(1949, 12, 31), "女", "X")


def test_a_wrong_check_character_is_told_with_the_right_one() -> None:
    check = check_id18("110105194912310021")
    assert (check.valid, check.reason, check.correct_char) == (False, "CHECK_DIGIT", "X")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("1101051949123100", "LENGTH"),
        ("11010519491231OO2X", "ILLEGAL_CHARACTER"),
        ("X10105194912310021", "ILLEGAL_CHARACTER"),
        ("110105199902300021", "BIRTH_DATE"),
        ("", "LENGTH"),
    ],
)
def test_each_kind_of_wrong_number_has_its_reason(number: str, reason: str) -> None:
    assert check_id18(number).reason == reason


def _completed(first17: str) -> str:
    return first17 + str(check_id18(first17 + "0").correct_char)


def test_a_birth_in_the_future_is_refused_from_the_next_day_on() -> None:
    number = _completed("11010520261124002")
    assert check_id18(number, today=date(2026, 11, 23)).reason == "BIRTH_IN_FUTURE"
    assert check_id18(number, today=date(2026, 11, 24)).valid
    assert check_id18("440524188001010014", today=TODAY).reason == "BIRTH_DATE"
    assert check_id18("440524188001010014").valid


@given(
    st.from_regex(r"\A[1-9][0-9]{5}", fullmatch=True),
    st.dates(date(1900, 1, 1), date(2026, 11, 23)),
    st.integers(0, 999),
    st.integers(0, 16),
    st.integers(1, 9),
)
def test_one_changed_digit_never_passes(
    region: str, birth: date, order: int, place: int, change: int
) -> None:
    number = _completed(f"{region}{birth:%Y%m%d}{order:03d}")
    assert check_id18(number).valid
    changed = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    assert not check_id18(changed).valid


def test_documents_are_checked_by_their_kind() -> None:
    assert check_document(IdKind.HMT_RESIDENCE, "810000199408230021", today=TODAY).valid
    assert check_document(IdKind.ID18, "810000199408230021", today=TODAY).reason == "KIND"
    assert check_document(IdKind.HMT_RESIDENCE, "11010519491231002X", today=TODAY).reason == "KIND"
    foreign = _completed("91101019900101001")
    assert check_document(IdKind.FOREIGN_PR, foreign, today=TODAY).valid
    assert check_document(IdKind.FOREIGN_PR, "USA110000123456").valid
    assert check_document(IdKind.ID18, foreign, today=TODAY).reason == "KIND"
    assert check_document(IdKind.PASSPORT, "e1234 5678").valid
    assert check_document(IdKind.HMT_PERMIT, "H12345678").valid
    assert not check_document(IdKind.HMT_PERMIT, "K12345678").valid


def test_unit_codes() -> None:
    assert check_uscc("91350100M000100Y43").valid
    assert check_uscc("91110000802100433b").correct_char == "B"
    assert check_uscc("91350100M0001O0Y43").reason == "ILLEGAL_CHARACTER"
    assert check_uscc("91350100M000100Y44").reason == "CHECK_DIGIT"
    assert check_uscc("91350100").reason == "LENGTH"


def test_phones_permits_and_passports() -> None:
    assert check_mobile("13812345678") and check_mobile("138 1234 5678")
    assert not check_mobile("12812345678") and not check_mobile("1381234567")
    assert check_travel_permit("M1234567800") and check_travel_permit("12345678")
    assert not check_travel_permit("H1234567")
    assert check_passport("G12345678") and not check_passport("G123")


def test_numbers_are_stored_in_one_spelling() -> None:
    assert normalise_id(IdKind.ID18, " 11010519491231002ｘ") == "11010519491231002X"
    assert normalise_id(IdKind.PASSPORT, "g-1234567") == "G1234567"


def test_letter_numbers() -> None:
    assert transfer_letter_number("5205001", on=date(2026, 11, 23), sequence=1) == "5205002611230001"
    with pytest.raises(ValueError, match="sequence"):
        transfer_letter_number("520500", on=TODAY, sequence=10000)


def test_masks() -> None:
    assert mask_name("张三丰") == "张**"
    assert mask_id("11010519491231002X") == "110***********002X"
    assert mask_id("E12345678") == "E*****678"
    assert mask_id("123") == "***"
    assert mask_phone("13812345678") == "138****5678"
    assert mask_tail("6222020200116620") == "6620"


@pytest.mark.parametrize(
    "typed", ["11010519491231002x", " 110105 19491231 002X\n", "１１０１０５１９４９１２３１００２ｘ"]
)
def test_what_a_keyboard_writes_is_read_as_the_number(typed: str) -> None:
    assert check_id18(typed).valid


@pytest.mark.parametrize(
    "typed", ["11010519491231002Ⅹ", "①10105194912310021", "11010519491231002ˣ", "¹1010519491231002X"]
)
def test_what_only_looks_like_a_digit_or_an_x_is_none(typed: str) -> None:
    """A superscript, a circled digit and a Roman numeral have twins in another normal form; they are not typed."""
    assert check_id18(typed).reason == "ILLEGAL_CHARACTER"
