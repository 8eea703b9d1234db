"""A real browser for tests: pages over HTTP, every promised look, and what axe, width and console say against a page.

Needs Chromium, and playwright of the development lock. With ANJU_SHOTS naming a folder, ``shot`` leaves pictures there.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import FileResponse, HttpRequest, HttpResponse

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
AXE = Path(__file__).parents[3] / "tests" / "vendor" / "axe.min.js"
EVERY_RULE = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
SHOTS = os.environ.get("ANJU_SHOTS", "")
LOOKS: dict[str, tuple[int, dict[str, str]]] = {
    "narrow": (320, {}),
    "wide": (1280, {}),
    "elder": (390, {"anju-mode": "elder"}),
    "dark": (1280, {"anju-theme": "dark"}),
}
"""The looks that are promised for every page: width in pixels, and the cookies that choose them."""
if SHOTS:
    LOOKS |= {"phone": (390, {}), "elder-dark": (390, {"anju-mode": "elder", "anju-theme": "dark"})}
# Parts of a page that are loaded after it are here once nothing waits to be loaded any more.
SETTLED = "() => document.readyState === 'complete' && !document.querySelector('[hx-trigger=\"load\"]')"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Requests of a test are not news."""


class _Static(StaticFilesHandler):
    def serve(self, request: HttpRequest) -> HttpResponse | FileResponse:
        """A window asks for each file once, as it does of the real server."""
        response = super().serve(request)
        response["Cache-Control"] = "max-age=3600"
        return response


@contextmanager
def served() -> Iterator[int]:
    """The whole product over HTTP in a thread of this process, on a free port of the loopback address."""
    server = make_server("127.0.0.1", 0, _Static(WSGIHandler()), _Server, _Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Any]:
    """One headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


def window(browser: Any, site: str, *, width: int = 1280, cookies: dict[str, str] | None = None, **options: Any) -> Any:
    """A window with cookies for the site."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN", **options)
    context.add_cookies([{"name": name, "value": value, "url": site} for name, value in (cookies or {}).items()])
    return context


def show(page: Any, url: str) -> None:
    """Open a page, with the parts that are loaded after it."""
    page.goto(url)
    page.wait_for_function(SETTLED)


def says(page: Any, *words: str) -> bool:
    """Wait until all the words stand on the page, a click being still under way perhaps.

    Raises:
        AssertionError: with the page's words, where they do not come.
    """
    from playwright.sync_api import expect

    for word in words:
        expect(page.locator("body")).to_contain_text(word)
    return True


def listen(page: Any, complaints: list[str]) -> None:
    """Every error the browser writes, a refused style or script among them."""
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))


def shot(page: Any, name: str) -> None:
    """A picture of the whole page, where pictures are wanted."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def judged(page: Any, where: str) -> list[str]:
    """What axe and the width of the page say against it, with all its folds open."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    wide = overflow(page)
    return ([f"{where}: {wide} px too wide"] if wide > 0 else []) + [f"{where}: {said}" for said in violations(page)]


def overflow(page: Any) -> int:
    """How many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def violations(page: Any, run: dict[str, Any] | None = None) -> list[str]:
    """What axe finds by the rules of ``run``, every rule of the levels A and AA and good practice unless told."""
    if not page.evaluate("'axe' in window"):  # once a window: its later pages bring it along
        page.context.add_init_script(path=AXE)
        page.evaluate(f"{AXE.read_text()}; 0")
    options = {"runOnly": run or EVERY_RULE, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("async options => (await axe.run(document, options)).violations", options)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]
