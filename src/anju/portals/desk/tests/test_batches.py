"""Payment batches through the pages: three people, no field to fill in, and what the bank said."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from anju.contributions.tests import world as money
from anju.identity.types import Role
from anju.kernel import clock
from anju.portals.desk.tests.test_treasury import text_of
from anju.portals.desk.tests.world import CENTRE, person, staff
from anju.treasury import actions, queries
from anju.treasury.bank import using
from anju.treasury.batch_types import BatchState
from anju.treasury.fake_bank import FakeBank, FileLie, PayMood
from anju.treasury.types import Payee, PaymentDraft

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBank]:
    """Open books, a bank that knows the payees, and a window that is open whatever the hour."""
    monkeypatch.setattr("anju.treasury.batch_limits.next_window", lambda at: None)
    with money.wired():
        money.open_centre()
        known = FakeBank(cards={f"62170000100000{n:05d}": (f"林晓{n}", "") for n in range(9)})
        with using(known):
            yield known


def order(n: int, *, fen: int = 180_000) -> int:
    return actions.order_payment(
        PaymentDraft(
            centre_id=CENTRE, idempotency_key=f"page:{n}", source_kind="test", source_id=n, amount_fen=fen,
            payee=Payee(name=f"林晓{n}", account=f"62170000100000{n:05d}", bank_name="安居银行"), summary="租房提取",
            maker_person_id=person(5), checker_release="2026.11-test",
        ),
        at=clock.now(),
    )  # fmt: skip


def post_button(client: Client, page: str, address: str) -> Any:
    """Press the one button of the form that goes to an address, with what the page put into it."""
    form = re.search(rf'<form[^>]*action="{address}".*?</form>', page, re.DOTALL)
    assert form, f"no form to {address}"
    hidden = dict(re.findall(r'<input type="hidden" name="(account|digest)" value="([^"]*)"', form.group()))
    return client.post(address, hidden)


def test_a_batch_is_gathered_checked_and_released_by_three_people_without_a_field(bank: FakeBank) -> None:
    maker, first = staff(3, Role.TREASURER)
    _, second = staff(4, Role.ACCOUNTANT)
    _, third = staff(6, Role.TREASURER, stepped_up=True)
    for n in range(3):
        order(n)
    order(7, fen=60_000_000)
    page = text_of(first.get("/desk/treasury/batches/"))
    assert "组成批次：3 笔，5,400.00 元" in page and "超过批量付款单笔限额 500,000.00 元" in page
    sent = post_button(first, page, "/desk/treasury/batches/gather/")
    where = sent["Location"].partition("?")[0]
    (one,) = queries.live_batches(CENTRE)
    assert where == f"/desk/treasury/batches/{one.batch_id}/" and one.maker_person_id == maker.person_id
    assert "银行正在核验收款户名，还有 3 笔" in text_of(first.get(where))
    actions.check_batch_names(CENTRE, one.batch_id, at=clock.now())
    assert "须由另一位同事复核" in text_of(first.get(where))
    page = text_of(second.get(where))
    assert "核对无误：3 笔，5,400.00 元" in page and "伍仟肆佰元整" in page and one.digest[:16] in page
    assert "付款授权" not in page, "an accountant is not led where an accountant may not go"
    assert post_button(second, page, f"{where}check/")["Location"] == f"{where}?done=batch-checked"
    assert post_button(third, text_of(third.get(where)), f"{where}release/")["Location"].endswith("batch-released")
    for _ in range(2):
        actions.advance_batch(CENTRE, one.batch_id, at=clock.now())
    page = text_of(third.get(where))
    assert "已办结" in page and "3 / 3" in page and page.count("已付款") == 3
    assert "3 / 3" in text_of(third.get(f"{where}?part=progress"))
    listed = text_of(first.get("/desk/treasury/batches/"))
    assert "已办结" in listed and "5,400.00" in listed
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(first.get(f"{where}?as=xlsx").content)).get_sheet_by_index(0)
    rows = sheet.to_python()
    assert rows[0][0] == f"付款批次 {one.batch_id}" and rows[-1][4] == 1800.0 and rows[-1][6] == "已付款"


def test_the_home_counts_the_batches_that_wait_for_this_person_and_for_nobody_else(bank: FakeBank) -> None:
    _, first = staff(3, Role.TREASURER)
    _, second = staff(4, Role.ACCOUNTANT)
    _, third = staff(6, Role.TREASURER)
    _, author = staff(5, Role.TREASURER)
    order(0)

    def waits() -> list[bool]:
        return ["个等您" in text_of(client.get("/desk/")) for client in (first, second, third, author)]

    assert waits() == [False, False, False, False]
    page = text_of(first.get("/desk/treasury/batches/"))
    where = post_button(first, page, "/desk/treasury/batches/gather/")["Location"].partition("?")[0]
    (one,) = queries.live_batches(CENTRE)
    actions.check_batch_names(CENTRE, one.batch_id, at=clock.now())
    assert waits() == [False, True, True, False], "not its maker, and not who made a payment in it"
    assert "1 个待复核" in text_of(third.get("/desk/"))
    assert f'href="{where}"' in text_of(second.get("/desk/")), "the only one is one press away"
    assert post_button(second, text_of(second.get(where)), f"{where}check/").status_code == 302
    assert waits() == [False, False, True, False] and "1 个待签发" in text_of(third.get("/desk/"))


def test_the_code_for_a_release_leaves_at_one_press(bank: FakeBank) -> None:
    _, first = staff(3, Role.TREASURER)
    _, second = staff(4, Role.ACCOUNTANT)
    _, third = staff(6, Role.TREASURER)
    order(0)
    where = post_button(first, text_of(first.get("/desk/treasury/batches/")), "/desk/treasury/batches/gather/")
    where = where["Location"].partition("?")[0]
    actions.check_batch_names(CENTRE, queries.live_batches(CENTRE)[0].batch_id, at=clock.now())
    post_button(second, text_of(second.get(where)), f"{where}check/")
    page = text_of(third.get(where))
    form = re.search(r'<form method="post" action="(/step-up/[^"]*)".*?name="send" value="1"', page, re.DOTALL)
    assert form is not None
    asked = text_of(third.post(form[1].replace("&amp;", "&"), {"send": "1"}))
    assert 'name="code"' in asked, "no page in between that asks whether to send it"


def test_who_may_not_act_is_refused_beside_the_batch_and_a_changed_list_is_shown_anew(bank: FakeBank) -> None:
    _, first = staff(3, Role.TREASURER, stepped_up=True)
    order(0)
    page = text_of(first.get("/desk/treasury/batches/"))
    order(1)
    stale = post_button(first, page, "/desk/treasury/batches/gather/")
    assert stale.status_code == 409 and "请核对新的清单" in text_of(stale) and "组成批次：2 笔" in text_of(stale)
    where = post_button(first, text_of(stale), "/desk/treasury/batches/gather/")["Location"].partition("?")[0]
    (one,) = queries.live_batches(CENTRE)
    actions.check_batch_names(CENTRE, one.batch_id, at=clock.now())
    refused = first.post(f"{where}check/", {"digest": one.digest})
    assert refused.status_code == 403 and "须是三个人" in text_of(refused)
    _, second = staff(4, Role.TREASURER)
    assert second.post(f"{where}check/", {"digest": "00"}).status_code == 409
    second.post(f"{where}check/", {"digest": one.digest})
    assert second.post(f"{where}release/", {"digest": one.digest})["Location"].startswith("/step-up/?next=")
    assert first.post(f"{where}release/", {"digest": one.digest}).status_code == 403
    bare = second.post(f"{where}cancel/", {"reason": " "})
    assert bare.status_code == 422 and "错误：" in text_of(bare)
    assert second.post(f"{where}cancel/", {"reason": "重新组批"})["Location"].endswith("batch-cancelled")
    assert "重新组批" in text_of(second.get(where)) and len(queries.release_queue(CENTRE)) == 2
    assert second.get("/desk/treasury/batches/77/").status_code == 404
    _, clerk = staff(7, Role.CLERK)
    assert clerk.get("/desk/treasury/batches/").status_code == 403


def test_an_empty_list_explains_and_a_payment_in_a_batch_leads_there(bank: FakeBank) -> None:
    _, first = staff(3, Role.TREASURER, stepped_up=True)
    page = text_of(first.get("/desk/treasury/batches/"))
    assert "没有等签发的付款" in page and "还没有批次" in page
    order_id = order(0)
    post_button(first, text_of(first.get("/desk/treasury/batches/")), "/desk/treasury/batches/gather/")
    page = text_of(first.get(f"/desk/treasury/payments/{order_id}/"))
    assert "随批次签发" in page and "签发，付" not in page


def released(bank: FakeBank) -> tuple[int, Client]:
    """A batch of three on its way, and the browser of the one who released it."""
    _, first = staff(3, Role.TREASURER)
    second, _ = staff(4, Role.ACCOUNTANT)
    third, client = staff(6, Role.TREASURER, stepped_up=True)
    for n in range(3):
        order(n)
    sent = post_button(first, text_of(first.get("/desk/treasury/batches/")), "/desk/treasury/batches/gather/")
    batch_id = int(re.findall(r"\d+", sent["Location"])[0])
    at = clock.now()
    actions.check_batch_names(CENTRE, batch_id, at=at)
    (one,) = queries.live_batches(CENTRE)
    actions.check_batch(batch_id, digest=one.digest, actor=second, at=at)
    actions.release_batch(batch_id, digest=one.digest, actor=third, at=at)
    return batch_id, client


def test_contradictions_and_a_batch_the_bank_never_saw_are_shown_and_decided(bank: FakeBank) -> None:
    batch_id, client = released(bank)
    where = f"/desk/treasury/batches/{batch_id}/"
    bank.will(PayMood.LOSE)
    actions.advance_batch(CENTRE, batch_id, at=clock.now())
    page = text_of(client.get(where))
    assert "系统会自己再问银行，不会重发" in page and "银行结果未知" in page
    assert client.post(f"{where}unknown/", {"do": "again"}).status_code == 409
    actions.advance_batch(CENTRE, batch_id, at=clock.now())
    assert "查无此批次" in text_of(client.get(where))
    assert client.post(f"{where}unknown/", {"do": "again"})["Location"].endswith("batch-resent")
    bank.file_lies.append(FileLie.AMOUNT)
    from datetime import timedelta

    for n in range(1, 5):
        actions.advance_batch(CENTRE, batch_id, at=clock.now() + timedelta(seconds=100 * n))
    page = text_of(client.get(where))
    assert "结果的金额与发出的不同" in page and "1,799.99" in page
    (found,) = [one for one in queries.batches(CENTRE) if one.batch_id == batch_id]
    assert found.state is BatchState.FINAL and found.confirmed_count == 3


def test_the_pages_cost_the_same_for_one_batch_and_for_many_payments(bank: FakeBank) -> None:
    batch_id, client = released(bank)
    for address, most in (("/desk/treasury/batches/", 8), (f"/desk/treasury/batches/{batch_id}/", 8)):
        client.get(address)
        with CaptureQueriesContext(connection, ) as asked:
            client.get(address)
        assert len(asked) <= most, [one["sql"][:90] for one in asked]
