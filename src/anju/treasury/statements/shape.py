"""What a statement is, before and after its proof, and how a fault in one is told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from anju.kernel.refusal import Refusal
from anju.treasury.types import Direction

TEXT_LIMIT = 200
KEY_LIMIT = 40
FEN_LIMIT = 10**16
"""No amount or balance reaches a hundred billion yuan and a thousand times that; sums stay within a bigint."""


class StatementFormat(StrEnum):
    """How the file spoke."""

    CSV = "csv"
    XLSX = "xlsx"
    CAMT = "camt.053"


@dataclass(frozen=True, kw_only=True)
class RawEntry:
    """One line as it was read. `direction` is what it did to the account: CREDIT raised it.

    `told_fen` is the balance after it, where the file tells it; `place` names the line for a reader.
    """

    place: str
    entry_date: date
    host_serial: str
    direction: Direction
    amount_fen: int
    booked_time: str = ""
    told_fen: int | None = None
    counter_name: str = ""
    counter_account: str = ""
    counter_bank: str = ""
    summary: str = ""
    remark: str = ""
    voucher_number: str = ""
    reversal: bool = False
    original_host_serial: str = ""
    original_serial: str = ""


@dataclass(frozen=True, kw_only=True)
class RawStatement:
    """A file's contents as they were read; what is None the file did not tell."""

    format: StatementFormat
    digest: bytes
    account: str
    first: date | None
    last: date | None
    opening_fen: int | None
    closing_fen: int | None
    entries: tuple[RawEntry, ...]
    count: int | None = None
    debit_fen: int | None = None
    credit_fen: int | None = None


@dataclass(frozen=True, kw_only=True)
class StatementEntry:
    """One proven line: amount in fen, greater than zero; `direction` is its effect on the balance."""

    place: str
    entry_date: date
    booked_time: str
    host_serial: str
    direction: Direction
    amount_fen: int
    balance_after_fen: int
    counter_name: str
    counter_account: str
    counter_bank: str
    summary: str
    remark: str
    voucher_number: str
    reversal: bool
    original_host_serial: str
    original_serial: str

    @property
    def effect_fen(self) -> int:
        """By how much the account's balance rose."""
        return self.amount_fen if self.direction is Direction.CREDIT else -self.amount_fen

    @property
    def digest(self) -> bytes:
        """What an entry told again, perhaps in another format, is compared by: the money and the balance after it."""
        parts = (
            self.host_serial, self.entry_date.isoformat(), str(self.effect_fen), str(self.balance_after_fen),
        )  # fmt: skip
        return hashlib.sha256("\x1f".join(parts).encode()).digest()


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A proven statement (对账单): opening balance plus entries is the closing balance. Balances in fen, signed."""

    format: StatementFormat
    digest: bytes
    account: str
    first: date
    last: date
    opening_fen: int
    closing_fen: int
    entries: tuple[StatementEntry, ...]


def fault(code: str, text: str) -> Refusal:
    """A file that is refused: what is wrong and where, in one sentence; nothing of it is kept."""
    return Refusal(f"statement_{code}", text, field="file")
