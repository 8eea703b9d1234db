"""What the bank does by itself: fees it takes and interest it pays, booked by two people, sent back, taken back."""

from __future__ import annotations

from random import Random

from anju.command.simulation.acting import act
from anju.command.simulation.bank import tell
from anju.command.simulation.plan import operation
from anju.command.simulation.town import CENTRE_ACCOUNT, Town
from anju.contributions import queries as months
from anju.contributions.types import SuspenseState
from anju.kernel.actor import Actor
from anju.treasury import actions as treasury
from anju.treasury import queries
from anju.treasury.booking_types import BookingPurpose, BookingState, BookingWaiting
from anju.treasury.types import Direction, EntryNotice, NoticeState

OFFICES = ("treasurer", "second_treasurer", "accountant", "second_accountant")


@operation(2)
def bank_takes_or_pays(town: Town, chance: Random) -> None:
    """A fee that nobody ordered, or the interest of the account."""
    fee = chance.random() < 0.6
    notice = EntryNotice(
        account=CENTRE_ACCOUNT, host_serial=f"{'F' if fee else 'D'}{town.next():08d}",
        direction=Direction.DEBIT if fee else Direction.CREDIT, amount_fen=chance.randint(1, 90_000),
        entry_date=town.bank_day, booked_time=f"{town.at:%H%M%S}", summary="手续费" if fee else "结息",
    )  # fmt: skip
    town.bank.booked.append(town.book(notice))
    if chance.random() < 0.8:
        tell(town, chance, notice)
    else:
        town.late.append(notice)


@operation(4)
def propose_booking(town: Town, chance: Random) -> None:
    """Somebody says what an entry was; now and then of the wrong side, or that what was booked was wrong."""
    who = _office(town, chance)
    booked = queries.bookings(town.centre_id, waiting=False, limit=5)
    standing = [one for one in booked if one.booking.state is BookingState.BOOKED
                and one.booking.purpose is not BookingPurpose.UNDO]  # fmt: skip
    if standing and chance.random() < 0.2:
        entry, purpose = chance.choice(standing).booking.notice_id, BookingPurpose.UNDO
    else:
        debits = [
            (one.notice_id, chance.choice((BookingPurpose.BANK_FEE, BookingPurpose.TO_RECOVER)))
            for one in queries.notices(town.centre_id, states=(NoticeState.UNEXPECTED,), limit=20) if not one.reversal
        ]  # fmt: skip
        credits = [
            (one.receipt_id, BookingPurpose.INTEREST)
            for one in months.suspense_items(town.centre_id, states=(SuspenseState.OPEN,), limit=20)
            if one.summary == "结息"
        ]  # fmt: skip
        drawn = town.draw(chance, debits + credits)
        if drawn is None:
            return
        entry, purpose = drawn
        if chance.random() < 0.1:
            purpose = BookingPurpose.BANK_FEE if purpose is BookingPurpose.INTEREST else BookingPurpose.INTEREST
            act(town, chance, lambda: treasury.propose_booking(
                entry, purpose, reason="看错", actor=who, at=town.at), refused=True)  # fmt: skip
            return
    act(town, chance, lambda: treasury.propose_booking(entry, purpose, reason="问过银行", actor=who, at=town.at))


@operation(5)
def decide_booking(town: Town, chance: Random) -> None:
    """Another person books it or sends it back; who proposed it and a clerk may not."""
    waiting = town.draw(chance, queries.bookings(town.centre_id, waiting=True, limit=20))
    if waiting is None:
        return
    one, who = waiting.booking, _office(town, chance)
    own = who.person_id == one.maker_person_id
    if chance.random() < 0.2:
        act(town, chance, lambda: treasury.decline_booking(
            one.booking_id, reason="没有凭据", actor=who, at=town.at))  # fmt: skip
        return
    if chance.random() < 0.1:
        who, own = town.actor("clerk"), True
    done = act(town, chance, lambda: treasury.confirm_booking(
        one.booking_id, digest=one.digest, actor=who, at=town.at), refused=own)  # fmt: skip
    if done.done:
        _learn(town, waiting)


def _office(town: Town, chance: Random) -> Actor:
    return town.actor(chance.choice(OFFICES))


def _learn(town: Town, decided: BookingWaiting) -> None:
    """A debit leaves the books' deposits when it is booked, and is there again when that is taken back."""
    if decided.direction is Direction.DEBIT:
        back = decided.booking.purpose is BookingPurpose.UNDO
        town.model.deposits_fen += decided.booking.amount_fen if back else -decided.booking.amount_fen
