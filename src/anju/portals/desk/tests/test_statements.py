"""Statements through the treasurer's pages: what is taken, what was told, and every bad file in words that help."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from anju import jobs
from anju.contributions import queries as contributions
from anju.contributions.tests import world as money
from anju.contributions.types import RemittanceState, SuspenseState
from anju.identity.types import Role
from anju.kernel import clock
from anju.ledger import queries as books
from anju.portals.desk.tests.world import CENTRE, client_of, login, staff, text_of
from anju.portals.desk.views import statements as views
from anju.treasury import queries
from anju.treasury import statement_queries as read
from anju.treasury.tests.statement_files import Line, camt, ledger_csv, ledger_xlsx, signed_csv, signed_xlsx
from anju.treasury.types import NoticeState

pytestmark = pytest.mark.django_db
PAGE, IMPORT = "/desk/treasury/statements/", "/desk/treasury/statements/import/"


@pytest.fixture
def client() -> Iterator[Client]:
    with money.wired():
        money.open_centre()
        yield staff(3, Role.TREASURER)[1]


def days() -> tuple[date, date]:
    """The day before yesterday, and yesterday."""
    today = clock.now().date()
    return today - timedelta(days=2), today - timedelta(days=1)


def two_days(*, summary: str = "公积金") -> tuple[Line, ...]:
    first, second = days()
    return (
        Line("H1", 41_280_00, first, account=money.UNIT_BANK, name="安居第1工厂", summary=summary),
        Line("H2", 5_00, second, account="6217", name="某人", summary="零钱"),
        Line("H3", -1_00, second, account="", name="", summary="手续费"),
    )


def send(client: Client, content: bytes, name: str = "a.csv") -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, content)})


def refused(client: Client, content: bytes, *words: str, name: str = "a.csv", kept: int = 0) -> None:
    """The file is refused beside the field, in these words, and nothing of it is kept."""
    answer = send(client, content, name)
    page = text_of(answer)
    assert answer.status_code == 422, answer.status_code
    assert "没有收下，什么也没有记" in page and 'id="id_file-error"' in page
    for word in words:
        assert word in page, (word, page[page.index("id_file-error") :][:300])
    assert len(read.statements(CENTRE)) == kept and (kept or not queries.notices(CENTRE))


# ----------------------------------------------------------------------------------------------- taking one


@pytest.mark.parametrize(
    ("make", "name"),
    [(ledger_csv, "a.csv"), (signed_csv, "b.csv"), (ledger_xlsx, "a.xlsx"), (signed_xlsx, "b.xlsx"), (camt, "c.xml")],
)
def test_a_file_of_each_shape_is_proven_told_and_shown(client: Client, make: Any, name: str) -> None:
    sent = send(client, make(two_days()), name)
    assert sent.status_code == 302 and sent["Location"].endswith("?done=statement"), text_of(sent)
    page = text_of(client.get(sent["Location"]))
    for words in ("余额核对无误", "41,285.00", "41,284.00", "+41,284.00", "3 笔", "H1", "未知支出，待资金人员核实"):
        assert words in page, words
    assert -books.suspense_balance(CENTRE) == -41_285_00
    assert "没有对账单" not in page and not money.broken()


def test_a_matched_month_is_told_by_the_statement_alone(client: Client) -> None:
    unit = money.open_unit()
    money.apply(unit, money.staff_rows(2))
    declared = money.declare(unit)
    lines = (replace(two_days(summary=declared.number)[0], fen=declared.total_fen),)
    send(client, camt(lines), "a.xml")
    money.run_posting()
    assert contributions.remittance(CENTRE, declared.remittance_id).state is RemittanceState.POSTED
    assert not money.broken()


def test_the_same_file_twice_says_so_and_changes_nothing(client: Client) -> None:
    first = send(client, ledger_csv(two_days()))
    told = len(queries.notices(CENTRE))
    again = send(client, ledger_csv(two_days()))
    assert again["Location"] == first["Location"].replace("statement", "statement-again").replace(
        "/statement-agains/", "/statements/"
    )  # fmt: skip
    assert "没有重复记账" in text_of(client.get(again["Location"]))
    assert len(queries.notices(CENTRE)) == told == 3 and len(read.statements(CENTRE)) == 1


def test_what_was_notified_before_is_not_told_again_and_what_the_bank_leaves_out_is_listed(client: Client) -> None:
    lines = two_days()
    money.pay(lines[0].fen, lines[0].summary, serial="H1", at=clock.now() - timedelta(days=2))
    money.pay(777, "对账单里没有", serial="X9", at=clock.now() - timedelta(days=1))
    page = text_of(client.get(send(client, ledger_csv(lines))["Location"]))
    assert "通知过、对账单里没有的" in page and "X9" in page
    assert page.count("H1") == 0 and "H2" in page and "H3" in page


def test_a_contradiction_leads_to_both_tellings(client: Client) -> None:
    money.pay(41_280_01, "x", serial="H1", at=clock.now() - timedelta(days=2))
    page = text_of(client.get(send(client, ledger_csv(two_days()))["Location"]))
    assert "1 笔与银行通知说法不一" in page and "/desk/treasury/notices/contradictions/" in page
    assert "41,280.01" in text_of(client.get("/desk/treasury/notices/contradictions/"))


def test_a_large_file_is_told_behind_and_the_page_shows_how_far(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(views, "AT_ONCE", 2)
    where = send(client, ledger_csv(two_days()))["Location"].split("?")[0]
    page = text_of(client.get(where))
    assert "正在补记没有通知过的流水" in page and "0 / 3 笔" in page and f'hx-get="{where}progress/"' in page
    jobs.run_all()
    part = text_of(client.get(f"{where}progress/"))
    assert "全部 3 笔新流水都有通知了" in part and "hx-get" not in part
    assert "正在补记" not in text_of(client.get(where)) and len(queries.notices(CENTRE)) == 3


def test_days_without_a_statement_are_counted_and_named(client: Client) -> None:
    page = text_of(client.get(PAGE))
    assert "还没有导入过对账单" in page and "还没有收下过对账单" in page
    first, second = days()
    early = first - timedelta(days=3)
    send(client, signed_csv((Line("E1", 100, early),)))
    page = text_of(client.get(PAGE))
    assert f"缺 4 天：{early + timedelta(days=1):%m月%d日}至{second:%m月%d日}" in page
    assert page.count('class="is-in"') == 1 and page.count('class="is-out"') == 4
    send(client, signed_csv(two_days(), opening=100, first=early + timedelta(days=1), last=second), "b.csv")
    page = text_of(client.get(PAGE))
    assert f"到 {second:%m月%d日}为止每天都有" in page and page.count('class="is-in"') == 5


def test_the_lines_come_as_a_workbook_with_real_numbers_and_no_formula(client: Client) -> None:
    lines = (replace(two_days()[0], name="=1+1", account="00330501"), *two_days()[1:])
    where = send(client, camt(lines), "a.xml")["Location"].split("?")[0]
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{where}lines/").content))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[3][:3] == ["记账日", "时间", "流水号"] and len(rows) == 7
    assert rows[4][2:8] == ["H1", 41_280, "", 41_280, "=1+1", "00330501"]


def test_samples_can_be_downloaded_and_are_not_ours(client: Client) -> None:
    page = text_of(client.get(PAGE))
    for name in views.TITLES:
        assert f"/desk/treasury/statements/samples/{name}/" in page
        answer = client.get(f"/desk/treasury/statements/samples/{name}/")
        assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    assert client.get("/desk/treasury/statements/samples/shape.py/").status_code == 404


# ------------------------------------------------------------------------------------------------ bad files


def test_a_file_cut_in_the_middle_is_refused(client: Client) -> None:
    whole = ledger_csv(two_days())
    refused(client, whole[: len(whole) // 2], "没有传完")
    line_end = whole.index(b"H2")
    line_end = whole.index(b"\n", line_end) + 1
    refused(client, whole[:line_end], "不能确认完整")
    refused(client, camt(two_days())[:-60], "重新从银行下载", name="a.xml")
    book = ledger_xlsx(two_days())
    refused(client, book[: len(book) // 2], "重新", name="a.xlsx")
    refused(client, b"", "文件是空的")


def test_entries_in_the_wrong_order_are_refused_by_their_line(client: Client) -> None:
    first, second, third = two_days()
    refused(client, ledger_csv((second, first, third)), "第 3 行", "顺序颠倒", "按时间从早到晚")


def test_another_currency_is_refused_by_line_and_column(client: Client) -> None:
    refused(client, ledger_csv(two_days(), currency="美元"), "第 2 行 F 列", "美元")
    refused(client, camt(two_days(), currency="USD"), "USD", name="a.xml")


def test_a_balance_that_does_not_add_up_is_refused(client: Client) -> None:
    refused(client, camt(two_days(), closing=1), "与期末余额", "不一致", name="a.xml")
    jumps = signed_csv(two_days()).decode("utf-8-sig").replace("41,285.00", "41,285.01").encode()
    refused(client, jumps, "第 7 行", "应为 41,285.00 元")


def test_a_gap_and_an_order_of_files_that_leaves_one_are_refused(client: Client) -> None:
    first, second = days()
    send(client, signed_csv(two_days()))
    later = (Line("L1", 100, clock.now().date()),)
    refused(client, signed_csv(later, opening=1_00), "接不上", "按日期先后补齐", kept=1)
    earlier = (Line("L0", 100, first - timedelta(days=5)),)
    refused(client, signed_csv(earlier), "接不上", kept=1)
    assert send(client, signed_csv(later, opening=41_284_00), "b.csv").status_code == 302
    assert len(read.statements(CENTRE)) == 2


def test_a_line_that_says_otherwise_than_before_is_refused(client: Client) -> None:
    send(client, signed_csv(two_days()))
    other = (two_days()[0], replace(two_days()[1], fen=5_01), replace(two_days()[2], fen=-1_01))
    refused(client, signed_csv(other), "流水号 H2", "与已收下的对账单不一致", "向银行核实", kept=1)


def test_a_strange_account_days_to_come_and_no_statement_at_all_are_refused(client: Client) -> None:
    refused(client, ledger_csv(two_days(), account="9999000011112222"), "尾号 2222", "不是本中心的存款专户")
    tomorrow = clock.now().date() + timedelta(days=1)
    refused(client, signed_csv((Line("T", 100, tomorrow),)), "还没有到")
    refused(client, "姓名,金额\n张三,1\n".encode(), "没有找到对账单的表头")
    refused(client, b"%PDF-1.4 x", "重新", name="a.pdf")
    empty = client.post(IMPORT, {})
    assert empty.status_code == 422 and "id_file-error" in text_of(empty)


def test_too_large_a_file_is_refused_before_it_is_read(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(views, "LARGEST_BYTES", 10)
    refused(client, ledger_csv(two_days()), "10 MB", "分几次下载")


def test_a_reversal_before_its_original_waits_on_the_page_until_the_statement_tells_both(client: Client) -> None:
    """The bank's taking back is notified, its original never was; the statement brings both and nothing is left."""
    first, second = days()
    money.pay(500, "", serial="R1", reversal_of="H9", at=clock.now() - timedelta(days=1))
    assert "冲回通知，等待原到账" in text_of(client.get("/desk/treasury/"))
    lines = (
        Line("H9", 500, first, account="62", summary="误入"),
        Line("R1", -500, second, reversal=True, original="H9", account=money.UNIT_BANK, name="安居第一工厂"),
    )
    sent = send(client, camt(lines), "a.xml")
    assert sent.status_code == 302, text_of(sent)
    assert "银行那边要核实的" not in text_of(client.get("/desk/treasury/"))
    assert {one.state for one in queries.notices(CENTRE)} == {NoticeState.REVERSED, NoticeState.REVERSAL}
    (item,) = contributions.suspense_items(CENTRE, states=tuple(SuspenseState))
    assert item.state is SuspenseState.REVERSED
    assert -books.suspense_balance(CENTRE) == 0 and not money.broken()


# ---------------------------------------------------------------------------------------------- who, how much


def test_only_a_treasurer_gives_and_sees_statements(client: Client) -> None:
    for role, n in ((Role.CLERK, 6), (Role.REVIEWER, 7), (Role.ADMINISTRATOR, 8)):
        _, other = staff(n, role)
        assert other.get(PAGE).status_code == other.post(IMPORT).status_code == 403
    assert Client().get(PAGE)["Location"].startswith("/login/")
    assert client.get(f"{PAGE}77/").status_code == client.get(f"{PAGE}77/lines/").status_code == 404


def test_statement_pages_need_few_queries(client: Client) -> None:
    fresh = client_of(login(5, Role.TREASURER))
    first, _ = days()
    for n in range(3):
        lines = (Line(f"S{n}", 100, first),)
        sent = send(client, signed_csv(lines, opening=n * 100, first=first, last=first), f"{n}.csv")
    for path, most in ((PAGE, 5), (sent["Location"].split("?")[0], 7)):
        with CaptureQueriesContext(connection) as caught:
            assert fresh.get(path).status_code == 200
        assert len(caught) <= most, [query["sql"][:90] for query in caught]
