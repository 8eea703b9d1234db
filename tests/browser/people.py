"""People in front of a real browser: they read their SMS, fill pages, press buttons, and nothing else."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

DEMO_PASSWORD = "qingshan-lvshui-26"
PAUSE_SECONDS = 61  # one code a minute to one phone


def call(url: str, content: dict[str, Any] | None = None) -> Any:
    """Ask a simulator, as its own page would."""
    data = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(  # noqa: S310  (loopback only)
        url, data=data, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  (loopback only)
        return json.loads(answer.read() or b"{}")


@dataclass
class Town:
    """The addresses of a running centre and its simulators."""

    port: int

    @property
    def web(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def bank(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def sms(self) -> str:
        return f"http://127.0.0.1:{self.port + 2}"

    @property
    def agencies(self) -> str:
        return f"http://127.0.0.1:{self.port + 3}"


@dataclass
class Person:
    """One person with a browser of their own and a phone."""

    town: Town
    page: Page
    phone: str
    read: set[str] = field(default_factory=set)
    last_code_at: float = 0.0
    complaints: list[str] = field(default_factory=list)

    def messages(self) -> list[dict[str, Any]]:
        found = call(f"{self.town.sms}/messages?phone={self.phone}")
        return found["messages"] if isinstance(found, dict) else found

    def code(self) -> str:
        """The code of a message not read before; waits for it to arrive."""
        for _ in range(120):
            for message in self.messages():
                found = re.search(r"验证码(\d{6})", message["text"])
                if found and message["message_id"] not in self.read:
                    self.read.add(message["message_id"])
                    self.last_code_at = time.monotonic()
                    return found.group(1)
            time.sleep(0.5)
        raise AssertionError(f"no code came to {self.phone}")

    def wait_for_next_code(self) -> None:
        """Codes come once a minute."""
        time.sleep(max(0.0, self.last_code_at + PAUSE_SECONDS - time.monotonic()))

    def go(self, path: str) -> None:
        self.page.goto(self.town.web + path)

    def press(self, text: str) -> None:
        self.page.get_by_role("button", name=re.compile(text)).first.click()
        self.page.wait_for_load_state()

    def press_main(self) -> None:
        """The one persimmon button of the page."""
        self.page.locator("main .button--go").first.click()
        self.page.wait_for_load_state()

    def text(self) -> str:
        return self.page.inner_text("main")

    def case_number(self) -> str:
        """The number of the case on the page, as its applicant reads it."""
        found = re.search(r"编号\s*(\d{8}-\d{6})", self.text())
        assert found, self.text()[:1500]
        return found.group(1)

    def open_case(self, number: str) -> None:
        """One of the desk's people opens this case from the queue."""
        self.go("/desk/")
        self.page.locator("main tbody a", has_text=number).click()
        self.page.wait_for_load_state()

    def sees(self, words: str, *, seconds: float = 60) -> None:
        """The page says it, now or after reloading."""
        until = time.monotonic() + seconds
        while words not in self.text():
            assert time.monotonic() < until, f"{words!r} never stood on {self.page.url}:\n{self.text()[:1500]}"
            time.sleep(1)
            self.page.reload()

    def log_in(self, password: str = DEMO_PASSWORD) -> None:
        self.read |= {message["message_id"] for message in self.messages()}
        self.go("/login/")
        self.page.fill("[name=name]", self.phone)
        self.page.fill("[name=password]", password)
        self.press_main()
        self.page.fill("[name=code]", self.code())
        self.press_main()

    def act_for(self, unit: str) -> None:
        """Choose the unit on the page that asks in which capacity one acts."""
        self.page.locator("form.card", has_text=unit).get_by_role("button").click()
        self.page.wait_for_load_state()

    def register(self, kind: str, *, name: str, number: str, password: str) -> None:
        """Open the online service: who one is, the code, a password."""
        self.go(f"/open/{kind}/")
        self.page.fill("[name=name]", name)
        self.page.fill("[name=id_number]", number)
        self.page.fill("[name=phone]", self.phone)
        self.press_main()
        self.page.fill("[name=code]", self.code())
        self.page.fill("[name=password]", password)
        self.press_main()

    def sign(self) -> None:
        self.page.check("[name=agree]")
        self.press_main()


def meet(browser: Browser, town: Town, phone: str, *, width: int = 1280, script: bool = True) -> Person:
    """A new person with a clean browser; whatever the console complains of is kept."""
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script)
    page = context.new_page()
    page.set_default_timeout(30_000)
    person = Person(town, page, phone)

    def heard(message: Any) -> None:
        if message.type == "error" and "401" not in message.text and "422" not in message.text:
            person.complaints.append(message.text)

    page.on("console", heard)
    return person
