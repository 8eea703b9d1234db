"""Words of the identity room that other rooms may use: roles, purposes, what a step answers, and events."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """Capacities (身份). ``APPLICANT`` is any log-in that holds no mandate: it may only apply."""

    APPLICANT = "applicant"
    MEMBER = "member"
    UNIT_ADMIN = "unit_admin"
    UNIT_AGENT = "unit_agent"
    CLERK = "clerk"
    REVIEWER = "reviewer"
    TREASURER = "treasurer"
    ACCOUNTANT = "accountant"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def zh(self) -> str:
        """The word a person reads."""
        return _ROLE_ZH[self]


_ROLE_ZH = {
    Role.APPLICANT: "已注册，尚未开通",
    Role.MEMBER: "缴存职工",
    Role.UNIT_ADMIN: "单位账户管理员",
    Role.UNIT_AGENT: "单位经办人",
    Role.CLERK: "受理人员",
    Role.REVIEWER: "复核人员",
    Role.TREASURER: "资金人员",
    Role.ACCOUNTANT: "会计人员",
    Role.AUDITOR: "审计人员",
    Role.ADMINISTRATOR: "系统管理员",
}
UNIT_ROLES = frozenset({Role.UNIT_ADMIN, Role.UNIT_AGENT})
STAFF_ROLES = frozenset(
    {Role.CLERK, Role.REVIEWER, Role.TREASURER, Role.ACCOUNTANT, Role.AUDITOR, Role.ADMINISTRATOR}
)

ACCOUNT_NAME = re.compile(r"[a-z][a-z0-9._-]{2,39}", re.ASCII)
UNIT_CODE_KIND = "USCC"  # id_kind of a log-in that a unit's applicant registered with the unit's code


class Purpose(StrEnum):
    """What an SMS code is for; a code of one purpose is worthless for another."""

    REGISTER = "register"
    LOG_IN = "log_in"
    RESET = "reset"
    STEP_UP = "step_up"
    OPERATION = "operation"
    PHONE_OLD = "phone_old"
    PHONE_NEW = "phone_new"

    @property
    def zh(self) -> str:
        """The word in the SMS."""
        return _PURPOSE_ZH[self]


_PURPOSE_ZH = {
    Purpose.REGISTER: "注册",
    Purpose.LOG_IN: "登录",
    Purpose.RESET: "重设密码",
    Purpose.STEP_UP: "核验本人",
    Purpose.OPERATION: "确认办理",
    Purpose.PHONE_OLD: "更换手机号（原号码）",
    Purpose.PHONE_NEW: "更换手机号（新号码）",
}


@dataclass(frozen=True)
class Browser:
    """The browser that asks: its session row (anonymous or not), network address and program."""

    session_id: int
    address: str
    agent: str = ""


@dataclass(frozen=True)
class CodeSent:
    """A code is on its way. The same answer whether or not the phone or number is known here."""

    phone_mask: str
    again_at: datetime
    expires_at: datetime
    sms_id: int | None = None


@dataclass(frozen=True)
class LastCode:
    """The newest code of one purpose that this browser asked for: which SMS carries it, and until when it serves."""

    sms_id: int | None
    sent_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class LogInStep:
    """The password was right: the person's own greeting, then the code.

    ``sent`` is None when this browser's last code, sent less than a minute ago, still serves.
    """

    greeting: str
    sent: CodeSent | None


@dataclass(frozen=True)
class OpenedSession:
    """A session under a new key; ``key`` goes into the cookie and nowhere else."""

    session_id: int
    key: str
    expires_at: datetime
    login_id: int | None


@dataclass(frozen=True)
class PendingRegistration:
    """A registration that was begun in this browser and can go on."""

    name: str
    id_kind: str
    id_number: str
    phone: str
    phone_proved: bool
    phone_known: bool = False


@dataclass(frozen=True)
class MandateFacts:
    """One capacity somebody holds now."""

    mandate_id: int
    role: Role
    unit_id: int | None
    started_at: datetime


@dataclass(frozen=True)
class LoginFacts:
    """A log-in as other rooms may see it. Name and number are claims until ``person_id`` is set."""

    login_id: int
    account_name: str
    name: str
    id_kind: str
    id_number: str
    id_digest: bytes
    phone: str
    phone_digest: bytes
    person_id: int | None
    greeting: str
    disabled: bool
    registered_at: datetime


@dataclass(frozen=True)
class ActivityLine:
    """One line of the activity log (账户动态)."""

    activity_id: int
    at: datetime
    kind: str
    text: str
    place: str
    device: str
    reported: bool


@dataclass(frozen=True)
class SessionLine:
    """One place where a log-in is logged in now."""

    session_id: int
    started_at: datetime
    seen_at: datetime
    place: str
    device: str


@dataclass(frozen=True)
class NotMe:
    """Somebody says of a line of their activity: that was not me (不是我操作). Sessions have been ended."""

    login_id: int
    person_id: int | None
    activity_id: int
    centre_id: int
    at: datetime


@dataclass(frozen=True)
class PhoneChanged:
    """A log-in's phone was changed with a code on both numbers."""

    login_id: int
    person_id: int | None
    phone: str
    at: datetime


@dataclass(frozen=True)
class SendingBudgetNear:
    """The day's SMS budget has been used up to the alarm's share."""

    sent_today: int
    budget: int
    at: datetime
