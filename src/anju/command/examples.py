"""`anju examples FILE.json`: worked examples through the product's own formulas.

Prints each mismatch and last `N passed, N failed`. An unknown area, shape or expected figure is a failure. Binary
floating point never enters: numbers in the file are read as exact decimals.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from anju.policy.examples import problems_of


def run(path: str) -> int:
    """Run every case of the file; 0 when all passed, 1 otherwise."""
    try:
        cases = _cases(Path(path))
    except (OSError, ValueError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        print("0 passed, 1 failed")
        return 1
    failed = 0
    for number, case in enumerate(cases, start=1):
        problems = problems_of(case)
        failed += bool(problems)
        name = case.get("id", f"case {number}") if isinstance(case, Mapping) else f"case {number}"
        for problem in problems:
            print(f"{name}: {problem}")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed or not cases else 0


def _cases(path: Path) -> list[Any]:
    document = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    cases = document.get("cases") if isinstance(document, dict) else document
    if not isinstance(cases, list):
        raise ValueError("no list of cases in the file")
    return cases
