"""`anju examples FILE.json`: worked examples through the product's own formulas.

Prints each mismatch and last `N passed, N failed`. An unknown area, shape or expected figure is a failure. Binary
floating point never enters: numbers in the file are read as exact decimals. A file that cannot be used says why in
one sentence and counts as one failure.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, TextIO

from anju.kernel import clock
from anju.policy.examples import problems_of


class FileUnusable(ValueError):
    """No examples can be read from the file; the text says why."""


def run(path: str) -> int:
    """Run every case of the file; 0 when all passed, 1 otherwise."""
    try:
        cases, as_of = _read(Path(path))
    except FileUnusable as unusable:
        _say(f"{path}: {unusable}", to=sys.stderr)
        _say("0 passed, 1 failed")
        return 1
    failed = 0
    for number, case in enumerate(cases, start=1):
        problems = problems_of(case, as_of=as_of)
        failed += bool(problems)
        for problem in problems:
            _say(f"{_name(case, number)}: {problem}")
    _say(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _name(case: Any, number: int) -> str:
    name = case.get("id") if isinstance(case, Mapping) else None
    return str(name) if isinstance(name, str | int) else f"case {number}"


def _say(line: str, *, to: TextIO | None = None) -> None:
    """One line, whatever the file put into it: nothing in an example can break the output off."""
    stream = to or sys.stdout
    encoding = stream.encoding or "utf-8"
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in line)
    print(shown.encode(encoding, "backslashreplace").decode(encoding), file=stream)


def _read(path: Path) -> tuple[list[Any], date]:
    """The cases, and the day they speak from: the file's `as_of`, else today."""
    document = _document(path)
    cases = document.get("cases") if isinstance(document, dict) else document
    if not isinstance(cases, list):
        raise FileUnusable("no list of cases in the file")
    if not cases:
        raise FileUnusable("the list of cases is empty")
    as_of = document.get("as_of") if isinstance(document, dict) else None
    if as_of is None:
        return cases, clock.today()
    try:
        return cases, date.fromisoformat(as_of)
    except (TypeError, ValueError):
        raise FileUnusable("as_of must be a date like 2026-09-20") from None


def _document(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8-sig")
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
    except OSError as error:
        raise FileUnusable(f"cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise FileUnusable("not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise FileUnusable(f"not JSON: {error}") from None
    except RecursionError:
        raise FileUnusable("not JSON anybody writes: nested too deeply") from None
    except FileUnusable:
        raise
    except (ValueError, ArithmeticError) as error:
        raise FileUnusable(f"cannot be read: {error}") from None


def _no_constant(name: str) -> NoReturn:
    raise FileUnusable(f"{name} is not a figure")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for key, _ in pairs if [name for name, _ in pairs].count(key) > 1)
        raise FileUnusable(f"the key {twice!r} stands twice in one place")
    return found
