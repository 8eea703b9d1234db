"""Home, movements, one movement, statement: what a member sees, and how dear it is."""

from __future__ import annotations

import html
import io
import re
import zipfile
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from anju.accounts import actions as acts
from anju.accounts import queries as accounts
from anju.notices.many import tell_many
from anju.notices.queries import inbox
from anju.portals.person.tests.walks import proved
from anju.portals.person.tests.world import (
    Clock,
    agencies,
    browser,
    logged_in,
    member_with_history,
    open_books,
    register,
    text_of,
)

pytestmark = pytest.mark.django_db


def test_home_shows_both_shares_the_unit_and_the_last_movements(now: Clock) -> None:
    client = logged_in(member_with_history())
    page = text_of(client.get("/me/"))
    assert "林晓雨，您好" in page
    assert "10,320.00" in page
    assert "个人缴存 5,160.00" in page and "单位缴存 + 5,160.00" in page
    assert "安居启明软件有限公司 · 每月 2,064.00（双方各 1,032.00） · 缴至 2026年11月" in page
    assert "11月缴存" in page and "7月缴存" not in page


def test_home_costs_six_queries_whatever_the_history(now: Clock, django_assert_max_num_queries: object) -> None:
    client = logged_in(member_with_history(14))
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        assert client.get("/me/").status_code == 200


def test_the_offer_says_the_amount_and_why(now: Clock) -> None:
    client = logged_in(member_with_history())
    with agencies():
        answer = client.post("/me/offer/", headers={"HX-Request": "true"})
    page = text_of(answer)
    assert answer.status_code == 200
    assert "11月可提取房租" in page and "1,800.00" in page
    assert "为什么是 1,800.00 元？" in page and "每月上限" in page and "按这项" in page
    assert "999,999" not in page


def test_a_homeowner_is_told_why_not_and_offered_no_button(now: Clock) -> None:
    client = logged_in(member_with_history())
    with agencies(homes=1):
        page = text_of(client.post("/me/offer/", headers={"HX-Request": "true"}))
    assert "房租现在还不能提" in page and "名下住房 1 套" in page
    assert "核对并提取" not in page


def test_without_a_script_the_offers_button_leads_to_the_first_screen(now: Clock) -> None:
    client = logged_in(member_with_history())
    answer = client.post("/me/offer/")
    assert (answer.status_code, answer["Location"]) == (302, "/me/services/rent/")


def test_the_side_tells_the_last_log_in_and_who_looked(now: Clock) -> None:
    member = member_with_history()
    logged_in(member)
    now.later(minutes=2)
    client = logged_in(member)
    page = text_of(client.get("/me/side/"))
    assert "上次登录" in page and "不是我操作" in page and "近 30 天：0 次" in page


def test_a_log_in_that_is_not_opened_reads_how_to_open(now: Clock) -> None:
    client = logged_in(register(opened=False))
    page = text_of(client.get("/me/"))
    assert "个人网上业务还没有开通" in page and "去开通" in page


@pytest.mark.parametrize("path", ["/me/", "/me/movements/", "/me/statement/"])
def test_a_member_without_an_account_reads_why_and_what_to_do(now: Clock, path: str) -> None:
    open_books()
    client = logged_in(register())
    answer = client.get(path)
    assert answer.status_code == 200
    assert "没有找到您的公积金账户" in text_of(answer) and "单位还没有为您开户" in text_of(answer)


@pytest.mark.parametrize("path", ["/me/", "/me/movements/", "/me/statement/", "/me/settings/", "/me/cases/"])
def test_nobody_is_sent_to_the_log_in(path: str) -> None:
    answer = browser().get(path)
    assert answer.status_code == 302 and answer["Location"].startswith("/login/")


def test_movements_are_paged_and_filtered_by_year(now: Clock, django_assert_max_num_queries: object) -> None:
    client = logged_in(member_with_history(22))
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        first = client.get("/me/movements/")
    assert "下一页" in text_of(first) and "11月缴存" in text_of(first)
    second = client.get("/me/movements/?before=4")
    assert "2025年2月缴存" in text_of(second) and "下一页" not in text_of(second)
    only = text_of(client.get("/me/movements/?year=2025"))
    assert "2025年12月缴存" in only and " 11月缴存" not in only


