"""Taking on staff: one person, one log-in, one duty to begin with.

A log-in of staff is always bound to its natural person, because four eyes are about persons. Which duties may not
meet in one person is identity's to refuse, wherever they are granted.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anju.identity import actions as identity
from anju.identity import queries as identity_queries
from anju.identity.digests import id_digest
from anju.identity.types import LoginFacts, Role
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind, normalise_id
from anju.kernel.refusal import Refusal
from anju.parties import actions as parties
from anju.parties import queries as party_queries
from anju.parties.types import PersonDraft


@transaction.atomic
def take_on(
    *, name: str, id_number: str, phone: str, account_name: str, role: Role, actor: Actor, at: datetime
) -> int:
    """A new colleague: person, log-in, binding and duty in one transaction; the log-in's id.

    The log-in has no password: its owner sets one by 找回密码, with the phone and the document.
    """
    number = normalise_id(IdKind.ID18, id_number)
    found = parties.find_or_create_people(
        [PersonDraft(name, IdKind.ID18, number)], centre_id=actor.centre_id, at=at
    )[0]
    if found.name_differs:
        raise Refusal("name_differs", "这个证件号码登记的是另一个姓名，请核对姓名和证件。", field="name", status=409)
    if identity_queries.login_of_person(found.person_id) is not None:
        text = "此人已有登录账户。请在下面“给已有登录账户授权”里按证件授权。"
        raise Refusal("person_has_login", text, field="id_number", status=409)
    login_id = identity.register(
        name=name, id_kind=IdKind.ID18, id_number=number, phone=phone, at=at, account_name=account_name, staff=True
    )
    identity.bind_person(
        login_id, found.person_id, actor=actor, at=at, id_digest=id_digest(IdKind.ID18, number)
    )
    identity.grant_mandate(login_id, role, actor=actor, at=at)
    return login_id


def login_by_document(id_number: str, *, centre_id: int) -> LoginFacts:
    """The live log-in of the person with this document, or a refusal."""
    number = normalise_id(IdKind.ID18, id_number)
    person = party_queries.person_by_document(IdKind.ID18, number, centre_id=centre_id)
    found = identity_queries.login_of_person(person.person_id) if person else None
    if found is None:
        text = "这个证件号码还没有登录账户，请在上面建立。"
        raise Refusal("login_unknown", text, field="id_number")
    return found
