"""Statements taken: they join what is kept to the fen, tell what no notice told, and contradict nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from threading import Thread

import pytest
from django.db import DatabaseError, connection, transaction

from anju.database.sql import execute, rows
from anju.kernel.refusal import Refusal
from anju.treasury import actions, queries
from anju.treasury.bank import using
from anju.treasury.checks import CHECKS
from anju.treasury.fake_bank import FakeBank
from anju.treasury.tests.statement_files import DAY, LINES, Line, camt, ledger_csv, signed_csv
from anju.treasury.tests.world import AT, CENTRE, draft, later, member, news, notice, open_world, treasurer
from anju.treasury.types import (
    Direction,
    MoneyReceived,
    NoticeState,
    PaymentReturned,
    PaymentSettled,
    ReceiptReversed,
    StatementTaken,
)

pytestmark = pytest.mark.django_db(transaction=True)
NEXT = AT + timedelta(days=1)
TOMORROW = date(2026, 11, 24)


def take(content: bytes, name: str = "a.csv") -> StatementTaken:
    return actions.import_statement(content, name, actor=treasurer(), at=NEXT)


def refused(content: bytes, name: str = "a.csv") -> Refusal:
    before = rows("SELECT (SELECT count(*) FROM bank_entry) e, (SELECT count(*) FROM bank_notice) n,"
                  " (SELECT count(*) FROM bank_statement) s")  # fmt: skip
    with pytest.raises(Refusal) as caught, news() as heard:
        take(content, name)
    assert heard == []
    assert before == rows("SELECT (SELECT count(*) FROM bank_entry) e, (SELECT count(*) FROM bank_notice) n,"
                          " (SELECT count(*) FROM bank_statement) s")  # fmt: skip
    return caught.value


def sound() -> None:
    for check in CHECKS:
        assert rows(check.sql) == [], check.name


def test_a_statement_tells_what_no_notice_told_and_confirms_the_rest() -> None:
    account = open_world()
    with news() as heard:
        known = actions.receive_notice(notice("H1"), at=AT)
        elsewhere = actions.receive_notice(notice("H9", amount_fen=7), at=AT)
        taken = take(ledger_csv())
    assert (taken.entry_count, taken.new_count, taken.told_count) == (3, 3, 2)
    assert taken.unknown_notice_ids == (elsewhere.notice_id,)
    assert [type(one) for one in heard] == [MoneyReceived] * 3
    assert [one.amount_fen for one in heard] == [4_128_000, 7, 5_00]
    states = {one.host_serial: one.state for one in queries.notices(CENTRE)}
    assert states["H2"] is NoticeState.UNEXPECTED and states["H3"] is NoticeState.RECEIVED
    assert known.notice_id and taken.bank_account_id == account
    assert queries.contradictions(CENTRE) == []
    sound()


def test_the_same_file_twice_answers_the_same_and_changes_nothing() -> None:
    open_world()
    first = take(ledger_csv())
    with news() as heard:
        again = take(ledger_csv())
    assert again == replace(first, told_count=0, replayed=True) and heard == []
    sound()


def test_an_overlapping_statement_takes_only_what_is_new_in_any_format_and_either_direction() -> None:
    open_world()
    day = [Line(f"S{n}", (n + 1) * 100, DAY - timedelta(days=5 - n)) for n in range(6)]
    assert take(ledger_csv(day[2:4], opening=3_00)).new_count == 2
    assert take(camt(day[3:5], opening=6_00), "a.xml").new_count == 1
    assert take(signed_csv(day[:4])).new_count == 2
    assert take(ledger_csv(day)).new_count == 1
    assert take(camt(day), "a.xml").new_count == 0
    kept = rows("SELECT host_serial, balance_after_fen AS fen FROM bank_entry ORDER BY position")
    assert [one["host_serial"] for one in kept] == [line.serial for line in day]
    assert [one["fen"] for one in kept] == [1_00, 3_00, 6_00, 10_00, 15_00, 21_00]
    assert len(queries.notices(CENTRE)) == 6
    sound()


def test_a_day_cut_at_noon_is_continued_in_the_evening() -> None:
    open_world()
    assert take(ledger_csv(LINES[:1])).new_count == 1
    assert take(ledger_csv(LINES[:2])).new_count == 1
    assert take(ledger_csv((LINES[2],), opening=3_948_000)).new_count == 1


def test_statements_that_contradict_what_is_kept_are_refused_whole() -> None:
    open_world()
    take(ledger_csv())
    changed = refused(ledger_csv((replace(LINES[0], fen=4_128_001), *LINES[1:])))
    assert changed.code == "statement_contradicts" and "第 2 行" in changed.text and "H1" in changed.text
    extra = (LINES[0], Line("X1", 5), Line("X2", -5), *LINES[1:])
    inserted = refused(ledger_csv(extra))
    assert inserted.code == "statement_inserted" and "X2" in inserted.text
    more = refused(ledger_csv((*LINES[:2], Line("X3", 9), Line("X4", -9), LINES[2])))
    assert more.code == "statement_inserted"
    sound()


def test_a_statement_that_leaves_out_a_kept_entry_is_refused() -> None:
    open_world()
    take(ledger_csv((LINES[0], Line("X1", 5), Line("X2", -5), *LINES[1:])))
    gone = refused(ledger_csv(LINES))
    assert gone.code == "statement_leaves_out" and "X1" in gone.text


def test_a_gap_between_statements_is_refused_with_both_balances() -> None:
    open_world()
    take(ledger_csv(LINES[:2]))
    gap = refused(ledger_csv((LINES[2],), opening=3_948_001))
    assert gap.code == "statement_gap" and "39,480.01" in gap.text and "39,480.00" in gap.text
    empty = refused(signed_csv((), opening=1, first=TOMORROW, last=TOMORROW))
    assert empty.code == "statement_gap"
    assert take(signed_csv((), opening=3_948_000, first=TOMORROW, last=TOMORROW)).new_count == 0


def test_who_may_take_statements_of_which_account_and_day() -> None:
    open_world()
    assert refused(ledger_csv(account="999999")).code == "statement_account_unknown"
    with pytest.raises(Refusal) as other:
        actions.import_statement(ledger_csv(), "a.csv", actor=replace(treasurer(), centre_id=CENTRE + 1), at=NEXT)
    assert other.value.code == "statement_account_unknown"
    with pytest.raises(Refusal) as early:
        actions.import_statement(ledger_csv(), "a.csv", actor=treasurer(), at=AT)
    assert early.value.code == "statement_future"
    with pytest.raises(Refusal) as stranger:
        actions.import_statement(ledger_csv(), "a.csv", actor=member(), at=NEXT)
    assert stranger.value.status == 403


def test_an_entry_that_contradicts_a_notice_is_kept_beside_it_for_the_treasurer() -> None:
    open_world()
    kept = actions.receive_notice(notice("H1", amount_fen=4_128_001), at=AT)
    with news() as heard:
        take(ledger_csv())
        take(ledger_csv())
    (open_one,) = queries.contradictions(CENTRE)
    assert (open_one.kept.notice_id, open_one.amount_fen, open_one.told_count) == (kept.notice_id, 4_128_000, 1)
    assert [one.amount_fen for one in heard] == [5_00]
    sound()


def test_a_notice_that_comes_after_the_statement_is_no_contradiction_though_it_says_more() -> None:
    open_world()
    with news() as heard:
        take(ledger_csv((replace(LINES[0], account=""),)))
        assert actions.receive_notice(notice("H1"), at=later(90000)).replayed
        assert actions.receive_notice(notice("H1", amount_fen=3), at=later(90001)).replayed
    assert len(heard) == 1
    (one,) = queries.contradictions(CENTRE)
    assert one.amount_fen == 3
    sound()


@pytest.mark.parametrize("order", [("H1", "H2"), ("H2", "H1")])
def test_a_reversal_in_a_statement_undoes_its_receipt_whichever_was_told_first(order: tuple[str, str]) -> None:
    open_world()
    lines = {"H1": Line("H1", 4_128_000), "H2": Line("H2", -4_128_000, reversal=True, original="H1")}
    told = {"H1": notice("H1"), "H2": notice("H2", reversal=True, original_host_serial="H1")}
    with news() as heard:
        actions.receive_notice(told[order[0]], at=AT)
        take(camt(tuple(lines.values())), "a.xml")
        assert actions.receive_notice(told[order[1]], at=NEXT).replayed
    assert [type(one) for one in heard] == [MoneyReceived, ReceiptReversed]
    assert queries.contradictions(CENTRE) == []
    states = {one.host_serial: one.state for one in queries.notices(CENTRE)}
    assert states == {"H1": NoticeState.REVERSED, "H2": NoticeState.REVERSAL}
    sound()


def test_our_own_payments_are_recognised_by_their_serial_and_returned_by_their_reversal() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    with news() as heard, using(FakeBank()) as bank:
        actions.advance(CENTRE, order_id, at=AT)
        own = bank.sent[0].business_serial
        take(camt((Line("B7", -180_000, own=own), Line("B8", 180_000, TOMORROW, own=own)), opening=500_000), "a.xml")
    assert [type(one) for one in heard] == [PaymentSettled, PaymentReturned]
    assert {one.state for one in queries.notices(CENTRE)} == {NoticeState.OWN_PAYMENT}
    sound()


def test_a_statement_is_believed_once_by_many_hands() -> None:
    open_world()
    answers: list[StatementTaken] = []

    def work() -> None:
        try:
            answers.append(take(ledger_csv()))
        finally:
            connection.close()

    with news() as heard:
        hands = [Thread(target=work) for _ in range(4)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
    assert len({one.statement_id for one in answers}) == 1 and len(answers) == 4
    assert [one.replayed for one in answers].count(False) == 1
    assert len(heard) == 2 and sum(one.told_count for one in answers) == 3
    sound()


def test_an_import_that_broke_off_is_finished_by_its_job() -> None:
    open_world()
    taken = take(ledger_csv())
    execute("DELETE FROM bank_notice WHERE host_serial IN ('H2', 'H3')")
    with news() as heard:
        assert actions.tell_entries(CENTRE, taken.statement_id, at=NEXT) == 2
        assert actions.tell_entries(CENTRE, taken.statement_id, at=NEXT) == 0
    assert [one.amount_fen for one in heard] == [5_00]


def test_lines_of_the_bank_are_never_changed_and_names_in_them_are_ciphertext() -> None:
    open_world()
    take(ledger_csv((replace(LINES[0], name="可认出的名字"),)))
    (raw,) = rows("SELECT counter_name, counter_account, direction FROM bank_entry")
    assert "可认出的名字".encode() not in bytes(raw["counter_name"]) and raw["direction"] == Direction.CREDIT
    for statement in ("UPDATE bank_entry SET amount_fen = 1", "DELETE FROM bank_entry",
                      "UPDATE bank_statement SET closing_fen = 1", "DELETE FROM bank_statement"):  # fmt: skip
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            execute(statement)
