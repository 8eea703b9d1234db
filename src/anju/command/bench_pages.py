"""``anju bench pages``: pages through granian, beside two floors of the same server in the same run.

Floor one is an answer without a database (``/session/`` of nobody: every middleware, no query); floor two asks the
database one statement (session, user and rights). The ratio is the page's rate over the rate with one statement.
"""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import threading
import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from statistics import median

from anju.command.bench_row import BenchRow

CENTRE = 990100
SECONDS = 2.0
CONNECTIONS = 2
PASSWORD = "bench-qingshan-26"  # noqa: S105  (a database that lives for minutes)


def run(rounds: int) -> list[BenchRow]:
    """A member with two years of movements; each page measured in interleaved rounds."""
    key = _build()
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
         "--workers", "2", "--blocking-threads", "2", "--no-ws", "--log-level", "error",
         "anju.project.wsgi:application"],
        env={**os.environ, "ANJU_POOL": "1", "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    try:
        _wait(port)
        paths = {"static": "/session/?bare=1", "session": "/session/", "member home": "/me/",
                 "statement": "/me/statement/", "movements": "/me/movements/"}  # fmt: skip
        rates: dict[str, list[float]] = {name: [] for name in paths}
        for _ in range(max(rounds, 1)):
            for name, path in paths.items():
                rates[name].append(_rate(port, path, "" if name == "static" else key))
    finally:
        server.terminate()
        server.wait(10)
    floor = median(rates["session"])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    rows = []
    for name in ("member home", "statement", "movements"):
        rate = median(rates[name])
        rows.append(
            BenchRow(
                f"pages: {name}", f"{CONNECTIONS} conn", 1, 1 / rate, "one statement", 1 / floor, rate / floor, peak
            )
        )
    rows.append(
        BenchRow("pages: one statement", f"{CONNECTIONS} conn", 1, 1 / floor, "no query",
                 1 / median(rates["static"]), floor / median(rates["static"]), peak)
    )  # fmt: skip
    return rows


def _rate(port: int, path: str, key: str) -> float:
    """Answers a second over a few connections, every one of them right."""
    counts = [0] * CONNECTIONS
    wrong: list[int] = []
    until = time.perf_counter() + SECONDS

    def ask(place: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        headers = {"Host": "localhost", "Cookie": f"__Host-anju={key}"} if key else {"Host": "localhost"}
        while time.perf_counter() < until:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            expected = (200, 204) if key else (401,)
            if answer.status not in expected:
                wrong.append(answer.status)
                return
            counts[place] += 1
        connection.close()

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(f"{path} answered {wrong[0]}")
    return sum(counts) / SECONDS


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/session/", headers={"Host": "localhost"})
            if connection.getresponse().status == 401:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not answer")


def _build() -> str:
    """A unit, a member paid for two years, and a live session; its key."""
    from django.conf import settings

    from anju import policy
    from anju.accounts import actions as accounts
    from anju.accounts.types import ContributionBatch, MemberRows
    from anju.identity import actions as identity
    from anju.identity.actions.sessions import open_session
    from anju.identity.types import Browser, Role
    from anju.kernel import clock
    from anju.kernel.actor import Actor
    from anju.kernel.clock import ZONE
    from anju.kernel.identifiers import IdKind
    from anju.kernel.month import Month
    from anju.ledger.actions import open_days
    from anju.parties import actions as parties
    from anju.parties.types import PersonDraft, UnitDraft

    at = clock.now()
    begin = at - timedelta(days=730)
    machine = Actor.machine(CENTRE, policy.book(settings.ANJU_CITY).release)
    open_days(CENTRE, begin.date(), begin.date())
    accounts.load_rates(policy.book(settings.ANJU_CITY), centre_id=CENTRE, at=begin)
    unit_id = parties.register_unit(
        UnitDraft(name="测量单位", uscc="91350100M000100Y43", address="", nature="33", payday=10,
                  first_month=Month.of(begin.date()), unit_ratio=Decimal("0.12"), person_ratio=Decimal("0.12"),
                  legal_person_name="测量"),
        centre_id=CENTRE, actor=machine, at=begin,
    )  # fmt: skip
    person = parties.find_or_create_people(
        [PersonDraft("测量", IdKind.PASSPORT, "E00000001")], centre_id=CENTRE, at=begin
    )[0]
    account = accounts.open_accounts(
        [person.person_id], centre_id=CENTRE, unit_id=unit_id, opened_on=begin.date(), at=begin
    )[0]
    for back in range(23, -1, -1):
        month = Month.of(at.date()) + -back
        day = datetime.combine(date(month.year, month.month, 2), begin.timetz())
        accounts.post_contributions(
            MemberRows("SELECT %s::bigint AS account_id, 103200::bigint AS own_fen, 103200::bigint AS unit_fen",
                       [account]),
            batch=ContributionBatch(
                centre_id=CENTRE, key=f"bench:{month.number}", total_fen=206_400, unit_id=unit_id, month=month,
                source_id=back + 1, value_on=day.date(),
            ),
            at=day.astimezone(ZONE),
        )  # fmt: skip
    login_id = identity.register(
        name="测量", id_kind="03", id_number="E00000001", phone="13800138000", at=begin, password=PASSWORD
    )
    identity.bind_person(login_id, person.person_id, actor=machine, at=begin)
    identity.grant_mandate(login_id, Role.MEMBER, actor=machine, at=begin)
    nobody = identity.open_anonymous_session(address="127.0.0.1", agent="", at=at)
    return open_session(login_id, browser=Browser(nobody.session_id, "127.0.0.1"), at=at).key
