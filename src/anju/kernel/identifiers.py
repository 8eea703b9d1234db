"""Numbers that name people, units and letters: how they are written, checked and masked.

Owns GB 11643 (公民身份号码), GB 32100 (统一社会信用代码) and the permits. Never refuses a region
code: codes are withdrawn while the people who carry them live on. A check is arithmetic only; that a number
exists is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class IdKind(StrEnum):
    """证件类型. Codes 01–04 and 99 are the national data standard's; those with a letter split its 99."""

    ID18 = "01"
    OFFICER = "02"
    PASSPORT = "03"
    FOREIGN_PR = "04"
    HMT_RESIDENCE = "01H"
    HMT_PERMIT = "02H"
    OTHER = "99"

    @property
    def zh(self) -> str:
        return _KIND_ZH[self]

    @property
    def standard_code(self) -> str:
        return self.value if self.value in ("01", "02", "03", "04") else "99"


_KIND_ZH = {
    IdKind.ID18: "居民身份证",
    IdKind.OFFICER: "军官证",
    IdKind.PASSPORT: "护照",
    IdKind.FOREIGN_PR: "外国人永久居留身份证",
    IdKind.HMT_RESIDENCE: "港澳台居民居住证",
    IdKind.HMT_PERMIT: "港澳台居民来往内地（大陆）通行证",
    IdKind.OTHER: "其他证件",
}


@dataclass(frozen=True)
class IdCheck:
    """`reason` is empty when valid, else LENGTH, ILLEGAL_CHARACTER, CHECK_DIGIT, BIRTH_DATE,
    BIRTH_IN_FUTURE or KIND. `checksum_valid` speaks of the check character alone.
    """

    valid: bool
    correct_char: str | None = None
    reason: str = ""
    birth_on: date | None = None
    sex: str | None = None
    checksum_valid: bool = False


_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
_OLDEST_PERSON_YEARS = 130
_FULL_WIDTH = 0xFEE0
_PLAIN = {code + width: chr(code).upper() for code in range(0x21, 0x7F) for width in (0, _FULL_WIDTH)}


def _plain(value: str) -> str:
    """Half-width, upper case, without the spaces people type into long numbers.

    Only full-width forms are read as their half-width twins: a superscript or a Roman numeral is no digit and no X.
    """
    return re.sub(r"\s", "", value.translate(_PLAIN))


def check_id18(value: str, *, today: date | None = None) -> IdCheck:
    """Citizen ID, HMT residence permit (81/82/83…) or new foreign permanent residence card (9…): one check.

    With `today` a birth in the future or more than 130 years ago is refused too.
    """
    number = _plain(value)
    if len(number) != 18:
        return IdCheck(False, reason="LENGTH")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return IdCheck(False, reason="ILLEGAL_CHARACTER")
    weighed = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    correct = _ID_CHECKS[weighed % 11]
    right = number[17] == correct
    try:
        birth_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return IdCheck(False, correct, "BIRTH_DATE", checksum_valid=right)
    sex = "男" if int(number[16]) % 2 else "女"
    reason = "" if right else "CHECK_DIGIT"
    if today is not None and birth_on > today:
        reason = "BIRTH_IN_FUTURE"
    elif today is not None and birth_on.year < today.year - _OLDEST_PERSON_YEARS:
        reason = "BIRTH_DATE"
    return IdCheck(not reason, correct, reason, birth_on, sex, right)


def check_uscc(value: str) -> IdCheck:
    """Unified social credit code: 31 characters without I, O, S, V, Z; check modulo 31."""
    code = _plain(value)
    if len(code) != 18:
        return IdCheck(False, reason="LENGTH")
    if any(char not in _USCC_ALPHABET for char in code):
        return IdCheck(False, reason="ILLEGAL_CHARACTER")
    pairs = zip(code[:17], _USCC_WEIGHTS, strict=True)
    weighed = sum(_USCC_ALPHABET.index(char) * weight for char, weight in pairs)
    correct = _USCC_ALPHABET[-weighed % 31]
    right = code[17] == correct
    return IdCheck(right, correct, "" if right else "CHECK_DIGIT", checksum_valid=right)


def check_mobile(value: str) -> bool:
    """Mainland mobile number: eleven digits, the second 3–9."""
    return bool(re.fullmatch(r"1[3-9][0-9]{9}", _plain(value)))


def check_travel_permit(value: str) -> bool:
    """来往内地通行证: H or M and 8 digits (10 in the former form), or Taiwan's 8 digits; no check digit."""
    return bool(re.fullmatch(r"[HM][0-9]{8}([0-9]{2})?|[0-9]{8}", _plain(value)))


def check_passport(value: str) -> bool:
    return bool(re.fullmatch(r"[A-Z0-9]{5,20}", _plain(value)))


def normalise_id(kind: IdKind, value: str) -> str:
    """The one spelling under which a document number is stored and searched."""
    number = _plain(value)
    return re.sub(r"[^A-Z0-9]", "", number) if kind in (IdKind.PASSPORT, IdKind.HMT_PERMIT) else number


def check_document(kind: IdKind, value: str, *, today: date | None = None) -> IdCheck:
    """The check that fits the document kind."""
    number = normalise_id(kind, value)
    if kind is IdKind.ID18 or kind is IdKind.HMT_RESIDENCE:
        check = check_id18(number, today=today)
        hmt = number[:2] in ("81", "82", "83")
        foreign = number.startswith("9")
        if check.valid and (foreign or hmt is not (kind is IdKind.HMT_RESIDENCE)):
            return IdCheck(False, check.correct_char, "KIND", check.birth_on, check.sex, True)
        return check
    if kind is IdKind.FOREIGN_PR:
        if re.fullmatch(r"[A-Z]{3}[0-9]{12}", number):
            return IdCheck(True)
        check = check_id18(number, today=today)
        return check if not check.valid or number.startswith("9") else IdCheck(False, reason="KIND")
    pattern_right = {
        IdKind.PASSPORT: check_passport,
        IdKind.HMT_PERMIT: check_travel_permit,
    }.get(kind, lambda text: bool(re.fullmatch(r"[\w-]{4,30}", text)))(number)
    return IdCheck(pattern_right, reason="" if pattern_right else "ILLEGAL_CHARACTER")


def transfer_letter_number(centre_code: str, *, on: date, sequence: int) -> str:
    """转移接续联系函编号: first six digits of the centre code, YYMMDD, four digits of sequence."""
    if not re.fullmatch(r"[0-9]{6,}", centre_code) or not 1 <= sequence <= 9999:
        raise ValueError("centre code needs six digits and the sequence lies in 1–9999")
    return f"{centre_code[:6]}{on:%y%m%d}{sequence:04d}"


def mask_name(name: str) -> str:
    """张三丰 → 张**."""
    return name[:1] + "*" * (len(name) - 1)


def mask_id(value: str) -> str:
    """110***********002X; a short document number keeps its first and its last three characters."""
    head, tail = (3, 4) if len(value) >= 12 else (1, 3)
    if len(value) <= head + tail:
        return "*" * len(value)
    return value[:head] + "*" * (len(value) - head - tail) + value[-tail:]


def mask_phone(value: str) -> str:
    """138****5678."""
    return value[:3] + "****" + value[-4:] if len(value) >= 11 else "*" * len(value)


def mask_tail(card: str) -> str:
    """The last four characters of a card or account number."""
    return card[-4:]