@pytest.mark.parametrize("query", ["year=1", "year=99999999999999999999", "before=x", "before=" + "9" * 40, "year=%00"])
def test_absurd_addresses_of_movements_answer(now: Clock, query: str) -> None:
    client = logged_in(member_with_history(1))
    assert client.get(f"/me/movements/?{query}").status_code == 200


def test_one_movement_tells_month_base_ratio_payer_shares_rule_and_ledger(
    now: Clock, django_assert_max_num_queries: object
) -> None:
    client = logged_in(member_with_history(2))
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        answer = client.get("/me/movements/2/")
    page = text_of(answer)
    for part in ("11月缴存", "2,064.00", "2026年11月", "8,600.00 元", "个人 12%，单位 12%", "安居启明软件有限公司",
                 "8,600.00 × 12% = 1,032.00", "第十六条", "流水号", "账簿编号", "这笔不对"):  # fmt: skip
        assert part in page, part


def test_a_message_of_the_year_s_interest_leads_to_the_receipt_that_adds_up(now: Clock) -> None:
    member = member_with_history(10)
    client = logged_in(member)
    (seq,) = [int(one) for one in re.findall(r"/me/movements/(\d+)/", _interest_row(client))]
    source = "SELECT %(person)s::bigint AS person_id, %(seq)s::bigint AS line_seq, '2025' AS year, '1' AS amount," \
             " '今天' AS day, '1.50%%' AS rate, '{year}' AS balance"  # fmt: skip
    tell = {"key": "interest:2025", "part": 1, "centre_id": 990100, "at": now.at}
    assert tell_many("interest_posted", source, {"person": member.person_id, "seq": seq}, **tell) == 1
    assert tell_many("interest_posted", source, {"person": member.person_id, "seq": seq}, **tell) is None
    (message,) = [one for one in inbox(person_id=member.person_id) if one.kind == "interest_posted"]
    assert "余额 {year} 元" in message.text, "what fills a blank is not filled again"
    page = client.get(f"/me/inbox/{message.notice_id}/").content.decode()
    assert f"/me/movements/{seq}/" in page
    receipt = text_of(client.get(f"/me/movements/{seq}/"))
    for part in ("结息单", "2026年2月12日至2026年3月12日 28 2,064.00", "1.50%", "积数 × 年利率 ÷ 360"):
        assert part in receipt, part


def _interest_row(client: Client) -> str:
    """The list's line of the year's interest."""
    page = client.get("/me/movements/").content.decode()
    return next(part for part in re.findall(r"<a [^>]*>.*?</a>", page, re.S) if "结息" in part or "利息" in part)


@pytest.mark.parametrize("seq", ["3", "0", "9223372036854775807", "9" * 30])
def test_a_movement_that_is_not_there_is_a_404(now: Clock, seq: str) -> None:
    client = logged_in(member_with_history(2))
    assert client.get(f"/me/movements/{seq}/").status_code == 404


def test_a_statement_of_any_span_adds_up(now: Clock, django_assert_max_num_queries: object) -> None:
    client = logged_in(member_with_history(5))
    query = "since_0=2026&since_1=9&since_2=1&until_0=2026&until_1=10&until_2=31"
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        page = text_of(client.get(f"/me/statement/?{query}"))
    for part in ("2026年9月1日至2026年10月31日", "期初余额 4,128.00", "+4,128.00", "期末余额 8,256.00 元"):
        assert part in page, part


def test_a_statement_that_ends_before_it_begins_is_refused_beside_its_field(now: Clock) -> None:
    client = logged_in(member_with_history(1))
    answer = client.get("/me/statement/?since_0=2026&since_1=10&since_2=1&until_0=2026&until_1=9&until_2=1")
    assert answer.status_code == 422
    assert "起始日期不能晚于截止日期" in text_of(answer) and "错误：" in text_of(answer)


