"""All reads of the treasury."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anju.database.encryption import unseal
from anju.database.sql import row, rows
from anju.kernel.identifiers import mask_name
from anju.treasury.batch_queries import BatchOffer as BatchOffer
from anju.treasury.batch_queries import batch as batch
from anju.treasury.batch_queries import batch_contradictions as batch_contradictions
from anju.treasury.batch_queries import batch_lines as batch_lines
from anju.treasury.batch_queries import batch_offers as batch_offers
from anju.treasury.batch_queries import batches as batches
from anju.treasury.batch_queries import batches_unfinished as batches_unfinished
from anju.treasury.batch_queries import batches_waiting as batches_waiting
from anju.treasury.batch_queries import gatherable as gatherable
from anju.treasury.batch_queries import live_batches as live_batches
from anju.treasury.booking_queries import booking as booking
from anju.treasury.booking_queries import bookings as bookings
from anju.treasury.booking_queries import bookings_of as bookings_of
from anju.treasury.booking_queries import bookings_waiting as bookings_waiting
from anju.treasury.deposit_queries import deposits as deposits
from anju.treasury.deposit_queries import deposits_in_force_fen as deposits_in_force_fen
from anju.treasury.deposit_queries import maturities as maturities
from anju.treasury.deposit_queries import move as move
from anju.treasury.deposit_queries import moves as moves
from anju.treasury.journal import journal_against_books as journal_against_books
from anju.treasury.journal import reconcile_bank as reconcile_bank
from anju.treasury.statement_queries import UNKNOWN_NOTICES
from anju.treasury.types import Card, Direction, MandateSeen, NoticeState, Payee, PaymentState


@dataclass(frozen=True)
class BankAccountSeen:
    bank_account_id: int
    number: str
    tail: str
    name: str
    bank_name: str
    bank_code: str


@dataclass(frozen=True)
class PaymentSeen:
    """A payment order as staff and the business rooms see it: payee masked, account by its tail."""

    order_id: int
    source_kind: str
    source_id: int
    bank_account_id: int
    amount_fen: int
    payee_masked: str
    payee_tail: str
    payee_bank_name: str
    summary: str
    state: PaymentState
    business_serial: str
    maker_person_id: int | None
    checker_person_id: int | None
    checker_release: str
    releaser_person_id: int | None
    mandate_id: int | None
    reserved_at: datetime
    instructed_at: datetime | None
    asked_count: int
    last_answer: str
    value_on: date | None
    reason_text: str
    final_at: datetime | None
    digest: str
    """What a signature binds to: hand it back unchanged to `release_payment`."""
    batch_id: int | None = None
    """The batch that pays it: it is signed and sent with the batch."""

    @property
    def never_seen(self) -> bool:
        """The bank says it never saw it: a person may send again or give up."""
        return self.state is PaymentState.PENDING and self.last_answer == "none"


@dataclass(frozen=True)
class NoticeSeen:
    """One entry on an account of the centre (到账通知), for staff."""

    notice_id: int
    bank_account_id: int
    host_serial: str
    entry_date: date
    booked_time: str
    direction: Direction
    amount_fen: int
    counter_name: str
    counter_tail: str
    summary: str
    reversal: bool
    state: NoticeState
    order_id: int | None
    original_notice_id: int | None
    received_at: datetime


@dataclass(frozen=True)
class ContradictionSeen:
    """One serial told twice: `kept` came first and stands in the books, the rest was told later and moved nothing."""

    contradiction_id: int
    kept: NoticeSeen
    direction: Direction
    amount_fen: int
    counter_name: str
    counter_tail: str
    summary: str
    reversal: bool
    told_first_at: datetime
    told_last_at: datetime
    told_count: int
    settled_at: datetime | None
    settled_by_person_id: int | None
    answer: str


@dataclass(frozen=True)
class Receipt:
    """What a business room needs of money that came in, also to send it back."""

    receipt_id: int
    bank_account_id: int
    amount_fen: int
    payer: Payee
    summary: str
    value_on: date
    reversed: bool


def bank_accounts(centre_id: int) -> list[BankAccountSeen]:
    """The centre's open accounts; their numbers are public, people pay to them."""
    found = rows(
        "SELECT * FROM bank_account WHERE centre_id = %s AND closed_at IS NULL ORDER BY bank_account_id",
        [centre_id],
    )
    return [
        BankAccountSeen(
            one["bank_account_id"], unseal(one["number_sealed"], where="bank_account‖number_sealed"),
            one["tail"], one["name"], one["bank_name"], one["bank_code"],
        )
        for one in found
    ]  # fmt: skip


