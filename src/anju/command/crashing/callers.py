"""People who use the centre over HTTP while it dies around them, and remember what they were told.

An answer that never came is no answer: whoever got none sends the same form again, under the same key, until there is
one. A yes is what leads on (302 to where a thing that was done is shown). Nothing here looks into the database.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

from anju.command.crashing.house import House
from anju.command.crashing.town import ACCOUNT, MONTH_FEN, Employer, Member, Town
from anju.kernel.money import format_fen

PATIENCE_SECONDS = 20
RENT_YUAN = "3500"


class Stopped(Exception):
    """The run is over."""


@dataclass
class Said:
    """Every yes, and what the bank was asked to do. Appending is all that threads do here."""

    declared: list[tuple[int, int, int]] = field(default_factory=list)
    """Unit, month and total in fen that a declaration was accepted with."""
    paid: list[tuple[str, int, str]] = field(default_factory=list)
    """Serial, fen and summary of each payment that the bank took for the centre."""
    rents: list[tuple[Member, int]] = field(default_factory=list)
    """Member and case of each request that was accepted."""
    refused: list[tuple[Member, str]] = field(default_factory=list)
    answers: int = 0
    broken: int = 0
    """Requests that got no answer, or one without a page of ours."""
    slow: float = 0.0
    faults: list[str] = field(default_factory=list)
    """Answers that must never be given."""


class Browser:
    """One person's cookies."""

    def __init__(self, house: House, key: str, said: Said, stop: threading.Event) -> None:
        self.house, self.said, self.stop = house, said, stop
        self.cookies = {"__Host-anju": key}

    def get(self, path: str) -> tuple[int, str, str]:
        return self._until_answered("GET", path, None)

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str, str]:
        """Send a form, again and again if need be: the same fields, and so the same key."""
        return self._until_answered("POST", path, fields)

    def _until_answered(self, method: str, path: str, fields: dict[str, str] | None) -> tuple[int, str, str]:
        """(status, where it leads, page); waits out whatever is being killed."""
        while not self.stop.is_set():
            began = time.monotonic()
            try:
                status, place, page = self._ask(method, path, fields)
            except (OSError, HTTPException):
                self.said.broken += 1
                self.stop.wait(0.3)
                continue
            if status in (500, 502, 503, 504):
                self.said.broken += 1
                self.stop.wait(0.3)
                continue
            self.said.answers += 1
            self.said.slow = max(self.said.slow, time.monotonic() - began)
            return status, place, page
        raise Stopped

    def _ask(self, method: str, path: str, fields: dict[str, str] | None) -> tuple[int, str, str]:
        connection = HTTPConnection("127.0.0.1", self.house.port, timeout=PATIENCE_SECONDS)
        headers = {"Host": f"localhost:{self.house.port}", "User-Agent": "crash",
                   "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}  # fmt: skip
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode(errors="replace")
            self._keep_cookies(answer)
            return answer.status, urlsplit(answer.getheader("Location") or "").path, page
        finally:
            connection.close()

    def _keep_cookies(self, answer: HTTPResponse) -> None:
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value.strip()


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        kept = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if kept.get("type") == "hidden" and "name" in kept:
            found.setdefault(kept["name"], kept.get("value", ""))
    return found


# ---------------------------------------------------------------------------------------------------- employers


def declare_and_pay(browser: Browser, unit: Employer, chance: Random) -> None:
    """An agent: every month that can be declared is declared and paid, now and then twice or a fen short."""
    paid: set[str] = set()
    while True:
        _, _, page = browser.get("/unit/")
        form = hidden(page)
        if "total_fen" in form:
            status, _, answer = browser.post("/unit/confirm/", form)
            if status == 302:
                browser.said.declared.append((unit.unit_id, int(form["month"]), int(form["total_fen"])))
            elif status not in (409, 422):
                browser.said.faults.append(f"a declaration was answered {status}: {_words(answer)}")
        elif found := re.search(r"/unit/months/\d+/notice/", page):
            _, _, notice = browser.get(found.group())
            number = re.search(r"HJ\d+", notice)
            if number and number.group() not in paid:
                paid.add(number.group())
                _pay(browser, unit, number.group(), unit.people * MONTH_FEN, chance)
        browser.stop.wait(0.25)


def _pay(browser: Browser, unit: Employer, number: str, total_fen: int, chance: Random) -> None:
    amounts = {0: [total_fen, total_fen], 1: [total_fen - 1, total_fen]}.get(chance.randrange(8), [total_fen])
    for fen in amounts:
        wish = {"payer_name": unit.name, "payer_account": unit.bank_account, "to_account": ACCOUNT,
                "amount": format_fen(fen).replace(",", ""), "summary": f"汇缴 {number}"}  # fmt: skip
        entry = browser.house.bank("/pay", wish)
        browser.said.paid.append((entry["host_serial"], fen, number))


# ------------------------------------------------------------------------------------------------------ members


def ask_rent(browser: Browser, member: Member) -> None:
    """A member: the two screens of a rent withdrawal, with the code that comes by SMS."""
    for _ in range(4):
        read = {one["message_id"] for one in browser.house.sms(member.phone)}
        status, place, page = browser.post("/me/services/rent/", _form(browser, "/me/services/rent/"))
        if status != 302:
            browser.said.refused.append((member, _words(page)))
            return
        case = _confirm(browser, member, place, read)
        if case is not None:
            browser.said.rents.append((member, case))
            return


def _form(browser: Browser, path: str) -> dict[str, str]:
    return hidden(browser.get(path)[2]) | {"monthly_rent": RENT_YUAN}


def _confirm(browser: Browser, member: Member, place: str, read: set[str]) -> int | None:
    """The case, or None where this draft came to nothing."""
    status, lead, page = browser.get(place)
    code = _code(browser, member, read) if status == 200 and 'name="code"' in page else ""
    fields = hidden(page) | ({"code": code} if code else {})
    fields.pop("resend", None)
    for _ in range(10):
        status, lead, page = browser.post(place, fields)
        if found := re.fullmatch(r"/me/cases/(\d+)/", lead):
            return int(found.group(1))
        if status == 404:
            # The draft went with what was submitted: the answer that said so was lost on its way.
            _, _, own = browser.get("/me/cases/")
            if found := re.search(r"/me/cases/(\d+)/", own):
                browser.said.faults.append(f"submitted, yet sending it again was answered 404: case {found.group(1)}")
                return int(found.group(1))
            return None
        fields = hidden(page) | {"code": code}
        fields.pop("resend", None)
        browser.stop.wait(0.5)
    return None


def _code(browser: Browser, member: Member, read: set[str]) -> str:
    """The code of a message that was not there before; the worker that sends it may be dead for a while."""
    until = time.monotonic() + 100
    while time.monotonic() < until and not browser.stop.is_set():
        for message in browser.house.sms(member.phone):
            found = re.search(r"验证码(\d{6})", message["text"])
            if found and message["message_id"] not in read:
                return found.group(1)
        browser.stop.wait(0.3)
    return ""


def _words(page: str) -> str:
    """What a page says, shortened."""
    main = page[page.find("<main") :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main)).strip()[:200]


