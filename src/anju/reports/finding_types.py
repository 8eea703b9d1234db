"""Words of findings (审计发现): how grave, who answers, how far it is, and what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """How grave a finding is."""

    MINOR = 1
    MAJOR = 2
    GRAVE = 3

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return ("一般", "重要", "严重")[self - 1]


class Addressee(StrEnum):
    """The duty that answers: whoever keeps the books, or whoever runs people, rights and the system."""

    ACCOUNTANT = "accountant"
    ADMINISTRATOR = "administrator"

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return {"accountant": "会计人员", "administrator": "系统管理员"}[self.value]


class StepAct(IntEnum):
    """What was done with a finding."""

    ANSWERED = 1
    CLOSED = 2
    SENT_BACK = 3

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return ("答复", "确认了结", "退回再答")[self - 1]


class FindingState(IntEnum):
    """How far a finding is; it follows from the last step."""

    OPEN = 1
    ANSWERED = 2
    CLOSED = 3

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return ("待答复", "待确认", "已了结")[self - 1]

    @classmethod
    def after(cls, act: int | None) -> FindingState:
        """The state that the last step leads to; open where nothing was said yet."""
        return {StepAct.ANSWERED: cls.ANSWERED, StepAct.CLOSED: cls.CLOSED}.get(StepAct(act or 3), cls.OPEN)


@dataclass(frozen=True)
class FindingDraft:
    """What an auditor writes of one line of an answer: ``line_number`` from 1, ``digest`` of what was read."""

    question: str
    digest: str
    line_number: int
    severity: Severity
    addressee: Addressee
    text: str
    due_on: date


@dataclass(frozen=True)
class FindingStepSeen:
    """One thing that was said about a finding."""

    n: int
    act: StepAct
    text: str
    person_id: int
    at: datetime


@dataclass(frozen=True)
class FindingSeen:
    """A finding with its line as it was read, and how far it is."""

    finding_id: int
    question: str
    question_version: int
    first: date
    last: date
    seed: int
    digest: str
    line_number: int
    line: tuple[tuple[str, str], ...]
    severity: Severity
    addressee: Addressee
    text: str
    due_on: date
    raised_by_person_id: int
    raised_at: datetime
    state: FindingState
    steps: int
