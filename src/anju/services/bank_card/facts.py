"""What is found out about a card: the bank's word whether it is the member's own."""

from __future__ import annotations

from anju.casework.types import Asking, Fact, Facts
from anju.parties import queries as parties
from anju.services.bank_card.labels import LABELS
from anju.treasury import queries as treasury
from anju.treasury.actions import ask_card_owner
from anju.treasury.types import CardStatus

TEXTS = {CardStatus.OK: "户名、卡号、证件与本人一致", CardStatus.DIFFERS: "与本人不一致", CardStatus.DOWN: "未能查到"}


def gather(asking: Asking) -> Facts:
    """Ask the bank; a silent bank leaves the fact unknown."""
    person_id = asking.subject.person_id
    assert person_id is not None, "members only"
    person = parties.person(person_id)
    assert person is not None, person_id
    check = ask_card_owner(
        asking.answers["card"], person.name, person.id_number, id_kind=person.id_kind, at=asking.at
    )
    value = {"own": check.status is CardStatus.OK, "bank_name": check.bank_name, "bank_code": check.bank_code,
             "reason": check.reason}  # fmt: skip
    source = check.bank_name or "银行账户核验"
    read_at = check.read_at.isoformat(timespec="seconds")
    known = check.status is not CardStatus.DOWN
    text = f"{TEXTS[check.status]}，尾号 {asking.answers['card'][-4:]}" if known else TEXTS[check.status]
    now = treasury.bound_card(person_id, at=asking.at)
    bound = f"{now.bank_name} 尾号 {now.tail}" if now else "没有"
    return Facts(
        (
            Fact("owner", LABELS["owner"], value if known else None, text, source, check.serial, read_at, known),
            Fact("bound", LABELS["bound"], now.tail if now else "", bound, "中心收款账户登记", "", read_at),
        )
    )
