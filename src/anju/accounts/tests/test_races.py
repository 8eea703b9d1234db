"""Real connections at the same moment: money is held once, posted once, and nobody sees or leaves half of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from anju.accounts import actions, queries
from anju.accounts.actions import carrying, settlement
from anju.accounts.tests.world import CENTRE, broken, contribute, moment, open_books, open_staff
from anju.accounts.types import FreezeKind
from anju.database.sql import execute, rows
from anju.kernel.refusal import Refusal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

DAY = date(2025, 8, 15)
NEW_YEAR = date(2026, 7, 3)


@pytest.fixture
def staff() -> list[int]:
    open_books()
    return open_staff(4)


def month(ids: list[int]) -> list[tuple[int, int, int]]:
    return [(one, 60_000, 60_000) for one in ids]


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run calls at the same moment, each on its own connection; answers, or the refusals they raised."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(20)
            return call()
        except Refusal as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


class Meanwhile:
    """An act that is done but not committed while another one runs into it."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act, self.done, self.commit = act, threading.Event(), threading.Event()
        self.pool = ThreadPoolExecutor(2)
        self.first = self.pool.submit(self._hold_open)
        assert self.done.wait(20)

    def _hold_open(self) -> Any:
        try:
            with transaction.atomic():
                answer = self.act()
                self.done.set()
                assert self.commit.wait(20)
            return answer
        finally:
            self.done.set()
            connection.close()

    def against(self, other: Callable[[], Any]) -> tuple[Any, Any]:
        """Start the other act, let it run into the first one, commit, and give both answers."""
        second = self.pool.submit(together, other)
        _wait_for_a_waiter()
        self.commit.set()
        return self.first.result(30), second.result(30)[0]


def _wait_for_a_waiter() -> None:
    for _ in range(2000):
        if rows(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            " AND pid <> pg_backend_pid()"
        ):
            return
        threading.Event().wait(0.01)
    raise AssertionError("the second act never waited for the first")


def test_sixteen_withdrawals_of_the_whole_balance_exactly_one_succeeds(staff: list[int]) -> None:
    contribute(month(staff), on=DAY)

    def call(n: int) -> Callable[[], Any]:
        return lambda: actions.hold(staff[0], 120_000, purpose="withdrawal", source_id=n, at=moment(DAY))

    answers = together(*(call(n) for n in range(16)))
    refused = [one for one in answers if isinstance(one, Refusal)]
    assert (len(refused), {one.code for one in refused}) == (15, {"accounts.not_available"})
    assert queries.overview(staff[0]).held_fen == 120_000
    assert broken() == {}


def test_the_same_payment_reported_eight_times_at_once_posts_once(staff: list[int]) -> None:
    contribute(month(staff), on=DAY)
    hold_id = actions.hold(staff[0], 50_000, purpose="withdrawal", source_id=1, at=moment(DAY))

    def pay() -> Any:
        return actions.post_withdrawal(
            staff[0], hold_id=hold_id, amount_fen=50_000, key="w1", value_on=DAY, reason="rent", source_id=1,
            maker=11, checker=None, at=moment(DAY),
        )  # fmt: skip

    answers = together(*[pay] * 8)
    assert len({one.voucher_id for one in answers}) == 1
    assert sorted(one.replayed for one in answers) == [False] + [True] * 7
    assert queries.overview(staff[0]).balance_fen == 70_000
    assert broken() == {}


def test_a_withdrawal_waiting_for_the_release_of_its_hold_is_refused(staff: list[int]) -> None:
    contribute(month(staff), on=DAY)
    hold_id = actions.hold(staff[0], 50_000, purpose="withdrawal", source_id=1, at=moment(DAY))
    releasing = Meanwhile(lambda: actions.release_hold(staff[0], hold_id, at=moment(DAY)))
    _, refused = releasing.against(
        lambda: actions.post_withdrawal(
            staff[0], hold_id=hold_id, amount_fen=50_000, key="w1", value_on=DAY, reason="rent", source_id=1,
            maker=11, checker=None, at=moment(DAY),
        )  # fmt: skip
    )
    assert refused.code == "accounts.hold_ended"
    assert queries.overview(staff[0]).balance_fen == 120_000
    assert broken() == {}


def test_the_same_remittance_eight_times_at_once_posts_once(staff: list[int]) -> None:
    answers = together(*[lambda: contribute(month(staff), on=DAY)] * 8)
    assert sorted(one.replayed for one in answers) == [False] + [True] * 7
    assert queries.overview(staff[0]).last_seq == 1
    assert broken() == {}


