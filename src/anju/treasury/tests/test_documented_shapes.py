"""The samples of docs/bank-statements.md are read as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from anju.treasury.statements import read_statement

DOCUMENT = (Path(__file__).parents[4] / "docs" / "bank-statements.md").read_text()
SAMPLES = re.findall(r"```(csv|xml)\n(.*?)```", DOCUMENT, re.DOTALL)


def test_all_three_shapes_are_shown() -> None:
    assert [kind for kind, _ in SAMPLES] == ["csv", "csv", "xml"]


@pytest.mark.parametrize(("kind", "text"), SAMPLES)
def test_a_documented_sample_is_a_proven_statement(kind: str, text: str) -> None:
    statement = read_statement(text.encode(), f"sample.{kind}")
    assert len(statement.entries) == 2
    assert (statement.opening_fen, statement.closing_fen) == (0, 3_948_000)
