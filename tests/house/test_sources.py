"""Conventions held by reading the sources: no float where money is, one clock, rooms with a docstring."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "anju"
ALL = sorted(
    path
    for path in SOURCE.rglob("*.py")
    if "migrations" not in path.parts and "tests" not in path.parts and "simulators" not in path.parts
)
EXACT = [path for path in ALL if path.relative_to(SOURCE).parts[0] in {"kernel", "policy", "ledger", "accounts"}]
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("timezone", "now"), ("time", "time")}
# Processes that wait or log for an operator, not for a member, may read the machine's own clock.
CLOCK_FREE = {"kernel/clock.py", "command/up.py", "command/postgres.py"}


def _name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", EXACT, ids=_name)
def test_no_float_where_money_is(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float), f"{path}:{node.lineno} has a float literal"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "float", f"{path}:{node.lineno} makes a float"


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_nobody_reads_the_clock_but_the_clock(path: Path) -> None:
    if _name(path) in CLOCK_FREE or _name(path).startswith("command/bench"):
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            owner_name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            assert (owner_name, node.func.attr) not in CLOCKS, f"{path}:{node.lineno} reads the clock"


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_every_module_says_what_it_owns(path: Path) -> None:
    if path.name == "__init__.py" and not path.read_text().strip():
        return
    assert ast.get_docstring(ast.parse(path.read_text())), f"{path} opens without a docstring"
