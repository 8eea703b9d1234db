"""The samples of docs/bank-statements.md are read as they stand, and are the ones a treasurer can download."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from anju.treasury.statements import read_statement
from anju.treasury.statements.samples import TITLES, sample

DOCUMENT = (Path(__file__).parents[4] / "docs" / "bank-statements.md").read_text()
SAMPLES = re.findall(r"```(csv|xml)\n(.*?)```", DOCUMENT, re.DOTALL)


def test_all_three_shapes_are_shown() -> None:
    assert [kind for kind, _ in SAMPLES] == ["csv", "csv", "xml"]


@pytest.mark.parametrize(("kind", "text"), SAMPLES)
def test_a_documented_sample_is_a_proven_statement(kind: str, text: str) -> None:
    statement = read_statement(text.encode(), f"sample.{kind}")
    assert len(statement.entries) == 2
    assert (statement.opening_fen, statement.closing_fen) == (0, 3_948_000)


def test_what_can_be_downloaded_is_what_is_documented() -> None:
    told = [sample(name) for name in TITLES]
    assert [one.decode("utf-8-sig") for one in told if one] == [text for _, text in SAMPLES]
    assert [len(read_statement(one, name).entries) for name, one in zip(TITLES, told, strict=True) if one] == [2, 2, 2]
    assert sample("../shape.py") is None
