"""What a confirmed card does: it is bound, waits, and the member is told on the old and the new channel."""

from __future__ import annotations

from datetime import datetime

from anju.casework.types import Effect, Effecting
from anju.identity import queries as identity
from anju.kernel.clock import ZONE
from anju.notices import actions as notices
from anju.parties import queries as parties
from anju.treasury import actions as treasury
from anju.treasury.types import CardCheck, CardStatus


def effect(effecting: Effecting) -> Effect:
    """Bind on the bank's word as it was read; the same card again changes nothing."""
    person_id = effecting.subject.person_id
    assert person_id is not None
    person = parties.person(person_id)
    fact = effecting.facts.by_name["owner"]
    assert person is not None and fact.known and fact.value["own"]
    check = CardCheck(
        status=CardStatus.OK, serial=fact.serial, read_at=datetime.fromisoformat(fact.read_at),
        bank_name=fact.value["bank_name"], bank_code=fact.value["bank_code"],
    )  # fmt: skip
    card = treasury.bind_card(
        person_id, card=effecting.answers["card"], holder=person.name, check=check,
        actor=effecting.subject.actor, at=effecting.at,
    )  # fmt: skip
    usable_from = card.usable_from.astimezone(ZONE)
    shown = f"{usable_from.month}月{usable_from.day}日 {usable_from:%H:%M}"
    _tell(effecting, person_id, card.tail, shown)
    return Effect(
        done=True, text=f"尾号 {card.tail} 的银行卡已绑定，{shown}起可以收款。",
        result={"tail": card.tail, "bank_name": card.bank_name, "usable_from": usable_from.isoformat()},
    )  # fmt: skip


def _tell(effecting: Effecting, person_id: int, tail: str, usable_from: str) -> None:
    """Inbox and SMS to the log-in's phone, and to the phone the employer knows when that is another one."""
    login = identity.login(effecting.subject.login_id)
    phones = [login.phone] if login else []
    known = parties.phone_of(person_id)
    if known and known not in phones:
        phones.append(known)
    for n, phone in enumerate(phones):
        if n == 0:
            notices.send(
                "card_bound", at=effecting.at, person_id=person_id, values={"tail": tail, "usable_from": usable_from},
                phone=phone, case_id=effecting.case_id, case_number=effecting.number,
                centre_id=effecting.subject.centre_id,
            )  # fmt: skip
        else:
            notices.send_sms(
                phone, f"尾号{tail}的银行卡已绑定为收款卡。如非本人操作请立即致电12329。", purpose="card_bound",
                at=effecting.at, centre_id=effecting.subject.centre_id,
            )  # fmt: skip