def payment(order_id: int, *, centre_id: int) -> PaymentSeen | None:
    found = row("SELECT * FROM payment_order WHERE centre_id = %s AND order_id = %s", [centre_id, order_id])
    return None if found is None else _payment(found)


def payments_of(source_kind: str, source_id: int, *, centre_id: int) -> list[PaymentSeen]:
    """Every payment of one business act, oldest first."""
    found = rows(
        "SELECT * FROM payment_order WHERE centre_id = %s AND source_kind = %s AND source_id = %s ORDER BY order_id",
        [centre_id, source_kind, source_id],
    )
    return [_payment(one) for one in found]


def release_queue(centre_id: int, *, limit: int = 100) -> list[PaymentSeen]:
    """Payments that wait for a treasurer's signature, oldest first."""
    waits = "state = %s AND releaser_person_id IS NULL AND batch_id IS NULL"
    return _payments(waits, centre_id, [int(PaymentState.RESERVED)], limit)


def unknown_payments(centre_id: int, *, limit: int = 100) -> list[PaymentSeen]:
    """Payments whose result the bank has not finally told, oldest first."""
    states = [int(PaymentState.INSTRUCTED), int(PaymentState.PENDING)]
    return _payments("state = ANY(%s)", centre_id, [states], limit)


def recent_payments(centre_id: int, *, limit: int = 100) -> list[PaymentSeen]:
    found = rows("SELECT * FROM payment_order WHERE centre_id = %s ORDER BY order_id DESC LIMIT %s", [centre_id, limit])
    return [_payment(one) for one in found]


def notices(
    centre_id: int, *, states: Sequence[NoticeState] = tuple(NoticeState), limit: int = 100, serial: str = ""
) -> list[NoticeSeen]:
    """Entries in the given states, newest first; with `serial` those the bank calls so."""
    found = rows(
        "SELECT * FROM bank_notice WHERE centre_id = %(centre)s AND state = ANY(%(states)s)"
        " AND (%(serial)s = '' OR host_serial = %(serial)s) ORDER BY notice_id DESC LIMIT %(limit)s",
        {"centre": centre_id, "states": [int(state) for state in states], "serial": serial, "limit": limit},
    )
    return [_notice(one) for one in found]


def notice(notice_id: int, *, centre_id: int) -> NoticeSeen | None:
    """One entry."""
    found = row("SELECT * FROM bank_notice WHERE centre_id = %s AND notice_id = %s", [centre_id, notice_id])
    return None if found is None else _notice(found)


def notices_unstated(
    centre_id: int, bank_account_id: int, *, first: date, last: date, limit: int = 100
) -> list[NoticeSeen]:
    """Notices of an account's days that its statements do not know, oldest first."""
    found = rows(
        UNKNOWN_NOTICES,
        {"centre": centre_id, "account": bank_account_id, "first": first, "last": last, "limit": limit},
    )
    return [_notice(one) for one in found]


def contradictions(centre_id: int, *, settled: bool = False, limit: int = 100) -> list[ContradictionSeen]:
    """What the bank told twice in different words: open ones oldest first, or settled ones newest first."""
    told = rows(
        "SELECT * FROM bank_contradiction WHERE centre_id = %(centre)s AND (settled_at IS NOT NULL) = %(settled)s"
        " ORDER BY CASE WHEN %(settled)s THEN -contradiction_id ELSE contradiction_id END LIMIT %(limit)s",
        {"centre": centre_id, "settled": settled, "limit": limit},
    )
    first = rows(
        "SELECT * FROM bank_notice WHERE centre_id = %s AND notice_id = ANY(%s)",
        [centre_id, [one["notice_id"] for one in told]],
    ) if told else []  # fmt: skip
    kept = {one["notice_id"]: _notice(one) for one in first}
    return [_contradiction(one, kept[one["notice_id"]]) for one in told]


def open_contradictions(centre_id: int) -> int:
    """How many wait for the bank's word."""
    found = row(
        "SELECT count(*) AS n FROM bank_contradiction WHERE centre_id = %s AND settled_at IS NULL", [centre_id]
    )
    return int(found["n"]) if found else 0


