"""`anju examples FILE`: the last line counts, the exit code says whether all passed."""

import json
from pathlib import Path

import pytest

from anju import policy
from anju.command.examples import run

FILE = Path(policy.__file__).parent / "tests" / "examples.json"
CASES = json.loads(FILE.read_text(encoding="utf-8"))["cases"]


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


def test_a_file_without_cases_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content in ("{}", "nonsense", '{"cases": []}'):
        file = tmp_path / "empty.json"
        file.write_text(content, encoding="utf-8")
        assert run(str(file)) == 1
    assert run(str(tmp_path / "missing.json")) == 1
    assert capsys.readouterr().out.splitlines()[-1].endswith("failed")
