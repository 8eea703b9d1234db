"""Who applies: from the caller's capacity to the subject of a case, and who may file which service at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

from anju.casework.permissions import require_login
from anju.casework.types import Answers, Audience, Service, Subject
from anju.identity import queries as identity
from anju.identity.types import UNIT_CODE_KIND, LoginFacts
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind, mask_name
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties


@dataclass(frozen=True)
class Applicant:
    subject: Subject
    shown: str
    """Masked name, or the unit's name."""


def applicant(actor: Actor, service: Service, answers: Answers = MappingProxyType({})) -> Applicant:
    """The applicant in this capacity, or a Refusal that says what he must do first."""
    login_id = require_login(actor)
    if service.audience is Audience.UNIT:
        return _unit(actor, login_id)
    if service.audience is Audience.MEMBER:
        return _member(actor, login_id)
    return _any_login(actor, login_id, service, answers)


def _unit(actor: Actor, login_id: int) -> Applicant:
    if actor.unit_id is None:
        raise Refusal("unit_needed", "这项业务由单位经办人办理。请先切换到单位身份，或先开通单位网上业务。", status=403)
    name = parties.unit_names(actor.centre_id, [actor.unit_id]).get(actor.unit_id, "")
    return Applicant(Subject(actor.centre_id, actor, login_id, actor.person_id, actor.unit_id), name)


def _member(actor: Actor, login_id: int) -> Applicant:
    if actor.person_id is None:
        raise Refusal("opening_needed", "请先开通个人网上业务（申请、审核、签订协议），再办理这项业务。", status=403)
    return Applicant(Subject(actor.centre_id, _personal(actor), login_id, actor.person_id), mask_name(actor.name))


def _any_login(actor: Actor, login_id: int, service: Service, answers: Answers) -> Applicant:
    """A log-in not bound yet stands for the person whose number it claims: only so can four eyes see who he is."""
    personal = _personal(actor)
    person_id = actor.person_id
    if person_id is None:
        login = identity.login(login_id)
        assert login is not None, "the caller is logged in"
        person_id = claimed_person(login, centre_id=actor.centre_id)
    subject = Subject(actor.centre_id, personal, login_id, person_id)
    if person_id is None and service.natural_person is not None and answers:
        subject = replace(subject, person_id=service.natural_person(subject, answers))
    return Applicant(subject, mask_name(actor.name))


def _personal(actor: Actor) -> Actor:
    return replace(actor, unit_id=None)


def claimed_person(login: LoginFacts, *, centre_id: int) -> int | None:
    """The person known here under the document a log-in claims; proves nothing."""
    if login.id_kind == UNIT_CODE_KIND:
        return None
    found = parties.person_by_document(IdKind(login.id_kind), login.id_number, centre_id=centre_id)
    return None if found is None else found.person_id
