"""What the bank does: money in, told in time, late, twice, never or wrong; taken back, before or after it was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from anju.command.simulation.acting import Violation, act
from anju.command.simulation.employers import approve_month, declare_month, month_of, open_months, some_unit
from anju.command.simulation.plan import operation
from anju.command.simulation.town import CENTRE_ACCOUNT, Town
from anju.contributions.types import RemittanceState
from anju.treasury import actions as treasury
from anju.treasury import queries as payments
from anju.treasury.types import Direction, EntryNotice, PaymentState

HOWS = ("exact", "short", "over", "twice", "silent", "wrong", "halves")
HOW_OFTEN = (62, 8, 5, 6, 7, 3, 9)


@operation(16)
def pay(town: Town, chance: Random) -> None:
    """A unit pays a month: exactly, a fen less, more, twice, without its number, with a wrong one, in two halves."""
    unit = some_unit(town, chance)
    found = town.draw(chance, open_months(town, unit)) if unit else None
    if unit is None or found is None:
        return
    total, said = found.total_fen, f"汇缴 {found.number}"
    how = chance.choices(HOWS, HOW_OFTEN)[0]
    half = chance.randint(1, total - 1)
    parts: dict[str, list[tuple[int, str]]] = {
        "exact": [(total, said)], "short": [(total - 1, said)], "over": [(total + chance.randint(1, 99), said)],
        "twice": [(total, said), (total, said)], "silent": [(total, "公积金")],
        "wrong": [(total, f"汇缴 {found.number[:-1]}")], "halves": [(half, said), (total - half, said)],
    }  # fmt: skip
    for fen, summary in parts[how]:
        _money_in(town, chance, fen, summary, unit.name, unit.bank_account)


@operation(26)
def play_month(town: Town, chance: Random) -> None:
    """What happens most of all: a month declared, approved, paid exactly and told at once."""
    unit = some_unit(town, chance)
    if unit is None:
        return
    if not open_months(town, unit):
        declare_month(town, chance, unit, month_of(town, unit))
    for found in open_months(town, unit):
        if found.state is RemittanceState.AWAITING_APPROVAL:
            approve_month(town, chance, unit, found)
        _money_in(town, chance, found.total_fen, f"汇缴 {found.number}", unit.name, unit.bank_account)


@operation(1)
def strange_money(town: Town, chance: Random) -> None:
    """Money of somebody who is no unit's, sometimes without a payer's account."""
    account = chance.choice(("", "6228111122223333"))
    _money_in(town, chance, chance.randint(1, 6_000_000), "货款", "别处公司", account)


def _money_in(town: Town, chance: Random, fen: int, summary: str, payer: str, account: str) -> None:
    notice = EntryNotice(
        account=CENTRE_ACCOUNT, host_serial=f"D{town.next():08d}", direction=Direction.CREDIT, amount_fen=fen,
        entry_date=town.bank_day, booked_time=f"{town.at:%H%M%S}", summary=summary, counter_name=payer,
        counter_account=account,
    )  # fmt: skip
    town.bank.booked.append(town.book(notice))
    town.told.append(notice)
    how = chance.random()
    if how < 0.75:
        tell(town, chance, notice)
    elif how < 0.93:
        town.late += [notice] * chance.randint(1, 2)
    # else nobody tells, and it is found when the centre asks for the day's entries


def tell(town: Town, chance: Random, notice: EntryNotice) -> None:
    """The notice arrives; the model learns of it whether or not it had come before."""
    hear(town, chance, notice)
    learn(town, notice)


def hear(town: Town, chance: Random, notice: EntryNotice) -> None:
    """The centre takes what the bank says of its account, whatever became of anybody's."""
    heard = act(town, chance, lambda: treasury.receive_notice(notice, at=town.at))
    if heard.refusal is not None:
        raise Violation(f"a true notice was refused: {heard.refusal.code} {heard.refusal.text}")


