"""The employer's month: one screen when nothing changed; taken back, declared anew, paid; every state said."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from anju.contributions import queries
from anju.contributions.types import RemittanceState
from anju.kernel.money import format_fen
from anju.portals.unit.tests.world import (
    CENTRE,
    NOVEMBER,
    OCTOBER,
    TREASURY,
    Clock,
    Unit,
    answered,
    confirm_fields,
    enrol,
    hidden,
    latest,
    money,
    open_books,
    paid,
    post_all,
    text_of,
    unit_of,
)

pytestmark = pytest.mark.django_db


def settled(**options: object) -> Unit:
    """A unit whose October is posted and whose November is open."""
    open_books()
    unit = unit_of(first_month=OCTOBER, **options)  # type: ignore[arg-type]
    paid(unit, OCTOBER)
    return unit


def test_an_unchanged_month_is_one_screen_no_field_and_one_confirmation(now: Clock) -> None:
    unit = settled()
    client = unit.client()
    page = client.get("/unit/")
    text = text_of(page)
    assert "和上月一样，确认一次即可" in text and "全部 3 人和上月一样" in text
    form = re.search(r'<form[^>]*action="/unit/confirm/".*?</form>', page.content.decode(), re.DOTALL)
    assert form is not None
    fields = re.findall(r"<(?:input|select|textarea)\b[^>]*>", form[0])
    assert [field for field in fields if 'type="hidden"' not in field] == []
    assert len(re.findall(r"<button", form[0])) == 1
    after = answered(client, client.post("/unit/confirm/", confirm_fields(page)))
    assert "已申报" in text_of(after) and "请缴款" in text_of(after)
    assert (latest(unit).month, latest(unit).headcount) == (NOVEMBER, 3)


def test_confirming_twice_answers_the_same_and_declares_once(now: Clock) -> None:
    unit = settled()
    client = unit.client()
    fields = confirm_fields(client.get("/unit/"))
    first, second = client.post("/unit/confirm/", fields), client.post("/unit/confirm/", fields)
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert len(queries.remittances(CENTRE, unit.unit_id, cancelled=True)) == 2


def test_a_list_that_changed_under_the_page_is_refused_in_words_and_can_be_confirmed_anew(now: Clock) -> None:
    unit = settled()
    client = unit.client()
    fields = confirm_fields(client.get("/unit/"))
    enrol(unit, [9])
    refused = client.post("/unit/confirm/", fields)
    assert refused.status_code == 409
    assert "没有申报成" in text_of(refused) and "8,256.00" in text_of(refused)
    assert refused.content.decode().count("<title>错误：") == 1
    again = confirm_fields(refused)
    assert again["key"] != fields["key"]
    assert client.post("/unit/confirm/", again).status_code == 302
    assert latest(unit).headcount == 4


@pytest.mark.parametrize("raw", ["", "-1", "x", "9" * 40, "\x00", "１２"])
def test_a_confirmation_with_nonsense_in_it_declares_nothing(now: Clock, raw: str) -> None:
    unit = settled()
    client = unit.client()
    fields = {**confirm_fields(client.get("/unit/")), "total_fen": raw}
    assert client.post("/unit/confirm/", fields).status_code in (302, 400, 409)
    assert client.post("/unit/confirm/", {**fields, "month": raw}).status_code in (302, 400, 409)
    assert latest(unit).month == OCTOBER


def test_what_was_declared_is_taken_back_and_declared_anew(now: Clock) -> None:
    unit = settled()
    client = unit.client()
    client.post("/unit/confirm/", confirm_fields(client.get("/unit/")))
    address = f"/unit/months/{latest(unit).remittance_id}/cancel/"
    first, second = client.post(address), client.post(address)
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    page = answered(client, first)
    assert "已撤回，可以改好重新申报" in text_of(page) and "复核人退回" not in text_of(page)
    assert client.post("/unit/confirm/", confirm_fields(page)).status_code == 302
    assert latest(unit).state is RemittanceState.CONFIRMED


def test_a_declaration_that_money_has_come_for_is_not_taken_back(now: Clock) -> None:
    unit = settled()
    client = unit.client()
    client.post("/unit/confirm/", confirm_fields(client.get("/unit/")))
    declared = latest(unit)
    money(unit, declared.total_fen, declared.number)
    refused = client.post(f"/unit/months/{declared.remittance_id}/cancel/")
    assert refused.status_code == 409 and latest(unit).state is RemittanceState.MATCHED


def test_the_sum_is_led_from_last_month_to_this_one(now: Clock) -> None:
    unit = settled(staff=5)
    enrol(unit, [8, 9], base_fen=500_000)
    page = text_of(unit.client().get("/unit/"))
    assert "上月（2026年10月） 5 5,160.00 5,160.00 10,320.00" in page
    assert "新增 +2 +1,200.00 +1,200.00 +2,400.00" in page
    assert "本月应缴 7 6,360.00 6,360.00 12,720.00" in page
    assert "没变 5 人" in page and "核对变化，再确认" in page


def test_differences_are_chosen_by_kind_and_taken_away_as_a_workbook(now: Clock) -> None:
    from python_calamine import CalamineWorkbook

    unit = settled()
    enrol(unit, [9])
    client = unit.client()
    assert "员工九" in text_of(client.get("/unit/?kind=joined"))
    assert "员工九" not in text_of(client.get("/unit/?kind=left"))
    assert client.get("/unit/?kind=%00&done=nonsense&case=" + "9" * 30).status_code == 200
    answer = client.get("/unit/differences/")
    import io

    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[1][:5] == ["员工九", "新增", "新增", "", 8600.0] and rows[1][5:] == [1032.0, 1032.0]


def test_the_due_day_is_counted_and_what_is_late_is_said(now: Clock) -> None:
    unit = settled()
    client = unit.client()
    assert "11月16日 还有 4 天" in text_of(client.get("/unit/"))
    now.at += timedelta(days=4)
    assert "今天截止" in text_of(unit.client().get("/unit/"))
    now.at += timedelta(days=3)
    page = text_of(unit.client().get("/unit/"))
    assert "已过 3 天" in page and "1 个月过了截止日还没有入账" in page
    assert "2026年11月（应于 2026年11月16日前缴）" in page


def test_when_all_is_posted_and_the_next_month_has_not_begun_nothing_is_asked(now: Clock) -> None:
    unit = settled()
    paid(unit, NOVEMBER)
    page = unit.client().get("/unit/")
    assert "2026年11月已经办完" in text_of(page) and "还没开始" in text_of(page)
    assert "/unit/confirm/" not in page.content.decode()


def test_a_unit_without_people_reads_how_to_begin(now: Clock) -> None:
    open_books()
    page = text_of(unit_of(staff=0).client().get("/unit/"))
    assert "还没有职工" in page and "上传第一份名册" in page


def test_money_goes_through_its_three_states_in_sight(now: Clock) -> None:
    unit = settled()
    client = unit.client()
    client.post("/unit/confirm/", confirm_fields(client.get("/unit/")))
    declared = latest(unit)
    assert "2026年11月 " + declared.number + " 3 6,192.00 11月16日 11月12日 — — 待缴款" in text_of(
        client.get("/unit/payments/")
    )
    money(unit, declared.total_fen, declared.number)
    assert "11月12日 11月12日 — 已到账，正在入账" in text_of(client.get("/unit/payments/"))
    assert "足额到账并匹配" in text_of(client.get("/unit/"))
    post_all()
    assert "11月12日 11月12日 11月12日 已入账" in text_of(client.get("/unit/payments/"))
    month = text_of(client.get(f"/unit/months/{declared.remittance_id}/"))
    assert "还没有" not in month and "记入职工账户 2026年11月12日 10:41" in month


def test_the_payment_notice_says_account_amount_and_reference(now: Clock) -> None:
    unit = settled()
    client = unit.client()
    client.post("/unit/confirm/", confirm_fields(client.get("/unit/")))
    declared = latest(unit)
    page = text_of(client.get(f"/unit/months/{declared.remittance_id}/notice/"))
    for said in (TREASURY, "安居市住房公积金管理中心", "安居银行", "¥6,192.00", "陆仟壹佰玖拾贰元整", declared.number):
        assert said in page, said


REASONS = {
    "short": (-1, "{number}", "还差 0.01 元", "请再转 0.01 元，附言仍写 {number}"),
    "over": (+500, "{number}", "多付了 5.00 元", "多付的部分是退回还是留给下月"),
    "no reference": (0, "公积金", "付款附言里没有缴款书编号", "请告诉我们这笔款缴的是哪份汇缴书"),
    "unknown": (0, "HJ261100009992", "", "把正确的汇缴书编号告诉我们"),
}


@pytest.mark.parametrize("case", REASONS)
def test_money_that_is_not_matched_says_why_and_what_to_do(now: Clock, case: str) -> None:
    more, summary, why, to_do = REASONS[case]
    unit = settled()
    client = unit.client()
    client.post("/unit/confirm/", confirm_fields(client.get("/unit/")))
    declared = latest(unit)
    money(unit, declared.total_fen + more, summary.format(number=declared.number))
    for path in ("/unit/", "/unit/payments/"):
        page = text_of(client.get(path))
        assert f"已收到 {format_fen(declared.total_fen + more)} 元，尚未匹配" in page
        assert "已收到，尚未匹配，因为" in page and why in page
        assert to_do.format(number=declared.number) in page and "不会当作欠缴" in page


def test_a_second_payment_of_a_paid_month_is_told_and_nobody_is_called_late(now: Clock) -> None:
    unit = settled()
    declared = queries.remittances(CENTRE, unit.unit_id)[0]
    money(unit, declared.total_fen, declared.number)
    now.at += timedelta(days=10)
    page = text_of(unit.client().get("/unit/"))
    assert "重复的一笔" in page and "请告诉我们这一笔是退回还是留给下月" in page
    assert "匹配以前不会当作欠缴" in page and "请尽快申报" not in page


def test_nature_and_separate_ratios_are_shown_where_they_are(now: Clock) -> None:
    unit = settled(ratios=("0.12", "0.05"), nature="33")
    client = unit.client()
    for path in ("/unit/", "/unit/people/"):
        assert "城镇私营企业 · 单位 12%，个人 5%" in text_of(client.get(path)), path
    mandates = text_of(client.get("/unit/mandates/"))
    assert "单位缴存比例 12%" in mandates and "个人缴存比例 5%" in mandates and "单位性质 城镇私营企业" in mandates


def test_a_change_of_ratio_is_no_unchanged_month(now: Clock) -> None:
    from decimal import Decimal

    from anju.parties import actions as parties
    from anju.portals.unit.tests.world import MACHINE

    unit = settled()
    parties.change_unit_terms(
        CENTRE, unit.unit_id, unit_ratio=Decimal("0.10"), person_ratio=Decimal("0.10"), from_month=NOVEMBER,
        actor=MACHINE, at=now.at,
    )  # fmt: skip
    page = text_of(unit.client().get("/unit/"))
    assert "和上月一样" not in page and "比例变化 3 人变化 −516.00 −516.00 −1,032.00" in page


def test_the_frozen_list_is_paged_and_taken_away(now: Clock) -> None:
    unit = settled(staff=103)
    found = latest(unit)
    client = unit.client()
    first = client.get(f"/unit/months/{found.remittance_id}/")
    assert "后 100 人" in text_of(first)
    after = re.search(r"\?after=(\d+)", first.content.decode())
    assert after is not None
    second = text_of(client.get(f"/unit/months/{found.remittance_id}/?after={after[1]}"))
    assert "员工一零三" in second and "后 100 人" not in second
    answer = client.get(f"/unit/months/{found.remittance_id}/list/")
    assert answer["Content-Disposition"].startswith("attachment") and len(answer.content) > 5000


def test_the_hidden_key_is_new_on_every_look(now: Clock) -> None:
    client = settled().client()
    assert hidden(client.get("/unit/"), "key") != hidden(client.get("/unit/"), "key")
