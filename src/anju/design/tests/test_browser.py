"""The gallery in a real browser: accessibility, contrast, width, security policy, and what the script adds.

Needs Chromium; the pages come from a thread of this process and touch no database.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from anju.design.testing import CHROMIUM, EVERY_RULE, chromium, listen, served, violations

LOOKS = {
    "light": {},
    "dark": {"anju-theme": "dark"},
    "elder": {"anju-mode": "elder"},
    "elder-dark": {"anju-mode": "elder", "anju-theme": "dark"},
}
SHOWN = ["", "me", "decision", "month", "case", "public", "form"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The design app over HTTP, without the middleware that would ask the database who is there."""
    kept = [name for name in settings.MIDDLEWARE if ".identity." not in name and "whitenoise" not in name]
    with override_settings(
        ANJU_DEMO=True, MIDDLEWARE=kept, ALLOWED_HOSTS=["127.0.0.1"], CSRF_COOKIE_SECURE=False, CSRF_COOKIE_NAME="csrf"
    ), served() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


def opened(browser: Any, site: str, show: str, look: str = "light", **options: Any) -> tuple[Any, list[str]]:
    world = browser.new_context(**{"viewport": {"width": 390, "height": 844}, **options})
    world.add_cookies([{"name": name, "value": value, "url": site} for name, value in LOOKS[look].items()])
    complaints: list[str] = []
    page = world.new_page()
    listen(page, complaints)
    page.goto(f"{site}/design/?show={show}")
    return page, complaints


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_any_look(browser: Any, site: str, look: str) -> None:
    for show in SHOWN:
        page, complaints = opened(browser, site, show, look)
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        assert violations(page, EVERY_RULE) == [], show
        assert complaints == []
        page.context.close()


@pytest.mark.parametrize("show", ["", "case", "month"])
def test_axe_finds_nothing_on_a_wide_screen(browser: Any, site: str, show: str) -> None:
    page, complaints = opened(browser, site, show, viewport={"width": 1280, "height": 900})
    assert violations(page, EVERY_RULE) == []
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("look", ["elder", "elder-dark"])
def test_elder_pages_have_seven_to_one_contrast_and_no_small_words(browser: Any, site: str, look: str) -> None:
    for show in ("", "me", "decision", "case"):
        page, _ = opened(browser, site, show, look)
        assert violations(page, {"type": "rule", "values": ["color-contrast-enhanced"]}) == [], show
        small = page.evaluate(
            """() => [...document.querySelectorAll('main *')].filter(e => !e.closest('.sr, svg, kbd, .amount')
                && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
                && e.getClientRects().length && parseFloat(getComputedStyle(e).fontSize) < 24)
                .map(e => e.outerHTML.slice(0, 120))"""
        )
        assert small == [], show
        page.context.close()


@pytest.mark.parametrize(("look", "least"), [("light", 44), ("elder", 60)])
def test_targets_are_large_enough_for_a_finger(browser: Any, site: str, look: str, least: int) -> None:
    for show in SHOWN:
        page, _ = opened(browser, site, show, look)
        small = page.evaluate(
            """least => [...document.querySelectorAll('a[href], button, select, summary, input:not([type=hidden])')]
                .filter(e => { const box = e.getBoundingClientRect();
                  return box.width && !e.closest('.sr, label') && getComputedStyle(e).display !== 'inline'
                    && (box.height < least - 0.6 || box.width < least - 0.6); })
                .map(e => e.outerHTML.slice(0, 120))""",
            least,
        )
        assert small == [], show
        page.context.close()


@pytest.mark.parametrize("look", ["light", "elder"])
def test_nothing_scrolls_sideways_at_320_pixels(browser: Any, site: str, look: str) -> None:
    for show in SHOWN:
        page, _ = opened(browser, site, show, look, viewport={"width": 320, "height": 640})
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, show
        page.context.close()


def test_a_page_is_complete_without_a_script(browser: Any, site: str) -> None:
    page, _ = opened(browser, site, "form", java_script_enabled=False)
    assert page.locator("[data-reveal]").is_hidden()
    assert page.locator("form.form button[type=submit]").first.is_visible()
    page.click(".tools button:has-text('长辈版')")
    assert page.locator("html").get_attribute("data-mode") == "elder"
    page.context.close()


