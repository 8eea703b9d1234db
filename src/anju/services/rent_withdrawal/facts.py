"""What is found out for a rent withdrawal: the account, the months, homes and marriage, the card, what runs already."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anju.accounts import queries as accounts
from anju.casework import queries as casework
from anju.casework.types import Asking, Fact, Facts
from anju.contributions.queries.people import terms_of
from anju.exchange.actions import ask
from anju.exchange.types import Answer, Kind
from anju.kernel.identifiers import IdKind
from anju.kernel.money import format_fen
from anju.kernel.month import Month
from anju.parties import queries as parties
from anju.parties.types import PersonFacts
from anju.services.rent_withdrawal.labels import LABELS, MARRIAGE_ZH
from anju.treasury import queries as treasury
from anju.withdrawals import queries as withdrawals
from anju.withdrawals.types import Reason

BOOKS, CASES, BANK = "中心账簿", "中心业务系统", "中心收款账户登记"
EXCLUSIVE = ("rent_withdrawal",)
# Money for a month comes days after its payday, so the month before last may be the last one posted.
LATEST_GAP = 2


def gather(asking: Asking) -> Facts:
    """All facts of `service.FACTS`. Agencies that do not answer leave their fact unknown."""
    person_id = asking.subject.person_id
    assert person_id is not None, "members only"
    person = parties.person(person_id)
    assert person is not None, person_id
    account_id = accounts.account_of_person(person_id)
    found = [*_account(account_id, asking), *_running(person_id, account_id, asking), _card(person_id, asking)]
    spouse, marriage = _marriage(person, asking)
    found += [marriage, _homes("homes_own", person.name, person.id_number, asking)]
    spouse_account_id = _account_of(spouse, asking)
    found += [_homes_of_spouse(marriage, spouse, asking), _spouse_base(marriage, spouse_account_id, asking)]
    found.append(_spouse_taken(marriage, spouse_account_id, asking))
    return Facts(tuple(found))


def _fact(name: str, value: Any, text: str, source: str, at: datetime, *, serial: str = "", known: bool = True) -> Fact:
    return Fact(name, LABELS[name], value, text, source, serial, at.isoformat(timespec="seconds"), known)


def _account(account_id: int | None, asking: Asking) -> list[Fact]:
    at = asking.at
    if account_id is None:
        return [
            _fact("account_state", 0, "在本中心没有个人账户", BOOKS, at), _fact("frozen", False, "没有冻结", BOOKS, at),
            _fact("balance_fen", 0, "0.00 元", BOOKS, at), _fact("held_fen", 0, "0.00 元", BOOKS, at),
            _fact("continuous_months", 0, "没有缴存", BOOKS, at), _fact("own_base_fen", 0, "没有缴存基数", BOOKS, at),
        ]  # fmt: skip
    seen = accounts.overview(account_id)
    held_fen = seen.held_fen + seen.frozen_fen
    return [
        _fact("account_state", int(seen.state), f"账户{seen.state.zh}", BOOKS, at),
        _fact("frozen", seen.frozen, "账户已冻结" if seen.frozen else "没有冻结", BOOKS, at),
        _fact("balance_fen", seen.balance_fen, f"{format_fen(seen.balance_fen)} 元", BOOKS, at),
        _fact("held_fen", held_fen, f"{format_fen(held_fen)} 元", BOOKS, at),
        _months(account_id, asking),
        _base("own_base_fen", account_id, asking),
    ]  # fmt: skip


def _months(account_id: int, asking: Asking) -> Fact:
    paid = accounts.contribution_months(account_id)
    last = paid.last
    if last is None:
        return _fact("continuous_months", 0, "还没有缴存入账", BOOKS, asking.at)
    if Month.of(asking.on) - last > LATEST_GAP:
        return _fact("continuous_months", 0, f"最近一次缴存是{last.zh}，已经中断", BOOKS, asking.at)
    first = last - (paid.continuous - 1)
    text = f"{first.zh}至{last.zh}，每月均已入账，共 {paid.continuous} 个月"
    return _fact("continuous_months", paid.continuous, text, BOOKS, asking.at)


def _base(name: str, account_id: int, asking: Asking) -> Fact:
    """The contribution base stands for the monthly wage."""
    term = terms_of([account_id], month=Month.of(asking.on)).get(account_id)
    base_fen = int(term["base_fen"]) if term else 0
    text = f"{format_fen(base_fen)} 元" if term else "没有缴存基数"
    return _fact(name, base_fen, text, BOOKS, asking.at)


def _running(person_id: int, account_id: int | None, asking: Asking) -> list[Fact]:
    cases = casework.running_cases(person_id, services=EXCLUSIVE, but=asking.case_id)
    paying = account_id is not None and withdrawals.running(account_id)
    running = bool(cases) or paying
    text = f"案件 {cases[0][1]} 正在办理" if cases else "有一笔提取等待银行付款" if paying else "没有"
    taken = sorted(withdrawals.periods_taken(account_id, Reason.RENT)) if account_id is not None else []
    said = f"最近一次提取的是{taken[-1].zh}房租" if taken else "没有提取过房租"
    return [
        _fact("other_case_running", running, text, CASES, asking.at),
        _fact("periods_taken", [str(month) for month in taken], said, BOOKS, asking.at),
    ]


def _card(person_id: int, asking: Asking) -> Fact:
    card = treasury.bound_card(person_id, at=asking.at)
    if card is None:
        return _fact("card", {"ready": False, "tail": ""}, "还没有绑定收款卡", BANK, asking.at)
    wait = "" if card.usable else f"，{card.usable_from:%m月%d日 %H:%M} 起可以收款"
    text = f"{card.bank_name} 尾号 {card.tail}，本人{wait}"
    return _fact("card", {"ready": card.usable, "tail": card.tail}, text, BANK, asking.at)


# ------------------------------------------------------------------------------------------ other agencies


def _ask(kind: Kind, asking: Asking, **params: str) -> Answer:
    return ask(kind, params, centre_id=asking.subject.centre_id, at=asking.at, case_id=asking.case_id)


def _unknown(name: str, answer: Answer, asking: Asking) -> Fact:
    return _fact(name, None, "未能查到", answer.source_zh, asking.at, serial=answer.serial, known=False)


def _marriage(person: PersonFacts, asking: Asking) -> tuple[dict[str, str] | None, Fact]:
    """The spouse's name and number stay here: no fact carries them."""
    answer = _ask(Kind.MARRIAGE, asking, name=person.name, id_number=person.id_number)
    if not answer.known:
        return None, _unknown("marital_status", answer, asking)
    status = str(answer.facts["status"])
    fact = _fact("marital_status", status, MARRIAGE_ZH[status], answer.source_zh, asking.at, serial=answer.serial)
    return answer.facts.get("spouse"), fact


