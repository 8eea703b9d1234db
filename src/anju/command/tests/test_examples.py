"""`anju examples FILE`: the last line counts, the exit code says whether all passed."""

import io
import json
import sys
from pathlib import Path

import pytest

from anju import policy
from anju.command.examples import run

FILE = Path(policy.__file__).parent / "tests" / "examples.json"
CASES = json.loads(FILE.read_text(encoding="utf-8"))["cases"]
BORN_2026 = {
    "id": "born-2026", "area": "identifier", "input": {"kind": "CN_ID18", "value": "11010520261123001X"},
    "expected": {"checksum_valid": False, "reason": "CHECK_DIGIT"},
}  # fmt: skip


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
    ("content", "said"),
    [
        (b"{}", "no list of cases"),
        (b"nonsense", "not JSON"),
        (b'{"cases": [', "not JSON"),
        (b"", "not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b'{"cases": []}', "the list of cases is empty"),
        (b"[]", "the list of cases is empty"),
        (b'"text"', "no list of cases"),
        (b'{"cases": [{"id": 1, "id": 2}]}', "'id' stands twice"),
        (b'{"cases": [{"id": NaN}]}', "NaN is not a figure"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"cases": [' + b"9" * 5000 + b"]}", "cannot be read"),
        (b'{"as_of": "yesterday", "cases": [1]}', "as_of must be a date"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(
    content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(content)
    assert run(str(file)) == 1
    shown = capsys.readouterr()
    assert said in shown.err and len(shown.err.splitlines()) == 1
    assert shown.out.splitlines() == ["0 passed, 1 failed"]


def test_a_path_that_is_no_file_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path / "missing.json", tmp_path):
        assert run(str(path)) == 1
        shown = capsys.readouterr()
        assert "cannot be read" in shown.err and shown.out == "0 passed, 1 failed\n"


def test_the_day_of_the_file_decides_what_lies_in_the_future(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "born.json"
    for as_of, code in (("2026-11-23", 0), ("2026-11-22", 1)):
        file.write_bytes(b"\xef\xbb\xbf" + json.dumps({"as_of": as_of, "cases": [BORN_2026]}).encode())
        assert run(str(file)) == code
    assert "BIRTH_IN_FUTURE" in capsys.readouterr().out


def test_nothing_in_an_example_breaks_the_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = {"id": "\ud800\n9 passed, 0 failed", "area": "借", "input": {}, "expected": {"额": "\u0000"}}
    file = tmp_path / "odd.json"
    file.write_text(json.dumps([odd]), encoding="utf-8")
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert run(str(file)) == 1
    narrow.flush()
    lines = narrow.buffer.getvalue().decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2 and lines[-1] == "0 passed, 1 failed"
