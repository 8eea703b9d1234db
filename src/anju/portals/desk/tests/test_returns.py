"""A withdrawal that came back to a closed account, through the pages: found, paid again, signed by somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anju.accounts import actions as accounts
from anju.accounts.tests import world as members
from anju.contributions.tests import world as money
from anju.database.checks import violations
from anju.identity.types import Role
from anju.kernel import clock
from anju.kernel.month import Month
from anju.portals.desk.tests.world import CENTRE, person, staff, text_of
from anju.treasury import actions as treasury
from anju.treasury import queries as payments
from anju.treasury.bank import using
from anju.treasury.fake_bank import FakeBank
from anju.treasury.types import CardCheck, CardStatus, Payee, PaymentState
from anju.withdrawals import actions, queries
from anju.withdrawals.tests.conftest import heard as heard
from anju.withdrawals.types import PayOut, Reason, Withdrawal, WithdrawalState

pytestmark = pytest.mark.django_db
LIST, HOME, SUSPENSE = "/desk/treasury/returns/", "/desk/", "/desk/ledger/suspense/"
CARD, OTHER = "6217000010000006620", "6222020200112230"
FEN = 180_000


@pytest.fixture(autouse=True)
def bank(heard: list[object]) -> Iterator[FakeBank]:  # noqa: F811  (the fixture of that name)
    with money.wired(), using(FakeBank()) as made:
        money.open_centre()
        yield made


@pytest.fixture
def waiting(bank: FakeBank) -> Withdrawal:
    """1,800 yuan of rent, paid; the account is being closed; the bank sends the money back."""
    at, member = clock.now(), person(8)
    account_id = accounts.open_accounts(
        [member], centre_id=CENTRE, unit_id=7, opened_on=date(2026, 11, 1), at=money.AT
    )[0]
    members.contribute([(account_id, 250_000, 250_000)], on=date(2026, 11, 2))
    made = actions.pay_out(
        PayOut(
            account_id=account_id, centre_id=CENTRE, person_id=member, case_id=1, reason=Reason.RENT,
            period=Month.parse("2026-11"), amount_fen=FEN, card_tail="6620", maker_person_id=member,
            payee=Payee(name="何一一", account=CARD, bank_name="安居银行"), checker_person_id=None,
            checker_release="2026.11-test",
        ),
        at=at,
    )  # fmt: skip
    signer, _ = staff(6, Role.TREASURER)
    treasury.release_payment(made.order_id, actor=signer, at=at)
    treasury.advance(CENTRE, made.order_id, at=at)
    accounts.hold_for_close_out(account_id, purpose="test", source_id=1, at=at)
    bank.returned[bank.sent[0].business_serial] = at.date()
    order = payments.payment(made.order_id, centre_id=CENTRE)
    assert order is not None
    treasury.record_result(CENTRE, made.order_id, bank.ask(order.business_serial, amount_fen=FEN, at=at), at=at)
    return made


def where(made: Withdrawal) -> str:
    return f"{LIST}{made.withdrawal_id}/"


def choose(client: Client, made: Withdrawal, card: str = "same") -> Any:
    return client.post(f"{where(made)}pay/", {"card": card})


def test_nothing_waits_and_no_line_says_so() -> None:
    _, client = staff(3, Role.TREASURER)
    assert "没有退回待付的" in text_of(client.get(LIST)) and "退回待付的提取" not in text_of(client.get(HOME))
    assert client.get(f"{LIST}987654/").status_code == 404


def test_it_is_found_from_home_and_books_paid_again_and_signed_by_a_colleague(
    waiting: Withdrawal, bank: FakeBank
) -> None:
    _, maker = staff(3, Role.TREASURER)
    assert "1 笔要再付到本人的卡" in text_of(maker.get(HOME))
    page = text_of(maker.get(LIST))
    assert "与总账相等" in page and "1,800.00" in page and "再次付款" in page and "何**" not in page
    suspense = text_of(maker.get(SUSPENSE))
    assert "付款退回" in suspense and "与总账相等" in suspense and f'href="{LIST}"' in suspense
    page = text_of(maker.get(where(waiting)))
    for words in ("219-04 付款退回，不计利息", "壹仟捌佰元整", "尾号 6620", "只能付到本人的卡"):
        assert words in page, words
    assert "本人现在绑定的卡" not in page
    done = choose(maker, waiting)
    order = queries.returns_of(CENTRE, waiting.withdrawal_id)[0].again_order_id
    assert done["Location"] == f"/desk/treasury/payments/{order}/?done=again-ordered"
    page = text_of(maker.get(done["Location"]))
    assert "退回后再付" in page and "您不能签发这笔" in page
    assert "都在再次付款" in text_of(maker.get(HOME))
    signer, colleague = staff(4, Role.TREASURER)
    assert choose(colleague, waiting).status_code == 409
    assert order is not None
    treasury.release_payment(order, actor=signer, at=clock.now())
    treasury.advance(CENTRE, order, at=clock.now())
    assert "已经付给本人" in text_of(maker.get(where(waiting)))
    found = queries.of_case(waiting.account_id, 1)
    assert found is not None and found.state is WithdrawalState.PAID_AGAIN
    voucher = queries.returns_of(CENTRE, waiting.withdrawal_id)[0].repaid_voucher_id
    assert bank.sent[-1].business_serial in text_of(maker.get(f"/desk/ledger/{voucher}/")), "its cause is this payment"
    assert [one.payee.account for one in bank.sent] == [CARD, CARD]


def test_the_card_the_member_has_bound_since_can_be_chosen_once_it_is_usable(waiting: Withdrawal) -> None:
    _, maker = staff(3, Role.TREASURER)
    check = CardCheck(status=CardStatus.OK, serial="F1", read_at=clock.now(), bank_name="安居银行")
    treasury.bind_card(person(8), card=OTHER, holder="何一一", check=check, actor=staff(5, Role.CLERK)[0],
                       at=clock.now())  # fmt: skip
    page = text_of(maker.get(where(waiting)))
    assert "本人现在绑定的卡，安居银行 尾号 2230" in page and "起才能收款" in page
    refused = choose(maker, waiting, "bound")
    assert refused.status_code == 409 and "尾号 2230" in text_of(refused) and "请到时再付" in text_of(refused)
    assert choose(maker, waiting, "").status_code == 422 and choose(maker, waiting, "x").status_code == 422


def test_a_payment_that_nobody_signed_leaves_it_waiting_with_the_reason(waiting: Withdrawal) -> None:
    _, maker = staff(3, Role.TREASURER)
    choose(maker, waiting)
    (order,) = payments.payments_of("withdrawal_again", waiting.withdrawal_id, centre_id=CENTRE)
    colleague, _ = staff(4, Role.TREASURER)
    treasury.decline_payment(order.order_id, reason="先和本人核对卡号", actor=colleague, at=clock.now())
    page = text_of(maker.get(where(waiting)))
    assert "先和本人核对卡号" in page and "再次付款 1,800.00 元" in page
    seen = payments.payment(order.order_id, centre_id=CENTRE)
    assert seen is not None and seen.state is PaymentState.RETURNED
    assert [one for one in violations() if "退回" in str(one)] == []


def test_the_list_takes_the_same_few_queries_for_any_number(waiting: Withdrawal) -> None:
    _, maker = staff(3, Role.TREASURER)
    maker.get(LIST)
    with CaptureQueriesContext(connection) as asked:
        maker.get(LIST)
    assert len([one for one in asked if "withdrawal_return" in one["sql"]]) == 2


@pytest.mark.parametrize("role", [Role.CLERK, Role.ACCOUNTANT])
def test_others_neither_see_nor_pay(waiting: Withdrawal, role: Role) -> None:
    _, client = staff(5, role)
    assert client.get(LIST).status_code in (403, 404)
    assert choose(client, waiting).status_code in (403, 404)
    assert queries.returns_waiting_sums(CENTRE) == (1, 1, FEN)
