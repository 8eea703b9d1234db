"""Rent in two screens and one field: the code fits just this, a second press changes nothing, and what comes after."""

from __future__ import annotations

import re
from typing import Any

import pytest

from anju.accounts import actions as accounts
from anju.accounts.types import FreezeKind
from anju.casework.types import CaseState
from anju.exchange.types import Kind
from anju.portals.person.tests.walks import filed, first_screen, reviewed
from anju.portals.person.tests.world import (
    Clock,
    Member,
    bank_and_agencies,
    hidden,
    logged_in,
    member_with_history,
    newest_code,
    newest_sms,
    pay_out,
    register,
    sign_mandate,
    text_of,
)

pytestmark = pytest.mark.django_db


def test_the_first_screen_asks_for_one_thing_and_costs_little(
    now: Clock, django_assert_max_num_queries: Any
) -> None:
    client = logged_in(member_with_history())
    with django_assert_max_num_queries(6):
        page = client.get("/me/services/rent/")
    typed = [name for name in re.findall(r'<input[^>]* name="([^"]+)"', page.content.decode())
             if name not in ("csrfmiddlewaretoken", "next", "place")]  # fmt: skip
    assert typed == ["monthly_rent"]


def test_the_second_screen_shows_amount_in_figures_and_words_and_the_card(
    now: Clock, django_assert_max_num_queries: Any
) -> None:
    client = logged_in(member_with_history())
    with bank_and_agencies():
        confirm = first_screen(client)["Location"]
    with django_assert_max_num_queries(6):
        page = client.get(confirm)
    words = text_of(page)
    for part in ("核对信息", "1,800.00", "人民币壹仟捌佰元整", "安居银行 尾号 6620", "每月房租", "2,600.00 元",
                 "按这项"):  # fmt: skip
        assert part in words, part
    assert page.content.decode().count("button--go") == 1
    sms = newest_sms()
    assert "1,800.00元至尾号6620" in sms and len(sms) <= 70


def test_rent_is_decided_at_once_and_the_receipt_stands_on_the_case(
    now: Clock, django_assert_max_num_queries: Any
) -> None:
    client = logged_in(member_with_history())
    with bank_and_agencies():
        answer = filed(client)
    assert answer.status_code == 302 and answer["Location"].startswith("/me/cases/")
    first = text_of(client.get(answer["Location"]))
    assert re.search(r"查询码 ?[A-Z2-9]{5}-[A-Z2-9]{5}", first)
    with django_assert_max_num_queries(6):
        page = client.get(answer["Location"])
    words = text_of(page)
    assert "查询码" not in words
    for part in ("提取决定书", "同意 · 等待银行付款", "同意提取2026年11月房租 1,800.00 元", "壹仟捌佰元整",
                 "本人和配偶在本市无房", "不动产登记系统", "第二十四条", "由规则自动作出"):  # fmt: skip
        assert part in words, part


@pytest.mark.django_db(transaction=True)
def test_a_paid_withdrawal_says_so_on_the_case_and_among_the_movements(now: Clock) -> None:
    member = member_with_history()
    sign_mandate()
    client = logged_in(member)
    with bank_and_agencies():
        where = filed(client)["Location"]
        pay_out(member, int(where.split("/")[3]), at=now.at)
    assert "同意 · 已到账" in text_of(client.get(where))
    assert "11月租房提取" in text_of(client.get("/me/movements/"))
    detail = text_of(client.get("/me/movements/6/"))
    assert "−¥1,800.00" in detail and "尾号 6620" in detail and "看当时的决定和依据" in detail


def test_a_code_for_another_amount_does_not_confirm(now: Clock) -> None:
    client = logged_in(member_with_history())
    with bank_and_agencies():
        first_screen(client, "2600")
        code = newest_code()
        now.later(seconds=61)
        confirm = first_screen(client, "1200")["Location"]
        other = newest_code()
        page = client.get(confirm)
        answer = client.post(confirm, {"code": code if code != other else "000000", "key": hidden(page, "key")})
    assert answer.status_code == 422
    assert "验证码不正确或已失效" in text_of(answer) and "1,200.00" in text_of(answer)


