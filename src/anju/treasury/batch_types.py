"""The words of payment batches (付款批次): their states, what is sent, and what the bank tells of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from anju.treasury.types import BankResult, Instruction, PaymentState


class BatchState(IntEnum):
    """A batch moves only forward, each move its own commit. ACCEPTED is never final: the bank has it, no more.

    PENDING: no answer or a broken one; it is asked for and never sent again by the machine. DISSOLVED: the bank never
    saw it, and its payments are looked at one by one.
    """

    GATHERED = 1
    CHECKED = 2
    RELEASED = 3
    INSTRUCTED = 4
    ACCEPTED = 5
    PENDING = 6
    FINAL = 7
    CANCELLED = 8
    DISSOLVED = 9

    @property
    def zh(self) -> str:
        return _BATCH_ZH[self]


_BATCH_ZH = {
    BatchState.GATHERED: "待复核",
    BatchState.CHECKED: "待签发",
    BatchState.RELEASED: "已签发，待发送",
    BatchState.INSTRUCTED: "已发银行",
    BatchState.ACCEPTED: "银行处理中",
    BatchState.PENDING: "银行结果未知，查询中",
    BatchState.FINAL: "已办结",
    BatchState.CANCELLED: "已取消",
    BatchState.DISSOLVED: "已解散，逐笔处理",
}

UNSENT_BATCHES = (BatchState.GATHERED, BatchState.CHECKED, BatchState.RELEASED)
"""The bank was not told: the batch can be cancelled."""
SENT_BATCHES = (BatchState.INSTRUCTED, BatchState.ACCEPTED, BatchState.PENDING)
"""The bank may hold it: nobody cancels, the results are awaited."""


class NameState(IntEnum):
    """Whether the payee's account bears the payee's name (户名核验)."""

    NOT_ASKED = 0
    SAME = 1
    DIFFERS = 2


class Waits(StrEnum):
    """What a released batch waits for before it may leave."""

    WINDOW = "window"
    DAY_LIMIT = "day_limit"

    @property
    def zh(self) -> str:
        return {Waits.WINDOW: "付款时段", Waits.DAY_LIMIT: "当日付款限额"}[self]


class BatchTold(StrEnum):
    """What is known of a batch after BDC103 or BDC107.

    Of BDC103: ACCEPTED, REFUSED (final: no payment of it was or will be made), UNKNOWN, UNSENT (by all signs not
    taken). Of BDC107: NONE (the bank never saw it), PROCESSING, FINISHED, REFUSED, SILENT.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    UNSENT = "unsent"
    NONE = "none"
    PROCESSING = "processing"
    FINISHED = "finished"
    SILENT = "silent"


class ContradictionKind(IntEnum):
    """How a batch's results contradict what was sent, or what had been told before."""

    UNKNOWN_LINE = 1
    DOUBLE_LINE = 2
    AMOUNT = 3
    MISSING_LINE = 4
    TURNED = 5
    TOTALS = 6

    @property
    def zh(self) -> str:
        return _CONTRADICTION_ZH[self]


_CONTRADICTION_ZH = {
    ContradictionKind.UNKNOWN_LINE: "结果里有一笔不是本批次的",
    ContradictionKind.DOUBLE_LINE: "结果里同一笔出现两次",
    ContradictionKind.AMOUNT: "结果的金额与发出的不同",
    ContradictionKind.MISSING_LINE: "银行说已办完，结果里没有这一笔",
    ContradictionKind.TURNED: "结果与银行先前的最终答复相反",
    ContradictionKind.TOTALS: "银行说的笔数或金额与发出的不同",
}


@dataclass(frozen=True)
class BatchInstruction:
    """What is sent as BDC103: complete in itself, so that the call needs no database."""

    batch_serial: str
    payer_account: str
    payer_name: str
    lines: tuple[Instruction, ...]

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class BatchAnswer:
    """The bank's answer to BDC103 or BDC107; counts and sums as far as it told them."""

    state: BatchTold
    count: int | None = None
    total_fen: int | None = None
    reason_code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class LineTold:
    """One payment in a downloaded result (BDC108), as the bank wrote it; nothing of it is believed yet."""

    business_serial: str
    amount_fen: int | None
    result: BankResult


@dataclass(frozen=True)
class BatchFile:
    """A downloaded result. `count` is how many lines the bank says it has."""

    count: int | None
    lines: tuple[LineTold, ...]


# ------------------------------------------------------------------------------------------- for people


@dataclass(frozen=True)
class LeftOut:
    """A payment that waits but does not go into this batch, and why."""

    order_id: int
    payee_masked: str
    payee_tail: str
    payee_bank_name: str
    amount_fen: int
    summary: str
    reason: str


@dataclass(frozen=True)
class BatchLimits:
    """The limits and the window in force on a day (FUND-04); amounts in fen, hours of the centre's clock."""

    order_fen: int
    batch_fen: int
    day_fen: int
    from_hour: int
    until_hour: int


@dataclass(frozen=True)
class BatchLineSeen:
    """One payment of a batch; taken out when `taken_out_at` is set."""

    line_no: int
    order_id: int
    amount_fen: int
    payee_masked: str
    payee_tail: str
    payee_bank_name: str
    summary: str
    state: PaymentState
    name_state: NameState
    taken_out_at: datetime | None
    taken_out_text: str
    reason_text: str
    last_answer: str
    business_serial: str
    maker_person_id: int | None
    checker_person_id: int | None
    checker_release: str

    @property
    def live(self) -> bool:
        return self.taken_out_at is None

    @property
    def never_seen(self) -> bool:
        """The bank says it never saw this payment: a person may send it again or give it up."""
        return self.live and self.state is PaymentState.PENDING and self.last_answer == "none"


@dataclass(frozen=True)
class BatchContradictionSeen:
    """What the bank told of a batch that cannot be true; it moved nothing."""

    contradiction_id: int
    kind: ContradictionKind
    line_serial: str
    order_id: int | None
    sent_fen: int | None
    told_fen: int
    told_state: str
    told_first_at: datetime
    told_last_at: datetime
    told_count: int


@dataclass(frozen=True)
class BatchSeen:
    """A batch as staff see it. Counts and sums are of the payments still in it."""

    batch_id: int
    bank_account_id: int
    state: BatchState
    digest: str
    count: int
    total_fen: int
    confirmed_count: int
    confirmed_fen: int
    returned_count: int
    returned_fen: int
    open_count: int
    open_fen: int
    unnamed_count: int
    """Payments whose payee's name the bank has not confirmed yet."""
    never_seen_count: int
    maker_person_id: int
    gathered_at: datetime
    checker_person_id: int | None
    checked_at: datetime | None
    releaser_person_id: int | None
    released_at: datetime | None
    batch_serial: str
    instructed_at: datetime | None
    asked_at: datetime | None
    asked_count: int
    last_answer: str
    results_at: datetime | None
    waits_for: str
    waits_until: datetime | None
    reason_text: str
    final_at: datetime | None
    contradictions: int

    @property
    def done_count(self) -> int:
        """Payments with a final result."""
        return self.confirmed_count + self.returned_count

    @property
    def never_seen(self) -> bool:
        """The bank says it never saw the batch: a person may send it again or dissolve it."""
        return self.state in (BatchState.ACCEPTED, BatchState.PENDING) and self.last_answer == BatchTold.NONE


@dataclass(frozen=True)
class BatchUnfinished:
    """A batch without final results, for the close of a day."""

    batch_id: int
    state: BatchState
    instructed_at: datetime | None
    open_count: int
    open_fen: int
