"""The public pages in a real browser, in every look: axe, width, security policy; and an opening without a script.

Needs Chromium. With ANJU_SHOTS naming a folder, a picture of every page in every look is left there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anju.casework import actions as casework
from anju.design.testing import CHROMIUM, LOOKS, chromium, judged, listen, says, shot, show, window
from anju.identity.http import COOKIE
from anju.portals.person.tests.world import Clock, browser, id_number, logged_in, newest_code, phone, register
from anju.portals.public.tests.world import (
    NAME,
    PASSWORD,
    PDF,
    applied,
    case_of,
    clerk,
    outside,
    registered,
    typed,
    unit_code,
    unit_fields,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("papers_elsewhere"),
]
ANYBODY = {
    "home": "/", "services": "/services/", "services-none": "/services/?q=量子", "progress": "/progress/",
    "log-in": "/login/", "logged-out": "/login/?ended=2", "reset": "/reset/", "open": "/open/",
    "register": "/open/person/", "register-unit": "/open/unit/", "verify": "/verify/",
    "verify-unknown": "/verify/?n=JC20261123-000017-42&c=ABCDEFGH", "help": "/help/", "help-found": "/help/?q=验证码",
    "problems": "/help/problems/", "guide": "/help/rent_withdrawal/", "guide-unit": "/help/employer_opening/",
    "wrong": "/help/wrong/", "wrong-done": "/help/wrong/?done=7",
}  # fmt: skip


def see(running: Any, site: str, client: Client, pages: dict[str, str]) -> list[str]:
    """Every page in every look, in the session of a test client; what is wrong with them."""
    wrong: list[str] = []
    kept = client.cookies.get(COOKIE)
    for look, (width, cookies) in LOOKS.items():
        context = window(running, site, width=width, cookies=cookies)
        if kept is not None:
            context.add_cookies(
                [{"name": COOKIE, "value": kept.value, "domain": "localhost", "path": "/", "secure": True,
                  "httpOnly": True}]
            )  # fmt: skip
        page = context.new_page()
        listen(page, wrong)
        for name, path in pages.items():
            show(page, f"{site}{path}")
            shot(page, f"public-{name}-{look}")
            wrong += judged(page, f"{name} {look}")
        context.close()
    return wrong


def test_what_anybody_sees_is_sound_in_every_look(now: Clock, site: str) -> None:
    with chromium() as running:
        assert see(running, site, browser(), ANYBODY) == []


def test_an_opening_is_sound_in_every_look_at_every_step(now: Clock, site: str) -> None:
    waiting = browser()
    waiting.post("/open/person/", typed(3))
    person, agent = registered(), registered("unit", n=2, name="何清")
    with outside():
        to_sign = applied(person)
    with outside(strong=False):
        mending = applied(agent, "unit", **unit_fields(2))
    reviewed = registered("unit", n=4, name="方晴")
    with outside(strong=False):
        in_review = applied(reviewed, "unit", **unit_fields(4, uscc=unit_code(8)))
    casework.request_correction(
        case_of(mending), items=["ratio", "payday", "authorisation"], note="请一起补上。", actor=clerk(), at=now.at
    )
    nobody = logged_in(register(8, "宋雨桐"))
    fresh = registered("unit", n=5, name="郑平")
    with chromium() as running:
        wrong = see(running, site, waiting, {"code": "/open/person/code/"})
        signing = {"sign": to_sign, "agreement": f"{to_sign}agreement/1.0/", "open-signing": "/open/",
                   "missing-applied": "/open/missing/"}  # fmt: skip
        wrong += see(running, site, person, signing)
        wrong += see(running, site, agent, {"mending": mending, "open-mending": "/open/"})
        wrong += see(running, site, reviewed, {"review": in_review})
        begun = {"apply-unit": "/open/unit/apply/", "apply": "/open/person/apply/", "step-up": "/step-up/",
                 "missing-not-opened": "/open/missing/"}  # fmt: skip
        wrong += see(running, site, fresh, begun)
        wrong += see(running, site, nobody, {"missing": "/open/missing/", "switch": "/switch/"})
    assert wrong == []


def test_a_person_opens_without_a_script(now: Clock, site: str) -> None:
    with outside(), chromium() as running:
        context = running.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{site}/open/person/")
        _identify(page, 1)
        page.click("main .button--go")
        page.fill("main [name=greeting]", "山高水长")
        page.check("[name=agree]")
        page.click("main .button--go")
        page.wait_for_url("**/me/")


def _identify(page: Any, n: int, name: str = NAME) -> None:
    """The first two screens."""
    page.fill("[name=name]", name)
    page.fill("[name=id_number]", id_number(n))
    page.fill("[name=phone]", phone(n))
    page.click("main .button--go")
    page.fill("[name=code]", newest_code())
    page.fill("[name=password]", PASSWORD)
    page.click("main .button--go")


def test_a_unit_mends_fields_and_papers_without_a_script(now: Clock, site: str, tmp_path: Path) -> None:
    paper = tmp_path / "授权书.pdf"
    paper.write_bytes(PDF)
    with outside(strong=False), chromium() as running:
        context = running.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{site}/open/unit/")
        _identify(page, 1)
        page.fill("[name=uscc]", unit_code(7))
        page.fill("[name=payday]", "10")
        page.click("main .button--go")
        where = page.url
        casework.request_correction(
            case_of(where), items=["ratio", "authorisation"], note="", actor=clerk(), at=now.at
        )
        page.reload()
        page.fill("[name=ratio]", "50")
        page.click("main .button--go")
        assert says(page, "缴存比例应在 5% 到 12% 之间")
        page.fill("[name=ratio]", "12")
        page.set_input_files("[name=paper-authorisation]", str(paper))
        page.click("main .button--go")
        assert says(page, "单位 12%，职工 12%") and page.url == where


def test_the_page_shows_the_desks_act_by_itself_within_seconds(now: Clock, site: str) -> None:
    client = registered("unit")
    with outside(strong=False):
        where = applied(client, "unit", **unit_fields())
        with chromium() as running:
            context = running.new_context()
            context.add_cookies([{"name": COOKIE, "value": client.cookies[COOKIE].value, "domain": "localhost",
                                  "path": "/", "secure": True, "httpOnly": True}])  # fmt: skip
            page = context.new_page()
            page.goto(f"{site}{where}")
            assert says(page, "由工作人员审核")
            casework.request_correction(case_of(where), items=["payday"], note="", actor=clerk(), at=now.at)
            page.wait_for_selector("text=补正好了，提交", timeout=10_000)


def test_the_keyboard_alone_registers_and_lands_in_what_is_wrong(now: Clock, site: str) -> None:
    with outside(), chromium() as running:
        page = running.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.goto(f"{site}/open/person/")
        page.focus("[name=name]")
        page.keyboard.type(NAME)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == "id_kind"
        page.keyboard.press("Tab")
        page.keyboard.type(id_number(1)[:-1] + ("0" if id_number(1)[-1] != "0" else "1"))
        page.keyboard.press("Tab")
        page.keyboard.type(phone(1))
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-error-summary]")
        assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.name") == "id_number"
