"""Cases that are open today, one of every kind in every state of the desk, filed by the people they belong to.

Waiting, claimed, in correction, mended, proposed, returned, overdue; and a few that ended lately.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from anju.casework import actions as casework
from anju.casework.types import CaseState, Proposal
from anju.demo.characters import BY_KEY
from anju.demo.city import City
from anju.demo.filing import file
from anju.demo.outside import PAUSE
from anju.demo.papers import paper
from anju.demo.population import Resident, credit_code
from anju.demo.rents import enough, establish_single, file_rent, not_online
from anju.demo.settling import applicant_of, household_of, know_company, registered_at
from anju.exchange.types import Kind
from anju.files import actions as files
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind
from anju.kernel.month import Month
from anju.parties import queries as parties
from anju.support import actions as support

TEN_MINUTES = timedelta(minutes=10)
COMPANIES = ("安居望云餐饮有限公司", "安居启程货运有限公司", "安居青禾幼教有限公司")
FIRST_COMPANY = 900


def open_cases(city: City) -> None:
    """Fill the desk's queues."""
    _rents_to_review(city, _renters(city, 10))
    _rents_of_characters(city)
    _openings_of_members(city)
    _openings_of_units(city)
    _cards(city)
    _what_is_wrong(city)


@contextmanager
def _silent(city: City, kind: Kind) -> Iterator[None]:
    city.outside.silent = {kind}
    try:
        yield
    finally:
        city.outside.silent = set()


