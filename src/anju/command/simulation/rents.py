"""What members do: open the online service, take out rent, take it back; and how people decide."""

from __future__ import annotations

from random import Random

from anju.casework import actions as cases
from anju.casework import queries as case_queries
from anju.casework.types import CaseState, Proposal
from anju.command.simulation.acting import act
from anju.command.simulation.plan import operation
from anju.command.simulation.town import Person, Town, log_in
from anju.exchange.types import Kind
from anju.identity.types import Role
from anju.treasury.fake_bank import AskMood, PayMood

MOODS = tuple(PayMood)
ENOUGH_MONTHS = 3
AT_DESK = (CaseState.REVIEW, CaseState.APPROVAL)


@operation(5)
def go_online(town: Town, chance: Random) -> None:
    """A member opens the online service and binds the card; the bank may be down when asked about it."""
    person = town.draw(chance, [one for one in town.people if one.actor is None])
    if person is None:
        return
    person.actor = log_in(town, person.name, Role.MEMBER, person_id=person.person_id, number=person.id_number)
    town.bank.cards[person.card] = (person.name, person.id_number)
    _bind(town, chance, person)


@operation(2)
def bind_card(town: Town, chance: Random) -> None:
    """The card once more, or for the first time."""
    person = town.draw(chance, [one for one in town.people if one.actor is not None])
    if person is not None:
        _bind(town, chance, person)


def _bind(town: Town, chance: Random, person: Person) -> None:
    town.bank.down = chance.random() < 0.1
    key, who = f"card-{town.next()}", person.actor
    assert who is not None
    try:
        act(town, chance, lambda: cases.submit("bank_card", {"card": person.card}, actor=who, key=key, at=town.at),
            whole=False)  # fmt: skip
    finally:
        town.bank.down = False


@operation(16)
def ask_rent(town: Town, chance: Random) -> None:
    """A member asks for rent, mostly one with months behind; agencies may be silent, and the bank has its moods."""
    online = [one for one in town.people if one.actor is not None]
    paid = [one for one in online if town.model.months(one.account_id) >= ENOUGH_MONTHS]
    person = town.draw(chance, paid if paid and chance.random() < 0.9 else online)
    if person is None:
        return
    who, key, fen = person.actor, f"rent-{town.next()}", chance.choice((1_500, 3_300, 9_900, 9_900)) * 100
    assert who is not None
    if chance.random() < 0.5:
        town.bank.will(*chance.choices(MOODS, k=chance.randint(1, 2)))
        town.bank.will_answer(chance.choices(list(AskMood), k=chance.randint(0, 3)))
    silent = chance.random() < 0.25
    if silent:
        town.agencies.down(Kind.MARRIAGE)
    try:
        made = act(
            town, chance,
            lambda: cases.submit("rent_withdrawal", {"monthly_rent": fen}, actor=who, key=key, at=town.at),
            whole=False,
        )  # fmt: skip
    finally:
        town.agencies.up()
        town.agencies.asked.clear()
    if made.done:
        town.cases.append((made.value.case_id, who))
        town.said.append(str(made.value.state))


@operation(4)
def withdraw_case(town: Town, chance: Random) -> None:
    """A member takes the request back; nobody else can."""
    found = town.draw(chance, list(town.cases))
    if found is None:
        return
    case_id, who = found
    other = town.draw(chance, [one.actor for one in town.people if one.actor not in (None, who)])
    if other is not None and chance.random() < 0.3:
        act(town, chance, lambda: cases.withdraw(case_id, actor=other, at=town.at), refused=True)
    act(town, chance, lambda: cases.withdraw(case_id, actor=who, at=town.at, reason="不租了"))


@operation(9)
def decide(town: Town, chance: Random) -> None:
    """A clerk establishes and proposes, a reviewer agrees; neither may do the other's part."""
    clerk, reviewer = town.actor("clerk"), town.actor("reviewer")
    waiting = (case_queries.desk_case(reviewer, case_id) for case_id, _ in chance.sample(town.cases, len(town.cases)))
    seen = next((one for one in waiting if one.state in AT_DESK), None)
    if seen is None:
        return
    case_id, state = seen.case_id, CaseState(seen.state)
    if state is CaseState.REVIEW:
        if chance.random() < 0.2:
            act(town, chance, lambda: cases.propose(
                case_id, Proposal.AGREE, reasons="同意", actor=reviewer, at=town.at), refused=True)  # fmt: skip
        act(town, chance, lambda: cases.establish_fact(
            case_id, "marital_status", "single", evidence="电话核实，查无婚姻登记", actor=clerk, at=town.at),
            whole=False, once=False)  # fmt: skip
        act(town, chance, lambda: cases.propose(
            case_id, Proposal.AGREE, reasons="已核实，同意。", actor=clerk, at=town.at), once=False)  # fmt: skip
    elif state is CaseState.APPROVAL:
        digest = seen.seen_digest
        if chance.random() < 0.2:
            act(town, chance, lambda: cases.approve(case_id, seen_digest=digest, actor=clerk, at=town.at),
                refused=True)  # fmt: skip
        if chance.random() < 0.2:
            act(town, chance, lambda: cases.return_to_clerk(
                case_id, reason="请再核实", actor=reviewer, at=town.at), once=False)  # fmt: skip
        else:
            act(town, chance, lambda: cases.approve(case_id, seen_digest=digest, actor=reviewer, at=town.at))
