"""The member's pages in a real browser, in every look: axe, width, security policy, and one life without a script.

Needs Chromium. With ANJU_SHOTS naming a folder, a picture of every page in every look is left there.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler

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

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
AXE = Path(__file__).parents[5] / "tests" / "vendor" / "axe.min.js"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
SHOTS = os.environ.get("ANJU_SHOTS", "")
LOOKS: dict[str, tuple[int, dict[str, str]]] = {
    "narrow": (320, {}),
    "wide": (1280, {}),
    "elder": (390, {"anju-mode": "elder"}),
    "dark": (1280, {"anju-theme": "dark"}),
}
if SHOTS:
    LOOKS |= {"phone": (390, {}), "elder-dark": (390, {"anju-mode": "elder", "anju-theme": "dark"})}
# Parts of a page that are loaded after it are here once nothing waits to be loaded any more.
SETTLED = "() => document.readyState === 'complete' && !document.querySelector('[hx-trigger=\"load\"]')"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
    pytest.mark.django_db(transaction=True),
]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Requests of a test are not news."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[str]:
    """The whole product over HTTP in a thread of this process; localhost counts as secure for its cookies."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]
    server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), _Server, _Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()


@contextmanager
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


def enter(context: Any, site: str, member: Member) -> Any:
    """Log in by the pages, as a person does."""
    page = context.new_page()
    page.goto(f"{site}/login/")
    page.fill("[name=name]", phone(member.n))
    page.fill("[name=password]", PASSWORD)
    page.click("main button.button--go, main form.form button[type=submit]")
    page.fill("[name=code]", newest_code())
    page.click("main form.form button[type=submit]:not([name])")
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


def violations(page: Any) -> list[str]:
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    page.evaluate(AXE.read_text())
    run = {"type": "tag", "values": TAGS}
    found = page.evaluate("run => axe.run(document, {runOnly: run})", run)["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def show(page: Any, url: str) -> None:
    """Open a page, with the parts that are loaded after it."""
    page.goto(url)
    page.wait_for_function(SETTLED)


def judged(page: Any, where: str) -> list[str]:
    """What axe and the width of the page say against it."""
    wide = overflow(page)
    return ([f"{where}: {wide} px too wide"] if wide > 0 else []) + [f"{where}: {said}" for said in violations(page)]


def listen(page: Any, complaints: list[str]) -> None:
    """Every error the browser writes, a refused style or script among them."""
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))


def overflow(page: Any) -> int:
    """How many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


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
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN", storage_state=state)
        context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
        page = context.new_page()
        listen(page, wrong)
        for name, path in pages.items():
            show(page, f"{site}{path}")
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{name}-{look}.png", full_page=True)
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
        assert "壹仟捌佰元整" in page.content()
        page.fill("[name=code]", newest_code())
        page.click("text=确认提取")
        assert "提取决定书" in page.content() and "同意 · 等待银行付款" in page.content()
        page.click("text=撤回这件申请")
        page.click("main >> text=撤回申请")
        assert "已撤回" in page.content()


def test_what_is_missing_is_told_where_there_is_little_room(now: Clock, site: str) -> None:
    """No account, not opened, no card: the pages of somebody who has just begun."""
    nobody, newcomer = register(8, "宋雨桐"), register(9, "郑国平", opened=False)
    pages = {"no-account": "/me/", "card-none": "/me/card/", "cases-none": "/me/cases/",
             "drafts-none": "/me/drafts/", "inbox-none": "/me/inbox/"}  # fmt: skip
    with bank_and_agencies(), chromium() as browser:
        looks = ("narrow", "elder")
        assert seen_in_every_look(browser, site, nobody, pages, looks) == []
        assert seen_in_every_look(browser, site, newcomer, {"not-opened": "/me/"}, looks) == []
