"""Reconciling: the tables close to the fen whatever is outstanding, and name the entry somebody changed."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.database.sql import execute
from anju.kernel.events import listen, stop_listening
from anju.ledger.actions import post_voucher, request_digest
from anju.ledger.posting_rules import PostingRule, pair
from anju.ledger.types import BankMovement, VoucherDraft, VoucherKind
from anju.treasury import actions, queries
from anju.treasury.bank import using
from anju.treasury.fake_bank import FakeBank
from anju.treasury.reconciliation import BankLine, BankSide, JournalLine, reconcile
from anju.treasury.tests.statement_files import Line, camt
from anju.treasury.tests.world import AT, CENTRE, draft, notice, open_world, treasurer
from anju.treasury.types import Direction, MoneyReceived, PaymentReturned, PaymentSettled, ReceiptReversed

START = date(2026, 11, 2)
ON = date(2026, 11, 20)


@dataclass(frozen=True)
class Fact:
    """One movement of money, and who has heard of it."""

    day: int
    fen: int
    noticed: bool
    stated: bool
    booked: bool


FACTS = st.lists(
    st.builds(
        Fact, day=st.integers(0, 15), fen=st.integers(-9, 9).filter(bool), noticed=st.booleans(),
        stated=st.booleans(), booked=st.booleans(),
    ),
    max_size=14,
)  # fmt: skip


def picture(facts: list[Fact], opening: int, *, first: date = START) -> dict[str, Any]:
    """The three sides of an account with these facts. A statement tells its own day's facts to the journal too."""
    balance, lines, journal, books = opening, [], [], []
    if opening:
        books.append(BankMovement(1, 900, first - timedelta(days=1), None, None, opening))
    for n, fact in enumerate(sorted(facts, key=lambda one: one.day)):
        on = START + timedelta(days=fact.day)
        if fact.stated:
            balance += fact.fen
            lines.append(BankLine(entry_id=n, serial=f"S{n}", on=on, effect_fen=fact.fen, balance_after_fen=balance))
        known = fact.noticed or fact.stated
        if known:
            journal.append(JournalLine(serial=f"S{n}", on=on, effect_fen=fact.fen, notice_id=n + 100))
        if fact.booked:
            event = n + 100 if known and n % 2 else None
            books.append(BankMovement(1, n, on, event, None, fact.fen))
    side = BankSide(first=first, through=ON, opening_fen=opening, lines=tuple(lines))
    return {"bank": side, "journal": journal, "books": books}


@settings(max_examples=400, deadline=None)
@given(facts=FACTS, opening=st.integers(-50, 50))
def test_both_sides_of_the_table_are_equal_whatever_is_outstanding(facts: list[Fact], opening: int) -> None:
    seen = reconcile(1, on=ON, **picture(facts, opening))
    assert (seen.difference_fen, seen.journal_difference_fen, seen.differing) == (0, 0, ())
    assert seen.bank_adjusted_fen == seen.books_adjusted_fen and seen.balanced
    level = seen.books
    unexplained = sum(item.effect_fen for item in level.unjournaled) - sum(item.effect_fen for item in level.unbooked)
    assert level.difference_fen == unexplained


@settings(max_examples=300, deadline=None)
@given(facts=FACTS, at=st.integers(0, 13), what=st.sampled_from(["amount", "balance", "notice"]))
def test_one_changed_fen_is_named_by_its_serial(facts: list[Fact], at: int, what: str) -> None:
    sides = picture([*facts, Fact(3, 5, True, True, True)], 0)
    lines = sides["bank"].lines
    victim = lines[at % len(lines)]
    place = lines.index(victim)
    if what == "notice":
        sides["journal"] = [
            replace(line, effect_fen=line.effect_fen + 1) if line.serial == victim.serial else line
            for line in sides["journal"]
        ]
    else:
        change = {"effect_fen": victim.effect_fen + 1} if what == "amount" else {
            "balance_after_fen": victim.balance_after_fen + 1
        }  # fmt: skip
        sides["bank"] = replace(
            sides["bank"], lines=(*lines[:place], replace(victim, **change), *lines[place + 1 :])
        )
    seen = reconcile(1, on=ON, **sides)
    assert not seen.balanced and victim.serial in {item.serial for item in seen.differing}


