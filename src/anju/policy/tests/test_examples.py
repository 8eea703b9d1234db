"""The project's own worked examples, and what becomes of wrong ones."""

import json
from pathlib import Path

import pytest

from anju.policy.examples import AREAS, problems_of

FILE = Path(__file__).with_name("examples.json")
CASES = json.loads(FILE.read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_formulas_give_the_figures_of_the_example(case: dict) -> None:
    assert problems_of(case) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_changed_expectation_is_noticed(case: dict) -> None:
    for key, value in case["expected"].items():
        changed = (not value) if isinstance(value, bool) else [{"period": 0}] if isinstance(value, list) else "7.77"
        assert problems_of({**case, "expected": {**case["expected"], key: changed}})


def test_every_area_has_examples() -> None:
    assert {case["area"] for case in CASES} == set(AREAS)


@pytest.mark.parametrize(
    "case",
    [
        {"area": "weather", "input": {"rain": "1"}, "expected": {"wet": True}},
        {"area": "loan", "input": {"principal": "1"}, "expected": {"instalment": "1"}},
        {"area": "report", "input": {"year_withdrawals": "1", "x": "3"}, "expected": {"ratio_percent": "1"}},
        {"area": "deadline", "input": {"start": "2026-01-01", "days": 1}, "expected": {"moon": "full"}},
        {"area": "deadline", "input": {"start": "2026-01-01", "days": 1}, "expected": {}},
        {"area": "limit", "input": {"formula": "GUESS", "cap": "1"}, "expected": {"limit": "1"}},
        {"area": "identifier"},
        "not a case",
    ],
)
def test_what_is_unknown_fails_and_is_never_skipped(case: object) -> None:
    assert problems_of(case)