def debit_of(town: Town, serial: str, fen: int) -> EntryNotice:
    """The line of one of our payments; the bank books it when it is first looked for."""
    if serial not in town.debits:
        town.debits[serial] = town.book(EntryNotice(
            account=CENTRE_ACCOUNT, host_serial=f"H{serial}", direction=Direction.DEBIT, amount_fen=fen,
            entry_date=town.bank_day, original_serial=serial,
        ))  # fmt: skip
    return town.debits[serial]


def learn(town: Town, notice: EntryNotice) -> None:
    """What a kept notice means for the money at the bank."""
    if notice.reversal:
        town.model.told_reversal(notice.original_host_serial, notice.amount_fen, notice.entry_date)
    elif notice.direction is Direction.CREDIT and not notice.original_serial:
        town.model.told_credit(notice.host_serial, notice.amount_fen, notice.entry_date)


@operation(8)
def bank_tells(town: Town, chance: Random) -> None:
    """Late notices come, in any order."""
    for _ in range(min(chance.randint(1, 3), len(town.late))):
        tell(town, chance, town.late.pop(chance.randrange(len(town.late))))


@operation(3)
def bank_repeats(town: Town, chance: Random) -> None:
    """An old notice once more, or with another amount under its serial."""
    notice = town.draw(chance, list(town.told))
    if notice is None:
        return
    if chance.random() < 0.3 and notice.host_serial in town.model.credits:
        wrong = replace(notice, amount_fen=notice.amount_fen + 100)
        act(town, chance, lambda: treasury.receive_notice(wrong, at=town.at))
    else:
        tell(town, chance, notice)


@operation(4)
def bank_reverses(town: Town, chance: Random) -> None:
    """A credit is taken back, told or not told yet; on either side, as banks differ."""
    original = town.draw(chance, list(town.told))
    if original is None or original.reversal:
        return
    notice = replace(
        original, host_serial=f"R{town.next():08d}", entry_date=town.bank_day, reversal=True,
        original_host_serial=original.host_serial, direction=chance.choice(list(Direction)),
        summary="冲正", amount_fen=original.amount_fen + (100 if chance.random() < 0.05 else 0),
    )  # fmt: skip
    town.bank.booked.append(town.book(notice))
    if chance.random() < 0.8:
        tell(town, chance, notice)
    else:
        town.late.append(notice)


@operation(4)
def bank_tells_of_payment(town: Town, chance: Random) -> None:
    """The debit of our own payment is told, or its money comes back."""
    order_id = town.draw(chance, list(town.settled))
    order = payments.payment(order_id, centre_id=town.centre_id) if order_id else None
    if order is None:
        return
    notice = debit_of(town, order.business_serial, order.amount_fen)
    if order.state is PaymentState.CONFIRMED and chance.random() < 0.4:
        if order.business_serial not in town.given_back:
            town.given_back[order.business_serial] = town.book(replace(
                notice, host_serial=f"B{town.next():08d}", direction=Direction.CREDIT, summary="退汇",
                entry_date=town.bank_day,
            ))  # fmt: skip
        notice = town.given_back[order.business_serial]
    hear(town, chance, notice)


@operation(3)
def fetch_entries(town: Town, chance: Random) -> None:
    """The centre asks for the entries of some days; the bank may be down in between."""
    since = town.today - timedelta(days=chance.choice((1, 5, 40)))
    town.bank.booked = [one for one in town.bank.booked if one.entry_date >= town.today - timedelta(days=60)]
    wanted = [one for one in town.bank.booked if since <= one.entry_date <= town.today]
    act(
        town, chance,
        lambda: treasury.fetch_entries(town.centre_id, town.bank_account_id, since, town.today, at=town.at),
        whole=False,
    )  # fmt: skip
    for notice in wanted:
        if not notice.reversal:
            learn(town, notice)
    for notice in wanted:
        if notice.reversal:
            learn(town, notice)