def _renters(city: City, count: int) -> list[Actor]:
    """Members with a card past its wait, of units that pay regularly, who have not taken out rent yet."""
    people = not_online(city)
    chosen = people[:: max(len(people) // count, 1)][:count]
    return [household_of(city, one, city.ago(12, 19, place * 3)) for place, one in enumerate(chosen)]


def _file(city: City, who: Actor, rent_yuan: int, at: datetime, kind: Kind = Kind.MARRIAGE) -> int:
    """A rent that the rule cannot decide, because a register was silent."""
    with _silent(city, kind):
        made = file_rent(city, who, enough(city, rent_yuan, at), at)
    assert made.state is CaseState.REVIEW, made
    city.outside.catch_up(at)
    return made.case_id


# ------------------------------------------------------------------------------------------------------------ rent


def _rents_to_review(city: City, who: list[Actor]) -> None:
    clerk, second = city.actor("clerk"), city.actor("second_clerk")
    _file(city, who[0], 1320, city.ago(0, 9, 5))
    _file(city, who[1], 2300, city.ago(1, 15, 30), Kind.HOMES)
    _file(city, who[2], 1600, city.ago(1, 11, 10))
    casework.claim(_file(city, who[3], 1450, city.ago(1, 14, 20)), actor=clerk, at=city.at)
    casework.claim(_file(city, who[4], 1680, city.ago(1, 10, 45), Kind.HOMES), actor=second, at=city.at)
    _mended(city, who[5])
    for place, (person, proposer) in enumerate(((who[6], second), (who[7], clerk))):
        case_id = _file(city, person, 1280 + 240 * place, city.ago(2, 10 + place))
        establish_single(city, case_id, proposer, city.ago(1, 9, 40 + place))
        casework.propose(
            case_id, Proposal.AGREE, reasons="婚姻状况已经电话核实，其余事实齐全，同意系统的建议。", actor=proposer,
            at=city.ago(1, 9, 50 + place),
        )  # fmt: skip
    _proposed_to_refuse(city, who[8])
    _returned(city, who[9])


def _mended(city: City, who: Actor) -> None:
    """Asked for a lease, handed in, back at the desk."""
    case_id = _file(city, who, 2450, city.ago(4, 9, 20), Kind.HOMES)
    casework.request_correction(
        case_id, items=["no_home"], note="不动产登记系统今天没有答复，请上传登记中心出具的查询结果。",
        actor=city.actor("clerk"), at=city.ago(3, 10, 5),
    )  # fmt: skip
    content = paper("不动产登记信息查询结果", f"查询对象：{who.name}", "查询范围：安居市全域", "结果：名下没有住房登记")
    at = city.ago(1, 20, 10)
    file_id = files.keep(
        content, "查询结果.pdf", centre_id=city.centre_id, purpose="case:no_home", at=at,
        owner_person_id=who.person_id, case_id=case_id, login_id=who.login_id,
    )  # fmt: skip
    with _silent(city, Kind.HOMES):
        casework.supplement(case_id, papers={"no_home": file_id}, actor=who, at=at)
    city.outside.catch_up(at)


def _proposed_to_refuse(city: City, who: Actor) -> None:
    case_id = _file(city, who, 2900, city.ago(3, 13, 40))
    establish_single(city, case_id, city.actor("second_clerk"), city.ago(2, 10))
    casework.propose(
        case_id, Proposal.REFUSE, reasons="电话核对时本人说房租由单位承担，没有实际支付房租。",
        article="withdrawal_measure.rent_amount", actor=city.actor("second_clerk"), at=city.ago(2, 10, 20),
    )  # fmt: skip


def _returned(city: City, who: Actor) -> None:
    """The reviewer wants it looked at again."""
    clerk, reviewer = city.actor("clerk"), city.actor("reviewer")
    case_id = _file(city, who, 1560, city.ago(2, 14))
    establish_single(city, case_id, clerk, city.ago(1, 9, 10))
    casework.propose(
        case_id, Proposal.AGREE, reasons="已核实，同意系统的建议。", actor=clerk, at=city.ago(1, 9, 20)
    )
    casework.return_to_clerk(
        case_id, reason="请写明是向哪个窗口核实的，并留下核实时间。", actor=reviewer, at=city.ago(1, 16, 30)
    )


def _rents_of_characters(city: City) -> None:
    _file(city, city.actor("overdue"), 2350, city.ago(6, 10, 5))
    case_id = _file(city, city.actor("correction"), 1750, city.ago(3, 12, 25))
    at = city.ago(2, 9, 30)
    casework.request_correction(
        case_id, items=["marriage"], note="民政系统当天没有答复。单身的，上传一份签了名的单身声明就可以。",
        actor=city.actor("clerk"), at=at,
    )  # fmt: skip
    city.outside.catch_up(at)
    withdrawn = _file(city, city.actor("spouse"), 1500, city.ago(5, 21, 15))
    casework.withdraw(withdrawn, actor=city.actor("spouse"), at=city.ago(4, 8, 5), reason="和妻子商量好由她申请")
    file_rent(city, city.actor("two_homes"), 2000, city.ago(4, 18, 20))
    city.outside.catch_up(city.ago(4, 18, 21))


# -------------------------------------------------------------------------------------------------------- openings


def _stranger(city: City, at: datetime) -> Actor:
    """Somebody whose phone is registered to another name."""
    return applicant_of(city, city.population.take(1)[0], at, phone_known=False)


def _openings_of_members(city: City) -> None:
    clerk, second = city.actor("clerk"), city.actor("second_clerk")
    for key in ("waiting", "to_sign"):
        at = registered_at(city, BY_KEY[key]) + TEN_MINUTES
        file(city, "member_opening", {}, actor=city.actor(key), at=at)
    filed = [_open(city, city.ago(days, hour)) for days, hour in ((0, 8), (1, 9), (2, 15), (3, 10), (5, 16))]
    casework.claim(filed[1], actor=second, at=city.at)
    casework.propose(
        filed[2], Proposal.AGREE, reasons="视频核对本人和证件一致，手机号是本人新办的。", actor=second,
        at=city.ago(1, 11),
    )  # fmt: skip
    casework.request_correction(
        filed[3], items=["document"], note="身份证反面拍糊了，请重新上传。", actor=clerk, at=city.ago(2, 14)
    )
    city.outside.catch_up(city.at)


def _open(city: City, at: datetime) -> int:
    who = _stranger(city, at)
    return file(city, "member_opening", {}, actor=who, at=at + TEN_MINUTES).case_id


def _openings_of_units(city: City) -> None:
    clerk, second = city.actor("clerk"), city.actor("second_clerk")
    agent = BY_KEY["opening_agent"]
    first = _open_unit(city, city.actor("opening_agent"), agent.id_number, 0, city.ago(3, 9, 20))
    casework.request_correction(
        first, items=["licence"], note="请上传营业执照副本，公司名称和代码要看得清。", actor=clerk, at=city.ago(2, 10)
    )
    for place, (days, hour) in enumerate(((1, 14), (2, 9)), start=1):
        person = city.population.take(1)[0]
        who = applicant_of(city, person, city.ago(days, hour))
        case_id = _open_unit(city, who, person.id_number, place, city.ago(days, hour, 20))
        if place == 2:
            casework.propose(
                case_id, Proposal.AGREE, reasons="授权书已通过电话向法定代表人核实。", actor=second,
                at=city.ago(1, 15),
            )  # fmt: skip
    city.outside.catch_up(city.at)


def _open_unit(city: City, who: Actor, id_number: str, place: int, at: datetime) -> int:
    uscc = credit_code(FIRST_COMPANY + place)
    know_company(city, uscc, COMPANIES[place], city.population.take(1)[0].name)
    typed = {
        "uscc": uscc, "id_number": id_number, "payday": "15", "first_month": str(Month.of(at.date())), "ratio": "12",
        "person_ratio": "12", "nature": "33",
    }  # fmt: skip
    return file(city, "employer_opening", typed, actor=who, at=at).case_id


# ----------------------------------------------------------------------------------------------------------- others


def _cards(city: City) -> None:
    """The bank was silent when two members bound their cards, and one member has none yet."""
    for days, unit in ((0, "school"), (1, "jiangnan")):
        person = next(one for one in reversed(city.residents[unit]) if not city.uses_online(one))
        who = household_of(city, person, city.ago(days + 2, 19, 30), card=False)
        at = city.ago(days, 8, 40)
        city.outside.bank_silent = True
        made = file(city, "bank_card", {"card": person.card}, actor=who, at=at)
        city.outside.bank_silent = False
        assert made.state is CaseState.REVIEW, made
        city.outside.catch_up(at + PAUSE)


def _what_is_wrong(city: City) -> None:
    """Two people said «这里不对», one was answered."""
    said = (
        ("two_homes", "/me/services/rent/", "长桥路那一套去年已经卖掉，登记里还在我名下。", city.ago(4, 18, 40)),
        ("retiree", "/me/statement/", "2025年7月那一笔利息和我自己算的差两分钱，请看一下。", city.ago(1, 9, 45)),
        ("spouse", "/me/settings/", "我的手机号换过，为什么还收到旧号码的提示？", city.ago(8, 16, 0)),
    )  # fmt: skip
    for key, page, text, at in said:
        report_id = support.report_wrong(
            text=text, page=page, login_id=city.logins[key], centre_id=city.centre_id, at=at
        )
        if key == "spouse":
            support.answer_report(
                report_id, text="提示发到单位登记的号码，今天已经按您本人登记的号码更正。", actor=city.actor("clerk"),
                at=city.ago(7, 10, 15),
            )  # fmt: skip


def person_of(city: City, resident: Resident) -> int:
    """The person of a nameless resident."""
    found = parties.person_by_document(IdKind.ID18, resident.id_number, centre_id=city.centre_id)
    assert found is not None
    return found.person_id
