"""The small world of the treasury's tests: one account, a treasurer, a fake bank, a list of what was published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from anju.identity.queries import login_of_person
from anju.identity.tests.world import staff
from anju.identity.types import Role
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.events import listen, stop_listening
from anju.ledger.actions import open_days
from anju.treasury import actions
from anju.treasury.types import (
    Direction,
    EntryNotice,
    MoneyReceived,
    Payee,
    PaymentDraft,
    PaymentReturned,
    PaymentSettled,
    ReceiptReversed,
)

CENTRE = 990100
AT = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
ACCOUNT = "3301040160000000018"
MEMBER, TREASURER_1, TREASURER_2, REVIEWER = 11, 21, 22, 31


def treasurer(person_id: int = TREASURER_1) -> Actor:
    return Actor(person_id * 10, person_id, "treasurer", None, "钱敏", CENTRE)


def in_office(person_id: int = TREASURER_1) -> Actor:
    """A treasurer with a log-in and the office, as one who signs a mandate must be."""
    known = login_of_person(person_id)
    login_id = known.login_id if known else staff(person_id, Role.TREASURER, person_id)
    return Actor(login_id, person_id, "treasurer", None, "钱敏", CENTRE)


def member() -> Actor:
    return Actor(110, MEMBER, "member", None, "林晓雨", CENTRE)


def open_world(*, mandate_fen: int | None = 5_000_000) -> int:
    """Books open, one account, and a mandate when an amount is given; the account's id."""
    open_days(CENTRE, date(2026, 11, 1), date(2026, 12, 31))
    account = actions.open_bank_account(
        CENTRE, number=ACCOUNT, name="安居市住房公积金管理中心", bank_name="安居银行", actor=treasurer(), at=AT
    )
    if mandate_fen:
        actions.sign_mandate(
            limit_fen=mandate_fen, starts_on=AT.date(), ends_on=date(2026, 12, 31), actor=in_office(), at=AT
        )
    return account


def draft(key: str = "withdrawal:1", **changes: Any) -> PaymentDraft:
    base = PaymentDraft(
        centre_id=CENTRE, idempotency_key=key, source_kind="withdrawal", source_id=1, amount_fen=180_000,
        payee=Payee(name="林晓雨", account="6217000010000006620", bank_name="安居银行"), summary="租房提取",
        maker_person_id=MEMBER, checker_release="2026.11-test",
    )  # fmt: skip
    return replace(base, **changes)


def notice(serial: str = "H1", **changes: Any) -> EntryNotice:
    base = EntryNotice(
        account=ACCOUNT, host_serial=serial, direction=Direction.CREDIT, amount_fen=4_128_000,
        entry_date=AT.date(), counter_name="安居市云栖软件有限公司", counter_account="33050161000000000912",
        summary="R2026110000000012",
    )  # fmt: skip
    return replace(base, **changes)


@contextmanager
def news() -> Iterator[list[Any]]:
    """Everything the treasury publishes while the block runs."""
    heard: list[Any] = []
    kinds = (MoneyReceived, ReceiptReversed, PaymentSettled, PaymentReturned)
    for kind in kinds:
        listen(kind, heard.append)
    try:
        yield heard
    finally:
        for kind in kinds:
            stop_listening(kind, heard.append)


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)
