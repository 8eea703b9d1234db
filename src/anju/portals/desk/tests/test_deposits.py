"""The register of deposits and moves of own money through the pages: one proposes, another checks."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from anju.contributions.tests import world as money
from anju.database.checks import violations
from anju.identity.types import Role
from anju.kernel import clock
from anju.portals.desk.tests.test_batches import post_button
from anju.portals.desk.tests.test_treasury import text_of
from anju.portals.desk.tests.world import CENTRE, staff
from anju.treasury import actions, queries
from anju.treasury.bank import using
from anju.treasury.deposit_types import MoveState
from anju.treasury.fake_bank import FakeBank, PayMood

pytestmark = pytest.mark.django_db
HERE = "/desk/treasury/deposits/"


@pytest.fixture
def bank() -> Iterator[FakeBank]:
    with money.wired():
        money.open_centre()
        fake = FakeBank(interest_fen=15_500)
        with using(fake):
            yield fake


def body(**changes: str) -> dict[str, str]:
    (account, *_) = queries.bank_accounts(CENTRE)
    return {"kind": "time", "account": str(account.bank_account_id), "amount": "1,000,000.00", "rate": "1.55",
            "ends_on_0": "2099", "ends_on_1": "1", "ends_on_2": "31", "rollover": "1", **changes}  # fmt: skip


def proposed(client: Client, **changes: str) -> str:
    return str(client.post(f"{HERE}make/", body(**changes))["Location"]).partition("?")[0]


def run(address: str) -> None:
    actions.advance_move(CENTRE, int(address.split("/")[-2]), at=clock.now())


def test_a_deposit_is_proposed_by_one_checked_by_another_booked_and_drawn(bank: FakeBank) -> None:
    _, first = staff(3, Role.TREASURER)
    _, second = staff(4, Role.ACCOUNTANT)
    empty = text_of(first.get(HERE))
    assert "还没有存款登记" in empty and "还没有资金调拨" in empty and "与登记簿相符" in empty
    where = proposed(first)
    assert "须由另一位资金人员或会计复核" in text_of(first.get(where))
    page = text_of(second.get(where))
    assert "核对无误：存入 1,000,000.00 元" in page and "1.55%" in page and "壹佰万元整" in page
    assert post_button(second, page, f"{where}check/")["Location"] == f"{where}?done=move-checked"
    run(where)
    page = text_of(first.get(HERE))
    assert "存期中" in page and "2099" in page and page.count("1,000,000.00") >= 2 and "与登记簿相符" in page
    assert "/desk/ledger/" in text_of(first.get(where)), "its voucher is linked"
    (deposit,) = queries.deposits(CENTRE)
    drawing = first.post(f"{HERE}{deposit.deposit_id}/draw/")["Location"].partition("?")[0]
    assert first.post(f"{HERE}{deposit.deposit_id}/draw/")["Location"].startswith(drawing), "sent twice is once"
    post_button(second, text_of(second.get(drawing)), f"{drawing}check/")
    again = first.post(f"{HERE}{deposit.deposit_id}/draw/")
    assert again.status_code == 409 and "已经在支取中" in text_of(again)
    run(drawing)
    assert "155.00" in text_of(first.get(drawing)) and "已支取" in text_of(second.get(HERE))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(first.get(f"{HERE}?as=xlsx").content)).get_sheet_by_index(0)
    assert sheet.to_python()[-1][3] == 1_000_000.0 and sheet.to_python()[-1][9] == 155.0
    assert violations() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": "0"}, "金额"), ({"rate": "abc"}, "年利率应为数字"), ({"rate": "100"}, "年利率应在"),
        ({"kind": ""}, "请选择种类"), ({"ends_on_0": "2001"}, "定期存款要有到期日"),
        ({"kind": "notice7"}, "只有定期存款可以约定转存"), ({"account": "77"}, "77"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_proposed(
    bank: FakeBank, changes: dict[str, str], said: str
) -> None:
    _, first = staff(3, Role.TREASURER)
    wrong = first.post(f"{HERE}make/", body(**changes))
    assert wrong.status_code == 422 and said in text_of(wrong) and "data-error-summary" in text_of(wrong)
    assert queries.moves(CENTRE) == []


def test_a_transfer_two_people_a_cancelled_proposal_and_one_the_bank_never_saw(bank: FakeBank) -> None:
    _, first = staff(3, Role.TREASURER)
    second, other = staff(4, Role.TREASURER)
    made = actions.open_bank_account(
        CENTRE, number="3301040160000000026", name="中心", bank_name="惠民银行", actor=second, at=clock.now()
    )
    (account, *_) = queries.bank_accounts(CENTRE)
    form = {"account": str(account.bank_account_id), "to_account": str(account.bank_account_id), "amount": "500"}
    same = first.post(f"{HERE}transfer/", form)
    assert same.status_code == 422 and "不能是同一个账户" in text_of(same)
    where = first.post(f"{HERE}transfer/", {**form, "to_account": str(made)})["Location"].partition("?")[0]
    assert "惠民银行" in text_of(other.get(where))
    assert first.post(f"{where}check/", {"digest": ""}).status_code == 403
    assert other.post(f"{where}check/", {"digest": "00"}).status_code == 409
    assert other.post(f"{where}cancel/", {"reason": ""}).status_code == 422
    assert other.post(f"{where}cancel/", {"reason": "改日再办"})["Location"].endswith("move-cancelled")
    where = first.post(f"{HERE}transfer/", {**form, "to_account": str(made)})["Location"].partition("?")[0]
    post_button(other, text_of(other.get(where)), f"{where}check/")
    bank.will(PayMood.LOSE)
    run(where)
    assert "系统会自己再问银行" in text_of(other.get(where))
    assert other.post(f"{where}give-up/").status_code == 409
    run(where)
    assert "查无此笔" in text_of(other.get(where)) and first.post(f"{where}give-up/").status_code == 403
    assert other.post(f"{where}give-up/")["Location"].endswith("move-given-up")
    assert [one.state for one in queries.moves(CENTRE)] == [MoveState.FAILED, MoveState.CANCELLED]
    assert first.get("/desk/treasury/moves/77/").status_code == 404
    assert first.post(f"{HERE}77/draw/").status_code == 404


def test_the_register_costs_the_same_for_one_deposit_and_for_many(bank: FakeBank) -> None:
    _, first = staff(3, Role.TREASURER)
    costs = []
    for amount in ("1,000.00", "2,000.00"):
        proposed(first, amount=amount)
        with CaptureQueriesContext(connection) as asked:
            first.get(HERE)
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 8
