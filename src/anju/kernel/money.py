"""Money in whole fen (分), and its three spellings: 12,345.67, Decimal yuan, and 大写.

Owns the one conversion between yuan and fen. Refuses binary floating point and fractions of a fen:
whoever has a fraction must round it by name first (`kernel.rounding`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_YUAN = re.compile(r"[+-]?\d{1,16}(\.\d{1,2})?", re.ASCII)
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "兆")


def yuan_to_fen(yuan: str | Decimal | int) -> int:
    """Whole fen of an amount in yuan; refuses floats, more than two places and what is no plain number."""
    if isinstance(yuan, bool) or not isinstance(yuan, str | Decimal | int):
        raise TypeError(f"yuan must be text or Decimal, not {type(yuan).__name__}")
    text = yuan.strip().replace(",", "") if isinstance(yuan, str) else format(yuan, "f")
    if "." in text and not isinstance(yuan, str):
        text = text.rstrip("0").rstrip(".")
    if not _YUAN.fullmatch(text):
        raise ValueError(f"not an amount in yuan with at most two places: {yuan!r}")
    sign = -1 if text.startswith("-") else 1
    whole, _, cents = text.lstrip("+-").partition(".")
    return sign * (int(whole) * 100 + int(cents.ljust(2, "0")))


def format_fen(fen: int) -> str:
    """The amount as pages print it: 1234567 → "12,345.67"."""
    sign = "-" if fen < 0 else ""
    whole, cents = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{cents:02d}"


def _four_digits_in_words(group: int) -> str:
    """A number of 1–9999 in words, without leading or trailing 零."""
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return words


def _whole_yuan_in_words(yuan: int) -> str:
    groups = []
    while yuan:
        yuan, group = divmod(yuan, 10_000)
        groups.append(group)
    assert len(groups) <= len(_GROUPS), "amount beyond 兆"
    words, gap = "", False
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if group:
            # One 零 stands for every run of zeros between two written digits.
            needs_zero = bool(words) and (gap or group < 1000)
            words += ("零" if needs_zero else "") + _four_digits_in_words(group) + _GROUPS[index]
        gap = not group
    return words


def fen_in_words(fen: int) -> str:
    """中文大写金额, after the central bank's rule for filling in bills: 整 after 元, none after 角 or 分."""
    if fen == 0:
        return "零元整"
    sign = "负" if fen < 0 else ""
    yuan, cents = divmod(abs(fen), 100)
    jiao, last = divmod(cents, 10)
    words = _whole_yuan_in_words(yuan) + "元" if yuan else ""
    if not cents:
        return f"{sign}{words}整"
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif words:
        words += "零"
    if last:
        words += _DIGITS[last] + "分"
    return sign + words


@dataclass(frozen=True, order=True)
class Money:
    """An amount of renminbi in whole fen."""

    fen: int

    def __post_init__(self) -> None:
        if isinstance(self.fen, bool) or not isinstance(self.fen, int):
            raise TypeError("Money holds whole fen")

    @classmethod
    def from_yuan(cls, yuan: str | Decimal | int) -> Money:
        return cls(yuan_to_fen(yuan))

    @property
    def yuan(self) -> Decimal:
        return Decimal(self.fen).scaleb(-2)

    @property
    def text(self) -> str:
        return format_fen(self.fen)

    @property
    def in_words(self) -> str:
        return fen_in_words(self.fen)

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.fen + other.fen)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.fen - other.fen)

    def __mul__(self, times: int) -> Money:
        if isinstance(times, bool) or not isinstance(times, int):
            return NotImplemented
        return Money(self.fen * times)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.fen)

    def __bool__(self) -> bool:
        return self.fen != 0

    def __str__(self) -> str:
        return self.text
