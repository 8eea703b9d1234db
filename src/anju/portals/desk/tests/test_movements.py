"""An entry the bank made by itself, through the pages: one proposes, sees the lines, another books it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anju.contributions.queries import suspense_items
from anju.contributions.tests import world as money
from anju.database.checks import violations
from anju.identity.types import Role
from anju.kernel import clock
from anju.portals.desk.tests.test_batches import post_button
from anju.portals.desk.tests.test_treasury import text_of
from anju.portals.desk.tests.world import CENTRE, staff
from anju.treasury import actions, queries
from anju.treasury.types import Direction, EntryNotice, NoticeState

pytestmark = pytest.mark.django_db
HOME, LIST = "/desk/", "/desk/treasury/bookings/"


@pytest.fixture(autouse=True)
def _centre() -> Iterator[None]:
    with money.wired():
        money.open_centre()
        yield


def fee(serial: str = "F1", fen: int = 3_500) -> str:
    """A debit nobody ordered; the address of its page."""
    at = clock.now()
    kept = actions.receive_notice(
        EntryNotice(account=money.ACCOUNT, host_serial=serial, direction=Direction.DEBIT, amount_fen=fen,
                    entry_date=at.date(), counter_name="安居银行", summary="回单打印费"),
        at=at,
    )  # fmt: skip
    return f"/desk/treasury/notices/{kept.notice_id}/"


def two() -> tuple[Client, Client]:
    """A treasurer and an accountant."""
    return staff(3, Role.TREASURER)[1], staff(4, Role.ACCOUNTANT)[1]


def booking(where: str, act: str) -> str:
    (*_, last) = queries.bookings_of(int(where.split("/")[-2]), centre_id=CENTRE)
    return f"{LIST}{last.booking_id}/{act}/"


def test_a_fee_goes_from_one_to_the_other_and_every_page_says_where_it_stands() -> None:
    first, second = two()
    where = fee()
    page = text_of(first.get(where))
    assert "借 411-04 业务支出——其他支出，贷 101 住房公积金存款" in page and "借 119 其他应收款" in page
    assert "401-01" not in page, "only what a debit can be"
    assert "说明是什么" in text_of(second.get(LIST)) and "没有等确认的" in text_of(second.get(LIST))
    done = first.post(f"{where}propose/", {"purpose": "1", "reason": "收费凭证 9 号"})
    assert done["Location"] == f"{where}?done=booking-proposed"
    assert "都由您提出，等另一位确认" in text_of(first.get(HOME)) and "1 笔等您确认" in text_of(second.get(HOME))
    assert "由您提出，须由另一位" in text_of(first.get(where)) and "等别人确认" in text_of(first.get(LIST))
    page = text_of(second.get(where))
    for words in ("这样记账", "借　411-04", "贷　101", "收费凭证 9 号", "第 2 级核对", "叁拾伍元整", "核对无误，记账"):
        assert words in page, words
    assert post_button(second, page, booking(where, "confirm"))["Location"] == f"{where}?done=booking-confirmed"
    page = text_of(first.get(where))
    for words in ("已由两人记账", "确认记账", "日记账和凭证在这一笔上一致", "/desk/ledger/"):
        assert words in page, words
    assert "已记账" in text_of(second.get(LIST))
    table = text_of(first.get("/desk/treasury/reconciliation/", {"on": str(clock.now().date())}))
    assert "逐笔一致" in table
    voucher = queries.bookings_of(int(where.split("/")[-2]), centre_id=CENTRE)[0].voucher_id
    assert "F1" in text_of(second.get(f"/desk/ledger/{voucher}/")), "the voucher names the entry as its cause"
    assert violations() == []


def test_interest_is_booked_from_the_receipt_it_waits_in() -> None:
    first, second = two()
    money.pay(52_301, "结息", payer="", serial="I1", at=clock.now())
    (entry,) = queries.notices(CENTRE, serial="I1")
    where = f"/desk/treasury/notices/{entry.notice_id}/"
    (item,) = suspense_items(CENTRE)
    assert where in text_of(first.get(f"/desk/treasury/receipts/{item.suspense_id}/"))
    page = text_of(first.get(where))
    assert "借 219-01 其他应付款——未明来款，贷 401-01" in page and "411-04" not in page
    beyond = first.post(f"{where}propose/", {"purpose": "4", "reason": ""})
    assert beyond.status_code == 422 and "111 应收利息只有 0.00 元" in text_of(beyond)
    first.post(f"{where}propose/", {"purpose": "3", "reason": ""})
    post_button(second, text_of(second.get(where)), booking(where, "confirm"))
    assert "这笔钱已经转出暂收" in text_of(second.get(where)) and violations() == []
    assert "查明是银行的钱，转出暂收" in text_of(first.get(f"/desk/treasury/receipts/{item.suspense_id}/"))


@pytest.mark.parametrize(
    ("body", "said"),
    [({}, "请填写这笔是什么"), ({"purpose": "3"}, "有效"), ({"purpose": "2", "reason": ""}, "请填写"),
     ({"purpose": "9"}, "有效"), ({"purpose": "1", "reason": "x" * 401}, "400")],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(body: dict[str, str], said: str) -> None:
    first, _ = two()
    where = fee()
    wrong = first.post(f"{where}propose/", body)
    assert wrong.status_code == 422 and said in text_of(wrong) and "data-error-summary" in text_of(wrong)
    assert queries.bookings(CENTRE, waiting=True) == []


def test_the_proposer_cannot_confirm_the_second_sends_back_and_what_was_booked_is_taken_back_by_two() -> None:
    first, second = two()
    where = fee()
    first.post(f"{where}propose/", {"purpose": "1", "reason": ""})
    digest = {"digest": queries.bookings(CENTRE, waiting=True)[0].booking.digest}
    assert first.post(booking(where, "confirm"), digest).status_code == 403
    assert second.post(booking(where, "confirm"), {"digest": "00"}).status_code == 409
    assert second.post(booking(where, "decline"), {"reason": ""}).status_code == 422
    assert second.post(booking(where, "decline"), {"reason": "没有凭证"})["Location"].endswith("booking-declined")
    assert "没有凭证" in text_of(first.get(where)) and "退回" in text_of(first.get(where))
    first.post(f"{where}propose/", {"purpose": "1", "reason": ""})
    post_button(second, text_of(second.get(where)), booking(where, "confirm"))
    again = first.post(f"{where}propose/", {"purpose": "1", "reason": ""})
    assert again.status_code == 409 and "已经记账" in text_of(again)
    assert first.post(f"{where}undo/", {"reason": ""}).status_code == 422
    first.post(f"{where}undo/", {"reason": "是错扣"})
    page = text_of(second.get(where))
    assert "这样冲销" in page and "借　101" in page and "贷　411-04" in page and "重新列为差额" in page
    post_button(second, page, booking(where, "confirm"))
    assert "提出记账" in text_of(second.get(where)) and "后来冲销" in text_of(second.get(where))
    (entry,) = queries.notices(CENTRE, serial="F1")
    assert entry.state is NoticeState.UNEXPECTED and violations() == []


def test_unknown_ids_are_answered_and_others_stay_out() -> None:
    first, _ = two()
    where = fee()
    assert first.get("/desk/treasury/notices/99999999/").status_code == 404
    assert first.post(f"{LIST}99999999/confirm/", {"digest": "00"}).status_code == 404
    assert first.post("/desk/treasury/notices/99999999/propose/", {"purpose": "1"}).status_code == 404
    for n, role in ((6, Role.CLERK), (7, Role.AUDITOR), (8, Role.ADMINISTRATOR)):
        other = staff(n, role)[1]
        assert other.get(where).status_code == other.get(LIST).status_code == 403
        assert other.post(f"{where}propose/", {"purpose": "1"}).status_code == 403


def test_list_and_page_cost_the_same_for_one_entry_and_for_many() -> None:
    first, second = two()
    costs = []
    for n in range(2):
        where = fee(f"F{n}")
        fee(f"G{n}")
        first.post(f"{where}propose/", {"purpose": "1", "reason": ""})
        with CaptureQueriesContext(connection) as listed:
            second.get(LIST)
        with CaptureQueriesContext(connection) as shown:
            second.get(where)
        costs.append((len(listed), len(shown)))
    assert costs[0] == costs[1] and costs[0][0] <= 8 and costs[0][1] <= 9, costs
