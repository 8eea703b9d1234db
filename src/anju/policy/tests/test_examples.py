"""The project's own worked examples, and what becomes of wrong ones."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from anju.policy.examples import AREAS, problems_of

FILE = Path(__file__).with_name("examples.json")
DOCUMENT = json.loads(FILE.read_text(encoding="utf-8"))
CASES = DOCUMENT["cases"]
AS_OF = date.fromisoformat(DOCUMENT["as_of"])
UNREADABLE = (True, [], {}, ["x"], "", "abc", "-5", "NaN", "Infinity", "1e400", "1E-999999", "１２３", "1/3", 10**30)
SHAPES = {(case["area"], *sorted(case["input"])): case for case in CASES}
WORDS = ("convention", "formula", "unit")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_formulas_give_the_figures_of_the_example(case: dict) -> None:
    assert problems_of(case, as_of=AS_OF) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_changed_expectation_is_noticed(case: dict) -> None:
    for key, value in case["expected"].items():
        changed = (not value) if isinstance(value, bool) else [{"period": 0}] if isinstance(value, list) else "7.77"
        assert problems_of({**case, "expected": {**case["expected"], key: changed}}, as_of=AS_OF)
        if isinstance(value, list):
            assert problems_of({**case, "expected": {key: []}}, as_of=AS_OF)


def test_every_area_has_examples() -> None:
    assert {case["area"] for case in CASES} == set(AREAS)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ({"area": "weather", "input": {"rain": "1"}, "expected": {"wet": True}}, "unknown area 'weather'"),
        ({"area": "loan", "input": {"principal": "1"}, "expected": {"instalment": "1"}}, "missing"),
        ({"area": "deadline", "input": {"start": "2026-01-01", "days": 1, "x": 3}, "expected": {"due": "1"}},
         "does not know x"),
        ({"area": "deadline", "input": {"start": "2026-01-01", "days": 1}, "expected": {"moon": "full"}},
         "moon: expected full, nothing computed"),
        ({"area": "deadline", "input": {"start": "2026-01-01", "days": 1}, "expected": {}}, "nothing is expected"),
        ({"area": "deadline", "input": {"start": "2026-02-30", "days": 1}, "expected": {"due": "1"}},
         "start must be a date like 2026-09-20, not '2026-02-30'"),
        ({"area": "deadline", "input": {"start": "2026-01-01", "days": 1.5}, "expected": {"due": "1"}}, "whole number"),
        ({"area": "limit", "input": {"formula": "GUESS", "cap": "1"}, "expected": {"limit": "1"}},
         "formula must be one of BALANCE_MULTIPLE, "),
        ({"area": "retirement", "input": {"category": "MALE_65", "birth_month": "1970-01"}, "expected": {"age": "1"}},
         "category must be one of FEMALE_50, FEMALE_55, MALE_60"),
        ({"area": "contribution", "expected": {"base": "1"},
          "input": {"wage": "1", "base_floor": "3", "base_cap": "2"}}, "the floor lies above the cap"),
        ({"area": "interest", "expected": {"interest": "0"},
          "input": {"opening_balance": "1", "from": "2026-07-02", "to_exclusive": "2026-07-01", "day_base": 360,
                    "annual_rate": "0.015"}}, "ends before it begins"),
        ({"area": "identifier"}, "a case has an area and an input"),
        ({"area": ["loan"], "input": {}, "expected": {"a": 1}}, "a case has an area and an input"),
        ({"area": "loan", "input": {}, "expected": {"a": 1}}, "takes no keys"),
        ("not a case", "a case is keys and values"),
    ],
)  # fmt: skip
def test_what_is_unknown_fails_in_one_clear_sentence(case: object, said: str) -> None:
    (problem,) = problems_of(case)
    assert said in problem and "\n" not in problem


@pytest.mark.parametrize("case", SHAPES.values(), ids=lambda case: case["id"])
def test_an_input_that_cannot_be_read_is_named_and_never_hangs_or_breaks(case: dict) -> None:
    """Each key left out, doubled or filled with nonsense: a failure with words, or an answer, never a trace."""
    for key in case["input"]:
        for value in UNREADABLE if key not in WORDS else ():
            _fails_with_words({**case, "input": {**case["input"], key: value}})
        left = {name: value for name, value in case["input"].items() if name != key}
        _fails_with_words({**case, "input": left})
        assert problems_of({**case, "input": {**left, key: None}}) == problems_of({**case, "input": left})
    assert problems_of({**case, "input": {**case["input"], "another": "1"}})


def _fails_with_words(case: dict[str, Any]) -> None:
    for problem in problems_of(case, as_of=AS_OF):
        assert len(problem) < 400
        assert "Error: " not in problem and "object has no attribute" not in problem, problem
