"""Both shares of a month, computed in SQL exactly as `policy.formulas.contribution` computes them one by one.

The arithmetic is whole numbers only: base in fen times ratio in ten-thousandths, divided by the step of the
city's rounding. A property test holds the two implementations together.
"""

from __future__ import annotations

from decimal import Decimal

from anju.kernel.rounding import Rounding

RATIO_SCALE = 10_000


def ratio_units(ratio: Decimal) -> int:
    """A ratio in ten-thousandths, the scale of its column."""
    scaled = ratio * RATIO_SCALE
    assert scaled == scaled.to_integral_value(), ratio
    return int(scaled)


def share_sql(base: str, ratio: str, rounding: Rounding) -> str:
    """SQL for one side's amount in fen; `base` and `ratio` are column expressions, both never negative."""
    step = rounding.unit_fen
    whole = RATIO_SCALE * step
    exact = f"({base} * ({ratio} * {RATIO_SCALE})::bigint)"
    way = rounding.value.partition("_")[2]
    lifted = {"DOWN": exact, "HALF_UP": f"({exact} + {whole // 2})", "UP": f"({exact} + {whole - 1})"}[way]
    return f"({lifted} / {whole} * {step})::bigint"