def test_remittances_over_the_same_accounts_in_opposite_order_do_not_deadlock(staff: list[int]) -> None:
    more = [*staff, *open_staff(400, first_person=1000)]

    def call(n: int) -> Callable[[], Any]:
        lines = month(more if n % 2 else more[::-1])
        return lambda: contribute(lines, on=DAY, key=f"r{n}")

    answers = together(*(call(n) for n in range(8)))
    assert not any(one.replayed for one in answers)
    assert queries.overview(staff[0]).last_seq == 8
    assert broken() == {}


def test_a_hold_waiting_for_a_freeze_is_refused(staff: list[int]) -> None:
    contribute(month(staff), on=DAY)
    for n, kind, amount in ((1, FreezeKind.AMOUNT, 1), (2, FreezeKind.RECEIVE_ONLY, None), (3, FreezeKind.FULL, None)):
        freezing = Meanwhile(
            lambda kind=kind, amount=amount, n=n: actions.freeze(
                staff[n], kind=kind, amount_fen=amount, authority="法院", document="1", at=moment(DAY)
            )
        )
        _, held = freezing.against(
            lambda n=n: actions.hold(staff[n], 120_000, purpose="w", source_id=n, at=moment(DAY))
        )
        assert isinstance(held, Refusal), kind


def test_a_contribution_waiting_for_a_seal_or_a_freeze_is_refused(staff: list[int]) -> None:
    sealing = Meanwhile(lambda: actions.seal_accounts(staff[:1], reason="离职", on=DAY, at=moment(DAY)))
    _, answer = sealing.against(lambda: contribute(month(staff), on=DAY))
    assert answer.code == "accounts.batch_sealed"
    freezing = Meanwhile(
        lambda: actions.freeze(staff[1], kind=FreezeKind.FULL, authority="法院", document="1", at=moment(DAY))
    )
    _, answer = freezing.against(lambda: contribute(month(staff[1:]), on=DAY))
    assert answer.code == "accounts.batch_frozen"
    assert broken() == {}


def test_a_posting_under_way_in_the_old_year_is_in_the_interest_of_a_touch(staff: list[int]) -> None:
    posting = Meanwhile(lambda: contribute(month(staff), on=date(2026, 6, 20)))
    _, touched = posting.against(lambda: contribute(month(staff[:1]), on=NEW_YEAR))
    assert not touched.replayed
    seen = queries.overview(staff[0])
    assert (seen.last_seq, seen.interest_fen, seen.balance_fen) == (3, 55, 240_055)
    assert broken() == {}


def test_a_posting_into_the_old_year_waiting_for_a_touch_is_refused(staff: list[int]) -> None:
    contribute(month(staff), on=date(2026, 5, 20))
    touch = Meanwhile(lambda: contribute(month(staff[:1]), on=NEW_YEAR))
    _, late = touch.against(lambda: contribute(month(staff), on=date(2026, 6, 30)))
    assert late.code == "accounts.batch_year"
    assert broken() == {}


def test_settlement_waits_for_postings_under_way_and_takes_them_in(staff: list[int]) -> None:
    posting = Meanwhile(lambda: contribute(month(staff), on=date(2026, 6, 20)))
    _, run = posting.against(lambda: actions.settle_interest(CENTRE, 2025, at=moment(NEW_YEAR)))
    assert (run.accounts, run.interest_fen) == (4, 4 * 55)
    assert broken() == {}


def test_settlement_and_touches_at_the_same_moment_carry_each_account_once(
    staff: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "CHUNK", 8)
    more = [*staff, *open_staff(60, first_person=1000)]
    contribute(month(more), on=DAY)

    def touch(n: int) -> Callable[[], Any]:
        return lambda: [contribute(month(more[k::8]), on=NEW_YEAR, key=f"t{n}:{k}") for k in range(n, 8, 4)]

    answers = together(
        lambda: actions.settle_interest(CENTRE, 2025, at=moment(NEW_YEAR)),
        lambda: actions.settle_interest(CENTRE, 2025, at=moment(NEW_YEAR)),
        *(touch(n) for n in range(4)),
    )
    assert not any(isinstance(one, Refusal) for one in answers)
    assert len(rows("SELECT 1 FROM member_line WHERE period = 202513")) == 64
    assert {queries.overview(one).last_seq for one in more} == {3}
    assert broken() == {}


def test_a_voucher_reversed_by_two_requests_at_once_is_reversed_once(staff: list[int]) -> None:
    posted = contribute(month(staff), on=DAY)

    def reverse(n: int) -> Callable[[], Any]:
        return lambda: actions.reverse_contributions(
            posted.voucher_id, centre_id=CENTRE, key=f"r{n}", maker=11, checker=12, reason="退票", at=moment(DAY)
        )

    answers = together(*(reverse(n) for n in range(4)))
    assert [one.code for one in answers if isinstance(one, Refusal)] == ["ledger.already_reversed"] * 3
    assert queries.overview(staff[0]).balance_fen == 0
    assert broken() == {}