def test_pressing_twice_files_one_case(now: Clock) -> None:
    client = logged_in(member_with_history())
    with bank_and_agencies():
        confirm = first_screen(client)["Location"]
        key = hidden(client.get(confirm), "key")
        first = client.post(confirm, {"code": newest_code(), "key": key})
        again = client.post(confirm, {"code": "123456", "key": key})
        client.cookies.pop("__Host-anju-once")
        lost = client.post(confirm, {"code": "123456", "key": key})
    assert again.status_code == lost.status_code == 302
    assert again["Location"] == lost["Location"] == first["Location"], "also where the first answer never arrived"
    assert text_of(client.get("/me/cases/")).count("租房提取") == 1


def test_what_was_typed_is_a_draft_until_it_isfiled(now: Clock) -> None:
    client = logged_in(member_with_history())
    with bank_and_agencies():
        confirm = first_screen(client, "2600.50")["Location"]
    drafts = text_of(client.get("/me/drafts/"))
    assert "租房提取" in drafts and "保留到 2026年12月23日" in drafts
    draft_id = confirm.split("/")[4]
    assert 'value="2600.50"' in client.get(f"/me/services/rent/?draft={draft_id}").content.decode()
    client.post(f"/me/drafts/{draft_id}/discard/")
    assert "没有草稿" in text_of(client.get("/me/drafts/"))


@pytest.mark.parametrize("rent", ["", "abc", "2600.505", "-5", "0", "1" * 40, "26\x0000", "九百"])
def test_a_rent_that_is_no_amount_is_refused_beside_its_field(now: Clock, rent: str) -> None:
    client = logged_in(member_with_history())
    answer = first_screen(client, rent)
    assert answer.status_code == 422
    assert "<title>错误：" in answer.content.decode() and "id_monthly_rent-error" in answer.content.decode()


def test_a_homeowner_reads_the_article_and_may_still_ask_for_it_in_writing(now: Clock) -> None:
    client = logged_in(member_with_history())
    with bank_and_agencies(homes=1):
        confirm = first_screen(client)["Location"]
        page = client.get(confirm)
        words = text_of(page)
        assert "按现在查到的情况，不能办理" in words and "名下住房 1 套" in words and "第二十四条" in words
        assert "button--go" not in page.content.decode()
        client.post(confirm, {"resend": "1"})
        answer = client.post(confirm, {"code": newest_code(), "key": hidden(client.get(confirm), "key")})
    words = text_of(client.get(answer["Location"]))
    assert "不予同意" in words and "重新申请" in words


def test_a_dead_registry_sends_the_case_to_people_and_never_to_refusal(now: Clock) -> None:
    client = logged_in(member_with_history())
    with bank_and_agencies() as (_, world):
        world.down(Kind.MARRIAGE)
        confirm = first_screen(client)["Location"]
        assert "提交后由工作人员核实" in text_of(client.get(confirm))
        answer = client.post(confirm, {"code": newest_code(), "key": hidden(client.get(confirm), "key")})
    page = client.get(answer["Location"])
    words = text_of(page)
    assert "审核中" in words and "您不用再做什么" in words
    assert f'hx-get="{answer["Location"]}timeline/?v=' in page.content.decode()


def test_a_frozen_account_is_told_and_offered_nothing(now: Clock) -> None:
    member = member_with_history()
    accounts.freeze(
        member.account_id, kind=FreezeKind.RECEIVE_ONLY, authority="安居市临湖区人民法院（演示）", document="17 号",
        at=now.at,
    )  # fmt: skip
    client = logged_in(member)
    home = text_of(client.get("/me/"))
    assert "账户已冻结" in home and "解除办法" in home
    with bank_and_agencies():
        assert "账户已冻结，不能提取" in text_of(client.post("/me/offer/", headers={"HX-Request": "true"}))


def test_a_sealed_account_is_told_what_sealing_means(now: Clock) -> None:
    member = member_with_history()
    accounts.seal_accounts([member.account_id], reason="解除劳动合同", on=now.at.date(), at=now.at)
    assert "账户已封存" in text_of(logged_in(member).get("/me/")) and "启封" in text_of(logged_in(member).get("/me/"))


def test_a_case_is_cancelled_in_one_press_until_the_bank_is_instructed(now: Clock) -> None:
    client = logged_in(member_with_history())
    with bank_and_agencies():
        where = filed(client)["Location"]
    answer = client.post(f"{where}cancel/", {"reason": "不租了"})
    assert answer.status_code == 302
    words = text_of(client.get(where))
    assert "已撤回" in words and "不租了" in words
    assert "10,320.00" in text_of(client.get("/me/"))


