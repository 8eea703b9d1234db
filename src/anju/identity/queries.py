"""Reading identity: log-ins, who holds what, a person's sessions and activity, and a half-done registration."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from anju.identity.actions.pending import read_pending
from anju.identity.digests import id_digest, key_digest, phone_digest
from anju.identity.duties import STAFF_DUTIES
from anju.identity.limits import LIMITS
from anju.identity.models import Activity, Code, Login, Mandate, Send, Session
from anju.identity.principal import choose_capacity
from anju.identity.types import (
    ActivityLine,
    Browser,
    LastCode,
    LoginFacts,
    MandateFacts,
    PendingRegistration,
    Purpose,
    Role,
    SessionLine,
)
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE

LATE_WORDS = timedelta(hours=12)

__all__ = [
    "activity",
    "id_digest",
    "last_code",
    "log_in_greeting",
    "login",
    "login_of_person",
    "mandates_of",
    "new_phone",
    "pending_registration",
    "phone_digest",
    "resets",
    "sessions",
    "staff",
    "unit_logins",
    "who_ran_out",
]


def login(login_id: int) -> LoginFacts | None:
    """A log-in with its claims in plain text: for the opening services and the desk, never for a list."""
    found = Login.objects.filter(login_id=login_id).first()
    return _facts(found) if found else None


def login_of_person(person_id: int) -> LoginFacts | None:
    """The live log-in of a person, if there is one."""
    found = Login.objects.filter(person_id=person_id, disabled_at__isnull=True).first()
    return _facts(found) if found else None


def people_of(login_ids: Iterable[int]) -> dict[int, int]:
    """The natural persons of some log-ins; those not bound to one are left out."""
    wanted = list(login_ids)
    if not wanted:
        return {}
    found = Login.objects.filter(login_id__in=wanted, person_id__isnull=False)
    return dict(found.values_list("login_id", "person_id"))


def login_by_phone(phone: str) -> LoginFacts | None:
    """The live log-in of a proved phone, if there is one."""
    found = Login.objects.filter(phone_digest=phone_digest(phone), disabled_at__isnull=True).first()
    return _facts(found) if found else None


def mandates_of(login_id: int) -> list[MandateFacts]:
    """What a log-in holds now."""
    return [_mandate(held) for held in Mandate.objects.filter(login_id=login_id, ended_at__isnull=True)]


def who_ran_out(key: str, *, at: datetime) -> Actor | None:
    """Whose session this key was, when it ran out by itself a while ago: so that what they still sent is kept for them.

    None for a session that lives, was ended on purpose, or ran out long ago. It proves nobody: nothing is ever shown
    or done on the strength of it.
    """
    found = Session.objects.select_related("login").filter(
        key_digest=key_digest(key), login__isnull=False, login__disabled_at__isnull=True, ended_at__isnull=True,
        seen_at__gt=at - LATE_WORDS,
    ).first()  # fmt: skip
    if found is None or found.login is None:
        return None
    if min(found.expires_at, found.seen_at + timedelta(seconds=found.idle_seconds)) > at:
        return None
    capacity = choose_capacity(tuple(mandates_of(found.login.login_id)), found.capacity_id)
    role = capacity.role if capacity else Role.APPLICANT
    return Actor(
        found.login.login_id, found.login.person_id, role.value, capacity.unit_id if capacity else None,
        str(found.login.name), settings.ANJU_CENTRE_ID,
    )  # fmt: skip


def unit_logins(unit_id: int) -> list[tuple[MandateFacts, LoginFacts]]:
    """Who acts for a unit now: administrators first."""
    return _with_logins(Mandate.objects.filter(unit_id=unit_id, ended_at__isnull=True))


def staff(roles: Iterable[Role] = STAFF_DUTIES) -> list[tuple[MandateFacts, LoginFacts]]:
    """The centre's people by role."""
    wanted = [Role(role).value for role in roles]
    return _with_logins(Mandate.objects.filter(role__in=wanted, ended_at__isnull=True))


def staff_among(person_ids: Iterable[int]) -> frozenset[int]:
    """Which of these natural persons hold a duty of the centre, or ever held one; one statement."""
    wanted = [Role(role).value for role in STAFF_DUTIES]
    held = Mandate.objects.filter(role__in=wanted).values("login_id")
    found = Login.objects.filter(person_id__in=list(person_ids), login_id__in=held).values_list("person_id", flat=True)
    return frozenset(person_id for person_id in found if person_id is not None)


