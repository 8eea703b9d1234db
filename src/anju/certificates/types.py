"""The words of the certificates room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

from anju.kernel.month import Month


class CertificateKind(IntEnum):
    """What a paper certifies. Values are stored."""

    CONTRIBUTION = 1

    @property
    def zh(self) -> str:
        return {1: "住房公积金缴存证明"}[self.value]


@dataclass(frozen=True, kw_only=True)
class MonthlyTerms:
    """One month's contribution as the paper states it."""

    month: Month
    base_fen: int
    own_ratio: Decimal
    unit_ratio: Decimal
    own_fen: int
    unit_fen: int


@dataclass(frozen=True, kw_only=True)
class ContributionFacts:
    """Everything a contribution certificate says. The caller masks nothing but the document's number."""

    person_name: str
    document_kind: str
    document_masked: str
    centre_name: str
    account_number: str
    unit_name: str
    state: str
    opened_on: date
    paid_to: Month | None
    months_total: int
    months_continuous: int
    balance_fen: int
    as_of: date
    monthly: MonthlyTerms | None
    loan_use: str = ""


@dataclass(frozen=True)
class Issued:
    """A certificate just issued, or issued before under the same key (`replayed`)."""

    certificate_id: int
    number: str
    replayed: bool


@dataclass(frozen=True)
class CertificateSeen:
    """A certificate as its holder sees it in his list."""

    certificate_id: int
    number: str
    kind: CertificateKind
    purpose: str
    code: str
    issued_at: datetime
    valid_until: date
    revoked_at: datetime | None
    check_address: str


@dataclass(frozen=True)
class Paper:
    """The file of a certificate: the same bytes at every download."""

    content: bytes
    file_name: str
    sha256: str


class CheckStatus(StrEnum):
    """What the check page says."""

    GENUINE = "genuine"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ALTERED = "altered"
    UNKNOWN = "unknown"

    @property
    def zh(self) -> str:
        return _STATUS_ZH[self]


_STATUS_ZH = {
    CheckStatus.GENUINE: "真实有效",
    CheckStatus.EXPIRED: "真实，已过有效期",
    CheckStatus.REVOKED: "已作废",
    CheckStatus.ALTERED: "不一致",
    CheckStatus.UNKNOWN: "查无此证明",
}


@dataclass(frozen=True)
class Verification:
    """The answer of a check. `shown` holds what stands on the paper, line by line, and only for a genuine one."""

    status: CheckStatus
    text: str
    number: str = ""
    title: str = ""
    shown: tuple[tuple[str, str], ...] = ()
    issued_at: datetime | None = None
    valid_until: date | None = None
