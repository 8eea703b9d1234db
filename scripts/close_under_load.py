"""Close a day of the running demo city while its members and agents go on: does a request fail, how long does one wait?

Start the city with `anju up`, then: .venv/bin/python scripts/close_under_load.py --port 8000 --people 6 --seconds 120.
People are the demo's characters and sign in with the code from their SMS. docs/close-under-load.md tells more.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from itertools import cycle

import httpx

PASSWORD = "qingshan-lvshui-26"  # noqa: S105  (printed at the start of every demo)
ACCOUNTANT, TREASURER = "16000000048", "16000000043"
MEMBERS = ("16000000001", "16000000003", "16000000004", "16000000005", "16000000007", "16000000008")
AGENTS = ("16000000021", "16000000024")
LOOKS = ("/me/", "/me/statement/", "/me/cases/", "/me/inbox/", "/me/services/")
AGENT_LOOKS = ("/unit/", "/unit/people/", "/unit/payments/")
PURPOSE = "residence"
CODE_EVERY_SECONDS = 61  # one code a minute to one phone
EXPLANATION = "银行对账单次日导入后再核对；其余见每项说明"
_FORM = re.compile(r'<form([^>]*method="post"[^>]*)>(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r"<input[^>]*>")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')


@dataclass
class Tally:
    """What was asked and how long each answer took, in seconds, by kind."""

    phase: str = "before"
    waits: dict[str, list[float]] = field(default_factory=dict)
    crowd: dict[str, list[float]] = field(default_factory=dict)
    """The waits of members and agents before, while and after the day is closed."""
    failures: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, seconds: float, failure: str = "") -> None:
        with self.lock:
            self.waits.setdefault(kind, []).append(seconds)
            if kind != "closing":
                self.crowd.setdefault(self.phase, []).append(seconds)
            if failure:
                self.failures.append(f"{kind}: {failure}")


class Person:
    """One browser. A cookie that is for secure places only is sent to localhost too, as browsers do."""

    def __init__(self, base: str, phone: str, tally: Tally | None = None) -> None:
        self.base, self.phone, self.tally = base, phone, tally
        self.cookies: dict[str, str] = {}
        self.coded_at = 0.0
        hooks = {"request": [self._give], "response": [self._keep]}
        self.client = httpx.Client(base_url=base, follow_redirects=True, timeout=60, event_hooks=hooks)

    def _give(self, request: httpx.Request) -> None:
        request.headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _keep(self, response: httpx.Response) -> None:
        for line in response.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value

    def ask(self, kind: str, path: str, content: dict[str, str] | None = None) -> httpx.Response:
        """One request, timed and counted to its last redirect."""
        began = time.perf_counter()
        try:
            answer = self.client.get(path) if content is None else self.client.post(
                path, data=content, headers={"Referer": self.base, "Origin": self.base})  # fmt: skip
        except httpx.HTTPError as error:
            if self.tally:
                self.tally.add(kind, time.perf_counter() - began, repr(error))
            raise
        if self.tally:
            failure = f"{answer.status_code} {path}" if answer.status_code >= 400 else ""
            self.tally.add(kind, time.perf_counter() - began, failure)
        return answer

    def send(self, kind: str, page: httpx.Response, words: str = "", /, **values: str) -> httpx.Response:
        """Fill in the form of a page that has these words, and press its button."""
        for head, inside in _FORM.findall(page.text.partition("<main")[2].partition("</main>")[0]):
            if words in unescape(inside):
                action = unescape(dict(_ATTRIBUTE.findall(head)).get("action", ""))
                return self.ask(kind, action or str(page.url), hidden(inside) | values)
        raise LookupError(f"no form with {words!r} on {page.url}")

    def sign_in(self, sms: str) -> None:
        """Phone, password, the code of the message that comes, and the first capacity that is offered."""
        known = {one["message_id"] for one in messages(sms, self.phone)}
        page = self.send("sign in", self.ask("sign in", "/login/"), name=self.phone, password=PASSWORD)
        page = self.send("sign in", page, code=code(sms, self.phone, known))
        self.coded_at = time.monotonic()
        if str(page.url).endswith("/switch/") or "switch" in str(page.url):
            page = self.send("sign in", page)
        if page.status_code >= 400 or "login" in str(page.url):
            raise SystemExit(f"{self.phone} could not sign in: {page.url}")


def hidden(inside: str) -> dict[str, str]:
    """The hidden fields of a form."""
    found = [dict(_ATTRIBUTE.findall(one)) for one in _HIDDEN.findall(inside)]
    return {one["name"]: unescape(one.get("value", "")) for one in found if one.get("type") == "hidden"}


def messages(sms: str, phone: str) -> list[dict[str, str]]:
    return list(httpx.get(f"{sms}/messages", params={"phone": phone}, timeout=30).json()["messages"])


def code(sms: str, phone: str, known: set[str]) -> str:
    """The code of the next message to this phone."""
    for _ in range(600):
        for one in messages(sms, phone):
            found = re.search(r"验证码(\d{6})", one["text"])
            if found and one["message_id"] not in known:
                return found[1]
        time.sleep(0.2)
    raise SystemExit(f"no code came to {phone}")


def member(person: Person, sms: str, stop: threading.Event) -> None:
    """Looks at the account, and files for a certificate, which a rule decides, once a minute: so often come codes."""
    for path in cycle(LOOKS):
        if stop.is_set():
            return
        person.ask("query", path)
        if time.monotonic() - person.coded_at > CODE_EVERY_SECONDS:
            known = {one["message_id"] for one in messages(sms, person.phone)}
            page, person.coded_at = person.ask("filing", "/me/services/deposit_certificate/"), time.monotonic()
            page = person.send("filing", page, resend="1", purpose=PURPOSE)
            person.send("filing", page, purpose=PURPOSE, code=code(sms, person.phone, known))


def agent(person: Person, sms: str, stop: threading.Event) -> None:
    """Looks at the unit's month, people and payments."""
    for path in cycle(AGENT_LOOKS):
        if stop.is_set():
            return
        person.ask("query", path)


