"""Words of the reports room: a question, its columns, its answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from anju.kernel.clock import ZONE

MOST_LINES = 1_000
"""An answer shows this many lines at most and says so; a shorter span shows them all."""


class Show(StrEnum):
    """How a column's values are shown. Money is fen."""

    TEXT = "text"
    FEN = "fen"
    DAY = "day"
    MOMENT = "moment"
    NUMBER = "number"
    VOUCHER = "voucher"
    ACCOUNT = "account"


@dataclass(frozen=True)
class Column:
    """A column of an answer."""

    title: str
    show: Show = Show.TEXT


@dataclass(frozen=True)
class Asked:
    """What is asked: the centre, the first and the last day, and the number a sample is drawn by."""

    centre_id: int
    first: date
    last: date
    seed: int = 0

    @property
    def since(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.first, time(), ZONE)

    @property
    def until(self) -> datetime:
        """The moment after the last day."""
        return datetime.combine(self.last + timedelta(days=1), time(), ZONE)


Value = str | int | date | datetime | None
Lines = list[tuple[Value, ...]]


@dataclass(frozen=True)
class Question:
    """A stored question of the audit (审计提问). ``version`` rises whenever its way of answering changes."""

    code: str
    title: str
    why: str
    """What a line may mean, and what it need not."""
    columns: tuple[Column, ...]
    find: Callable[[Asked], Lines]
    """At most ``MOST_LINES`` + 1 lines, in a fixed order."""
    version: int = 1
    sampled: bool = False
    """Whether the seed matters."""
    statement: str = ""
    """The SELECT that finds the lines, where it is one; shown to whoever asks."""

    @property
    def statement_digest(self) -> str:
        """SHA-256 of the statement, so that everybody can tell which one was asked; empty without one."""
        return hashlib.sha256(self.statement.strip().encode()).hexdigest() if self.statement else ""


@dataclass(frozen=True)
class Answer:
    """The lines, and what makes them repeatable: question, version, span, seed, moment and digest."""

    question: Question
    asked: Asked
    at: datetime
    lines: tuple[tuple[Value, ...], ...]
    more: bool
    digest: str
    """SHA-256 over question, span, seed and lines: who asks again and gets it, got the same answer."""
