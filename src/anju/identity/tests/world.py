"""A small world for identity's tests: browsers, log-ins, and the phone on which codes arrive."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from anju.identity import actions
from anju.identity.digests import id_digest
from anju.identity.types import Browser, CodeSent, OpenedSession, Role
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind, check_id18
from anju.notices.models import Sms

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PASSWORD = "shanqing-shuixiu-77"
CHROME = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36"
CENTRE = 990100
SYSTEM = Actor.machine(CENTRE, "test")


def later(**parts: float) -> datetime:
    """Some time after the world begins."""
    return AT + timedelta(**parts)


def id_number(sequence: int = 1) -> str:
    """A number of an invented region with the right check digit."""
    body = f"70010019900101{sequence:03d}"
    return body + str(check_id18(body + "0").correct_char)


def phone(n: int = 1) -> str:
    """One of the world's phones."""
    return f"1380000{n:04d}"


def browser(*, address: str = "10.1.2.3", agent: str = CHROME, at: datetime = AT) -> Browser:
    """A browser with its own anonymous session."""
    opened = actions.open_anonymous_session(address=address, agent=agent, at=at)
    return Browser(opened.session_id, address, agent)


def login(n: int = 1, *, name: str = "林晓雨", password: str | None = PASSWORD, person_id: int | None = None) -> int:
    """A registered log-in; with ``person_id`` bound."""
    login_id = actions.register(
        name=name, id_kind=IdKind.ID18, id_number=id_number(n), phone=phone(n), password=password, at=AT
    )
    if person_id is not None:
        actions.bind_person(
            login_id, person_id, actor=SYSTEM, at=AT, id_digest=id_digest(IdKind.ID18, id_number(n))
        )
    return login_id


def member(n: int = 1, person_id: int = 501) -> int:
    """A log-in with a member's mandate."""
    login_id = login(n, person_id=person_id)
    actions.grant_mandate(login_id, Role.MEMBER, actor=SYSTEM, at=AT, source_case_id=1)
    return login_id


def staff(n: int, role: Role, person_id: int) -> int:
    """A log-in of the centre's staff."""
    login_id = login(n, person_id=person_id)
    actions.grant_mandate(login_id, role, actor=SYSTEM, at=AT)
    return login_id


def text_of(sent: CodeSent | None) -> str:
    """The SMS as it lies in the outbox."""
    assert sent is not None
    return str(Sms.objects.get(id=sent.sms_id).text_sealed)


def code_in(sent: CodeSent | None) -> str:
    """The code that arrived."""
    found = re.search(r"验证码(\d{6})", text_of(sent))
    assert found is not None
    return found[1]


def log_in(n: int = 1, *, at: datetime = AT, where: Browser | None = None) -> tuple[OpenedSession, Browser]:
    """Log in with password and code; the new session and its browser."""
    here = where or browser(at=at)
    step = actions.begin_log_in(here, name=phone(n), password=PASSWORD, at=at)
    opened = actions.finish_log_in(here, code_in(step.sent), at=at)
    return opened, Browser(opened.session_id, here.address, here.agent)