def test_one_line_reversed_by_two_requests_at_once_is_reversed_once(staff: list[int]) -> None:
    from anju.ledger.posting_rules import PostingRule

    contribute(month(staff), on=DAY)
    contribute(month(staff), on=DAY, key="second")

    def reverse(n: int) -> Callable[[], Any]:
        return lambda: actions.reverse_line(
            staff[0], 1, key=f"r{n}", rule=PostingRule.MEMBERS_TO_SUSPENSE, maker=11, checker=12, reason="错缴",
            at=moment(DAY), unit_id=7,
        )  # fmt: skip

    answers = together(*(reverse(n) for n in range(4)))
    assert [one.code for one in answers if isinstance(one, Refusal)] == ["accounts.already_reversed"] * 3
    assert queries.overview(staff[0]).balance_fen == 120_000
    assert broken() == {}


def test_a_person_opened_twice_at_once_gets_one_account() -> None:
    open_books()
    answers = together(*[lambda: open_staff(1, first_person=77)] * 4)
    assert [one.code for one in answers if isinstance(one, Refusal)] == ["accounts.already_open"] * 3


def test_blocks_of_numbers_taken_at_once_do_not_mix() -> None:
    open_books()
    answers = together(*(lambda n=n: open_staff(50, first_person=n * 1000) for n in range(6)))
    assert all(one == list(range(one[0], one[0] + 50)) for one in answers)
    assert len({number for one in answers for number in one}) == 300


def test_a_settlement_on_three_connections_credits_each_account_once(
    staff: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "CHUNK", 2)
    staff = [*staff, *open_staff(13, first_person=100)]
    contribute([(one, 250_000, 250_000) for one in staff], on=date(2025, 7, 1))
    contribute(month(staff[5:8]), on=date(2026, 7, 1))  # carried before their chunks run
    run = actions.settle_interest(CENTRE, 2025, at=moment(NEW_YEAR), connections=3)
    assert (run.accounts, run.lines, run.interest_fen) == (14, 14, 14 * 7_604)
    assert [queries.overview(one).interest_fen for one in staff] == [7_604] * 17
    assert actions.settle_interest(CENTRE, 2025, at=moment(NEW_YEAR), connections=2).accounts == 0
    assert broken() == {}


def test_what_fails_on_one_connection_is_told_and_asked_again_the_rest_is_settled(
    staff: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "CHUNK", 1)
    contribute([(one, 250_000, 250_000) for one in staff], on=date(2025, 7, 1))
    whole = settlement._settle_chunk

    def failing(year: object, chunk: int, **keywords: Any) -> object:
        if chunk == staff[1]:
            raise RuntimeError("no room")
        return whole(year, chunk, **keywords)

    monkeypatch.setattr(settlement, "_settle_chunk", failing)
    with pytest.raises(RuntimeError, match="no room"):
        actions.settle_interest(CENTRE, 2025, at=moment(NEW_YEAR), connections=2)
    assert broken() == {}
    monkeypatch.setattr(settlement, "_settle_chunk", whole)
    actions.settle_interest(CENTRE, 2025, at=moment(NEW_YEAR), connections=2)
    assert [queries.overview(one).interest_fen for one in staff] == [7_604] * 4
    assert broken() == {}


def test_the_settlement_gives_way_to_who_is_posting_and_not_to_its_own_other_connection(
    staff: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    contribute(month(staff), on=DAY)
    pauses: list[float] = []
    monkeypatch.setattr(settlement.time, "sleep", pauses.append)

    def posting() -> None:
        execute("SELECT enter_gate(%s, %s)", [CENTRE, NEW_YEAR])

    def carrying_too() -> None:
        posting()
        execute(f"SELECT pg_advisory_xact_lock({carrying.LOCK})", [7])

    other = Meanwhile(carrying_too)
    assert rows(settlement._POSTING, [CENTRE]) == [{"posting": False}]
    other.commit.set()
    other.first.result(20)
    other = Meanwhile(posting)
    assert rows(settlement._POSTING, [CENTRE]) == [{"posting": True}]
    assert rows(settlement._POSTING, [CENTRE + 1]) == [{"posting": False}]
    year, chunk = carrying.year_of(CENTRE, 2025), staff[0] // carrying.CHUNK
    assert settlement._settle_and_give_way(year, chunk, at=moment(NEW_YEAR), actor=None)["accounts"] == len(staff)
    assert len(pauses) == 1 and 0 < pauses[0] <= settlement.LONGEST_PAUSE
    other.commit.set()
    other.first.result(20)
    actions.settle_interest(CENTRE, 2025, at=moment(NEW_YEAR))
    assert len(pauses) == 1 and broken() == {}
