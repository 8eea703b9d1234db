"""The geometry of drawn figures."""

from __future__ import annotations

import pytest

from anju.design import charts, qr
from anju.kernel.month import Month


@pytest.mark.parametrize(
    ("most", "top", "step"),
    [(6_850_206, 8_000_000, 2_000_000), (1, 100, 100), (400, 400, 100), (401, 600, 200)],
)
def test_an_axis_ends_at_a_round_number_above_the_most(most: int, top: int, step: int) -> None:
    assert charts.nice_top(most) == (top, step)
    assert top >= most


def test_axis_words_are_short_and_never_round_up() -> None:
    assert charts.short_fen(2_000_000) == "2万"
    assert charts.short_fen(2_189_999) == "2.18万"
    assert charts.short_fen(-87_236) == "−872"


def test_a_balance_is_drawn_wide_and_narrow_from_zero() -> None:
    chart = charts.balance_chart([(Month(2026, n), n * 100_000) for n in range(1, 13)])
    wide, narrow = chart.drawings
    assert (wide.view_box, narrow.view_box) == ("0 0 720 248", "0 0 358 248")
    assert wide.grid[0].label == "0"
    assert wide.ticks[0].label == "2026年1月"
    assert wide.ticks[-1].label == "2026年12月"
    assert chart.rows[0].fen == 1_200_000


def test_one_point_none_and_an_empty_account_are_drawn_too() -> None:
    assert charts.balance_chart([]).is_empty
    assert charts.balance_chart([(Month(2026, 1), 0)]).drawings[0].last_text == "0.00"


def test_a_note_for_a_month_that_is_not_there_is_left_out() -> None:
    points = [(Month(2026, n), n) for n in range(1, 4)]
    marks = [{"at": Month(2025, 6), "text": "结息"}, {"at": Month(2026, 2), "text": "结息"}]
    noted = charts.balance_chart(points, marks)
    assert len(noted.drawings[0].notes) == 1


def test_bars_share_one_scale() -> None:
    long, short = charts.bar_chart(
        [{"label": "存入", "fen": 200, "kind": "in"}, {"label": "提取", "fen": -100, "kind": "out"}]
    ).bars
    assert (long.length, short.length) == (210, 105)
    assert short.kind == "bar--out"


def test_a_qr_code_is_one_path() -> None:
    drawn = qr.draw("https://gjj.anju.example/verify/")
    assert drawn.path.startswith("M0 0.5h7")
    assert drawn.view_box.startswith("-4 -4 ")
