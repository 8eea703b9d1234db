"""What is nearly the same: payment numbers one slip of the finger apart, names of units written a little otherwise."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

from anju.contributions.numbers import PREFIX, numbers_in
from anju.kernel.month import Month

_RUN = re.compile(r"\d{11,13}", re.ASCII)
_GAPS = re.compile(r"(?<=\d)[\s\-]+(?=\d)")
_FORMS = ("有限责任公司", "股份有限公司", "集团有限公司", "有限公司", "分公司", "公司", "集团")
_NAMED_MONTH = re.compile(r"(?:(20\d\d)\s*[年./-])?\s*(?<!\d)(1[0-2]|0?[1-9])\s*月(?:份)?")
SHORTEST = 4
ALIKE = 0.8


def near_numbers(summary: str) -> frozenset[str]:
    """Every valid payment number that one slip makes out of a run of digits in the summary.

    A slip is one digit wrong, left out or too many, or two neighbours exchanged. The number itself is none.
    """
    text = _GAPS.sub("", unicodedata.normalize("NFKC", summary))
    found: set[str] = set()
    for run in _RUN.findall(text):
        found.update(PREFIX + digits for digits in _slips(run) if numbers_in(digits))
    return frozenset(found - set(numbers_in(summary)))


def _slips(run: str) -> set[str]:
    digits = "0123456789"
    if len(run) == 13:
        return {run[:n] + run[n + 1 :] for n in range(13)}
    if len(run) == 11:
        return {run[:n] + one + run[n:] for n in range(12) for one in digits}
    wrong = {run[:n] + one + run[n + 1 :] for n in range(12) for one in digits}
    return wrong | {run[:n] + run[n + 1] + run[n] + run[n + 2 :] for n in range(11)}


def plain_name(name: str) -> str:
    """A unit's name without spaces, brackets and full-width forms."""
    return re.sub(r"[\s()（）·.,，。\-_'\"“”]", "", unicodedata.normalize("NFKC", name)).upper()


def resembles(one: str, other: str) -> bool:
    """Whether two names may be of one unit: one lies within the other, or few characters differ; never a short one."""
    first, second = (_without_form(plain_name(name)) for name in (one, other))
    if min(len(first), len(second)) < SHORTEST:
        return False
    if first in second or second in first:
        return True
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= ALIKE


def _without_form(name: str) -> str:
    return next((name.removesuffix(form) for form in _FORMS if name.endswith(form)), name)


def names_month(summary: str, month: Month) -> bool:
    """Whether the summary speaks of this month: 11月, 2026年11月."""
    text = unicodedata.normalize("NFKC", summary)
    return any(
        int(said) == month.month and year in ("", str(month.year)) for year, said in _NAMED_MONTH.findall(text)
    )
