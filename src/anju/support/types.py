"""Words of the support room that others use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

SELF_REPORT = "本人报告非本人操作"
"""The authority that stands on a freeze its owner asked for by «不是我操作»; it has no court's document."""


@dataclass(frozen=True, kw_only=True)
class ReportSeen:
    """One report as its writer and the desk see it. `subject`: what it is about, `follows_id`: which one it goes on."""

    report_id: int
    centre_id: int
    at: datetime
    login_id: int | None
    page: str
    subject: str
    text: str
    danger: bool
    due_on: date | None
    follows_id: int | None
    answer: str
    answered_at: datetime | None
    answered_by: int | None

    @property
    def number(self) -> str:
        """As it is quoted on the telephone."""
        return f"FY{self.report_id:06d}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    @property
    def state_zh(self) -> str:
        return "等待答复" if self.is_open else "已答复"

    @property
    def tag(self) -> str:
        return "run" if self.is_open else "ok"


@dataclass(frozen=True)
class Reported:
    """A report just kept, or kept before under the same key (`replayed`)."""

    report_id: int
    due_on: date | None
    replayed: bool
