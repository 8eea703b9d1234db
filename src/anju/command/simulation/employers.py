"""What employers do: open, take on and let go, declare, approve, take back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from anju.accounts.queries import account_ids
from anju.command.simulation.acting import act
from anju.command.simulation.plan import operation
from anju.command.simulation.town import Person, Town, Unit, id_number, log_in, unit_code
from anju.contributions import actions as contributions
from anju.contributions import queries as months
from anju.contributions.queries.units import next_month
from anju.contributions.roster.types import ChangeKind, CheckedList, RosterLine, SealReason
from anju.contributions.types import ListSource, RemittanceSeen
from anju.identity.types import Role
from anju.kernel.identifiers import IdKind
from anju.kernel.month import Month
from anju.parties import actions as parties
from anju.parties.queries import person_by_document
from anju.parties.types import UnitDraft

MOST_UNITS, MOST_PEOPLE = 6, 9
BASES_YUAN = (4200, 5500, 6600, 8000, 9300, 12000, 21000)
RATIO = Decimal("0.12")


def month_fen(base_fen: int) -> int:
    """Both sides of a month; bases are whole hundreds of yuan, so that nothing is rounded."""
    return base_fen * 24 // 100


def some_unit(town: Town, chance: Random) -> Unit | None:
    return town.draw(chance, town.units)


def open_months(town: Town, unit: Unit) -> list[RemittanceSeen]:
    """Months that were declared and are not paid."""
    return [one for one in months.remittances(town.centre_id, unit.unit_id, limit=6) if one.unpaid]


@operation(4)
def open_unit(town: Town, chance: Random) -> None:
    """A clerk registers an employer; two of its people get log-ins."""
    if len(town.units) >= MOST_UNITS:
        return
    n = town.next()
    first_month, second = Month.of(town.today), chance.random() < 0.4
    draft = UnitDraft(
        name=f"模拟{n}有限公司", uscc=unit_code(n), address="", nature="33", payday=chance.randint(1, 28),
        first_month=first_month, unit_ratio=RATIO, person_ratio=RATIO, legal_person_name="法人",
        bank_account=f"62280000{n:08d}", bank_name="模拟银行", second_approval=second,
    )  # fmt: skip
    clerk = town.actor("clerk")
    known: list[int] = []

    def register() -> int:
        known.append(parties.register_unit(draft, centre_id=town.centre_id, actor=clerk, at=town.at))
        return known[-1]

    act(town, chance, register, once=False)
    if not known:
        return
    agent, other = (log_in(town, "经办", Role.UNIT_AGENT, unit_id=known[0]) for _ in range(2))
    town.units.append(Unit(known[0], draft.name, draft.bank_account, agent, other, second, first_month.first_day))
    _hire(town, chance, town.units[-1], chance.randint(2, 4))


@operation(5)
def hire(town: Town, chance: Random) -> None:
    """New people come by a list."""
    unit = some_unit(town, chance)
    if unit is not None and len([one for one in unit.people.values() if not one.closed]) < MOST_PEOPLE:
        _hire(town, chance, unit, chance.randint(1, 2))


def _hire(town: Town, chance: Random, unit: Unit, people: int) -> None:
    month = month_of(town, unit)
    lines: list[RosterLine] = []
    for _ in range(people):
        n = town.next()
        lines.append(
            RosterLine(
                row=len(lines) + 1, change=ChangeKind.NEW, name="职工", id_kind=IdKind.ID18, id_number=id_number(n),
                phone=f"1602{n:07d}", base_fen=chance.choice(BASES_YUAN) * 100, unit_ratio=RATIO, person_ratio=RATIO,
                month=month, reason="",
            )
        )  # fmt: skip
    if not _apply(town, chance, unit, month, lines):
        return
    for line in lines:
        person = person_by_document(IdKind.ID18, line.id_number, centre_id=town.centre_id)
        assert person is not None and line.base_fen is not None
        account_id = account_ids([person.person_id])[person.person_id]
        unit.people[account_id] = Person(
            line.name, line.id_number, line.phone, person.person_id, account_id,
            {month.number: line.base_fen},
        )
        town.model.open(account_id, town.booked_on)


def month_of(town: Town, unit: Unit) -> Month:
    """The unit's next month to declare."""
    return next_month(town.centre_id, unit.unit_id, first_month=Month.of(unit.first_month))


def _apply(town: Town, chance: Random, unit: Unit, month: Month, lines: list[RosterLine]) -> bool:
    checked = CheckedList(
        month=month, full_roster=False, sheet="", columns={}, unused=(), lines=tuple(lines), problems=(), left_out=()
    )
    digest = town.next().to_bytes(8, "big")
    done = act(
        town, chance,
        lambda: contributions.apply_changes(
            checked, centre_id=town.centre_id, unit_id=unit.unit_id, source=ListSource.FORM, actor=unit.agent,
            at=town.at, verify_elsewhere=False, content_digest=digest,
        ),
    )  # fmt: skip
    return done.done