def test_the_summary_has_the_focus_and_leads_into_the_field(browser: Any, site: str) -> None:
    page, _ = opened(browser, site, "form")
    assert page.title().startswith("错误：")
    assert page.evaluate("document.activeElement.dataset.errorSummary") == ""
    page.click("[data-error-summary] a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "id_phone"
    page.context.close()


def test_an_amount_is_spoken_in_words_while_typed_as_the_server_says_it(browser: Any, site: str) -> None:
    from anju.kernel.money import fen_in_words, yuan_to_fen

    page, _ = opened(browser, site, "form")
    for typed in ("0", "0.05", "1010", "100000", "20050.05", "100000001", "300000000.10", "12345.67", "10000000"):
        page.fill("#id_amount", typed)
        assert page.inner_text("#id_amount-words") == fen_in_words(yuan_to_fen(typed)), typed
    page.context.close()


def test_keys_walk_the_queue_and_press_buttons_but_not_while_typing(browser: Any, site: str) -> None:
    page, _ = opened(browser, site, "case", viewport={"width": 1280, "height": 900})
    page.keyboard.press("e")
    assert page.evaluate("document.querySelector('.fold').open")
    page.focus("#opinion")
    page.keyboard.press("e")
    assert page.input_value("#opinion") == "e"
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.wait_for_url("**#3")
    page.context.close()


def test_a_form_is_sent_once(browser: Any, site: str) -> None:
    page, _ = opened(browser, site, "")
    sent: list[str] = []

    def answer(route: Any) -> None:
        sent.append(route.request.url)
        route.fulfill(status=204)

    page.route("**/nowhere/", answer)
    page.evaluate(
        """() => { const form = document.createElement('form'); form.method = 'post'; form.action = '/nowhere/';
            form.dataset.once = ''; form.innerHTML = '<button id="twice">提交</button>';
            document.body.append(form); }"""
    )
    page.click("#twice", no_wait_after=True)
    page.wait_for_timeout(50)
    page.evaluate("document.getElementById('twice').click()")
    page.wait_for_timeout(100)
    assert page.get_attribute("#twice", "aria-busy") == "true"
    assert len(sent) == 1
    page.context.close()


def test_print_is_black_on_white_with_every_fold_open(browser: Any, site: str) -> None:
    page, _ = opened(browser, site, "decision", "dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()") == "#000"
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert page.locator(".print-line").is_visible()
    assert page.locator(".foot").is_hidden()
    page.context.close()


def test_polling_says_that_it_polls_and_a_failure_is_told_once_in_place(browser: Any, site: str) -> None:
    page, _ = opened(browser, site, "me")
    asked: list[str | None] = []
    is_mended = False

    def answer(route: Any) -> None:
        asked.append(route.request.headers.get("x-anju-poll"))
        route.fulfill(status=200 if is_mended else 500, body='<p id="polled">好了</p>')

    page.route("**/poll/", answer)
    page.evaluate(
        """() => { document.querySelector('main').insertAdjacentHTML('afterbegin',
            '<p id="polled" hx-get="/poll/" hx-trigger="every 300ms" hx-swap="outerHTML">等待</p>');
            htmx.process(document.getElementById('polled')); }"""
    )
    page.wait_for_selector("[data-failed]", timeout=8000)
    page.wait_for_timeout(700)
    assert page.locator("[data-failed]").count() == 1
    is_mended = True
    page.wait_for_selector("#polled:has-text('好了')")
    assert page.locator("[data-failed]").count() == 0
    assert set(asked) == {"1"}
    page.context.close()


def test_a_session_near_its_end_asks_and_goes_on(browser: Any, site: str) -> None:
    page, _ = opened(browser, site, "me")
    page.route("**/keep/", lambda route: route.fulfill(status=204))
    dialog = (
        '<dialog id="session-warning" data-idle-seconds="121" data-keep="/keep/">'
        "<button data-session-keep>继续办理</button></dialog></body>"
    )
    html = page.request.get(f"{site}/design/?show=me").text().replace("</body>", dialog)
    page.route("**/design/?show=me", lambda route: route.fulfill(status=200, body=html, content_type="text/html"))
    page.goto(f"{site}/design/?show=me")
    page.wait_for_selector("#session-warning[open]")
    page.click("[data-session-keep]")
    page.wait_for_selector("#session-warning:not([open])", state="attached")
    page.context.close()
