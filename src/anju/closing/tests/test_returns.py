"""A withdrawal that waits in 219-04 because its account was closed agrees on the levels of the books, day by day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from anju.closing.levels import reconcile_day
from anju.closing.types import LevelState
from anju.database.sql import execute
from anju.treasury.tests.world import CENTRE
from anju.withdrawals import queries as withdrawals
from anju.withdrawals.tests.conftest import heard as heard
from anju.withdrawals.tests.test_returns import NEXT, TAKEN, Taken, came_back, close
from anju.withdrawals.tests.test_returns import taken as taken

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("heard")]
TODAY = NEXT.date()


def levels(day: date = TODAY) -> dict[int, Any]:
    return {one.number: one for one in reconcile_day(CENTRE, day, first=day)}


def test_what_waits_agrees_with_219_and_the_bank_until_it_is_paid_again(taken: Taken) -> None:  # noqa: F811  (the fixture of that name)
    close(taken)
    came_back(taken)
    later = NEXT + timedelta(days=1)
    taken.pay(taken.order_again(at=later), at=later)
    found = levels()
    assert [found[n].state for n in (2, 3, 5)] == [LevelState.AGREES] * 3
    assert found[3].left_fen == found[3].right_fen == TAKEN, "it waited at the end of that day"
    assert withdrawals.returns_waiting_through(CENTRE, TODAY - timedelta(days=1)) == 0
    assert [levels(later.date())[n].state for n in (2, 3, 5)] == [LevelState.AGREES] * 3
    assert levels(later.date())[3].left_fen == 0


def test_a_return_whose_amount_somebody_changed_is_named(taken: Taken) -> None:  # noqa: F811  (the fixture of that name)
    close(taken)
    came_back(taken)
    execute("UPDATE withdrawal_return SET amount_fen = amount_fen + 1")
    found = levels()
    assert [one.subject for one in found[3].differences] == ["219"]
    (named,) = found[5].differences
    assert (named.subject, named.left_fen, named.right_fen) == ("219-04", TAKEN + 1, TAKEN)
