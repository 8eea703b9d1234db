"""What the signature of the agreement does: the log-in is bound to its person and becomes a member's."""

from __future__ import annotations

from anju.casework.types import Effect, Effecting
from anju.identity import actions as identity
from anju.identity import queries as logins
from anju.identity.types import LoginFacts, Role
from anju.kernel.identifiers import IdKind, check_id18
from anju.kernel.refusal import Refusal
from anju.notices import actions as notices
from anju.parties import actions as parties
from anju.parties.types import ContactSource, PersonDraft


def effect(effecting: Effecting) -> Effect:
    """Bind and grant, on the signature alone. Again for the same case changes nothing."""
    assert effecting.signature is not None, "no permission without a signature"
    login = logins.login(effecting.subject.login_id)
    assert login is not None
    person_id = _person(login, effecting)
    identity.bind_person(
        login.login_id, person_id, actor=effecting.checker, at=effecting.at, case_id=effecting.case_id
    )
    identity.grant_mandate(
        login.login_id, Role.MEMBER, actor=effecting.checker, at=effecting.at, source_case_id=effecting.case_id
    )
    parties.set_contact(person_id, "phone", login.phone, source=ContactSource.SELF, at=effecting.at)
    signed = effecting.signature.signed_at
    notices.send(
        "opening_granted", at=effecting.at, login_id=login.login_id, phone=login.phone, case_id=effecting.case_id,
        case_number=effecting.number, centre_id=effecting.subject.centre_id,
        values={"whom": "您", "day": f"{signed.month}月{signed.day}日"},
    )  # fmt: skip
    return Effect(done=True, text="协议已签订，个人网上业务已开通。", result={"role": Role.MEMBER.value})


def _person(login: LoginFacts, effecting: Effecting) -> int:
    check = check_id18(login.id_number)
    draft = PersonDraft(
        name=login.name, id_kind=IdKind(login.id_kind), id_number=login.id_number, birth_on=check.birth_on,
        sex={"男": "1", "女": "2"}.get(check.sex or "", "0"),
    )  # fmt: skip
    found = parties.find_or_create_people([draft], centre_id=effecting.subject.centre_id, at=effecting.at)[0]
    if found.name_differs:
        raise Refusal("name_differs", "姓名与本中心登记的不一致。请联系 12329 更正后再签订。", status=409)
    return found.person_id
