"""Each stored statement of the audit finds what it is for, and nothing else; its version rises when it changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest

from anju.accounts.tests import world as members
from anju.contributions import actions as contributions
from anju.contributions.tests import world as money
from anju.database.sql import execute, row, rows
from anju.identity.types import Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.month import Month
from anju.ledger import actions as ledger
from anju.ledger import periods
from anju.ledger import queries as books
from anju.ledger.posting_rules import PostingRule, pair
from anju.ledger.types import VoucherDraft, VoucherKind
from anju.portals.desk.tests.world import CENTRE, login, person, staff
from anju.reports import actions as reports
from anju.reports.questions import QUESTIONS
from anju.reports.types import Asked, Value
from anju.treasury import actions as treasury
from anju.treasury.tests import world as bank
from anju.treasury.types import CardCheck, CardStatus

pytestmark = pytest.mark.django_db
SATURDAY = date(2026, 11, 21)
STATEMENTS = {
    "same_card": (1, "fc544215"),
    "near_limit": (1, "e8664414"),
    "one_person": (1, "6a87b563"),
    "paid_by_one": (1, "f8218b6e"),
    "reversed_after_closing": (1, "1cc55e95"),
    "at_night": (1, "bad8a5e3"),
    "on_holidays": (1, "90625bfd"),
    "by_hand": (1, "26258288"),
    "back_dated": (1, "ef734309"),
    "without_lines": (1, "027e22b1"),
    "missing_numbers": (1, "daea719c"),
}


@pytest.fixture
def auditor() -> Iterator[Actor]:
    who, _ = staff(9, Role.AUDITOR)
    with money.wired():
        yield who


def lines_of(code: str, who: Actor) -> tuple[tuple[Value, ...], ...]:
    asked = Asked(CENTRE, date(2025, 1, 1), date(2027, 6, 30), 7)
    return reports.ask(code, asked, actor=who, at=clock.now()).lines


def posted(key: str, at: datetime, *, maker: int | None = 11) -> int:
    """A voucher of one yuan that somebody made; the day it is booked on."""
    draft = VoucherDraft(
        centre_id=CENTRE, idempotency_key=key, request_digest=key.encode().ljust(32)[:32], kind=VoucherKind.RECEIPT,
        business_date=books.business_date(CENTRE, at), maker_person_id=maker, checker_person_id=None,
        lines=pair(PostingRule.RECEIPT_UNMATCHED, amount_fen=100, bank_account_id=1),
    )  # fmt: skip
    return ledger.post_voucher(draft, at=at).voucher_id


def test_the_version_of_a_question_rises_with_its_statement() -> None:
    found = {
        code: (question.version, question.statement_digest[:8])
        for code, question in QUESTIONS.items() if question.statement
    }  # fmt: skip
    assert found == STATEMENTS, "a statement changed: raise its question's version and write the new digest here"


def test_a_card_of_two_people_is_told_and_a_card_of_one_is_not(auditor: Actor) -> None:
    money.open_centre()
    check = CardCheck(status=CardStatus.OK, serial="T1", read_at=clock.now(), bank_name="安居银行")
    for n, card in ((5, "6217009900000006620"), (6, "6217009900000006620"), (7, "6217009900000001111")):
        one = person(n)
        treasury.bind_card(one, card=card, holder="某人", check=check, actor=auditor, at=clock.now())
    ((card, people, names, *_),) = lines_of("same_card", auditor)
    assert (card, people) == ("安居银行 尾号 6620", 2) and str(names).count("*") > 1


def test_vouchers_of_the_night_are_told_when_a_person_made_them(auditor: Actor) -> None:
    money.open_centre()
    day = SATURDAY + timedelta(days=2)
    made = [posted(f"n{hour}", datetime.combine(day, time(hour), ZONE)) for hour in (5, 6, 21, 22)]
    posted("rule", datetime.combine(day, time(23), ZONE), maker=None)
    assert [line[0] for line in lines_of("at_night", auditor)] == [made[0], made[3]]


def test_a_counter_entry_after_its_month_was_closed_is_told(auditor: Actor) -> None:
    money.open_centre()
    early = [posted(f"v{n}", datetime(2025, 7, 3, 10, tzinfo=ZONE)) for n in range(2)]
    one, other = (books.voucher(voucher_id, centre_id=CENTRE) for voucher_id in early)
    ledger.reverse_voucher(one, key="in time", maker=11, checker=None, at=datetime(2025, 7, 20, 10, tzinfo=ZONE))
    periods.close_month(CENTRE, Month(2025, 7), actor=login(3, Role.ACCOUNTANT), at=datetime(2025, 8, 2, tzinfo=ZONE))
    late = ledger.reverse_voucher(other, key="late", maker=11, checker=None, at=datetime(2025, 8, 9, tzinfo=ZONE))
    assert [(line[0], line[7]) for line in lines_of("reversed_after_closing", auditor)] == [
        (late.voucher_id, other.voucher_id)
    ]


def test_a_payment_just_below_the_mandate_and_one_released_on_a_saturday_are_told(auditor: Actor) -> None:
    bank.open_world(mandate_fen=100_000)
    for key, fen in (("a:1", 89_999), ("a:2", 90_000), ("a:3", 100_000)):
        treasury.order_payment(bank.draft(key, amount_fen=fen, source_id=int(key[2:])), at=bank.AT)
    assert [line[2] for line in lines_of("near_limit", auditor)] == [90_000, 100_000]
    execute("UPDATE payment_order SET releaser_person_id = 21, released_at = %s WHERE amount_fen = 89999",
            [datetime.combine(SATURDAY, time(10), ZONE)])  # fmt: skip
    ((_, _, fen, *_, day),) = lines_of("on_holidays", auditor)
    assert (fen, day) == (89_999, "周末")


def test_what_people_did_with_unmatched_money_is_told(auditor: Actor) -> None:
    money.open_centre()
    unit_id = money.open_unit()
    money.apply(unit_id, money.staff_rows(1))
    declared = money.declare(unit_id)
    money.pay(declared.total_fen, "没有编号")
    (item,) = money.items()
    contributions.allocate(item["suspense_id"], declared.remittance_id, actor=money.TREASURER, at=money.AT)
    told = lines_of("by_hand", auditor)
    assert (declared.total_fen, declared.number) in [(line[3], line[5]) for line in told]


def test_lines_dated_back_and_balances_without_lines_are_told(auditor: Actor) -> None:
    members.open_books(date(2024, 7, 1))
    first, second = members.open_staff(2)
    members.contribute([(first, 500, 500)], on=date(2025, 9, 1), value_on=date(2025, 7, 31))
    members.contribute([(second, 500, 500)], on=date(2025, 9, 1), value_on=date(2025, 8, 1), key="b")
    assert [(line[0], line[4]) for line in lines_of("back_dated", auditor)] == [(first, 32)]
    third = members.open_staff(1, first_person=9)[0]
    assert lines_of("without_lines", auditor) == ()
    execute("UPDATE balance SET balance_fen = 5 WHERE account_id = %s", [third])
    assert [(line[0], line[4]) for line in lines_of("without_lines", auditor)] == [(third, 5)]


def test_a_gap_in_the_numbers_of_vouchers_is_told(auditor: Actor) -> None:
    money.open_centre()
    posted("a", datetime(2026, 11, 23, 10, tzinfo=ZONE))
    ledger.number_vouchers(CENTRE)
    assert lines_of("missing_numbers", auditor) == ()
    known = row("SELECT max(number) AS n, max(id) AS id FROM voucher")
    assert known is not None
    names = "number, " + ", ".join(  # noqa: S608  (names of the table's own columns)
        line["name"] for line in rows(
            "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'voucher'"
            " AND column_name NOT IN ('number', 'id', 'idempotency_key', 'public_ref')"
        )
    )  # fmt: skip
    copied = "centre_id, unit_id, bank_account_id, debit_fen, credit_fen, n, subject"
    execute(
        f"WITH made AS (INSERT INTO voucher ({names}, id, idempotency_key, public_ref) SELECT number + 4, "  # noqa: S608
        f"{names.removeprefix('number, ')}, 9000000001, 'gap', gen_random_uuid() FROM voucher WHERE id = %(id)s)"
        f" INSERT INTO gl_line (voucher_id, {copied}) SELECT 9000000001, {copied} FROM gl_line"
        " WHERE voucher_id = %(id)s",
        {"id": known["id"]},
    )
    told = [(line[0], line[1], line[2]) for line in lines_of("missing_numbers", auditor)]
    assert told == [(str(known["n"] + 1), str(known["n"] + 3), 3)]
