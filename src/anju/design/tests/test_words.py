"""What filters and tags write."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from anju.design.templatetags import anju as words
from anju.kernel.money import Money
from anju.kernel.month import Month


def test_an_amount_is_written_with_commas_and_a_true_minus() -> None:
    assert words.fen(1_234_567) == "12,345.67"
    assert words.fen(-180_000) == "−1,800.00"
    assert words.fen(Money(5)) == "0.05"
    assert words.signed_fen(206_400) == "+2,064.00"
    assert words.signed_fen(0) == "0.00"
    assert words.fen(None) == "—"


@pytest.mark.parametrize("wrong", [12.5, "1800", True])
def test_a_page_refuses_to_guess_an_amount(wrong: object) -> None:
    with pytest.raises(TypeError):
        words.fen(wrong)


def test_an_amount_comes_apart_into_sign_yuan_and_fen() -> None:
    assert words.yuan_parts(-1_234_507) == {"sign": "−", "yuan": "12,345", "fen": ".07"}


def test_dates_are_chinese_and_local() -> None:
    instant = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
    assert words.zh_date(instant) == "2026年11月23日"
    assert words.zh_time(instant) == "02:05"
    assert words.zh_datetime("2026-11-23T10:41:52+08:00") == "2026年11月23日 10:41"
    assert words.zh_day(date(2026, 9, 3)) == "9月3日"
    assert words.zh_date("2026-09-20") == "2026年9月20日"
    assert words.zh_date("很久以前") == "很久以前"


def test_months_are_read_from_all_their_forms() -> None:
    written = [words.zh_month(v) for v in (Month(2026, 11), 202611, "2026-11", date(2026, 11, 30))]
    assert set(written) == {"2026年11月"}


def test_a_moment_carries_its_machine_form() -> None:
    made = words.moment(datetime(2026, 11, 23, 10, 41, tzinfo=UTC))
    assert made == '<time datetime="2026-11-23T18:41+08:00">2026年11月23日 18:41</time>'
    assert words.moment(None) == "—"


def test_text_from_people_is_escaped_in_drawn_expressions() -> None:
    assert "<script>" not in words.unbroken("<script> − 1")
    assert words.unbroken("5.00 − 1.00 − 2.00").count("nowrap") == 3


def test_steps_know_what_is_done_and_what_comes() -> None:
    steps = words.split_steps("上传|复核~陈立|缴款", 2)
    assert [step["state"] for step in steps] == ["done", "now", ""]
    assert steps[1]["note"] == "陈立"


def test_conditions_are_told_in_one_line() -> None:
    assert words.met_text({"conditions": [{"met": True}, {"met": True}]}) == "2 项条件，全部满足"
    told = words.met_text({"conditions": [{"met": True}, {"met": False}, {"met": None}]})
    assert told == "3 项条件，1 项不满足，1 项未能查到"


def test_percent_is_whole_and_late() -> None:
    assert words.share_of(4999, 5000) == 99
    assert words.share_of(0, 0) == 0
