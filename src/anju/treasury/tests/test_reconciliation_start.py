"""Going on from an earlier table: the same answer as reading everything, and nothing changed behind it is missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.database.sql import execute, row, rows
from anju.ledger.types import BankMovement
from anju.treasury import actions, journal, queries
from anju.treasury.checks import CHECKS
from anju.treasury.reconciliation import BankReconciliation, JournalLine, agreed_through, reconcile
from anju.treasury.tests.statement_files import Line, camt
from anju.treasury.tests.test_reconciliation import FACTS, ON, START, Fact, live, picture
from anju.treasury.tests.world import ACCOUNT, AT, CENTRE, notice, open_world, treasurer

Sides = dict[str, Any]


def upto(sides: Sides, on: date) -> Sides:
    """The three sides as they were seen on an earlier day."""
    lines = tuple(line for line in sides["bank"].lines if line.on <= on)
    return {
        "bank": replace(sides["bank"], lines=lines, through=on),
        "journal": [line for line in sides["journal"] if line.on <= on],
        "books": [book for book in sides["books"] if book.on_day <= on],
    }


def after(sides: Sides, on: date) -> Sides:
    """What has to be read after a day: what it left, and what came later."""
    left = agreed_through(on, **upto(sides, on))
    return {
        "bank": replace(
            sides["bank"], start=left.start,
            lines=tuple(one for one in sides["bank"].lines if one.on > on or one.entry_id in left.entry_ids),
        ),
        "journal": [
            one for one in sides["journal"]
            if one.on > on or one.notice_id in left.notice_ids
            or (one.notice_id is None and one.order_id in left.order_ids)
        ],
        "books": [one for one in sides["books"] if one.on_day > on or one.voucher_id in left.voucher_ids],
    }  # fmt: skip


def sorted_items(seen: BankReconciliation) -> BankReconciliation:
    """The table with its lists in one order; which of two equal amounts stands alone may differ and is not compared."""
    def key(item: Any) -> tuple[Any, ...]:
        return item.effect_fen, item.text

    lists: dict[str, Any] = {
        name: tuple(sorted(map(key, getattr(seen, name))))
        for name in ("not_in_journal", "not_at_bank", "books_only", "bank_only", "differing")
    }
    books = replace(
        seen.books, unbooked=tuple(sorted(map(key, seen.books.unbooked))),
        unjournaled=tuple(sorted(map(key, seen.books.unjournaled))),
    )  # fmt: skip
    return replace(seen, books=books, **lists)


@settings(max_examples=150, deadline=None)
@given(
    facts=FACTS, opening=st.integers(-50, 50), split=st.integers(0, 15), again=st.integers(0, 15),
    first=st.integers(0, 6), orders=st.sets(st.integers(0, 13)),
)  # fmt: skip
def test_going_on_from_any_day_says_what_reading_everything_says(
    facts: list[Fact], opening: int, split: int, again: int, first: int, orders: set[int]
) -> None:
    begin = START + timedelta(days=first)
    facts = [replace(fact, stated=fact.stated and START + timedelta(days=fact.day) >= begin) for fact in facts]
    sides = picture(facts, opening, first=begin)
    sides["journal"] = [
        replace(line, notice_id=None, order_id=(line.notice_id or 0) + 500)
        if n in orders and all(line.serial != one.serial for one in sides["bank"].lines) else line
        for n, line in enumerate(sides["journal"])
    ]  # fmt: skip
    whole = reconcile(1, on=ON, **sides)
    one, two = sorted((max(split, first), max(again, first)))
    from_one = after(sides, START + timedelta(days=one))
    assert sorted_items(reconcile(1, on=ON, **from_one)) == sorted_items(whole)
    from_two = after(from_one, START + timedelta(days=two))
    assert sorted_items(reconcile(1, on=ON, **from_two)) == sorted_items(whole)


def test_what_agrees_is_left_behind_and_what_stands_alone_is_carried_on() -> None:
    facts = [Fact(0, 9, True, True, True), Fact(1, 5, True, True, True), Fact(2, 7, True, True, False),
             Fact(3, 3, False, False, True)]  # fmt: skip
    left = agreed_through(ON, **picture(facts, 0))
    assert (left.start.paired_fen, left.start.before_fen, left.start.balance_fen) == (5, 0, 21)
    # The first one's voucher names no event: by its amount alone it is looked at again.
    assert (left.entry_ids, left.notice_ids, left.voucher_ids) == ((0, 2), (100, 102), (0, 3))
    assert left.count == 6


def test_vouchers_that_took_each_other_back_are_looked_at_again() -> None:
    """A payment of that amount may still turn up."""
    sides = picture([], 0)
    sides["books"] = [BankMovement(1, 7, START, None, None, 5), BankMovement(1, 8, START, None, 7, -5)]
    assert agreed_through(ON, **sides).voucher_ids == (7, 8)


def test_a_reversal_nobody_understood_is_read_again() -> None:
    sides = picture([Fact(0, 5, True, True, True)], 0)
    sides["journal"] = [JournalLine(serial="S0", on=START, effect_fen=None, notice_id=100)]
    left = agreed_through(ON, **sides)
    assert (left.notice_ids, left.entry_ids, left.start.paired_fen) == ((100,), (0,), 0)


# --------------------------------------------------------------------------------------------- with the tables

END = date(2026, 11, 30)


def whole(account: int, on: date = END) -> BankReconciliation:
    """The table with everything read."""
    bank, lines, books = journal.read_sides(CENTRE, account, on, None)
    return reconcile(account, on=on, bank=bank, journal=lines, books=books)


def agreed(account: int) -> set[date]:
    found = rows("SELECT on_day FROM reconciled_day WHERE bank_account_id = %s", [account])
    return {one["on_day"] for one in found}


@pytest.mark.django_db(transaction=True)
def test_random_months_say_the_same_from_an_agreed_day_and_a_changed_fen_is_still_named() -> None:
    open_world()
    used = 0
    for seed in range(6):
        account, stated, number = live(seed, lazy=seed % 3 * 0.2, told=seed % 4 * 0.3)
        for day in sorted({stated[len(stated) // 2].on, stated[-1].on}):
            actions.agree_day(CENTRE, account, day, at=AT)
        used += bool(agreed(account))
        assert journal.starts(CENTRE, END).keys() >= ({account} if agreed(account) else set())
        seen = queries.reconcile_bank(CENTRE, account, END)
        assert sorted_items(seen) == sorted_items(whole(account)), seed
        (level,) = [one for one in queries.journal_against_books(CENTRE, END) if one.bank_account_id == account]
        assert (level.journal_fen, level.books_fen) == (seen.books.journal_fen, seen.books.books_fen)
        victim = stated[0]
        execute(
            "UPDATE bank_notice SET amount_fen = amount_fen + 1 WHERE bank_account_id = %s AND host_serial = %s",
            [account, victim.serial],
        )
        changed = queries.reconcile_bank(CENTRE, account, END)
        assert not changed.balanced and victim.serial in {item.serial for item in changed.differing}, seed
        assert account not in journal.starts(CENTRE, END), "the print is another one"
    assert used == 6
    assert [check.name for check in CHECKS if "reconciled" in check.name and rows(check.sql)] == []


@pytest.mark.django_db(transaction=True)
def test_only_as_far_as_statements_reach_and_only_what_closes_is_agreed() -> None:
    account = open_world()
    first, second = AT.date(), END
    assert not actions.agree_day(CENTRE, account, first, at=AT)
    assert not actions.agree_last_day(CENTRE, account, at=AT)
    lines = (Line("H1", 500, first),)
    actions.import_statement(camt(lines), "a.xml", actor=treasurer(), at=AT)
    assert not actions.agree_day(CENTRE, account, second, at=AT), "the statement ends before"
    assert actions.agree_day(CENTRE, account, first, at=AT) and actions.agree_day(CENTRE, account, first, at=AT)
    assert agreed(account) == {first}
    execute("DELETE FROM reconciled_day")
    execute("UPDATE bank_notice SET amount_fen = 501")
    assert not actions.agree_day(CENTRE, account, first, at=AT), "it contradicts itself"


@pytest.mark.django_db(transaction=True)
def test_a_line_that_comes_late_for_an_agreed_day_is_seen() -> None:
    """A notice of a day that was agreed, after it was: everything is read again."""
    account = open_world()
    actions.import_statement(camt((Line("H1", 500, AT.date()),)), "a.xml", actor=treasurer(), at=AT)
    assert actions.agree_day(CENTRE, account, AT.date(), at=AT)
    actions.receive_notice(notice("LATE", amount_fen=7), at=AT)
    seen = queries.reconcile_bank(CENTRE, account, END)
    assert [item.serial for item in seen.not_at_bank] == ["LATE"]
    assert sorted_items(seen) == sorted_items(whole(account))


@pytest.mark.django_db(transaction=True)
def test_after_an_agreed_day_only_what_is_left_and_what_came_later_is_read() -> None:
    account = open_world()
    many = tuple(Line(f"H{n}", 500, START + timedelta(days=n // 10)) for n in range(100))
    actions.import_statement(camt(many, account=ACCOUNT), "a.xml", actor=treasurer(), at=AT + timedelta(days=9))
    # Nobody books here: every line lacks its voucher.
    assert actions.agree_day(CENTRE, account, many[-1].on, at=AT)
    left = journal.starts(CENTRE, END)[account]
    assert left.count == 200, "a hundred entries and notices without a voucher are carried on"
    told = row("SELECT count(*) AS n FROM bank_notice")
    assert told is not None and told["n"] == 100
    bank, lines, books = journal.read_sides(CENTRE, account, END, replace(left, entry_ids=(), notice_ids=()))
    assert bank is not None and (bank.lines, lines, books) == ((), [], [])
    assert bank.balance_fen == 50_000