def _line(person: Person, change: ChangeKind, month: Month, *, reason: str = "", base_fen: int | None = None
          ) -> RosterLine:  # fmt: skip
    return RosterLine(
        row=1, change=change, name=person.name, id_kind=IdKind.ID18, id_number=person.id_number, phone=person.phone,
        base_fen=base_fen, unit_ratio=RATIO, person_ratio=RATIO, month=month, reason=reason,
        account_id=person.account_id, person_id=person.person_id, old_base_fen=person.base_fen(month),
    )  # fmt: skip


@operation(3)
def leave(town: Town, chance: Random) -> None:
    """Somebody leaves; the account is sealed."""
    unit = some_unit(town, chance)
    person = town.draw(chance, unit.normal()) if unit else None
    if unit is None or person is None or len(unit.normal()) < 2:
        return
    month = month_of(town, unit)
    line = _line(person, ChangeKind.SEAL, month, reason=SealReason.CONTRACT_ENDED.value)
    if _apply(town, chance, unit, month, [line]):
        person.sealed = True


@operation(3)
def come_back(town: Town, chance: Random) -> None:
    """A sealed account is unsealed, or moves to another unit."""
    unit, target = some_unit(town, chance), some_unit(town, chance)
    person = town.draw(chance, unit.sealed()) if unit else None
    if unit is None or target is None or person is None:
        return
    month = month_of(town, target)
    kind = ChangeKind.UNSEAL if target is unit else ChangeKind.TRANSFER_IN
    base_fen = chance.choice(BASES_YUAN) * 100
    if _apply(town, chance, target, month, [_line(person, kind, month, base_fen=base_fen)]):
        del unit.people[person.account_id]
        bases = {**person.bases, month.number: base_fen}
        target.people[person.account_id] = replace(person, sealed=False, bases=bases)


@operation(2)
def change_base(town: Town, chance: Random) -> None:
    """A wage changed."""
    unit = some_unit(town, chance)
    person = town.draw(chance, unit.normal()) if unit else None
    if unit is None or person is None:
        return
    month, base_fen = month_of(town, unit), chance.choice(BASES_YUAN) * 100
    if _apply(town, chance, unit, month, [_line(person, ChangeKind.BASE, month, base_fen=base_fen)]):
        person.bases[month.number] = base_fen


@operation(9)
def declare(town: Town, chance: Random) -> None:
    """An agent declares the next month, or one too many."""
    unit = some_unit(town, chance)
    if unit is not None:
        declare_month(town, chance, unit, month_of(town, unit) + (1 if chance.random() < 0.1 else 0))


def declare_month(town: Town, chance: Random, unit: Unit, month: Month) -> None:
    """What the month will bring to each account is computed here as well. People without a base get one first."""
    without = [one for one in unit.normal() if one.base_fen(month) is None]
    for person in without if month == month_of(town, unit) and chance.random() < 0.8 else ():
        base_fen = chance.choice(BASES_YUAN) * 100
        if _apply(town, chance, unit, month, [_line(person, ChangeKind.BASE, month, base_fen=base_fen)]):
            person.bases[month.number] = base_fen
    expected = {one.account_id: month_fen(one.base_fen(month) or 0) for one in unit.normal()}
    asked = sum(expected.values()) if chance.random() < 0.5 else None
    done = act(
        town, chance,
        lambda: contributions.declare_month(
            town.centre_id, unit.unit_id, month, actor=unit.agent, at=town.at, expected_total_fen=asked
        ),
    )  # fmt: skip
    if done.done and done.value.remittance_id not in town.model.frozen:
        town.model.frozen[done.value.remittance_id] = expected


@operation(7)
def approve(town: Town, chance: Random) -> None:
    """The second person approves; the first may not."""
    unit = some_unit(town, chance)
    found = town.draw(chance, open_months(town, unit)) if unit else None
    if unit is not None and found is not None and found.approved_by_person_id is None:
        approve_month(town, chance, unit, found)


def approve_month(town: Town, chance: Random, unit: Unit, found: RemittanceSeen) -> None:
    """Refused to whoever declared."""
    if chance.random() < 0.2:
        act(town, chance, lambda: contributions.approve_remittance(
            town.centre_id, unit.unit_id, found.remittance_id, actor=unit.agent, at=town.at), refused=True)  # fmt: skip
    act(town, chance, lambda: contributions.approve_remittance(
        town.centre_id, unit.unit_id, found.remittance_id, actor=unit.second, at=town.at))  # fmt: skip


@operation(3)
def take_back(town: Town, chance: Random) -> None:
    """A declaration is taken back, unless money has come; another unit may not."""
    unit, other = some_unit(town, chance), some_unit(town, chance)
    if unit is None or other is None:
        return
    found = town.draw(chance, months.remittances(town.centre_id, unit.unit_id, limit=3))
    if found is None:
        return
    act(
        town, chance,
        lambda: contributions.cancel_remittance(
            town.centre_id, other.unit_id, found.remittance_id, reason="经办人撤回", actor=other.agent, at=town.at
        ),
        refused=other is not unit,
    )  # fmt: skip
