"""What happened to the named characters, and to some of their colleagues, before today; each act on its day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.accounts.types import FreezeKind
from anju.contributions.roster.types import ChangeKind, SealReason
from anju.contributions.types import ListSource
from anju.demo.characters import BY_KEY, CHARACTERS, MEMBERS, Character
from anju.demo.city import City, moment
from anju.demo.filing import file
from anju.demo.outside import CENTRE_ACCOUNT, PAUSE
from anju.demo.population import Resident
from anju.demo.rents import Ask, put_rent
from anju.demo.settling import change_at_counter, leaving_line, registered_at, settle_member
from anju.kernel.identifiers import IdKind
from anju.kernel.month import Month
from anju.notices import actions as notices
from anju.parties import queries as parties
from anju.treasury import actions as treasury
from anju.treasury import queries as payments
from anju.treasury.types import Direction, EntryNotice, PaymentState

# key, rent, for which of the last months (1 is the one before this), on which day
RENTS = (
    ("renter", 2600, (3, 2, 1), 6), ("married", 2400, (1,), 8), ("moved", 1750, (1,), 11),
    ("asked_again", 1600, (1,), 15), ("homeowner", 2000, (1,), 9), ("returned", 2600, (2, 1), 12),
)  # fmt: skip


def plan_lives(city: City) -> None:
    """Put the past of the characters on the agenda."""
    for character in MEMBERS:
        if character.role == "member" and character.joined:
            settle_member(city, character)
    for key, rent_yuan, back, day in RENTS:
        for months_ago in back:
            at = moment(city.months[-months_ago].first_day.replace(day=day), 12, day * 3)
            put_rent(city, Ask(city.actor(key), rent_yuan, at))
    _plan_changes(city)
    last = city.months[-1].first_day
    _put(city, moment(last.replace(day=14), 11), _freeze_account)
    _put(city, moment(last.replace(day=12), 12, 30), _close_card)
    _put(city, moment(last.replace(day=25), 15, 5), _money_came_back)


def _put(city: City, at: datetime, act: Callable[[City, datetime], None]) -> None:
    city.agenda.put(at, partial(act, city, at))


# ----------------------------------------------------------------------------------------------- changes of staff


def _plan_changes(city: City) -> None:
    """On the first day of the month from which they take effect, before the unit declares it."""
    months = city.months
    seal, new = ChangeKind.SEAL, ChangeKind.NEW
    colleagues = city.residents["jiangnan"]
    _change(city, "agent", BY_KEY["sealed"], seal, months[-1], SealReason.CONTRACT_ENDED)
    _change(city, "agent", colleagues[1], seal, months[-2], SealReason.RETIRED)
    _change(city, "agent", colleagues[2], seal, months[-1], SealReason.UNPAID_LEAVE)
    _change(city, "agent", city.population.take(1)[0], new, months[-1])
    _change(city, "school_agent", city.residents["school"][1], ChangeKind.TRANSFER_OUT, months[-1], SealReason.MOVED)
    newcomer, moved = BY_KEY["newcomer"], BY_KEY["moved"]
    _change(city, "wrong_file", newcomer, new, months[-1])
    city.agenda.put(registered_at(city, newcomer), partial(settle_member, city, newcomer))
    left = moment(months[-4].first_day, 10)
    city.agenda.put(left, partial(_leave_unit, city, moved, months[-4], left))
    _change(city, "wrong_file", moved, ChangeKind.TRANSFER_IN, months[-4])


def plan_changes_of_this_month(city: City) -> None:
    """Somebody came to the largest unit and somebody left, before its agent declared."""
    now, at = Month.of(city.at.date()), city.this_month(2, 16, 10)
    newcomer, leaver = city.population.take(1)[0], city.residents["jiangnan"][4]
    _change(city, "agent", newcomer, ChangeKind.NEW, now, at=at)
    _change(city, "agent", leaver, ChangeKind.SEAL, now, SealReason.CONTRACT_ENDED, at=at)


def _change(
    city: City, agent: str, who: Character | Resident, change: ChangeKind, month: Month,
    reason: SealReason | None = None, *, at: datetime | None = None,
) -> None:  # fmt: skip
    """An agent files a change of one person by form, on the first day of the month if on no other."""
    base_fen = who.base_yuan * 100 if isinstance(who, Character) else who.base_fen
    staying = reason is None
    typed = {
        "change": change.value, "name": who.name, "id_number": who.id_number, "month": str(month),
        "phone": who.phone if staying else "", "base_fen": f"{base_fen // 100}" if staying else "",
        "reason": reason.value if reason else "",
    }  # fmt: skip
    filed = at or moment(month.first_day, 16, 10)
    city.agenda.put(filed, partial(_file_change, city, agent, typed, filed))


def _file_change(city: City, agent: str, typed: dict[str, str], at: datetime) -> None:
    file(city, "member_change", typed, actor=city.actor(agent), at=at)
    city.outside.catch_up(at)


def _leave_unit(city: City, who: Character, month: Month, at: datetime) -> None:
    """The old unit has no agent online: the sealing is brought to the counter."""
    person = parties.person_by_document(IdKind.ID18, who.id_number, centre_id=city.centre_id)
    assert person is not None
    account_id = account_queries.account_of_person(person.person_id)
    assert account_id is not None
    line = leaving_line(
        who.name, who.id_number, month, account_id=account_id, person_id=person.person_id,
        reason=SealReason.CONTRACT_ENDED.value,
    )  # fmt: skip
    change_at_counter(city, city.units[who.unit], (line,), month, source=ListSource.FORM, at=at)
    city.outside.catch_up(at)


def read_old_messages(city: City) -> None:
    """Before this month began, everybody named had read what was in the inbox, their own and their unit's."""
    at = moment(city.at.date().replace(day=1), 0)
    for character in CHARACTERS:
        person_id, unit_id = city.people.get(character.key), city.units.get(character.unit)
        notices.mark_all_read(at=at, login_id=city.logins[character.key], person_id=person_id)
        if character.role.startswith("unit"):
            notices.mark_all_read(at=at, unit_id=unit_id)


