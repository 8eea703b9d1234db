"""The balance reconciliation table on its page: both sides, what is outstanding and where to look, print, workbook."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from anju.contributions.tests import world as money
from anju.database.sql import execute
from anju.identity.types import Role
from anju.kernel import clock
from anju.portals.desk.tests.test_statements import days, send, text_of
from anju.portals.desk.tests.world import client_of, login, staff
from anju.treasury import queries
from anju.treasury.tests.statement_files import Line, signed_csv

pytestmark = pytest.mark.django_db
PAGE = "/desk/treasury/reconciliation/"


@pytest.fixture
def client() -> Iterator[Client]:
    with money.wired():
        money.open_centre()
        yield staff(3, Role.TREASURER)[1]


def today() -> dict[str, str]:
    """What is told today is booked today."""
    return {"on": str(clock.now().date())}


def stated(client: Client, *lines: Line) -> None:
    first, second = days()
    assert send(client, signed_csv(lines, first=first, last=second)).status_code == 302


def test_without_a_statement_the_page_says_what_to_do_first(client: Client) -> None:
    page = text_of(client.get(PAGE))
    assert "还没有对账单" in page and "/desk/treasury/statements/" in page
    assert "先导入对账单" in page


def test_bank_journal_and_books_that_agree_to_the_fen(client: Client) -> None:
    first, _ = days()
    stated(client, Line("H1", 41_280_00, first, summary="公积金"))
    page = text_of(client.get(PAGE, today()))
    assert "完全一致" in page and page.count("41,280.00") >= 7 and "逐笔一致" in page


def test_what_is_outstanding_is_listed_with_its_age_and_a_way_to_it(client: Client) -> None:
    """A fee nobody booked; a receipt the statement does not know."""
    first, second = days()
    money.pay(7_00, "银行还没记", serial="X1", at=clock.now() - timedelta(days=2))
    stated(client, Line("H1", 100_00, first, summary="公积金"), Line("F1", -35_00, second, account="", name=""))
    assert "银行已收、单位未收（1 项）" in text_of(client.get(PAGE)), "yesterday the books did not know yet"
    page = text_of(client.get(PAGE, today()))
    assert "调节后相等，2 项未达" in page
    (fee,) = queries.notices(money.CENTRE, serial="F1")
    where = f"/desk/treasury/notices/{fee.notice_id}/"
    for words in ("银行已付，单位未付", "单位已收，银行未收", "F1", "72.00", where):
        assert words in page, words
    assert '<td class="n" data-label="多久">2</td>' in page
    assert "F1" in text_of(client.get("/desk/treasury/notices/", {"q": "F1"}))
    assert "没有这个流水号" in text_of(client.get("/desk/treasury/notices/", {"q": "F9"}))


def test_days_the_statements_do_not_reach_are_said(client: Client) -> None:
    first, _ = days()
    assert send(client, signed_csv((Line("H1", 100, first),), first=first, last=first)).status_code == 302
    page = text_of(client.get(PAGE))
    assert f"对账单只到 {first.year}年{first.month}月{first.day}日" in page


def test_a_changed_fen_is_an_error_on_the_page_and_on_the_sheet(client: Client) -> None:
    first, _ = days()
    stated(client, Line("H1", 41_280_00, first, summary="公积金"))
    execute("UPDATE bank_notice SET amount_fen = amount_fen + 1 WHERE host_serial = 'H1'")
    page = text_of(client.get(PAGE))
    assert "对不平" in page and "有 1 处自相矛盾，不能签" in page and "H1" in page
    assert "查清以前不能签字" in text_of(client.get(PAGE, {"print": "1"}))


def test_the_sheet_is_printed_with_the_lines_to_sign(client: Client) -> None:
    first, _ = days()
    stated(client, Line("H1", 100_00, first))
    sheet = text_of(client.get(PAGE, {"print": "1"}))
    assert "Centre(" not in sheet
    for words in ("银行余额调节表", "住房公积金", "制表：", "复核：", "会计主管：", money.ACCOUNT, "调节后余额"):
        assert words in sheet, words


def test_the_workbook_has_the_table_and_every_item(client: Client) -> None:
    first, second = days()
    stated(client, Line("H1", 100_00, first, summary="公积金"), Line("F1", -35_00, second, account="", name=""))
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(PAGE, {"as": "xlsx", **today()}).content))
    table = {row[0]: row[1] for row in book.get_sheet_by_name("余额调节表").to_python() if row[0]}
    assert table["银行对账单余额"] == 65 and table["账簿余额（科目 101、102）"] == 100 and table["两边之差"] == 0
    items = book.get_sheet_by_name("未达账项").to_python()
    assert any(row[2] == "F1" and row[4] == -35 for row in items)


def test_odd_days_and_accounts_are_answered_in_words(client: Client) -> None:
    assert client.get(PAGE, {"account": "999", "on": "2026-11-01"}).status_code == 200
    for raw, words in (("2026-02-31", "这样的日期"), ("x", "这样的日期"), ("2999-01-01", "还没有到")):
        answer = client.get(PAGE, {"on": raw})
        assert answer.status_code == 422 and words in text_of(answer)


def test_a_centre_without_an_account_has_an_empty_page() -> None:
    assert "还没有存款专户" in text_of(staff(3, Role.TREASURER)[1].get(PAGE))


def test_few_queries_whatever_the_number_of_lines_and_only_for_treasurers(client: Client) -> None:
    first, second = days()
    stated(client, *(Line(f"H{n}", 100, first) for n in range(6)), Line("F", -1, second))
    fresh = client_of(login(5, Role.TREASURER))
    for query in ({}, {"print": "1"}, {"as": "xlsx"}):
        with CaptureQueriesContext(connection) as caught:
            assert fresh.get(PAGE, query).status_code == 200
        assert len(caught) <= 9, [query["sql"][:90] for query in caught]
    other: Any = staff(6, Role.CLERK)[1]
    assert other.get(PAGE).status_code == 403
