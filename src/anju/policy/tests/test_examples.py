"""The project's own worked examples, and what the runner makes of wrong ones."""

import json
from pathlib import Path

import pytest

from anju.command.examples import problems_of, run
from anju.policy.examples import AREAS

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


def test_the_last_line_counts_and_the_code_says_whether_all_passed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(str(FILE)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{len(CASES)} passed, 0 failed"
    wrong = dict(CASES[0], expected={"checksum_valid": False})
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps({"cases": [CASES[1], wrong]}), encoding="utf-8")
    assert run(str(file)) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[-1] == "1 passed, 1 failed" and out[0].startswith(wrong["id"])


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


def test_a_file_without_cases_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content in ("{}", "nonsense", '{"cases": []}'):
        file = tmp_path / "empty.json"
        file.write_text(content, encoding="utf-8")
        assert run(str(file)) == 1
    assert run(str(tmp_path / "missing.json")) == 1
    assert capsys.readouterr().out.splitlines()[-1].endswith("failed")
