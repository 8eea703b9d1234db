"""The nature of a unit (单位性质): a list of codes that is data, `natures.yaml`. Pure; knows no database.

Some natures follow from the first two characters of the unified social credit code; an enterprise's does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from anju.kernel.identifiers import IdKind, normalise_id


@dataclass(frozen=True)
class Nature:
    """One nature: its code, its name, and the beginnings of credit codes that mean it."""

    code: str
    name: str
    credit_code: tuple[str, ...] = ()


@cache
def natures() -> tuple[Nature, ...]:
    """Every nature, in the order of the list."""
    raw = yaml.safe_load(Path(__file__).with_name("natures.yaml").read_text(encoding="utf-8"))
    return tuple(Nature(one["code"], one["name"], tuple(one.get("credit_code", ()))) for one in raw)


def nature(code: str) -> Nature | None:
    """The nature of a code, or None for a code that is not in the list."""
    return next((one for one in natures() if one.code == code), None)


def nature_zh(code: str) -> str:
    """Its name; a code that is not in the list reads as itself."""
    found = nature(code)
    return found.name if found else code


def nature_of_credit_code(uscc: str) -> Nature | None:
    """What the credit code itself says of the nature; None where it leaves it open."""
    beginning = normalise_id(IdKind.OTHER, uscc)[:2]
    return next((one for one in natures() if beginning in one.credit_code), None)
