"""What a unit reads, and who is called to the inbox, as its month and its money go their way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from anju.casework import actions as cases
from anju.casework import queries as case_queries
from anju.casework.types import CaseState
from anju.contributions import actions as contributions
from anju.contributions import queries
from anju.contributions.tests import world as money
from anju.contributions.tests.lists import id18
from anju.database.checks import violations
from anju.database.sql import rows
from anju.exchange import fakes
from anju.exchange.types import Kind
from anju.identity import actions as identity
from anju.identity.types import Role
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind
from anju.notices import queries as notices
from anju.notices.types import Message
from anju.parties import queries as parties
from anju.treasury.bank import using
from anju.treasury.fake_bank import FakeBank

pytestmark = pytest.mark.django_db
CENTRE, AT = money.CENTRE, money.AT
MACHINE = Actor.machine(CENTRE, "test")
ADMIN, AGENT = "13800000022", "13800000021"


@pytest.fixture(autouse=True)
def centre(settings: Settings) -> Iterator[None]:
    settings.ANJU_TESTING_ATOMIC = True
    with money.wired():
        money.open_centre()
        yield


def unit_with_people(*, second_approval: bool = False) -> tuple[int, Actor, Actor]:
    """A unit of three, its agent and its administrator."""
    unit_id = money.open_unit(second_approval=second_approval)
    money.apply(unit_id, money.staff_rows(3))
    return unit_id, acting(unit_id, 21, Role.UNIT_AGENT), acting(unit_id, 22, Role.UNIT_ADMIN)


def acting(unit_id: int, n: int, role: Role) -> Actor:
    login_id = identity.register(
        name="周敏", id_kind=IdKind.ID18, id_number=id18(n, "19800101"), phone=f"138000000{n}", at=AT
    )
    identity.bind_person(login_id, 7000 + n, actor=MACHINE, at=AT)
    identity.grant_mandate(login_id, role, actor=MACHINE, at=AT, unit_id=unit_id, source_case_id=1)
    return Actor(login_id, 7000 + n, role.value, unit_id, "周敏", CENTRE)


def file_month(unit_id: int, agent: Actor, *, key: str = "month") -> int:
    """The month as its agent confirms it on the page."""
    seen = queries.unit_month(CENTRE, unit_id, at=AT)
    answers = {"month": str(seen.month), "expected_total_fen": seen.total_fen}
    return cases.submit("employer_remittance", answers, actor=agent, key=key, at=AT).case_id


def told(unit_id: int) -> list[Message]:
    return notices.inbox(unit_id=unit_id)


def kinds(unit_id: int) -> list[str]:
    return [one.kind for one in reversed(told(unit_id)) if not one.kind.startswith("case_")]


def called() -> list[tuple[str, str]]:
    """Who got an SMS, and why."""
    return [(line["purpose"], bytes(line["phone_digest"]).hex()[:8]) for line in rows(
        "SELECT purpose, phone_digest FROM sms ORDER BY id")]  # fmt: skip


def digest(phone: str) -> str:
    from anju.database.encryption import digest as keyed

    return keyed("phone", phone).hex()[:8]


def steps(case_id: int, actor: Actor) -> list[str]:
    return [step.title for step in case_queries.case_for(actor, case_id).steps]


def paid_month(unit_id: int, agent: Actor) -> tuple[int, str, int, str]:
    """A month paid and posted: case, number of the paper, total, serial of the bank."""
    case_id = file_month(unit_id, agent)
    (month,) = queries.remittances(CENTRE, unit_id, limit=1)
    serial = money.pay(month.total_fen, month.number)
    money.run_posting()
    return case_id, month.number, month.total_fen, serial


def test_a_posted_month_closes_its_case_and_stands_in_the_units_inbox_without_an_sms() -> None:
    unit_id, agent, _ = unit_with_people()
    case_id, *_ = paid_month(unit_id, agent)
    assert case_queries.case_for(agent, case_id).state is CaseState.CLOSED
    assert kinds(unit_id) == ["remittance_posted"]
    (posted,) = [one for one in told(unit_id) if one.kind == "remittance_posted"]
    assert "2026年11月的汇缴已入账，3 人，共 6,192.00 元" in posted.text and posted.case_id == case_id
    assert [purpose for purpose, _ in called()] == []


def test_money_the_bank_takes_back_reopens_the_month_in_the_case_and_calls_the_unit() -> None:
    unit_id, agent, _ = unit_with_people()
    case_id, number, total, serial = paid_month(unit_id, agent)
    money.pay(total, "冲正", reversal_of=serial)
    assert kinds(unit_id) == ["remittance_posted", "receipt_reversed"]
    assert number in told(unit_id)[0].text and "恢复为待缴款" in told(unit_id)[0].text
    assert called() == [("receipt_reversed", digest(ADMIN))]
    case = case_queries.case_for(agent, case_id)
    assert case.steps[-1].title == "银行冲回了来款" and number in case.steps[-1].text
    money.pay(total, number)
    money.run_posting()
    assert steps(case_id, agent)[-2:] == ["银行冲回了来款", "重新入账"]
    assert kinds(unit_id)[-1] == "remittance_posted"
    assert violations() == []


def test_the_second_person_is_called_to_approve_and_not_the_one_who_declared() -> None:
    unit_id, agent, admin = unit_with_people(second_approval=True)
    case_id = file_month(unit_id, admin)
    assert kinds(unit_id) == ["approval_wanted"]
    assert called() == [("approval_wanted", digest(AGENT))]
    (month,) = queries.remittances(CENTRE, unit_id, limit=1)
    contributions.approve_remittance(CENTRE, unit_id, month.remittance_id, actor=agent, at=AT)
    step = case_queries.case_for(admin, case_id).steps[-1]
    assert step.title == "单位已复核" and month.number in step.text
    assert len(called()) == 1


def test_a_month_confirmed_by_one_person_tells_nobody_what_they_just_did() -> None:
    unit_id, agent, _ = unit_with_people()
    case_id = file_month(unit_id, agent)
    assert kinds(unit_id) == [] and called() == []
    assert "单位已复核" not in steps(case_id, agent)


@pytest.mark.parametrize(
    ("change", "why", "step"),
    [(-100, "还差 1.00 元", "请补付差额"), (+100, "多付了 1.00 元", "多付的钱可以退回")],
)
def test_money_that_does_not_match_tells_the_unit_why_and_what_to_do(change: int, why: str, step: str) -> None:
    unit_id, agent, _ = unit_with_people()
    file_month(unit_id, agent)
    (month,) = queries.remittances(CENTRE, unit_id, limit=1)
    money.pay(month.total_fen + change, month.number)
    assert kinds(unit_id) == ["receipt_unmatched"]
    text = told(unit_id)[0].text
    assert why in text and step in text and "2026年11月23日" in text
    assert called() == [("receipt_unmatched", digest(ADMIN))]


def test_money_of_nobody_known_is_the_treasurers_alone_and_what_completes_a_sum_is_not_told_as_trouble() -> None:
    unit_id, agent, _ = unit_with_people()
    file_month(unit_id, agent)
    (month,) = queries.remittances(CENTRE, unit_id, limit=1)
    money.pay(500, "不明", payer="999")
    assert kinds(unit_id) == []
    money.pay(month.total_fen - 1, month.number)
    (item,) = queries.suspense_items(CENTRE, unit_id=unit_id)
    contributions.wait_for_rest(item.suspense_id, month.remittance_id, actor=money.TREASURER, at=AT)
    money.pay(1, month.number)
    money.run_posting()
    assert kinds(unit_id) == ["receipt_unmatched", "remittance_posted"]


def test_a_refund_that_arrived_is_told_with_the_treasurers_reason() -> None:
    unit_id, agent, _ = unit_with_people()
    case_id, number, total, _ = paid_month(unit_id, agent)
    money.pay(total, number)
    (item,) = queries.suspense_items(CENTRE, unit_id=unit_id)
    from anju.treasury import actions as treasury
    from anju.treasury import queries as payments

    with using(FakeBank()):
        order_id = contributions.refund(item.suspense_id, reason="重复缴款。", actor=money.TREASURER, at=AT)
        treasury.release_payment(order_id, actor=money.OTHER_TREASURER, at=AT)
        money.run_posting()
    found = payments.payment(order_id, centre_id=CENTRE)
    assert found is not None and found.final_at is not None
    assert kinds(unit_id)[-1] == "receipt_refunded"
    assert "已退回原付款账户，因为重复缴款。" in told(unit_id)[0].text
    assert violations() == []


def test_money_taken_back_that_has_gone_on_must_be_made_good_and_the_unit_is_told() -> None:
    unit_id, agent, _ = unit_with_people()
    _, number, total, _ = paid_month(unit_id, agent)
    serial = money.pay(total, number)
    (item,) = queries.suspense_items(CENTRE, unit_id=unit_id)
    from anju.treasury import actions as treasury

    with using(FakeBank()):
        order_id = contributions.refund(item.suspense_id, reason="重复缴款", actor=money.TREASURER, at=AT)
        treasury.release_payment(order_id, actor=money.OTHER_TREASURER, at=AT)
        money.run_posting()
        money.pay(total, "冲正", reversal_of=serial)
    assert kinds(unit_id)[-1] == "money_owed"
    assert "单位须补回" in told(unit_id)[0].text and "请补付 6,192.00 元" in told(unit_id)[0].text


def test_an_account_that_is_active_elsewhere_is_told_to_unit_and_member_without_naming_where() -> None:
    unit_id = money.open_unit()
    acting(unit_id, 22, Role.UNIT_ADMIN)
    with fakes.agencies() as world:
        world.down(Kind.ELSEWHERE)
        money.apply(unit_id, money.staff_rows(1))
        number = id18(1, "19600101")
        person = parties.person_by_document(IdKind.ID18, number, centre_id=CENTRE)
        assert person is not None
        login_id = identity.register(
            name=person.name, id_kind=IdKind.ID18, id_number=number, phone="13800000031", at=AT
        )
        identity.bind_person(login_id, person.person_id, actor=MACHINE, at=AT)
        world.up(Kind.ELSEWHERE)
        world.knows(Kind.ELSEWHERE, {"exists": True, "state": "normal", "centre": "别市"}, id_number=number)
        (listed,) = rows("SELECT list_id FROM change_list")
        contributions.verify_elsewhere(CENTRE, listed["list_id"], at=AT)
    (unit,) = told(unit_id)
    (member,) = notices.inbox(person_id=person.person_id)
    assert unit.kind == "active_elsewhere_unit" and member.kind == "active_elsewhere"
    assert person.name not in unit.text and number not in unit.text and "员**" in unit.text
    assert "别市" not in unit.text + member.text
    assert called() == [("active_elsewhere", digest("13800000031"))]