def test_vouchers_that_take_each_other_back_are_no_outstanding_items() -> None:
    sides = picture([], 0)
    sides["books"] = [BankMovement(1, 7, START, None, None, 5), BankMovement(1, 8, START, None, 7, -5)]
    assert reconcile(1, on=ON, **sides).settled


def test_what_was_booked_before_the_first_statement_lies_in_its_opening_balance() -> None:
    sides = picture([Fact(0, 5, True, False, True), Fact(9, 2, True, True, True)], 0, first=START + timedelta(days=5))
    sides["bank"] = replace(
        sides["bank"], opening_fen=5,
        lines=tuple(replace(line, balance_after_fen=line.balance_after_fen + 5) for line in sides["bank"].lines),
    )  # fmt: skip
    assert reconcile(1, on=ON, **sides).settled
    sides["books"] = sides["books"][1:]
    unbooked = reconcile(1, on=ON, **sides)
    assert unbooked.balanced and [item.text for item in unbooked.bank_only] == ["银行已收，单位未收"]


# --------------------------------------------------------------------------------------------- with the tables


@dataclass
class Bookkeeper:
    """Posts what the treasury tells, now and then late; stands for the rooms above."""

    chance: random.Random
    lazy: float = 0.0
    count: int = field(default=0)

    def post(self, fen: int, account: int, event: int | None, kind: VoucherKind) -> None:
        self.count += 1
        if self.chance.random() < self.lazy:
            return
        rule = PostingRule.RECEIPT_UNMATCHED if fen > 0 else PostingRule.SUSPENSE_REFUNDED
        key = f"books:{account}:{self.count}"
        post_voucher(
            VoucherDraft(
                centre_id=CENTRE, idempotency_key=key, request_digest=request_digest(key=key), kind=kind,
                business_date=AT.date(), maker_person_id=None, checker_person_id=None, event_id=event,
                lines=pair(rule, amount_fen=abs(fen), bank_account_id=account),
            ),
            at=AT,
        )  # fmt: skip

    def hears(self) -> list[tuple[type, Callable[[Any], None]]]:
        return [
            (MoneyReceived, lambda e: self.post(e.amount_fen, e.bank_account_id, e.receipt_id, VoucherKind.RECEIPT)),
            (ReceiptReversed, lambda e: self.post(
                -e.amount_fen, e.bank_account_id, e.receipt_id, VoucherKind.SUSPENSE
            )),
            (PaymentSettled, lambda e: self.post(-e.amount_fen, e.bank_account_id, None, VoucherKind.OTHER)),
            (PaymentReturned, lambda e: e.after_settlement
             and self.post(e.amount_fen, e.bank_account_id, None, VoucherKind.OTHER)),
        ]  # fmt: skip