def receipt(receipt_id: int, *, centre_id: int) -> Receipt | None:
    """Money that came in, with its payer opened: the payee of a refund."""
    found = row(
        "SELECT * FROM bank_notice WHERE centre_id = %s AND notice_id = %s AND direction = %s AND NOT reversal",
        [centre_id, receipt_id, int(Direction.CREDIT)],
    )
    if found is None:
        return None
    payer = Payee(
        name=unseal(found["counter_name"], where="bank_notice‖counter_name"),
        account=unseal(found["counter_account"], where="bank_notice‖counter_account"),
        bank_code=found["counter_bank"], corporate=True,
    )  # fmt: skip
    return Receipt(
        receipt_id, found["bank_account_id"], found["amount_fen"], payer, found["summary"],
        found["entry_date"], found["state"] == NoticeState.REVERSED,
    )  # fmt: skip


def mandates(centre_id: int) -> list[MandateSeen]:
    """Every mandate, newest first."""
    found = rows(
        "SELECT mandate_id, signed_by_person_id, limit_fen, starts_on, ends_on, signed_at, ended_at"
        " FROM treasury_mandate WHERE centre_id = %s ORDER BY mandate_id DESC",
        [centre_id],
    )
    return [MandateSeen(**one) for one in found]


def bound_card(person_id: int, *, at: datetime) -> Card | None:
    """The card now bound, usable or still in its wait."""
    found = row("SELECT * FROM member_card WHERE person_id = %s AND ended_at IS NULL", [person_id])
    if found is None:
        return None
    payee = Payee(
        name=unseal(found["holder_sealed"], where="member_card‖holder_sealed"),
        account=unseal(found["card_sealed"], where="member_card‖card_sealed"),
        bank_name=found["bank_name"], bank_code=found["bank_code"],
    )  # fmt: skip
    return Card(
        person_id, found["n"], found["tail"], found["bank_name"], found["bound_at"], found["usable_from"],
        found["usable_from"] <= at, payee,
    )  # fmt: skip


def usable_card(person_id: int, at: datetime) -> Card | None:
    """The card a payment may go to at this moment, or None: none is bound, or it is still in its wait."""
    card = bound_card(person_id, at=at)
    return card if card is not None and card.usable else None


def _payments(condition: str, centre_id: int, params: list[Any], limit: int) -> list[PaymentSeen]:
    found = rows(
        f"SELECT * FROM payment_order WHERE centre_id = %s AND {condition}"  # noqa: S608  (constants above)
        " ORDER BY reserved_at, order_id LIMIT %s",
        [centre_id, *params, limit],
    )
    return [_payment(one) for one in found]


def _payment(found: dict[str, Any]) -> PaymentSeen:
    name = unseal(found["payee_name"], where="payment_order‖payee_name")
    plain = {
        field: found[field]
        for field in PaymentSeen.__dataclass_fields__
        if field not in ("payee_masked", "state", "digest")
    }
    return PaymentSeen(
        **plain, payee_masked=name if found["payee_corporate"] else mask_name(name),
        state=PaymentState(found["state"]), digest=bytes(found["request_digest"]).hex(),
    )  # fmt: skip


def _notice(found: dict[str, Any]) -> NoticeSeen:
    account = unseal(found["counter_account"], where="bank_notice‖counter_account")
    plain = {
        field: found[field]
        for field in NoticeSeen.__dataclass_fields__
        if field not in ("direction", "state", "counter_name", "counter_tail")
    }
    return NoticeSeen(
        **plain, direction=Direction(found["direction"]), state=NoticeState(found["state"]),
        counter_name=unseal(found["counter_name"], where="bank_notice‖counter_name"),
        counter_tail=account[-4:],
    )  # fmt: skip


def _contradiction(found: dict[str, Any], kept: NoticeSeen) -> ContradictionSeen:
    account = unseal(found["counter_account"], where="bank_contradiction‖counter_account")
    plain = {
        field: found[field]
        for field in ContradictionSeen.__dataclass_fields__
        if field not in ("kept", "direction", "counter_name", "counter_tail")
    }
    return ContradictionSeen(
        **plain, kept=kept, direction=Direction(found["direction"]), counter_tail=account[-4:],
        counter_name=unseal(found["counter_name"], where="bank_contradiction‖counter_name"),
    )  # fmt: skip
