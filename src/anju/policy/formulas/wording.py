"""How formulas spell figures in their working: 8,600.00, 12%, 2026年9月20日."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from anju.kernel.money import format_fen


def yuan(fen: int) -> str:
    return format_fen(fen)


def percent(ratio: Decimal) -> str:
    """0.12 → 12%, 0.0150 → 1.5%."""
    return format((ratio * 100).normalize(), "f") + "%"


def day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def exact_yuan(fen: Fraction, *, places: int = 4) -> str:
    """An unrounded amount for a working, cut to some places and marked with … when more follow."""
    scaled = fen * 10 ** (places - 2)
    whole = abs(scaled.numerator) // scaled.denominator
    text = f"{whole // 10**places:,}.{whole % 10**places:0{places}d}"
    return ("-" if fen < 0 else "") + text + ("" if scaled.denominator == 1 else "…")
