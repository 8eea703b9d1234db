"""What the treasurers do with money that was not matched, and with payments that wait for them."""

from __future__ import annotations

from random import Random

from anju.command.simulation.acting import act
from anju.command.simulation.plan import operation
from anju.command.simulation.town import Town
from anju.contributions import actions as contributions
from anju.contributions import queries as months
from anju.contributions.types import SuspenseSeen, SuspenseState
from anju.kernel.actor import Actor
from anju.treasury import actions as treasury
from anju.treasury import queries as payments

WAYS = ("allocate", "wait", "stop", "refund", "part", "cover", "clerk")
HOW_OFTEN = (30, 15, 6, 22, 8, 12, 7)


def _month_for(town: Town, chance: Random, item: SuspenseSeen) -> int | None:
    """The month it was meant for, or any of some unit that is not paid."""
    if item.remittance_id is not None and chance.random() < 0.7:
        return item.remittance_id
    unit = town.draw(chance, town.units)
    found = town.draw(chance, months.remittances(town.centre_id, unit.unit_id, limit=3)) if unit else None
    return found.remittance_id if found else None


@operation(9)
def deal_with_suspense(town: Town, chance: Random) -> None:
    """Allocate, let wait, refund whole or in part, set against what is owed; a clerk may do none of it."""
    items = months.suspense_items(town.centre_id, limit=60)
    item = town.draw(chance, items)
    if item is None:
        return
    who = town.actor(chance.choice(("treasurer", "second_treasurer")))
    how = chance.choices(WAYS, HOW_OFTEN)[0]
    if how == "clerk":
        clerk = town.actor("clerk")
        act(town, chance, lambda: contributions.refund(item.suspense_id, reason="退回", actor=clerk, at=town.at),
            refused=True)  # fmt: skip
    elif how in ("refund", "part"):
        part = chance.randint(1, max(item.open_fen, 1)) if how == "part" else None
        act(town, chance, lambda: contributions.refund(
            item.suspense_id, reason="多缴退回", actor=who, at=town.at, amount_fen=part))  # fmt: skip
    elif how == "stop":
        act(town, chance, lambda: contributions.stop_waiting(item.suspense_id, actor=who, at=town.at))
    elif how == "cover":
        _cover(town, chance, items, who)
    else:
        month = _month_for(town, chance, item)
        if month is not None:
            do = contributions.allocate if how == "allocate" else contributions.wait_for_rest
            act(town, chance, lambda: do(item.suspense_id, month, actor=who, at=town.at))


def _cover(town: Town, chance: Random, items: list[SuspenseSeen], who: Actor) -> None:
    owed = town.draw(chance, [one for one in items if one.owed])
    other = town.draw(chance, [one for one in items if not one.owed and one.state is SuspenseState.OPEN])
    if owed is not None and other is not None:
        act(town, chance, lambda: contributions.cover_owed(
            owed.suspense_id, other.suspense_id, actor=who, at=town.at), once=False)  # fmt: skip


@operation(5)
def sign_payments(town: Town, chance: Random) -> None:
    """A treasurer signs what waits, or declines it; a clerk may not, nor who made it."""
    order = town.draw(chance, payments.release_queue(town.centre_id))
    if order is None:
        return
    who = town.actor(chance.choice(("treasurer", "second_treasurer")))
    if chance.random() < 0.15:
        clerk = town.actor("clerk")
        act(town, chance, lambda: treasury.release_payment(order.order_id, actor=clerk, at=town.at), refused=True)
    if chance.random() < 0.25:
        act(town, chance, lambda: treasury.decline_payment(
            order.order_id, reason="收款账户有疑问", actor=who, at=town.at))  # fmt: skip
        return
    own = who.person_id in (order.maker_person_id, order.checker_person_id)
    act(town, chance, lambda: treasury.release_payment(
        order.order_id, actor=who, at=town.at, digest=order.digest), refused=own)  # fmt: skip


@operation(5)
def clear_unknown(town: Town, chance: Random) -> None:
    """A treasurer who telephoned the bank lets an unknown payment leave again, or gives it up."""
    order = town.draw(chance, payments.unknown_payments(town.centre_id))
    if order is None:
        return
    under_way = {serial for _, serial, _ in town.bank.under_way}
    under_way |= {line.business_serial for _, _, batch in town.bank.batches for line in batch.lines}
    if order.business_serial in under_way or town.bank.executed[order.business_serial]:
        return
    who = town.actor(chance.choice(("treasurer", "second_treasurer")))
    do = treasury.send_again if chance.random() < 0.6 else treasury.give_up_payment
    act(town, chance, lambda: do(order.order_id, actor=who, at=town.at))
