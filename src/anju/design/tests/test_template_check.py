"""Templates use components as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from anju.design import template_check


def faults(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "page.html").write_text(text)
    return [fault.split(": ", 1)[1] for fault in template_check.misuses(tmp_path)]


def test_no_template_of_the_product_misuses_a_component() -> None:
    assert template_check.misuses(Path(template_check.__file__).parents[1]) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('<c-buton label="x" />', "<c-buton> does not exist"),
        ('<c-card titel="x"></c-card>', "<c-card> does not know titel"),
        ("<c-tab count=8>全部</c-tab>", "<c-tab> count: write the value in quotes"),
        ('<c-tag data-x="1" colour="red">x</c-tag>', "<c-tag> does not know colour"),
    ],
)
def test_a_slip_of_the_pen_is_named(tmp_path: Path, text: str, fault: str) -> None:
    assert faults(tmp_path, text) == [fault]


def test_what_the_guide_allows_passes(tmp_path: Path) -> None:
    good = """<c-button variant="go" name="do" value="ok" data-key="a">同意</c-button>
<c-pair label="{% translate '金额' %}" href="{% url 'x' %}"><c-amount :fen="draft.fen" /></c-pair>"""
    assert faults(tmp_path, good) == []
