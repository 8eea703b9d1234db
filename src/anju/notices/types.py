"""What crosses the door of notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SmsState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


SMS_STATE_ZH: dict[SmsState, str] = {
    SmsState.QUEUED: "等待发送",
    SmsState.SENT: "已发出",
    SmsState.DELIVERED: "已送达",
    SmsState.FAILED: "未送达",
}


@dataclass(frozen=True)
class Message:
    """One message in an inbox."""

    notice_id: int
    kind: str
    title: str
    text: str
    case_id: int | None
    case_number: str
    created_at: datetime
    read_at: datetime | None
    to_unit: bool
    line_seq: int | None = None

    @property
    def unread(self) -> bool:
        return self.read_at is None


@dataclass(frozen=True)
class Delivery:
    """What became of one SMS."""

    sms_id: int
    purpose: str
    state: SmsState
    created_at: datetime
    final_at: datetime | None
    problem: str

    @property
    def state_zh(self) -> str:
        return SMS_STATE_ZH[self.state]
