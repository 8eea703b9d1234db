"""A small centre for the desk's tests: staff with real sessions, cases through the little service of casework."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.test import Client

from anju.casework.tests import world as casework
from anju.identity import actions as identity
from anju.identity.actions.sessions import open_session
from anju.identity.digests import id_digest
from anju.identity.http import COOKIE
from anju.identity.types import Browser, Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind, check_id18
from anju.parties import actions as parties
from anju.parties.types import PersonDraft

CENTRE = settings.ANJU_CENTRE_ID
SYSTEM = Actor.machine(CENTRE, "test")
NAMES = ("许文博", "何静", "孟涛", "沈岚", "林晓雨", "王国强", "宋雨桐", "高玉兰", "周敏", "陈立")


def id_number(n: int) -> str:
    """A number of an invented region with the right check digit."""
    body = f"70010019850101{n:03d}"
    return body + str(check_id18(body + "0").correct_char)


def person(n: int) -> int:
    """A person known to the centre."""
    draft = PersonDraft(NAMES[n % len(NAMES)], IdKind.ID18, id_number(n))
    return parties.find_or_create_people([draft], centre_id=CENTRE, at=clock.now())[0].person_id


def login(n: int, role: Role) -> Actor:
    """A log-in bound to its person, with one capacity."""
    person_id, at = person(n), clock.now()
    login_id = identity.register(
        name=NAMES[n % len(NAMES)], id_kind=IdKind.ID18, id_number=id_number(n), phone=f"1380000{n:04d}", at=at
    )
    identity.bind_person(
        login_id, person_id, actor=SYSTEM, at=at, id_digest=id_digest(IdKind.ID18, id_number(n))
    )
    identity.grant_mandate(
        login_id, role, actor=SYSTEM, at=at, source_case_id=1 if role is Role.MEMBER else None
    )
    return Actor(login_id, person_id, role.value, None, NAMES[n % len(NAMES)], CENTRE)


def client_of(actor: Actor, *, stepped_up: bool = False, **options: Any) -> Client:
    """A browser with a real session of this log-in, behind TLS as every browser is."""
    assert actor.login_id is not None
    at = clock.now()
    anonymous = identity.open_anonymous_session(address="10.1.2.3", agent="Chrome/140.0", at=at)
    opened = open_session(actor.login_id, browser=Browser(anonymous.session_id, "10.1.2.3", "Chrome/140.0"), at=at)
    if stepped_up:
        here = Browser(opened.session_id, "10.1.2.3", "Chrome/140.0")
        opened = identity.renew_session(here, at=at, stepped_up=True)
    client = Client(**options)
    client.cookies[COOKIE] = opened.key
    return client


def staff(n: int, role: Role, *, stepped_up: bool = False) -> tuple[Actor, Client]:
    """A colleague and their browser."""
    actor = login(n, role)
    return actor, client_of(actor, stepped_up=stepped_up)


@contextmanager
def offered(**changes: Any) -> Iterator[casework.World]:
    """Casework's little service, decided by people when its agency is silent."""
    with casework.service_on_offer(**changes) as world:
        yield world


def in_review(world: casework.World, member: Actor, *, key: str = "k1", at: datetime | None = None) -> int:
    """A case that people must look at."""
    world.homes = None
    return casework.file_case(actor=member, key=key, at=at or clock.now() - timedelta(hours=1)).case_id


def in_approval(world: casework.World, member: Actor, clerk: Actor, *, key: str = "k1") -> int:
    """A case with a clerk's proposal on it."""
    from anju.casework import actions
    from anju.casework.types import Proposal

    case_id = in_review(world, member, key=key)
    at = clock.now()
    actions.establish_fact(case_id, "homes", 0, evidence="登记中心电话核实", actor=clerk, at=at)
    actions.propose(case_id, Proposal.AGREE, reasons="已核实无房", actor=clerk, at=at)
    return case_id


def text_of(response: Any) -> str:
    """The page as it was answered."""
    return str(response.content.decode())
