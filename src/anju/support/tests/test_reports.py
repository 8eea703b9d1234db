"""What people say is wrong is kept once, followed by whoever said it, and answered once and in writing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.notices import queries as notices
from anju.support import actions, queries
from anju.support.types import Reported

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CENTRE = 990100
CLERK = Actor(login_id=1, person_id=3, role="clerk", unit_id=None, name="许*", centre_id=CENTRE)
MEMBER, STRANGER = 41, 42


def said(text: str = "基数应当是 8,900.00 元", **more: object) -> Reported:
    options = {"page": "/me/movements/2/", "login_id": MEMBER, "centre_id": CENTRE, "at": AT, "subject": "11月缴存"}
    return actions.report(text=text, **{**options, **more})  # type: ignore[arg-type]


def test_a_report_waits_until_it_is_answered_once() -> None:
    number = actions.report_wrong(text="基数不对", page="/me/", login_id=None, centre_id=CENTRE, at=AT)
    assert [report.report_id for report in queries.open_reports(CENTRE)] == [number]
    actions.answer_report(number, text="已核实", actor=CLERK, at=AT)
    assert queries.open_reports(CENTRE) == []
    with pytest.raises(Refusal):
        actions.answer_report(number, text="再答", actor=CLERK, at=AT)


def test_whoever_said_it_sees_number_state_day_and_answer() -> None:
    made = said()
    seen = queries.report_of(MEMBER, made.report_id)
    assert seen is not None and seen.is_open
    assert (seen.number, seen.state_zh, seen.subject, seen.due_on) == (
        f"FY{made.report_id:06d}", "等待答复", "11月缴存", date(2026, 11, 28)
    )  # fmt: skip
    actions.answer_report(made.report_id, text="已更正。\n请看明细。", actor=CLERK, at=AT)
    seen = queries.report_of(MEMBER, made.report_id)
    assert seen is not None and (seen.state_zh, seen.answer) == ("已答复", "已更正。\n请看明细。")
    assert [notice.kind for notice in notices.inbox(login_id=MEMBER, person_id=None)] == [
        "report_answered", "report_received"
    ]  # fmt: skip


def test_nobody_sees_anothers_report() -> None:
    made = said()
    assert queries.report_of(STRANGER, made.report_id) is None
    assert queries.reports_of(STRANGER) == []
    for number in (0, -1, 2**63, 10**30):
        assert queries.report_of(MEMBER, number) is None


def test_the_same_press_is_kept_once() -> None:
    first, again = said(key="k" * 20), said("另一句话", key="k" * 20)
    assert (again.report_id, again.replayed) == (first.report_id, True)
    assert said(key="k" * 20, login_id=STRANGER).report_id != first.report_id
    assert len(notices.inbox(login_id=MEMBER, person_id=None)) == 1


def test_a_report_goes_on_with_an_earlier_one_of_the_same_person() -> None:
    first = said()
    second = said("还是不对", follows_id=first.report_id)
    seen = queries.report_of(MEMBER, second.report_id)
    assert seen is not None and seen.follows_id == first.report_id
    with pytest.raises(Refusal, match="unknown"):
        said("别人的", follows_id=first.report_id, login_id=STRANGER)


@pytest.mark.parametrize("text", ["a\x00b", "长" * 501])
def test_what_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        said(text)


def test_lists_are_one_query(django_assert_num_queries: object) -> None:
    for n in range(5):
        said(f"第 {n} 条")
    for read in (lambda: queries.reports_of(MEMBER), lambda: queries.open_reports(CENTRE)):
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert len(read()) == 5
