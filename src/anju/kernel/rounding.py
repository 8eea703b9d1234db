"""Named rounding. Owns the nine modes a centre may prescribe for contributions (缴存额取整方式).

Refuses floats. Modes act on the magnitude, so that a reversal rounds to exactly the opposite of the original.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class Rounding(StrEnum):
    CENT_DOWN = "CENT_DOWN"
    CENT_HALF_UP = "CENT_HALF_UP"
    CENT_UP = "CENT_UP"
    JIAO_DOWN = "JIAO_DOWN"
    JIAO_HALF_UP = "JIAO_HALF_UP"
    JIAO_UP = "JIAO_UP"
    YUAN_DOWN = "YUAN_DOWN"
    YUAN_HALF_UP = "YUAN_HALF_UP"
    YUAN_UP = "YUAN_UP"

    @property
    def unit_fen(self) -> int:
        """The step in fen: 1, 10 or 100."""
        return {"CENT": 1, "JIAO": 10, "YUAN": 100}[self.value.partition("_")[0]]

    @property
    def zh(self) -> str:
        unit, _, way = self.value.partition("_")
        place = {"CENT": "分", "JIAO": "角", "YUAN": "元"}[unit]
        if way == "HALF_UP":
            return f"四舍五入到{place}"
        if way == "DOWN":
            return f"舍尾到{place}"
        below = {"CENT": "厘", "JIAO": "分", "YUAN": "角"}[unit]
        return f"见{below}进{place}"


def round_to(amount: Fraction | Decimal | int, *, step: int, way: str) -> int:
    """The multiple of `step` chosen by DOWN (towards zero), HALF_UP (half away from zero) or UP (away)."""
    if isinstance(amount, bool) or not isinstance(amount, Fraction | Decimal | int):
        raise TypeError(f"exact amounts only, not {type(amount).__name__}")
    exact = Fraction(amount)
    quotient, rest = divmod(abs(exact), step)
    up = {"DOWN": False, "UP": rest > 0, "HALF_UP": 2 * rest >= step}[way]
    whole = (int(quotient) + up) * step
    return -whole if exact < 0 else whole


def round_fen(amount_fen: Fraction | Decimal | int, mode: Rounding) -> int:
    """Round an exact amount in fen by the named mode."""
    return round_to(amount_fen, step=mode.unit_fen, way=mode.value.partition("_")[2])
