"""Payment numbers (缴款书编号): twelve digits with a check digit, found again in whatever a bank hands on as summary.

YYMM of the month, seven digits of sequence, and a Luhn digit, so that a mistyped number is noticed and never
meets another unit's remittance.
"""

from __future__ import annotations

import re
import unicodedata

from anju.kernel.month import Month

PREFIX = "HJ"
_SEQUENCE_ROOM = 10_000_000
_RUN = re.compile(r"\d{12,}", re.ASCII)
_SPACES = re.compile(r"(?<=\d)[\s\-]+(?=\d)")


def payment_number(month: Month, sequence: int) -> str:
    """HJ and twelve digits."""
    body = f"{month.year % 100:02d}{month.month:02d}{sequence % _SEQUENCE_ROOM:07d}"
    return f"{PREFIX}{body}{_check_digit(body)}"


def numbers_in(summary: str) -> list[str]:
    """Every valid payment number in a summary, in order, once; spaces and dashes inside do not matter."""
    text = _SPACES.sub("", unicodedata.normalize("NFKC", summary))
    found: dict[str, None] = {}
    for run in _RUN.findall(text):
        for start in range(len(run) - 11):
            digits = run[start : start + 12]
            if 1 <= int(digits[2:4]) <= 12 and _check_digit(digits[:11]) == digits[11]:
                found[PREFIX + digits] = None
    return list(found)


def looks_like_number(summary: str) -> bool:
    """Whether somebody tried to write a number, right or wrong."""
    text = _SPACES.sub("", unicodedata.normalize("NFKC", summary)).upper()
    return bool(re.search(PREFIX + r"\d{4,}|(?<!\d)\d{11,13}(?!\d)", text, re.ASCII))


def _check_digit(body: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
