"""What the signature does: the unit is registered and whoever signed becomes its administrator."""

from __future__ import annotations

from anju.casework.types import Effect, Effecting
from anju.identity import actions as identity
from anju.identity import queries as logins
from anju.identity.types import LoginFacts, Role
from anju.kernel.identifiers import IdKind, check_id18
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.notices import actions as notices
from anju.parties import actions as parties
from anju.parties.types import PersonDraft, UnitDraft
from anju.services.employer_opening.ratios import ratios


def effect(effecting: Effecting) -> Effect:
    """Register, bind, grant, on the signature alone. A unit registered meanwhile is refused by its code."""
    assert effecting.signature is not None, "no permission without a signature"
    login = logins.login(effecting.subject.login_id)
    assert login is not None
    unit_id, name = _register(effecting)
    person_id = _person(login, effecting)
    identity.bind_person(
        login.login_id, person_id, actor=effecting.checker, at=effecting.at, case_id=effecting.case_id
    )
    identity.grant_mandate(
        login.login_id, Role.UNIT_ADMIN, unit_id=unit_id, actor=effecting.checker, at=effecting.at,
        source_case_id=effecting.case_id,
    )  # fmt: skip
    signed = effecting.signature.signed_at
    notices.send(
        "opening_granted", at=effecting.at, login_id=login.login_id, phone=login.phone, case_id=effecting.case_id,
        case_number=effecting.number, centre_id=effecting.subject.centre_id,
        values={"whom": name, "day": f"{signed.month}月{signed.day}日"},
    )  # fmt: skip
    return Effect(
        done=True, text="协议已签订，单位网上业务已开通，您是单位账户管理员。",
        result={"unit_id": unit_id, "role": Role.UNIT_ADMIN.value},
    )  # fmt: skip


def _register(effecting: Effecting) -> tuple[int, str]:
    answers, company = effecting.answers, effecting.facts.value("company")
    unit_ratio, person_ratio = ratios(answers)
    unit_id = parties.register_unit(
        UnitDraft(
            name=company["name"], uscc=answers["uscc"], address=company["address"],
            nature=effecting.verdict.result["nature"], payday=answers["payday"],
            first_month=Month.parse(answers["first_month"]), unit_ratio=unit_ratio, person_ratio=person_ratio,
            legal_person_name=company["legal_person_name"],
        ),
        centre_id=effecting.subject.centre_id, actor=effecting.checker, at=effecting.at, case_id=effecting.case_id,
    )  # fmt: skip
    return unit_id, company["name"]


def _person(login: LoginFacts, effecting: Effecting) -> int:
    if login.person_id is not None:
        return login.person_id
    number = effecting.answers["id_number"]
    check = check_id18(number)
    draft = PersonDraft(
        name=login.name, id_kind=IdKind.ID18, id_number=number, birth_on=check.birth_on,
        sex={"男": "1", "女": "2"}.get(check.sex or "", "0"),
    )  # fmt: skip
    found = parties.find_or_create_people([draft], centre_id=effecting.subject.centre_id, at=effecting.at)[0]
    if found.name_differs:
        raise Refusal("name_differs", "您的姓名与本中心登记的不一致。请联系 12329 更正后再签订。", status=409)
    return found.person_id
