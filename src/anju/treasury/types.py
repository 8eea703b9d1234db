"""The words of the treasury: what crosses its door, and the news it publishes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum

from anju.ledger.posting_rules import PostingRule


class PaymentState(IntEnum):
    """A payment order (付款指令) moves only forward, each move its own commit.

    PENDING means the result is unknown: the bank may have paid. It is asked for and never sent again by itself.
    """

    RESERVED = 1
    INSTRUCTED = 2
    PENDING = 3
    CONFIRMED = 4
    RETURNED = 5
    CANCELLED = 6

    @property
    def zh(self) -> str:
        return _STATE_ZH[self]


_STATE_ZH = {
    PaymentState.RESERVED: "待付款",
    PaymentState.INSTRUCTED: "已发银行",
    PaymentState.PENDING: "银行结果未知，查询中",
    PaymentState.CONFIRMED: "已付款",
    PaymentState.RETURNED: "已退回",
    PaymentState.CANCELLED: "已撤销",
}

OPEN_STATES = (PaymentState.INSTRUCTED, PaymentState.PENDING)
"""The bank may hold the instruction: nobody cancels, the result is awaited."""


class NoticeState(IntEnum):
    """What became of a notice (到账通知)."""

    RECEIVED = 1
    """Money in; told to the business."""
    REVERSED = 2
    """Money in, taken back by the bank."""
    REVERSAL = 3
    """The bank's taking back, applied to its original."""
    WAITING = 4
    """A reversal that came before its original."""
    OWN_PAYMENT = 5
    """A debit of, or money returned from, one of our own payment orders."""
    UNEXPECTED = 6
    """A debit nobody ordered: the treasurer must look."""
    BOOKED = 7
    """A debit nobody ordered, booked by two people (`actions.bookings`)."""

    @property
    def zh(self) -> str:
        return _NOTICE_ZH[self]


_NOTICE_ZH = {
    NoticeState.RECEIVED: "已入账",
    NoticeState.REVERSED: "已被银行冲回",
    NoticeState.REVERSAL: "冲回通知",
    NoticeState.WAITING: "冲回通知，等待原到账",
    NoticeState.OWN_PAYMENT: "本中心付款",
    NoticeState.UNEXPECTED: "未知支出，待资金人员核实",
    NoticeState.BOOKED: "已由两人记账",
}


class Direction(IntEnum):
    DEBIT = 1
    CREDIT = 2


class BusinessKind(StrEnum):
    """业务类型 of the settlement system, as far as the centre pays out."""

    PARTIAL_WITHDRAWAL = "02"
    CLOSE_OUT = "03"
    TRANSFER_OUT = "07"
    OTHER = "20"


@dataclass(frozen=True, kw_only=True)
class Payee:
    """Whom to pay. `bank_code` is the inter-bank number, where known."""

    name: str
    account: str
    bank_name: str = ""
    bank_code: str = ""
    corporate: bool = False


@dataclass(frozen=True, kw_only=True)
class PaymentDraft:
    """A payment a business room orders. `source_kind`/`source_id` come back in the events.

    Maker and checker are natural persons; where a rule decided, `checker_release` names the policy release instead.
    """

    centre_id: int
    idempotency_key: str
    source_kind: str
    source_id: int
    amount_fen: int
    payee: Payee
    summary: str
    maker_person_id: int | None
    checker_person_id: int | None = None
    checker_release: str = ""
    interest_fen: int = 0
    business_kind: BusinessKind = BusinessKind.PARTIAL_WITHDRAWAL
    bank_account_id: int | None = None
    """None: the centre's first open account."""


@dataclass(frozen=True, kw_only=True)
class EntryNotice:
    """One entry on an account of the centre, as the bank tells it (SBDC100, or a row of BDC113)."""

    account: str
    host_serial: str
    direction: Direction
    amount_fen: int
    entry_date: date
    counter_name: str = ""
    counter_account: str = ""
    counter_bank: str = ""
    booked_time: str = ""
    summary: str = ""
    remark: str = ""
    reversal: bool = False
    original_host_serial: str = ""
    original_serial: str = ""
    voucher_number: str = ""


CreditNotice = EntryNotice


@dataclass(frozen=True)
class NoticeKept:
    """`replayed`: the same notice had been kept before, and nothing changed."""

    notice_id: int
    state: NoticeState
    replayed: bool