def close(accountant: Person, treasurer: Person) -> tuple[str, float]:
    """Close the next day from the start to the signature; its title and how long it took."""
    began = time.perf_counter()
    page = accountant.ask("closing", "/desk/closing/")
    if "每一天都已日结" in page.text:
        raise SystemExit("every day that is over is closed: come back tomorrow, or build the city anew")
    begun = re.search(r'href="(/desk/closing/runs/\d+/)"', page.text.partition("<main")[2])
    if "开始日结" in page.text or begun is None:
        page = accountant.send("closing", page, "开始日结")
    else:  # somebody has begun it, or the machine has: it is taken on from where it stands
        page = accountant.ask("closing", begun[1])
    for _ in range(40):
        if "提交签署" in page.text and "核对无误" in page.text:
            break
        words = "记下说明" if "记下说明" in page.text else "继续办理"
        page = accountant.send("closing", page, words, **({"words": EXPLANATION} if words == "记下说明" else {}))
    page = accountant.send("closing", page, "提交签署")
    signed = treasurer.send("closing", treasurer.ask("closing", str(page.url)), "我已核对", confirmed="on")
    if "已签署" not in signed.text:
        raise SystemExit(f"the day was not signed: {signed.url}")
    title = re.search(r"<h1[^>]*>(.*?)</h1>", signed.text, re.DOTALL)
    return re.sub(r"<[^>]+>|\s", "", title[1]) if title else "", time.perf_counter() - began


def main() -> int:
    """0 when nothing failed and nobody waited longer than the limit."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=8000)
    options.add_argument("--people", type=int, default=6, help="how many of the members and agents")
    options.add_argument("--seconds", type=float, default=120, help="how long the load lasts besides")
    options.add_argument("--limit", type=float, default=1.0, help="longest wait in seconds")
    asked = options.parse_args()
    base, sms, tally = f"http://localhost:{asked.port}", f"http://127.0.0.1:{asked.port + 2}", Tally()
    crowd = [(phone, agent if phone in AGENTS else member) for phone in (*AGENTS, *MEMBERS)][: asked.people]
    people = [(Person(base, phone), what) for phone, what in crowd]
    accountant, treasurer = Person(base, ACCOUNTANT), Person(base, TREASURER)
    everybody = [*(one for one, _ in people), accountant, treasurer]
    with ThreadPoolExecutor(len(everybody)) as pool:
        list(pool.map(lambda person: person.sign_in(sms), everybody))
    for person in everybody:
        person.tally = tally
    stop = threading.Event()
    threads = [threading.Thread(target=what, args=(person, sms, stop), daemon=True) for person, what in people]
    for thread in threads:
        thread.start()
    time.sleep(asked.seconds / 3)
    tally.phase = "while closing"
    title, took = close(accountant, treasurer)
    tally.phase = "after"
    time.sleep(asked.seconds / 3)
    stop.set()
    for thread in threads:
        thread.join(60)
    told = {
        kind: {"requests": len(waits), "median_ms": round(statistics.median(waits) * 1000),
               "longest_ms": round(max(waits) * 1000)}
        for kind, waits in sorted(tally.waits.items())
    }  # fmt: skip
    print(f"{title}: closed and signed in {took:.2f} s")
    for phase, waits in tally.crowd.items():
        print(f"members and agents, {phase}: {len(waits)} requests, longest wait {max(waits):.3f} s,"
              f" median {statistics.median(waits):.3f} s")  # fmt: skip
    print(json.dumps(told, indent=1))
    longest = max(tally.crowd["while closing"])
    print(f"failures: {len(tally.failures)}; longest wait while the day was closed: {longest:.3f} s")
    for one in tally.failures[:20]:
        print("  ", one)
    return int(bool(tally.failures) or longest > asked.limit)


if __name__ == "__main__":
    sys.exit(main())
