"""The small world of this room's tests: open books, one bank account, one unit, its staff, receipts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from anju import jobs
from anju.accounts import actions as accounts
from anju.contributions import actions
from anju.contributions.roster.columns import recognise
from anju.contributions.tests.lists import id18
from anju.contributions.types import AppliedList, Declaration, ListSource, SealReason
from anju.database.sql import row, rows
from anju.exchange import fakes
from anju.files.workbook import read_pasted
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.events import listen, listeners_kept
from anju.kernel.identifiers import check_uscc
from anju.kernel.month import Month
from anju.ledger import actions as books
from anju.parties import actions as parties
from anju.parties.types import UnitDraft
from anju.policy import book
from anju.treasury import actions as treasury
from anju.treasury.types import (
    Direction,
    EntryNotice,
    MoneyReceived,
    PaymentReturned,
    PaymentSettled,
    ReceiptBooked,
    ReceiptReversed,
    ReceiptUnbooked,
)

CENTRE = 990100
NOVEMBER = Month(2026, 11)
AT = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
DAY = AT.date()
ACCOUNT = "3301040160000000018"
UNIT_BANK = "6222020000000099"
AGENT = Actor(101, 51, "unit_agent", 1, "经办", CENTRE)
SECOND = Actor(102, 52, "unit_agent", 1, "复核", CENTRE)
TREASURER = Actor(210, 21, "treasurer", None, "出纳", CENTRE)
OTHER_TREASURER = Actor(220, 22, "treasurer", None, "出纳二", CENTRE)
_serial = count(1)


def open_centre() -> int:
    """Books, rates and one account; the account's id."""
    books.open_days(CENTRE, date(2025, 7, 1), date(2025, 7, 1))
    accounts.load_rates(book("anju"), centre_id=CENTRE, at=AT)
    return treasury.open_bank_account(
        CENTRE, number=ACCOUNT, name="安居市住房公积金管理中心", bank_name="安居银行", actor=TREASURER, at=AT
    )


def open_unit(
    *, first_month: Month = NOVEMBER, second_approval: bool = False, number: int = 1, bank: str = UNIT_BANK,
    ratio: str = "0.12",
) -> int:  # fmt: skip
    body = f"9133010{number}MA00000{number:02d}X"[:17]
    uscc = body + str(check_uscc(body + "0").correct_char)
    draft = UnitDraft(
        name=f"安居第{number}工厂", uscc=uscc, address="安居路 1 号", nature="33", payday=10, first_month=first_month,
        unit_ratio=Decimal(ratio), person_ratio=Decimal(ratio), legal_person_name="周正", bank_account=bank,
        bank_name="安居银行", second_approval=second_approval,
    )  # fmt: skip
    return parties.register_unit(draft, centre_id=CENTRE, actor=AGENT, at=AT)


def staff_rows(number: int, *, first: int = 1, base: object = 8600) -> list[tuple[object, ...]]:
    return [
        (f"员工{_name(n)}", id18(n % 1000, f"19{60 + n // 1000:02d}0101"), base) for n in range(first, first + number)
    ]


def _name(number: int) -> str:
    return "".join("零一二三四五六七八九"[int(digit)] for digit in str(number))


def apply(
    unit_id: int, rows_: Sequence[Sequence[object]], *, headings: Sequence[str] = ("姓名", "证件号码", "缴存基数"),
    month: Month = NOVEMBER, at: datetime = AT, seal_left_out: SealReason | None = None,
) -> AppliedList:  # fmt: skip
    """Check and apply a list with nobody known elsewhere."""
    checked = check(unit_id, rows_, headings=headings, month=month, at=at)
    assert not checked.errors, checked.errors
    return actions.apply_changes(
        checked, centre_id=CENTRE, unit_id=unit_id, source=ListSource.PASTE, actor=AGENT, at=at,
        seal_left_out=seal_left_out,
    )  # fmt: skip


def check(
    unit_id: int, rows_: Sequence[Sequence[object]], *, headings: Sequence[str] = ("姓名", "证件号码", "缴存基数"),
    month: Month = NOVEMBER, at: datetime = AT,
) -> Any:  # fmt: skip
    lines = ["\t".join(headings), *("\t".join(map(str, line)) for line in rows_)]
    table = read_pasted("\n".join(lines), recognise=recognise)
    return actions.check_table(table, centre_id=CENTRE, unit_id=unit_id, month=month, at=at)


def declare(unit_id: int, month: Month = NOVEMBER, *, at: datetime = AT) -> Declaration:
    return actions.declare_month(CENTRE, unit_id, month, actor=AGENT, at=at)


def pay(
    fen: int, summary: str, *, payer: str = UNIT_BANK, at: datetime = AT, serial: str | None = None,
    reversal_of: str = "",
) -> str:  # fmt: skip
    """One credit notice through the treasury's own door; its host serial."""
    host_serial = serial or f"H{next(_serial):09d}"
    treasury.receive_notice(
        EntryNotice(
            account=ACCOUNT, host_serial=host_serial, direction=Direction.DEBIT if reversal_of else Direction.CREDIT,
            amount_fen=fen, entry_date=at.date(), counter_name="安居第一工厂", counter_account=payer, summary=summary,
            reversal=bool(reversal_of), original_host_serial=reversal_of,
        ),
        at=at, centre_id=CENTRE,
    )  # fmt: skip
    return host_serial


LISTENERS: tuple[tuple[type, Callable[[Any], None]], ...] = (
    (MoneyReceived, actions.on_money_received),
    (ReceiptReversed, actions.on_receipt_reversed),
    (ReceiptBooked, actions.on_receipt_booked),
    (ReceiptUnbooked, actions.on_receipt_unbooked),
    (PaymentSettled, actions.on_payment_settled),
    (PaymentReturned, actions.on_payment_returned),
)


@contextmanager
def wired(*heard: type) -> Iterator[list[Any]]:
    """Listen as the wiring does, with quiet agencies; the events of the given types as they are published."""
    told: list[Any] = []
    # The wiring may have registered the same handlers: they must still stand afterwards.
    with listeners_kept(), fakes.agencies():
        for event_type, handler in LISTENERS:
            listen(event_type, handler)
        for event_type in heard:
            listen(event_type, told.append)
        yield told


def run_posting() -> int:
    """Run the jobs this room planned."""
    return jobs.run_all()


def remittance(remittance_id: int) -> dict[str, Any]:
    found = row("SELECT * FROM remittance WHERE remittance_id = %s", [remittance_id])
    assert found is not None
    return found


def items() -> list[dict[str, Any]]:
    return rows("SELECT * FROM suspense ORDER BY suspense_id")


def balances() -> list[int]:
    return [line["balance_fen"] for line in rows("SELECT balance_fen FROM balance ORDER BY account_id")]


def broken() -> dict[str, list[dict[str, Any]]]:
    """Invariants of the books, the accounts, the treasury and this room that do not hold."""
    from anju.accounts.checks import CHECKS as ACCOUNTS
    from anju.contributions.checks import CHECKS
    from anju.ledger.checks import CHECKS as BOOKS

    found = {check.name: rows(check.sql) for check in (*BOOKS, *ACCOUNTS, *CHECKS)}
    return {name: lines for name, lines in found.items() if lines}
