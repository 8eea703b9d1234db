"""What is found out about a person who wants to act for himself: two independent ways of strong proof."""

from __future__ import annotations

from typing import Any

from anju.casework.types import Asking, Fact, Facts
from anju.exchange.actions import ask
from anju.exchange.types import Kind
from anju.identity import queries as identity
from anju.identity.types import LoginFacts
from anju.kernel.identifiers import IdKind
from anju.parties import queries as parties
from anju.parties.digests import name_digest
from anju.parties.types import PersonFacts
from anju.services.member_opening.labels import LABELS

CENTRE = "中心职工登记"


def gather(asking: Asking) -> Facts:
    """The identity agency's answer, and what the person's employer told the centre."""
    login = identity.login(asking.subject.login_id)
    assert login is not None, asking.subject.login_id
    known = parties.person_by_document(
        IdKind(login.id_kind), login.id_number, centre_id=asking.subject.centre_id
    )
    return Facts((_agency(login, asking), *_own_books(login, known, asking)))


def _agency(login: LoginFacts, asking: Asking) -> Fact:
    answer = ask(
        Kind.IDENTITY, {"name": login.name, "id_number": login.id_number, "phone": login.phone},
        centre_id=asking.subject.centre_id, at=asking.at, case_id=asking.case_id,
    )  # fmt: skip
    if not answer.known:
        return _fact("agency", None, "未能核验", answer.source_zh, answer.serial, asking, known=False)
    value = {"match": answer.facts["match"], "phone_match": answer.facts["phone_match"]}
    text = "姓名、证件一致" if value["match"] else "姓名、证件不一致"
    text += "，手机号一致" if value["phone_match"] else "，手机号未能证实"
    return _fact("agency", value, text, answer.source_zh, answer.serial, asking)


def _own_books(login: LoginFacts, known: PersonFacts | None, asking: Asking) -> tuple[Fact, Fact, Fact]:
    if known is None:
        return (
            _fact("known", "no", "还没有登记", CENTRE, "", asking),
            _fact("enrolled_phone", False, "没有登记", CENTRE, "", asking),
            _fact("other_login", False, "没有", "登录账户", "", asking),
        )
    same = name_digest(known.name) == name_digest(login.name)
    phone = same and parties.enrolled_phone_matches(known.person_id, login.phone)
    other = identity.login_of_person(known.person_id)
    taken = other is not None and other.login_id != login.login_id
    return (
        _fact("known", *(("same", "姓名、证件一致") if same else ("name_differs", "姓名不一致")), CENTRE, "", asking),
        _fact("enrolled_phone", phone, "与注册手机号一致" if phone else "未登记或不一致", CENTRE, "", asking),
        _fact("other_login", taken, "有" if taken else "没有", "登录账户", "", asking),
    )


def _fact(
    name: str, value: Any, text: str, source: str, serial: str, asking: Asking, *, known: bool = True
) -> Fact:
    return Fact(name, LABELS[name], value, text, source, serial, asking.at.isoformat(timespec="seconds"), known)