def live(seed: int, *, lazy: float, told: float) -> tuple[int, list[Line], str]:
    """A random month of an account: receipts, reversals, payments and returns; some told by notice, some not."""
    chance = random.Random(seed)  # noqa: S311  (a test's dice)
    number = f"33010401600{seed:08d}"
    account = actions.open_bank_account(
        CENTRE, number=number, name="专户", bank_name="安居银行", actor=treasurer(), at=AT
    )
    lines: list[Line] = []
    book = Bookkeeper(chance, lazy)
    with ExitStack() as stack, using(FakeBank()) as bank:
        for kind, hear in book.hears():
            listen(kind, hear)
            stack.callback(stop_listening, kind, hear)
        for n in range(12):
            on = START + timedelta(days=n)
            move = chance.choice(("in", "in", "pay", "pay", "back", "strange"))
            serial, fen = f"R{n}", chance.randint(1, 5) * 100
            credits = [line for line in lines if line.fen > 0 and not line.reversal and not line.original]
            if move == "back" and credits:
                first = chance.choice(credits)
                lines.remove(first)
                lines.insert(0, replace(first, original="taken"))
                lines.sort(key=lambda line: line.on)
                line = Line(serial, -first.fen, on, reversal=True, original=first.serial)
            elif move == "pay":
                order = actions.order_payment(draft(f"{seed}:{n}", amount_fen=fen, bank_account_id=account), at=AT)
                actions.advance(CENTRE, order, at=AT)
                own = bank.sent[-1].business_serial
                line = Line(f"H{own}", -fen, AT.date(), own=own)
                if chance.random() < 0.3:
                    continue
            elif move == "strange":
                line = Line(serial, -fen, on)
            else:
                line = Line(serial, fen, on)
            lines.append(line)
            if chance.random() < told:
                actions.receive_notice(
                    notice(
                        line.serial, account=number, amount_fen=abs(line.fen), entry_date=line.on,
                        direction=Direction.CREDIT if line.fen > 0 else Direction.DEBIT, reversal=line.reversal,
                        original_host_serial=line.original if line.reversal else "",
                    ),
                    at=AT,
                )  # fmt: skip
        lines = sorted((replace(one, original="" if one.original == "taken" else one.original) for one in lines),
                       key=lambda one: one.on)  # fmt: skip
        upto = chance.randint(1, len(lines)) if lines else 0
        if upto:
            actions.import_statement(
                camt(lines[:upto], account=number), "a.xml", actor=treasurer(), at=AT + timedelta(days=1)
            )
    return account, lines[:upto], number


@pytest.mark.django_db(transaction=True)
def test_a_random_month_reconciles_and_a_changed_fen_is_named() -> None:
    open_world()
    end = date(2026, 11, 30)
    for seed in range(25):
        account, stated, _ = live(seed, lazy=seed % 3 * 0.2, told=seed % 4 * 0.3)
        seen = queries.reconcile_bank(CENTRE, account, end)
        assert seen.balanced, (seed, seen)
        assert seen.bank_fen == sum(line.fen for line in stated)
        assert {item.serial for item in seen.not_in_journal} == set()
        (level,) = [one for one in queries.journal_against_books(CENTRE, end) if one.bank_account_id == account]
        explained = sum(i.effect_fen for i in level.unjournaled) - sum(i.effect_fen for i in level.unbooked)
        assert level.difference_fen == explained and level == seen.books
        if seed % 3 == 0:  # books that keep up: only what nobody ordered has no voucher
            assert level.unjournaled == () and not any(item.order_id for item in level.unbooked), seed
        victim = stated[seed % len(stated)]
        execute(
            "UPDATE bank_notice SET amount_fen = amount_fen + 1 WHERE bank_account_id = %s AND host_serial = %s",
            [account, victim.serial],
        )
        changed = queries.reconcile_bank(CENTRE, account, end)
        assert not changed.balanced and victim.serial in {item.serial for item in changed.differing}, seed


@pytest.mark.django_db(transaction=True)
def test_without_a_statement_there_is_no_table_and_the_books_are_compared_all_the_same() -> None:
    account = open_world()
    actions.receive_notice(notice("H1"), at=AT)
    seen = queries.reconcile_bank(CENTRE, account, AT.date())
    assert (seen.bank_fen, seen.difference_fen, seen.known_through, seen.balanced) == (None, None, None, False)
    (missing,) = seen.books.unbooked
    assert (missing.serial, missing.effect_fen) == ("H1", 4_128_000)


@pytest.mark.django_db(transaction=True)
def test_reconciling_asks_as_often_for_many_lines_as_for_one() -> None:
    open_world()
    counts = []
    for seed in (101, 102):
        account, _, _ = live(seed, lazy=0.0, told=0.5)
        with CaptureQueriesContext(connection) as asked:
            queries.reconcile_bank(CENTRE, account, date(2026, 11, 30))
        counts.append(len(asked))
        with CaptureQueriesContext(connection) as asked:
            queries.journal_against_books(CENTRE, date(2026, 11, 30))
        counts.append(len(asked))
    assert counts == [7, 5, 7, 5]
