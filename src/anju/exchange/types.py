"""What crosses the exchange's door: the kinds of question and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What can be asked, and of whom."""

    IDENTITY = "identity.check"  # 公安身份核验 {name, id_number, phone} → {match, phone_match}
    HOMES = "realestate.homes"  # 不动产登记 {name, id_number} → {homes, items}
    MARRIAGE = "civil.marriage"  # 民政婚姻登记 {name, id_number} → {status, spouse}
    ELSEWHERE = "centres.account"  # 其他公积金中心 {id_number} → {exists, state, centre}
    COMPANY = "business.unit"  # 市场监管 {uscc} → {name, legal_person_name, address, state, nature?}


AGENCY_ZH: dict[Kind, str] = {
    Kind.IDENTITY: "身份核验系统",
    Kind.HOMES: "不动产登记系统",
    Kind.MARRIAGE: "民政婚姻登记系统",
    Kind.ELSEWHERE: "全国住房公积金平台",
    Kind.COMPANY: "市场监管企业登记系统",
}


class AnswerStatus(StrEnum):
    OK = "ok"
    NOT_FOUND = "not_found"
    DOWN = "down"


@dataclass(frozen=True)
class Answer:
    """What an agency said, or that it said nothing.

    `facts` is empty unless `status` is ok. `serial` is the agency's own number of the answer.
    """

    status: AnswerStatus
    facts: Mapping[str, Any] = field(default_factory=dict)
    serial: str = ""
    read_at: datetime | None = None
    kind: Kind | None = None
    query_id: int | None = None

    @property
    def known(self) -> bool:
        """Whether the facts may be relied on."""
        return self.status is AnswerStatus.OK

    @property
    def source_zh(self) -> str:
        """Who said it, for the receipt."""
        return AGENCY_ZH[self.kind] if self.kind else ""


@dataclass(frozen=True)
class Reading:
    """What an adapter read off the line."""

    status: AnswerStatus
    facts: Mapping[str, Any] = field(default_factory=dict)
    serial: str = ""
    problem: str = ""

    @classmethod
    def down(cls, problem: str) -> Reading:
        """Nothing usable came; `problem` is a short word for the operator."""
        return cls(AnswerStatus.DOWN, problem=problem)