def activity(login_id: int, *, limit: int = 30, before: int | None = None) -> list[ActivityLine]:
    """The newest lines of a log-in's activity, each with whether it was reported as «不是我操作»."""
    lines = Activity.objects.filter(login_id=login_id).order_by("-activity_id")
    if before is not None:
        lines = lines.filter(activity_id__lt=before)
    found = list(lines[:limit])
    reported = set(
        Activity.objects.filter(concerns__in=[line.activity_id for line in found]).values_list("concerns", flat=True)
    )
    return [
        ActivityLine(
            line.activity_id, line.at, line.kind, line.text, line.place, line.device, line.activity_id in reported
        )
        for line in found
    ]


def activity_line(login_id: int, activity_id: int) -> ActivityLine | None:
    """One line of a log-in's own activity."""
    newest = activity(login_id, limit=1, before=activity_id + 1)
    return newest[0] if newest and newest[0].activity_id == activity_id else None


def codes_sent_today(*, at: datetime) -> tuple[int, int]:
    """How many codes went out since midnight, and how many may in a day."""
    midnight = at.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return Send.objects.filter(sent_at__gte=midnight).count(), LIMITS.budget_day


def sessions(login_id: int, *, at: datetime) -> list[SessionLine]:
    """Where this log-in is logged in now."""
    live = Session.objects.filter(login_id=login_id, ended_at__isnull=True, expires_at__gt=at).order_by("-seen_at")
    return [
        SessionLine(found.session_id, found.started_at, found.seen_at, found.place, found.device)
        for found in live
        if (at - found.seen_at).total_seconds() < found.idle_seconds
    ]


def pending_registration(browser: Browser) -> PendingRegistration | None:
    """A registration this browser began and can go on with."""
    kept = read_pending(browser.session_id, "register")
    if kept is None:
        return None
    return PendingRegistration(
        kept["name"], kept["id_kind"], kept["id_number"], kept["phone"], kept["proved"], kept["known"]
    )


def log_in_greeting(browser: Browser) -> str | None:
    """The greeting of a log-in whose password was right in this browser and whose code is awaited; else None."""
    kept = read_pending(browser.session_id, "log_in")
    found = Login.objects.filter(login_id=kept["login_id"]).only("greeting").first() if kept else None
    return found.greeting if found else None


def resets(browser: Browser) -> bool:
    """Whether 找回密码 has been begun in this browser."""
    return read_pending(browser.session_id, "reset") is not None


def last_code(browser: Browser, purpose: Purpose) -> LastCode | None:
    """The newest code of this purpose asked for in this browser. A decoy reads like any other."""
    found = Code.objects.filter(session_id=browser.session_id, purpose=purpose, live=True).first()
    return LastCode(found.sms_id, found.sent_at, found.expires_at) if found else None


def new_phone(browser: Browser) -> str | None:
    """The number a change of phone was begun for in this browser."""
    kept = read_pending(browser.session_id, "phone")
    return str(kept["phone"]) if kept else None


def _with_logins(mandates: Iterable[Mandate]) -> list[tuple[MandateFacts, LoginFacts]]:
    held = sorted(mandates, key=lambda found: (list(Role).index(Role(found.role)), found.mandate_id))
    logins = Login.objects.in_bulk([found.login_id for found in held])
    return [(_mandate(found), _facts(logins[found.login_id])) for found in held]


def _mandate(found: Mandate) -> MandateFacts:
    return MandateFacts(found.mandate_id, Role(found.role), found.unit_id, found.started_at)


def _facts(found: Login) -> LoginFacts:
    return LoginFacts(
        login_id=found.login_id, account_name=found.account_name, name=found.full_name, id_kind=found.id_kind,
        id_number=str(found.id_sealed), id_digest=bytes(found.id_digest), phone=found.phone,
        phone_digest=bytes(found.phone_digest), person_id=found.person_id, greeting=found.greeting,
        disabled=found.disabled_at is not None, registered_at=found.registered_at,
    )  # fmt: skip


def phones_changed(*, since: datetime, until: datetime) -> list[tuple[int, datetime]]:
    """(Person, moment) of each change of a log-in's phone, oldest first; log-ins of nobody yet are left out."""
    found = Activity.objects.filter(kind="phone", at__gte=since, at__lt=until, login__person_id__isnull=False)
    listed = found.select_related("login").order_by("at", "activity_id")
    return [(line.login.person_id, line.at) for line in listed if line.login.person_id is not None]