# ---------------------------------------------------------------------------------------------- accounts and money


def _freeze_account(city: City, at: datetime) -> None:
    _freeze(city, city.people["frozen"], FreezeKind.RECEIVE_ONLY, None, "（2026）演示执 17 号", at)
    person = parties.person_by_document(
        IdKind.ID18, city.residents["jiangnan"][3].id_number, centre_id=city.centre_id
    )
    assert person is not None
    _freeze(city, person.person_id, FreezeKind.AMOUNT, 800_000, "（2026）演示执 21 号", at)


def _freeze(
    city: City, person_id: int, kind: FreezeKind, amount_fen: int | None, document: str, at: datetime
) -> None:
    account_id = account_queries.account_of_person(person_id)
    assert account_id is not None
    accounts.freeze(
        account_id, kind=kind, amount_fen=amount_fen, authority="安居市临湖区人民法院（演示）", document=document,
        actor=city.actor("clerk"), at=at,
    )  # fmt: skip


def _close_card(city: City, at: datetime) -> None:
    """From now on the bank knows this card as closed: the payment of minutes later is returned."""
    city.outside.closed_cards.add(BY_KEY["returned"].card)


def _money_came_back(city: City, at: datetime) -> None:
    """A payment the bank had made comes back days later (退汇); a counter-entry gives it back to the account."""
    paid = [one for one in payments.recent_payments(city.centre_id, limit=30) if one.state is PaymentState.CONFIRMED]
    named = {one.card[-4:] for one in MEMBERS}
    order = next(one for one in paid if one.payee_tail not in named)
    notice = EntryNotice(
        account=CENTRE_ACCOUNT, host_serial=f"B{at:%Y%m%d}000001", direction=Direction.CREDIT,
        amount_fen=order.amount_fen, entry_date=at.date(), booked_time=f"{at:%H%M%S}", summary="退汇",
        counter_name=order.payee_masked, original_serial=order.business_serial,
    )  # fmt: skip
    city.outside.book(notice, at)
    treasury.receive_notice(notice, at=at)
    city.outside.catch_up(at + PAUSE)
