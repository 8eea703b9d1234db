"""The member's pages in a real browser, in every look: axe, width, security policy, and one life without a script.

Needs Chromium. With ANJU_SHOTS naming a folder, a picture of every page in every look is left there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest

from anju.design.testing import CHROMIUM, LOOKS, chromium, judged, listen, says, shot, show, window
from anju.exchange.types import Kind
from anju.notices import actions as notices
from anju.portals.person.tests.world import (
    PASSWORD,
    Clock,
    Member,
    bank_and_agencies,
    hidden,
    logged_in,
    member_with_history,
    newest_code,
    pay_out,
    phone,
    register,
    sign_mandate,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
    pytest.mark.django_db(transaction=True),
]


def enter(context: Any, site: str, member: Member) -> Any:
    """Log in by the pages, as a person does."""
    page = context.new_page()
    page.goto(f"{site}/login/")
    page.fill("[name=name]", phone(member.n))
    page.fill("[name=password]", PASSWORD)
    page.click("main button.button--go, main form.form button[type=submit]")
    page.fill("[name=code]", newest_code())
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login/" not in address)
    return page


def lived(now: Clock) -> tuple[Member, dict[str, str]]:
    """A member with two years behind her and something in every list; and the addresses worth seeing."""
    member = member_with_history(24)
    sign_mandate()
    client = logged_in(member)
    _file(client, now, "2600", down=())
    paid = _newest(client)
    pay_out(member, int(paid.split("/")[3]), at=now.at)
    now.later(days=8)
    client = logged_in(member)
    draft = client.post("/me/services/rent/", {"monthly_rent": "2600"})["Location"]
    now.later(minutes=2)
    _file(client, now, "1500", down=(Kind.MARRIAGE,))
    reviewed = _newest(client)
    now.later(minutes=2)
    page = client.get("/me/certificate/")
    client.post("/me/certificate/", {"resend": "1", "purpose": "x", "key": hidden(page, "key")})
    purpose = page.content.decode().split('name="purpose" value="')[1].split('"')[0]
    done = client.post("/me/certificate/", {"purpose": purpose, "key": hidden(page, "key"), "code": newest_code()})
    notice_id = notices.send(
        "case_accepted", at=now.at, login_id=member.login_id, title="业务已受理",
        text="您申请的租房提取已受理，承诺 2026年12月4日前办结。",
    )  # fmt: skip
    now.later(minutes=2)
    return member, {
        "home": "/me/", "movements": "/me/movements/", "movement": "/me/movements/2/",
        "statement": "/me/statement/?period=3m", "statement-print": "/me/statement/?period=3m&as=print",
        "services": "/me/services/", "rent": "/me/services/rent/", "confirm": draft, "case-paid": paid,
        "case-review": reviewed, "decision-print": f"{paid}decision/", "cases": "/me/cases/", "drafts": "/me/drafts/",
        "certificate": "/me/certificate/", "certificate-done": done["Location"], "card": "/me/card/",
        "inbox": "/me/inbox/", "message": f"/me/inbox/{notice_id}/", "settings": "/me/settings/",
        "phone": "/me/settings/phone/", "password": "/me/settings/password/", "activity": "/me/activity/",
        "wrong": "/me/wrong/?movement=2",
    }  # fmt: skip


def _file(client: Any, now: Clock, rent: str, *, down: tuple[Kind, ...]) -> None:
    with bank_and_agencies() as (_, world):
        if down:
            world.down(*down)
        confirm = client.post("/me/services/rent/", {"monthly_rent": rent})["Location"]
        page = client.get(confirm)
        client.post(confirm, {"code": newest_code(), "key": hidden(page, "key")})


def _newest(client: Any) -> str:
    """The address of the newest case, from the list."""
    found = re.search(r'href="(/me/cases/\d+/)"', client.get("/me/cases/").content.decode())
    assert found is not None
    return found[1]


def seen_in_every_look(
    browser: Any, site: str, member: Member, pages: dict[str, str], looks: Iterable[str] = LOOKS
) -> list[str]:
    """Log in once and open every page in every look; what is wrong with them."""
    wrong: list[str] = []
    first = browser.new_context(locale="zh-CN")
    enter(first, site, member)
    state = first.storage_state()
    for look in looks:
        width, cookies = LOOKS[look]
        context = window(browser, site, width=width, cookies=cookies, storage_state=state)
        page = context.new_page()
        listen(page, wrong)
        for name, path in pages.items():
            show(page, f"{site}{path}")
            shot(page, f"{name}-{look}")
            wrong += judged(page, f"{name} {look}")
        context.close()
    first.close()
    return wrong


def test_every_page_is_sound_in_every_look(now: Clock, site: str) -> None:
    with bank_and_agencies():
        member, pages = lived(now)
        with chromium() as browser:
            assert seen_in_every_look(browser, site, member, pages) == []


def test_rent_is_drawn_and_found_without_a_script(now: Clock, site: str) -> None:
    member = member_with_history(5)
    sign_mandate()
    with bank_and_agencies(), chromium() as browser:
        context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
        page = enter(context, site, member)
        now.later(minutes=2)
        page.goto(f"{site}/me/")
        page.click("text=看看能提多少")
        page.fill("[name=monthly_rent]", "2600")
        page.click("text=下一步")
        assert says(page, "壹仟捌佰元整")
        page.fill("[name=code]", newest_code())
        page.click("text=确认提取")
        assert says(page, "提取决定书", "同意 · 等待银行付款")
        page.click("text=撤回这件申请")
        page.click("main >> text=撤回申请")
        assert says(page, "已撤回")


def test_what_is_missing_is_told_where_there_is_little_room(now: Clock, site: str) -> None:
    """No account, not opened, no card: the pages of somebody who has just begun."""
    nobody, newcomer = register(8, "宋雨桐"), register(9, "郑国平", opened=False)
    pages = {"no-account": "/me/", "card-none": "/me/card/", "cases-none": "/me/cases/",
             "drafts-none": "/me/drafts/", "inbox-none": "/me/inbox/"}  # fmt: skip
    with bank_and_agencies(), chromium() as browser:
        looks = ("narrow", "elder")
        assert seen_in_every_look(browser, site, nobody, pages, looks) == []
        assert seen_in_every_look(browser, site, newcomer, {"not-opened": "/me/"}, looks) == []


@pytest.mark.parametrize("script", [True, False])
def test_the_enter_key_presses_the_pages_own_button_and_sends_no_second_code(
    now: Clock, site: str, script: bool
) -> None:
    member = member_with_history(5)
    with bank_and_agencies(), chromium() as browser:
        context = browser.new_context(java_script_enabled=script)
        page = enter(context, site, member)
        now.later(minutes=6)
        page.goto(f"{site}/me/services/rent/")
        page.fill("[name=monthly_rent]", "2600")
        page.keyboard.press("Enter")
        page.wait_for_selector("[name=code]")
        sent = newest_code()
        page.fill("[name=code]", "000000" if sent != "000000" else "000001")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-error-summary]")
        assert newest_code() == sent
        page.fill("[name=code]", sent)
        page.keyboard.press("Enter")
        assert says(page, "提取决定书")
        now.later(minutes=6)
        page.goto(f"{site}/me/certificate/")
        page.check("[name=purpose] >> nth=0")
        page.click("text=获取验证码")
        assert says(page, "验证码已发到")
        page.fill("[name=code]", newest_code())
        page.keyboard.press("Enter")
        page.wait_for_url("**/me/certificate/*/**")