def _homes(name: str, person_name: str, id_number: str, asking: Asking) -> Fact:
    answer = _ask(Kind.HOMES, asking, name=person_name, id_number=id_number)
    if not answer.known:
        return _unknown(name, answer, asking)
    homes = int(answer.facts["homes"])
    return _fact(name, homes, f"名下住房 {homes} 套", answer.source_zh, asking.at, serial=answer.serial)


def _homes_of_spouse(marriage: Fact, spouse: dict[str, str] | None, asking: Asking) -> Fact:
    if marriage.known and marriage.value != "married":
        return _fact("homes_spouse", None, "没有配偶，不需要查询", marriage.source, asking.at)
    if spouse is None:
        return _fact("homes_spouse", None, "未能查到", "不动产登记系统", asking.at, known=False)
    return _homes("homes_spouse", spouse["name"], spouse["id_number"], asking)


def _spouse_base(marriage: Fact, account_id: int | None, asking: Asking) -> Fact:
    name = "spouse_base_fen"
    if marriage.known and marriage.value != "married":
        return _fact(name, None, "没有配偶，不需要查询", marriage.source, asking.at)
    if account_id is None:
        return _fact(name, None, "未能查到（配偶在本中心没有账户）", BOOKS, asking.at, known=False)
    return _base(name, account_id, asking)


def _spouse_taken(marriage: Fact, account_id: int | None, asking: Asking) -> Fact:
    """What the spouse took of this month's rent in this centre; the account's number is shown to nobody."""
    name, month = "spouse_taken", Month.of(asking.on)
    if not marriage.known:
        return _fact(name, None, "未能查到", marriage.source, asking.at, known=False)
    if marriage.value != "married":
        return _fact(name, None, "没有配偶，不需要查询", marriage.source, asking.at)
    taken_fen = withdrawals.taken_fen(account_id, Reason.RENT, month) if account_id is not None else 0
    text = f"配偶已提取{month.zh}房租 {format_fen(taken_fen)} 元" if taken_fen else f"配偶没有提取{month.zh}房租"
    return _fact(name, {"fen": taken_fen, "account_id": account_id}, text, BOOKS, asking.at)


def _account_of(spouse: dict[str, str] | None, asking: Asking) -> int | None:
    if spouse is None:
        return None
    known = parties.person_by_document(IdKind.ID18, spouse["id_number"], centre_id=asking.subject.centre_id)
    return accounts.account_of_person(known.person_id) if known else None
