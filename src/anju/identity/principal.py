"""The principal: who makes this request, in which capacity, and what that capacity may do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from anju.database.encryption import unseal
from anju.database.sql import row
from anju.identity.digests import key_digest
from anju.identity.limits import LIMITS
from anju.identity.passwords import password_life
from anju.identity.table import allowed
from anju.identity.types import STAFF_ROLES, Browser, MandateFacts, Role
from anju.kernel.actor import Actor

# One statement: session, log-in and live mandates; the idle clock is set forward in it, but not on every request.
_LOAD = """
WITH found AS MATERIALIZED (
  SELECT s.session_id, s.capacity_id, s.started_at, s.seen_at, s.idle_seconds, s.expires_at, s.stepped_up_at,
         l.login_id, l.account_name, l.name, l.person_id, l.greeting, l.elder, l.theme, l.id_kind, l.phone_sealed,
         l.password_set_at, l.password_peace_until
  FROM identity_session s LEFT JOIN identity_login l ON l.login_id = s.login_id
  WHERE s.key_digest = %(key)s AND s.ended_at IS NULL AND s.expires_at > %(at)s
    AND s.seen_at + make_interval(secs => s.idle_seconds) > %(at)s AND l.disabled_at IS NULL
), touched AS (
  UPDATE identity_session SET seen_at = %(at)s
  WHERE session_id = (SELECT session_id FROM found WHERE seen_at < %(stale)s) AND %(touch)s
)
SELECT found.*, (
  SELECT coalesce(jsonb_agg(jsonb_build_array(m.mandate_id, m.role, m.unit_id, m.started_at) ORDER BY m.mandate_id),
                  '[]'::jsonb)
  FROM identity_mandate m
  WHERE m.login_id = found.login_id AND m.ended_at IS NULL AND m.started_at <= %(at)s
) AS mandates
FROM found
"""


@dataclass(frozen=True)
class Principal:
    """Nobody (``actor`` is None) or a log-in acting in one capacity.

    Without a chosen capacity a log-in acts as the first it holds (member before unit before staff); without any
    mandate it is an applicant.
    """

    centre_id: int
    at: datetime
    browser: Browser | None = None
    actor: Actor | None = None
    login_id: int | None = None
    name: str = ""
    phone: str = ""
    person_id: int | None = None
    id_kind: str = ""
    mandates: tuple[MandateFacts, ...] = ()
    capacity: MandateFacts | None = None
    greeting: str = ""
    elder: bool = False
    theme: str = ""
    idle_seconds: int = 0
    idle_until: datetime | None = None
    expires_at: datetime | None = None
    stepped_up_at: datetime | None = None
    password_set_at: datetime | None = None
    password_peace_until: datetime | None = None
    timed_out: bool = False
    """The browser showed a session that has ended, been idle or been replaced."""

    @property
    def is_anonymous(self) -> bool:
        return self.actor is None

    @property
    def role(self) -> Role | None:
        """The capacity acted in; None for nobody."""
        return Role(self.actor.role) if self.actor else None

    @property
    def unit_id(self) -> int | None:
        return self.capacity.unit_id if self.capacity else None

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES

    def can(self, permission: str) -> bool:
        """Whether the capacity acted in has this permission."""
        return allowed(permission, self.role)

    def capacities_for(self, permission: str) -> tuple[MandateFacts, ...]:
        """Other capacities of this log-in that have it: what the refusal page offers to switch to."""
        return tuple(held for held in self.mandates if held != self.capacity and allowed(permission, held.role))

    @property
    def stepped_up(self) -> bool:
        """Whether the person proved again, minutes ago, to be the one."""
        return self.stepped_up_at is not None and self.stepped_up_at + LIMITS.step_up_life > self.at

    @property
    def must_renew_password(self) -> bool:
        """Whether nothing goes on before the password is changed."""
        return self.password_due == "must"  # noqa: S105  (a word, no password)

    @property
    def password_due(self) -> str:
        """"must" (whoever acts for a unit or the centre: nothing else goes on), "remind" (members: advice), or "".

        It is the person's one password, so it counts what they hold, not in which capacity they act just now.
        """
        if self.password_set_at is None or self.is_anonymous:
            return ""
        for_others = any(held.role is not Role.MEMBER for held in self.mandates)
        if self.at - self.password_set_at <= password_life(self.at.date(), for_others=for_others):
            return ""
        if for_others:
            return "must"
        return "" if self.password_peace_until is not None and self.at < self.password_peace_until else "remind"


def nobody(at: datetime, *, timed_out: bool = False) -> Principal:
    """A request without a session."""
    return Principal(settings.ANJU_CENTRE_ID, at, timed_out=timed_out)


def load_principal(
    key: str, *, at: datetime, address: str = "", agent: str = "", touch: bool = True
) -> Principal:
    """Who shows this session key now; one statement. ``touch=False`` leaves the idle clock (for polling)."""
    found = row(
        _LOAD, {"key": key_digest(key), "at": at, "stale": at - LIMITS.touch_every, "touch": touch}
    )
    if found is None:
        return nobody(at, timed_out=True)
    browser = Browser(found["session_id"], address, agent)
    if found["login_id"] is None:
        return Principal(settings.ANJU_CENTRE_ID, at, browser=browser, expires_at=found["expires_at"])
    mandates = _mandates(found["mandates"])
    capacity = choose_capacity(mandates, found["capacity_id"])
    name = unseal(bytes(found["name"]), where="identity_login‖name")
    actor = Actor(
        login_id=found["login_id"], person_id=found["person_id"],
        role=(capacity.role if capacity else Role.APPLICANT).value,
        unit_id=capacity.unit_id if capacity else None, name=name, centre_id=settings.ANJU_CENTRE_ID,
    )  # fmt: skip
    idle = timedelta(seconds=found["idle_seconds"])
    return Principal(
        settings.ANJU_CENTRE_ID, at, browser=browser, actor=actor, login_id=found["login_id"], name=name,
        phone=unseal(bytes(found["phone_sealed"]), where="identity_login‖phone_sealed"),
        person_id=found["person_id"], id_kind=found["id_kind"], mandates=mandates, capacity=capacity,
        greeting=found["greeting"], elder=found["elder"], theme=found["theme"], idle_seconds=found["idle_seconds"],
        idle_until=min((at if touch else found["seen_at"]) + idle, found["expires_at"]),
        expires_at=found["expires_at"], stepped_up_at=found["stepped_up_at"], password_set_at=found["password_set_at"],
        password_peace_until=found["password_peace_until"],
    )  # fmt: skip


_FIRST = {role: place for place, role in enumerate(Role)}


def choose_capacity(mandates: tuple[MandateFacts, ...], wanted: int | None) -> MandateFacts | None:
    """The chosen mandate if it still lives, else the first by role."""
    for held in mandates:
        if held.mandate_id == wanted:
            return held
    return min(mandates, key=lambda held: (_FIRST[held.role], held.mandate_id), default=None)


def _mandates(raw: Any) -> tuple[MandateFacts, ...]:
    listed = json.loads(raw) if isinstance(raw, str) else raw
    return tuple(
        MandateFacts(number, Role(role), unit_id, datetime.fromisoformat(started))
        for number, role, unit_id, started in listed
    )
