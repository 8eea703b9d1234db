"""Examples of identifiers and letter numbers. A birth is in the future when it lies after the day of the examples."""

from __future__ import annotations

from typing import Any

from anju.kernel.identifiers import (
    IdCheck,
    check_id18,
    check_mobile,
    check_passport,
    check_travel_permit,
    check_uscc,
    transfer_letter_number,
)
from anju.policy.examples.inputs import Inputs
from anju.policy.examples.shapes import shape

_BORN = ("CN_ID18", "HMT_ID18", "HMT_RESIDENCE_PERMIT", "FPR18", "FOREIGN_PR18", "FOREIGN_PR_CARD")
_PATTERNS = {
    "MOBILE": check_mobile,
    "CN_MOBILE": check_mobile,
    "TRAVEL_PERMIT": check_travel_permit,
    "HMT_PERMIT": check_travel_permit,
    "PASSPORT": check_passport,
}


def _number(given: Inputs) -> dict[str, Any]:
    kind, value = given.text("kind"), given.text("value")
    if kind in _PATTERNS:
        return {"valid": _PATTERNS[kind](value)}
    check: IdCheck = check_id18(value, today=given.as_of) if kind in _BORN else check_uscc(value)
    return {
        "valid": check.valid,
        "checksum_valid": check.checksum_valid,
        "correct_check_char": check.correct_char,
        "reason": check.reason,
        "birth_date": check.birth_on.isoformat() if check.birth_on else None,
        "sex": {"男": "M", "女": "F"}.get(check.sex or ""),
    }


def _letter(given: Inputs) -> dict[str, Any]:
    number = transfer_letter_number(
        given.text("centre_code"), on=given.day("date"), sequence=given.integer("sequence")
    )
    return {"letter_no": number}


SHAPES = (
    shape("kind value", _number, where={"kind": " ".join([*_BORN, "USCC18", *_PATTERNS])}),
    shape("centre_code date sequence", _letter),
)
