"""Accounts that are closed, and money that comes back to them: it waits at the centre until it is paid once more."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

from anju.casework import actions as cases
from anju.casework.types import CaseState
from anju.command.simulation.acting import act
from anju.command.simulation.plan import operation
from anju.command.simulation.town import Town
from anju.kernel.month import Month
from anju.treasury import queries as payments
from anju.withdrawals import actions as withdrawals
from anju.withdrawals import queries
from anju.withdrawals.types import Again, CloseAccount, PayOut, Reason


@operation(3)
def close_account(town: Town, chance: Random) -> None:
    """Somebody who left is paid out whole; often a last rent is still on its way, and may come back later."""
    left = [one for unit in town.units for one in unit.sealed() if one.actor is not None]
    person = town.draw(chance, left)
    card = payments.usable_card(person.person_id, town.at) if person else None
    if person is None or card is None or person.actor is None:
        return
    case_ids = []
    for _ in range(2):
        key = f"closing-{town.next()}"
        ask = partial(
            cases.submit, "bank_card", {"card": person.card}, actor=person.actor, key=key, at=town.at
        )
        made = act(town, chance, ask, whole=False)
        if not made.done or made.value.state is not CaseState.CLOSED:
            return
        case_ids.append(made.value.case_id)
    common: dict[str, Any] = {
        "account_id": person.account_id, "centre_id": town.centre_id, "person_id": person.person_id,
        "payee": card.payee, "card_tail": card.tail, "maker_person_id": person.person_id, "checker_person_id": None,
        "checker_release": "simulation",
    }  # fmt: skip
    if chance.random() < 0.5:
        rent = PayOut(case_id=case_ids[0], reason=Reason.RENT, period=Month.of(town.today),
                      amount_fen=chance.choice((90_000, 150_000)), **common)  # fmt: skip
        act(town, chance, lambda: withdrawals.pay_out(rent, at=town.at))
    order = CloseAccount(case_id=case_ids[1], reason=Reason.RETIREMENT, **common)
    act(town, chance, lambda: withdrawals.close_out(order, at=town.at))


@operation(5)
def pay_again(town: Town, chance: Random) -> None:
    """A treasurer pays what waits, to one card or the other; a clerk may not, nor a colleague at the same time."""
    one = town.draw(chance, queries.returns_waiting(town.centre_id, limit=20))
    if one is None:
        return
    card = chance.choice(list(Again))
    if chance.random() < 0.15:
        clerk = town.actor("clerk")
        act(town, chance, lambda: withdrawals.pay_again(
            one.account_id, one.withdrawal_id, card=card, actor=clerk, at=town.at), refused=True)  # fmt: skip
    who = town.actor(chance.choice(("treasurer", "second_treasurer", "third_treasurer")))
    act(town, chance, lambda: withdrawals.pay_again(
        one.account_id, one.withdrawal_id, card=card, actor=who, at=town.at))  # fmt: skip
    if one.again_by_person_id not in (None, who.person_id):
        act(town, chance, lambda: withdrawals.pay_again(
            one.account_id, one.withdrawal_id, card=card, actor=who, at=town.at), refused=True)  # fmt: skip
