"""What people say is wrong is kept, and answered once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.support import actions, queries

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CLERK = Actor(login_id=1, person_id=3, role="clerk", unit_id=None, name="许*", centre_id=990100)


@pytest.mark.django_db
def test_a_report_waits_until_it_is_answered_once() -> None:
    number = actions.report_wrong(text="基数不对", page="/me/", login_id=None, centre_id=990100, at=AT)
    assert [report.report_id for report in queries.open_reports(990100)] == [number]
    actions.answer_report(number, text="已核实", actor=CLERK, at=AT)
    assert queries.open_reports(990100) == []
    with pytest.raises(Refusal):
        actions.answer_report(number, text="再答", actor=CLERK, at=AT)


@pytest.mark.django_db
def test_a_report_with_a_nul_byte_is_refused() -> None:
    with pytest.raises(Refusal):
        actions.report_wrong(text="a\x00b", page="/me/", login_id=None, centre_id=990100, at=AT)