@pytest.mark.django_db(transaction=True)
def test_a_case_the_bank_has_paid_cannot_be_cancelled(now: Clock) -> None:
    member = member_with_history()
    sign_mandate()
    client = logged_in(member)
    with bank_and_agencies():
        where = filed(client)["Location"]
        pay_out(member, int(where.split("/")[3]), at=now.at)
    assert client.post(f"{where}cancel/").status_code == 409


def test_a_mistake_before_the_decision_is_mended_in_the_same_case(now: Clock) -> None:
    client = logged_in(member_with_history())
    where = reviewed(client)
    client.post(f"{where}mistake/")
    page = client.get(where)
    assert "请您补正" in text_of(page) and 'name="monthly_rent"' in page.content.decode()
    assert 'value="2600.00"' in page.content.decode() or 'value="2,600.00"' in page.content.decode()
    wrong = client.post(f"{where}supplement/", {"monthly_rent": "x"})
    assert wrong.status_code == 422 and "请填写数字" in text_of(wrong)
    with bank_and_agencies():
        client.post(f"{where}supplement/", {"monthly_rent": "1500"})
    assert "1,500.00 元" in text_of(client.get(where))


def test_a_mistake_after_the_decision_gives_a_draft_with_what_was_typed(now: Clock) -> None:
    client = logged_in(member_with_history())
    with bank_and_agencies():
        where = filed(client)["Location"]
    answer = client.post(f"{where}mistake/")
    assert re.fullmatch(r"/me/services/rent/\?draft=\d+", answer["Location"])
    page = client.get(answer["Location"]).content.decode()
    assert 'value="2600.00"' in page or 'value="2,600.00"' in page
    assert "已撤回" in text_of(client.get(where))


def test_the_timeline_answers_itself_until_the_case_has_moved(now: Clock) -> None:
    client = logged_in(member_with_history())
    where = reviewed(client)
    version = re.search(r"timeline/\?v=(\d+)", client.get(where).content.decode())
    assert version is not None
    poll = {"HX-Request": "true", "X-Anju-Poll": "1"}
    same = client.get(f"{where}timeline/?v={version[1]}", headers=poll)
    assert 'id="timeline"' in same.content.decode() and "HX-Refresh" not in same
    client.post(f"{where}cancel/")
    assert client.get(f"{where}timeline/?v={version[1]}", headers=poll)["HX-Refresh"] == "true"


def test_the_decision_prints_with_every_fold_open(now: Clock) -> None:
    client = logged_in(member_with_history())
    with bank_and_agencies():
        where = filed(client)["Location"]
    page = client.get(f"{where}decision/").content.decode()
    assert "提取决定书" in page and page.count('<details class="condition" open') >= 6
    assert "办理进度" in page and 'class="tabbar"' not in page


@pytest.mark.parametrize("path", ["", "timeline/", "decision/", "papers/1/"])
def test_another_members_case_is_a_404(now: Clock, path: str) -> None:
    member = member_with_history()
    with bank_and_agencies():
        where = filed(logged_in(member))["Location"]
    stranger = logged_in(register(2, "王国强"))
    assert stranger.get(f"{where}{path}").status_code == 404
    for act in ("cancel/", "mistake/", "supplement/"):
        assert stranger.post(f"{where}{act}").status_code == 404


@pytest.mark.parametrize("number", ["0", "99999999999999999999999"])
def test_cases_that_cannot_be_are_404(now: Clock, number: str) -> None:
    client = logged_in(member_with_history(1))
    assert client.get(f"/me/cases/{number}/").status_code == 404
    assert client.get(f"/me/services/rent/{number}/confirm/").status_code == 404
    assert client.get(f"/me/services/rent/?draft={number}").status_code == 404


def test_another_members_draft_is_a_404(now: Clock) -> None:
    member: Member = member_with_history()
    with bank_and_agencies():
        confirm = first_screen(logged_in(member))["Location"]
    stranger = logged_in(register(2, "王国强"))
    assert stranger.get(confirm).status_code == 404
    assert stranger.post(confirm, {"code": "123456", "key": "k" * 20}).status_code == 404


def test_the_states_of_a_case_all_have_their_words() -> None:
    from anju.casework.types import OPEN_STATES
    from anju.portals.person.progress import NOW_TITLE, TAG_STATE

    assert set(NOW_TITLE) == OPEN_STATES
    assert set(TAG_STATE) == set(CaseState) - {CaseState.DRAFT}