@pytest.mark.parametrize("part", ["99999999999999999999", "\x00", "二"])
def test_an_impossible_day_is_refused(now: Clock, part: str) -> None:
    client = logged_in(member_with_history(1))
    answer = client.get("/me/statement/", {"since_0": part, "since_1": "1", "since_2": "1", "until_0": "2026"})
    assert answer.status_code == 422


def test_the_workbook_holds_numbers_and_dates_and_no_formula(now: Clock) -> None:
    client = logged_in(member_with_history(3))
    proved(client)
    answer = client.get("/me/statement/?period=12m&as=xlsx")
    assert "filename*=utf-8''" in answer["Content-Disposition"] and answer["X-Content-Type-Options"] == "nosniff"
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[3][:3] == ["日期", "摘要", "收入（元）"]
    assert [str(row[0]) for row in rows[5:8]] == ["2026-09-12", "2026-10-12", "2026-11-12"]
    assert [row[2] for row in rows[5:8]] == [2064.0, 2064.0, 2064.0]
    assert rows[8][6] == 6192.0
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_the_text_table_opens_in_a_spreadsheet(now: Clock) -> None:
    client = logged_in(member_with_history(1))
    proved(client)
    lines = client.get("/me/statement/?period=12m&as=csv").content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("日期,摘要,收入（元）")
    assert lines[2].startswith("2026-11-12,11月缴存,2064,") or lines[2].startswith("2026-11-12,11月缴存,2064.00,")


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_file_leaves_on_a_fresh_proof_only(now: Clock, kind: str) -> None:
    client = logged_in(member_with_history(1))
    assert "确认是您本人" in text_of(client.get("/me/statement/"))
    asked = client.get(f"/me/statement/?period=3m&as={kind}")
    assert asked.status_code == 302 and asked["Location"].startswith("/step-up/?next=")
    wanted = parse_qs(urlsplit(asked["Location"]).query)["next"][0]
    assert 'button--go' not in client.get(wanted).content.decode()
    back = proved(client, wanted)
    page = client.get(back["Location"]).content.decode()
    assert "可以下载了" in page and page.count("button--go") == 1
    link = re.search(rf'href="([^"]*as={kind})"[^>]*>', page)
    assert link is not None
    assert client.get(html.unescape(link[1]))["Content-Disposition"].startswith("attachment")
    now.later(minutes=5, seconds=1)
    assert client.get(html.unescape(link[1])).status_code == 302


def test_the_print_is_a_paper_without_navigation(now: Clock) -> None:
    client = logged_in(member_with_history(1))
    page = client.get("/me/statement/?period=12m&as=print").content.decode()
    assert "个人账户对账单" in page and 'class="tabbar"' not in page


def test_private_pages_are_not_stored(now: Clock) -> None:
    client: Client = logged_in(member_with_history(1))
    assert client.get("/me/")["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["/me/services/", "/me/cases/", "/me/drafts/", "/me/certificate/", "/me/card/", "/me/inbox/", "/me/settings/",
     "/me/settings/phone/", "/me/settings/password/", "/me/activity/", "/me/wrong/?movement=1", "/me/side/",
     "/me/statement/?period=12m&as=print"],
)  # fmt: skip
def test_no_other_page_costs_more_than_six(now: Clock, path: str, django_assert_max_num_queries: object) -> None:
    client = logged_in(member_with_history(2))
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        assert client.get(path).status_code == 200


def test_the_statement_of_a_closed_account_tells_the_interest_that_was_paid_beside_the_lines(now: Clock) -> None:
    member = member_with_history(2)
    client = logged_in(member)
    account_id = accounts.account_of_person(member.person_id)
    assert account_id is not None
    held = acts.hold_for_close_out(account_id, purpose="withdrawal", source_id=1, at=now.at)
    acts.post_close_out(
        account_id, hold_id=held.hold_id, amount_fen=held.amount_fen, interest_fen=held.interest_fen, key="close",
        paid_on=now.at.date(), reason="退休", source_id=1, maker=None, checker=None, at=now.at,
    )  # fmt: skip
    page = text_of(client.get("/me/statement/?period=interest"))
    assert "除本金 4,128.00 元外，另付利息 4.56 元，共付 4,132.56 元" in page, page