@dataclass(frozen=True)
class StatementTaken:
    """What a statement brought. `replayed`: the same file had been taken before, and nothing changed.

    `told_count`: entries no notice had told of, now told. `unknown_notice_ids`: notices of its days it does not know.
    """

    statement_id: int
    bank_account_id: int
    entry_count: int
    new_count: int
    told_count: int
    unknown_notice_ids: tuple[int, ...]
    replayed: bool


class ResultState(StrEnum):
    """What is known of one payment after a call.

    Of BDC101 and BDC110 alike: SUCCESS, FAILED (both final), UNKNOWN (the bank may hold it). Of BDC101 alone:
    UNSENT, by all signs not taken. Of BDC110 alone: NONE, the bank never saw the serial; SILENT, it gave no answer.
    """

    SUCCESS = "success"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NONE = "none"
    UNSENT = "unsent"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True)
class BankResult:
    state: ResultState
    host_serial: str = ""
    value_on: date | None = None
    reason_code: str = ""
    reason: str = ""
    returned_on: date | None = None
    deposit_number: str = ""
    """Of a deposit that was made: the bank's number of it."""
    interest_fen: int = 0
    """Of a deposit that was drawn: what the bank paid over the principal."""


@dataclass(frozen=True)
class Instruction:
    """What is sent as BDC101: complete in itself, so that the call needs no database."""

    business_serial: str
    business_kind: str
    payer_account: str
    payer_name: str
    payee: Payee
    amount_fen: int
    interest_fen: int
    summary: str


class CardStatus(StrEnum):
    OK = "ok"
    DIFFERS = "differs"
    DOWN = "down"


@dataclass(frozen=True, kw_only=True)
class CardCheck:
    """The bank's answer whether a card belongs to a person (账户核验). `reason` is for the person who asked."""

    status: CardStatus
    serial: str
    read_at: datetime
    bank_name: str = ""
    bank_code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Card:
    """A member's own card (收款账户). The number itself stays in `payee`, which only payments read."""

    person_id: int
    n: int
    tail: str
    bank_name: str
    bound_at: datetime
    usable_from: datetime
    usable: bool
    payee: Payee = field(repr=False)


@dataclass(frozen=True)
class MandateSeen:
    """A standing mandate (付款授权) the treasurer signed."""

    mandate_id: int
    signed_by_person_id: int
    limit_fen: int
    starts_on: date
    ends_on: date
    signed_at: datetime
    ended_at: datetime | None


# ------------------------------------------------------------------------------------------------- events


@dataclass(frozen=True)
class MoneyReceived:
    """Money came in that is not one of our own payments coming back. `receipt_id` is the notice's id."""

    receipt_id: int
    centre_id: int
    bank_account_id: int
    amount_fen: int
    payer_name: str
    payer_account: str
    summary: str
    value_on: date
    at: datetime | None = field(default=None, compare=False)
    """When the centre heard of it."""


@dataclass(frozen=True)
class ReceiptReversed:
    """The bank took an entry back: undo what `MoneyReceived` of this receipt did."""

    receipt_id: int
    centre_id: int
    bank_account_id: int
    amount_fen: int
    value_on: date
    at: datetime


@dataclass(frozen=True)
class ReceiptBooked:
    """Two people say what money in suspense is: the bank's interest, or what it gave back. Post `rule` under `key`.

    Who keeps the suspense posts the voucher, whole, or refuses: then nothing was booked.
    """

    receipt_id: int
    centre_id: int
    amount_fen: int
    rule: PostingRule
    key: str
    business_date: date
    maker_person_id: int
    checker_person_id: int
    at: datetime


@dataclass(frozen=True)
class ReceiptUnbooked:
    """The voucher of `ReceiptBooked` is reversed by `voucher_id`: the money lies in suspense again."""

    receipt_id: int
    centre_id: int
    amount_fen: int
    voucher_id: int
    maker_person_id: int | None
    at: datetime


@dataclass(frozen=True)
class PaymentSettled:
    """The bank paid, finally. `value_on` is the bank's date."""

    order_id: int
    source_kind: str
    source_id: int
    amount_fen: int
    value_on: date
    centre_id: int = 0
    bank_account_id: int = 0
    at: datetime | None = None


@dataclass(frozen=True)
class PaymentReturned:
    """The money did not arrive. `after_settlement`: `PaymentSettled` was published before, and must be undone."""

    order_id: int
    source_kind: str
    source_id: int
    reason_text: str
    centre_id: int = 0
    bank_account_id: int = 0
    amount_fen: int = 0
    value_on: date | None = None
    after_settlement: bool = False
    at: datetime | None = None
