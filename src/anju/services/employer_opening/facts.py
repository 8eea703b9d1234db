"""What is found out about a unit and whoever applies for it."""

from __future__ import annotations

from typing import Any

from anju.casework.types import Answers, Asking, Fact, Facts, Subject
from anju.exchange.actions import ask
from anju.exchange.types import Answer, Kind
from anju.identity import queries as identity
from anju.identity.types import LoginFacts
from anju.kernel.identifiers import IdKind, mask_name
from anju.parties import queries as parties
from anju.parties.digests import name_digest
from anju.parties.natures import nature, nature_of_credit_code
from anju.services.employer_opening.labels import LABELS


def gather(asking: Asking) -> Facts:
    """The registry's entry, the centre's own, and the applicant's identity."""
    login = identity.login(asking.subject.login_id)
    assert login is not None, asking.subject.login_id
    company = _ask(Kind.COMPANY, asking, uscc=asking.answers["uscc"])
    return Facts(
        (
            _company(company, asking), _registered(asking), _nature(company, asking), _agency(login, asking),
            _legal_person(company, login, asking), _other_login(asking),
        )
    )  # fmt: skip


def claimed_person(subject: Subject, answers: Answers) -> int | None:
    """The person of the number the applicant gives as his own; for four eyes, not as proof."""
    found = parties.person_by_document(IdKind.ID18, answers["id_number"], centre_id=subject.centre_id)
    return found.person_id if found else None


def _company(answer: Answer, asking: Asking) -> Fact:
    if not answer.known:
        text = "没有查到" if answer.serial else "未能查询"
        return _fact("company", None, text, answer.source_zh, asking, serial=answer.serial, known=False)
    facts = answer.facts
    value = {key: facts[key] for key in ("name", "legal_person_name", "address", "state")}
    text = f"{value['name']}，法定代表人 {mask_name(value['legal_person_name'])}"
    return _fact("company", value, text, answer.source_zh, asking, serial=answer.serial)


def _registered(asking: Asking) -> Fact:
    known = parties.unit_by_uscc(asking.subject.centre_id, asking.answers["uscc"], on=asking.on)
    text = "已经登记" if known else "没有登记"
    return _fact("registered", known is not None, text, "中心单位登记", asking)


def _nature(company: Answer, asking: Asking) -> Fact:
    """As the register has it, else as the credit code itself says; beside it what the applicant chose."""
    stated = nature(str(asking.answers.get("nature") or ""))
    told = nature(str(company.facts.get("nature", ""))) if company.known else None
    found = told or nature_of_credit_code(asking.answers["uscc"])
    source, serial = (company.source_zh, company.serial) if told else ("统一社会信用代码", "")
    return Fact(
        "nature", LABELS["nature"], found.code if found else None, found.name if found else "没有登记", source, serial,
        asking.at.isoformat(timespec="seconds"), found is not None, stated.name if stated else None,
    )  # fmt: skip


def _agency(login: LoginFacts, asking: Asking) -> Fact:
    answer = _ask(
        Kind.IDENTITY, asking, name=login.name, id_number=asking.answers["id_number"], phone=login.phone
    )
    if not answer.known:
        return _fact("agency", None, "未能核验", answer.source_zh, asking, serial=answer.serial, known=False)
    value = {"match": answer.facts["match"], "phone_match": answer.facts["phone_match"]}
    text = "姓名、证件一致" if value["match"] else "姓名、证件不一致"
    text += "，手机号一致" if value["phone_match"] else "，手机号未能证实"
    return _fact("agency", value, text, answer.source_zh, asking, serial=answer.serial)


def _legal_person(company: Answer, login: LoginFacts, asking: Asking) -> Fact:
    if not company.known:
        return _fact("legal_person", None, "未能核对", company.source_zh, asking, known=False)
    same = name_digest(str(company.facts["legal_person_name"])) == name_digest(login.name)
    return _fact("legal_person", same, "是" if same else "不是", company.source_zh, asking, serial=company.serial)


def _other_login(asking: Asking) -> Fact:
    person_id = claimed_person(asking.subject, asking.answers)
    other = identity.login_of_person(person_id) if person_id is not None else None
    taken = other is not None and other.login_id != asking.subject.login_id
    return _fact("other_login", taken, "有" if taken else "没有", "登录账户", asking)


def _ask(kind: Kind, asking: Asking, **params: str) -> Answer:
    return ask(kind, params, centre_id=asking.subject.centre_id, at=asking.at, case_id=asking.case_id)


def _fact(
    name: str, value: Any, text: str, source: str, asking: Asking, *, serial: str = "", known: bool = True
) -> Fact:
    return Fact(name, LABELS[name], value, text, source, serial, asking.at.isoformat(timespec="seconds"), known)