# ------------------------------------------------------------------------------------------------------ together


class Crowd:
    """All of them at once, each in a thread."""

    def __init__(self, house: House, town: Town, open_session: Callable[[int], str], chance: Random) -> None:
        self.house, self.town, self.open_session = house, town, open_session
        self.said, self.stop = Said(), threading.Event()
        self.waiting = list(town.members)
        self.threads: list[threading.Thread] = []
        self.broken: list[str] = []
        for unit in town.employers:
            self._begin(declare_and_pay, unit.login_id, unit, Random(chance.getrandbits(32)))  # noqa: S311  (a seed)

    def send_members(self, number: int) -> None:
        """So many members come in now."""
        for _ in range(min(number, len(self.waiting))):
            member = self.waiting.pop()
            self._begin(ask_rent, member.login_id, member)

    def _begin(self, do: Callable[..., None], login_id: int, *arguments: Any) -> None:
        browser = Browser(self.house, self.open_session(login_id), self.said, self.stop)

        def live() -> None:
            with suppress(Stopped):
                try:
                    do(browser, *arguments)
                except Stopped:
                    raise
                except Exception as error:  # told at the end, in the one thread that prints
                    self.broken.append(f"{do.__name__}: {type(error).__name__} {error}")

        self.threads.append(threading.Thread(target=live, daemon=True))
        self.threads[-1].start()

    def go_home(self, seconds: float) -> None:
        """Members finish what they began; employers stop where they are."""
        until = time.monotonic() + seconds
        units = len(self.town.employers)
        for thread in self.threads[units:]:
            thread.join(max(until - time.monotonic(), 0.1))
        self.stop.set()
        for thread in self.threads:
            thread.join(PATIENCE_SECONDS + 5)
