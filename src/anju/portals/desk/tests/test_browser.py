"""The desk in a real browser: the keys, the way without a script, and accessibility in every look.

The browser's requests are answered by Django's test client in the same thread, so a page sees the test's own
transaction; headers (the security policy among them) and static files are the real ones.
"""

from __future__ import annotations

import contextvars
import mimetypes
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from anju.casework import queries as case_queries
from anju.casework.tests.world import World
from anju.casework.types import CaseState
from anju.contributions import queries as contributions
from anju.contributions.tests import world as money
from anju.contributions.types import SuspenseState
from anju.design.testing import CHROMIUM, chromium, judged, says
from anju.identity.types import Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.portals.desk.tests.world import CENTRE, client_of, in_approval, in_review, login, offered

SITE = "https://testserver"
LOOKS = {"light": {}, "dark": {"anju-theme": "dark"}, "elder": {"anju-mode": "elder"}}

pytestmark = [
    pytest.mark.browser, pytest.mark.django_db,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright's loop runs in this thread; the queries are not in it
    with chromium() as running:
        yield running
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def world() -> Iterator[World]:
    with offered() as made:
        yield made


def page_of(browser: Any, client: Client, *, look: str = "light", width: int = 1280, **options: Any) -> Any:
    """A page whose requests the client answers; what the console complains of is kept on it."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    for name, value in LOOKS[look].items():
        client.cookies[name] = value

    # Playwright answers in a context of its own, where Django would open another connection.
    here = contextvars.copy_context()

    def answer(route: Any) -> None:
        request = route.request
        path = request.url.removeprefix(SITE)
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/").split("?")[0])
            kind = mimetypes.guess_type(path.split("?")[0])[0] or "application/octet-stream"
            route.fulfill(path=str(found), content_type=kind) if found else route.fulfill(status=404)
            return
        if request.method == "POST":
            body = request.post_data_buffer or b""
            got = here.run(client.post, path, data=body, content_type=request.headers["content-type"], follow=True)
        else:
            got = here.run(client.get, path, follow=True)
        headers = {name: value for name, value in got.headers.items() if name.lower() != "set-cookie"}
        route.fulfill(status=got.status_code, headers=headers, body=got.content)

    context.route("**/*", answer)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    return page


def broken(page: Any) -> list[str]:
    """What axe, the width and the security policy say against the page."""
    return judged(page, page.url) + [text for text in page.complaints if "Content Security Policy" in text]


def pair(clerk_n: int = 1, reviewer_n: int = 2) -> tuple[Actor, Actor]:
    return login(clerk_n, Role.CLERK), login(reviewer_n, Role.REVIEWER)


def test_a_reviewer_decides_with_the_keys_alone(browser: Any, world: World) -> None:
    clerk, reviewer = pair()
    first = in_approval(world, login(5, Role.MEMBER), clerk, key="a")
    second = in_approval(world, login(6, Role.MEMBER), clerk, key="b")
    page = page_of(browser, client_of(reviewer))
    page.goto(f"{SITE}/desk/cases/{first}/")
    page.keyboard.press("e")
    page.keyboard.press("j")
    page.wait_for_url(f"**/desk/cases/{second}/")
    assert says(page, case_queries.desk_case(reviewer, second).number)
    page.keyboard.press("k")
    page.wait_for_url(f"**/desk/cases/{first}/")
    assert says(page, case_queries.desk_case(reviewer, first).number)
    page.keyboard.press("r")
    page.wait_for_selector("[data-error-summary]")
    assert page.title().startswith("错误：")
    page.keyboard.press("a")
    page.wait_for_selector("text=已同意")
    assert case_queries.desk_case(reviewer, first).state is CaseState.CLOSED
    assert case_queries.desk_case(reviewer, second).state is CaseState.APPROVAL
    assert world.effects == [first]


def test_a_clerk_works_a_case_without_a_script(browser: Any, world: World) -> None:
    clerk, _ = pair()
    case_id = in_review(world, login(5, Role.MEMBER))
    page = page_of(browser, client_of(clerk), java_script_enabled=False)
    page.goto(f"{SITE}/desk/")
    page.click("button:has-text('办下一件')")
    page.click("summary:has-text('人工核实')")
    page.select_option("select[name=value]", "0")
    page.fill("[name=evidence]", "电话核实登记中心")
    page.click("text=记录核实结果")
    page.click("button:has-text('建议同意，提交复核')")
    assert says(page, "已提交复核")
    assert case_queries.desk_case(clerk, case_id).state is CaseState.APPROVAL


def test_a_treasurer_walks_the_unmatched_money_with_the_keys(browser: Any) -> None:
    """J goes to a receipt, A does what is proposed for it, X ticks one and B does the ticked ones together."""
    with money.wired():
        money.open_centre()
        unit = money.open_unit()
        money.apply(unit, money.staff_rows(2))
        declared = money.declare(unit)
        money.pay(100, declared.number, at=clock.now())
        money.pay(200, declared.number, at=clock.now())
        page = page_of(browser, client_of(login(3, Role.TREASURER)))
        page.goto(f"{SITE}/desk/treasury/")
        page.keyboard.press("a")
        assert page.evaluate("document.activeElement.closest('[data-queue] tr') !== null"), "the first row, no act yet"
        page.keyboard.press("a")
        assert says(page, "已留作等待补足")
        page.wait_for_load_state()  # keys mean something once the script runs
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("b")
        assert says(page, "已按建议办理（笔）：1")
        waiting = contributions.suspense_items(CENTRE, states=(SuspenseState.WAITING,))
        assert sorted(item.open_fen for item in waiting) == [100, 200]


@pytest.mark.parametrize(("look", "width"), [("light", 1280), ("light", 320), ("dark", 1280), ("elder", 390)])
def test_axe_finds_nothing_on_the_desk(browser: Any, world: World, look: str, width: int) -> None:
    clerk, reviewer = pair()
    treasurer, administrator = login(3, Role.TREASURER), login(4, Role.ADMINISTRATOR)
    first = in_review(world, login(5, Role.MEMBER), key="a")
    second = in_approval(world, login(6, Role.MEMBER), clerk, key="b")
    with money.wired():
        money.open_centre()
        money.pay(100, "没有编号", at=clock.now())
    pages = {
        clerk: ("/desk/", f"/desk/cases/{first}/", "/desk/cases/", "/desk/people/", "/desk/units/", "/desk/wrong/"),
        reviewer: (f"/desk/cases/{second}/",),
        treasurer: ("/desk/", "/desk/treasury/", "/desk/treasury/payments/", "/desk/treasury/mandate/", "/desk/ledger/",
                    "/desk/treasury/notices/", "/desk/treasury/statements/", "/desk/treasury/reconciliation/"),
        administrator: ("/desk/", "/desk/administration/", "/desk/parameters/"),
        login(7, Role.ACCOUNTANT): ("/desk/", "/desk/ledger/vouchers/", "/desk/ledger/suspense/", "/desk/reports/",
                                    "/desk/reports/sheet/"),
        login(8, Role.AUDITOR): ("/desk/", "/desk/audit/sample/", "/desk/audit/statement/", "/desk/audit/findings/"),
    }  # fmt: skip
    for actor, paths in pages.items():
        page = page_of(browser, client_of(actor), look=look, width=width)
        for path in paths:
            page.goto(SITE + path)
            assert broken(page) == [], (path, look, width)
