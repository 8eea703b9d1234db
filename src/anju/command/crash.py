"""``anju crash --kills N --seed S``: a working centre whose web, worker, database or all is killed with -9, N times.

In a data folder of its own, with ``anju up`` as an operator runs it and a bank that lies. People declare, pay and ask
for rent over HTTP, the books of a year are closed and its interest is settled, and every yes is remembered. At the end
what was said is compared with what is there: ``0 lost, 0 doubled``. The seed chooses victims, moments and lies; what
the machine does between two of them it does not choose.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections import deque
from pathlib import Path
from random import Random, SystemRandom
from typing import TYPE_CHECKING

import psycopg

from anju.command.crashing.house import House, is_back
from anju.kernel import clock

if TYPE_CHECKING:
    from anju.command.crashing.callers import Crowd
    from anju.command.crashing.closing import Closer
    from anju.command.crashing.town import Town

VICTIMS = ("postgres", "worker", "web", "closing", "one backend", "power", "one web process", "worker", "postgres")
DAY = "2026-07-01T09:00:00+08:00"
"""The interest year before it has just ended; holidays and limits of the demo city are published for its year."""
SETTLED = 2025
FEW, FEWEST = 20, 6
"""Fewer kills are a short run: a small town and a quarter of a year, or its first month alone."""
LATER_MINUTES = 30
DRAIN_SECONDS = 120


def run(*, kills: int, seed: int | None, port: int, keep: Path | None) -> int:
    """Kill and print; 1 when anything was lost, doubled or wrong."""
    chosen = SystemRandom().randrange(1 << 31) if seed is None else seed
    print(f"seed {chosen}, {kills} kills", flush=True)
    folder = keep or Path(tempfile.mkdtemp(prefix="anju-crash-"))
    began = time.monotonic()
    house = House(folder, port=port, clock=f"{int(clock.set_to(DAY).total_seconds()):+d}s")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _run(house, kills, Random(chosen), chosen, began)  # noqa: S311  (a test, not a secret)
    finally:
        house.close()
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _run(house: House, kills: int, chance: Random, seed: int, began: float) -> int:
    house.open()
    _join(house)
    from anju.command.crashing import callers, closing, town, truth
    from anju.kernel.month import Month

    few = kills < FEW
    people = town.build(
        house, first_month=Month(2026, 4) if few else Month(2025, 7), months=3 if few else 12,
        staff=60 if few else 600, renters=min(2 * kills, 60), units=2 if few else 6, people=10 if few else 25,
    )  # fmt: skip
    acts = deque(closing.acts(people, house.folder))
    if kills < FEWEST:  # the first month alone
        acts = deque(list(acts)[:2])
    statement = house.folder / "statement.csv"
    closer = closing.Closer(house, acts, people.staff, lambda: truth.write_statement(house, people, statement))
    crowd = callers.Crowd(house, people, _open_session, chance)
    print(f"town built and open, {time.monotonic() - began:.0f} s", flush=True)
    waits = _kill_all(house, closer, crowd, kills, chance, began)
    return _end(house, closer, crowd, waits, seed, began)


def _join(house: House) -> None:
    """This process reads and writes the same database, at the same hour."""
    clock.set_to(house.clock)
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL"):  # whose caller had a server of its own is not its guest
        os.environ.pop(name, None)
    os.environ.update(house.environment | {"DJANGO_SETTINGS_MODULE": "anju.project.settings"})
    import django

    django.setup()


def _open_session(login_id: int) -> str:
    """A log-in's key, as if the two steps of logging in were done."""
    from anju.identity import actions as identity
    from anju.identity.actions.sessions import open_session
    from anju.identity.types import Browser

    nobody = identity.open_anonymous_session(address="127.0.0.1", agent="crash", at=clock.now())
    return str(open_session(login_id, browser=Browser(nobody.session_id, "127.0.0.1"), at=clock.now()).key)


# ------------------------------------------------------------------------------------------------------- killing


def _kill_all(house: House, closer: Closer, crowd: Crowd, kills: int, chance: Random, began: float) -> list[float]:
    """One kill after another, each in the middle of closing something; how long the centre was away each time."""
    waits = []
    victims = [VICTIMS[place % len(VICTIMS)] for place in range(kills)]
    chance.shuffle(victims)
    for number, victim in enumerate(victims, start=1):
        closer.look()
        crowd.send_members(2)
        house.lie(chance)
        busy = closer.start()
        act = str(closer.left[0]) if busy and closer.left else "nothing"
        time.sleep(closer.moment(chance))
        moment, closer.killed = time.monotonic(), True
        if victim == "closing":
            closer.kill()
        else:
            house.kill(victim, chance)
        house.wait_open()
        _wait_back(house)
        waits.append(time.monotonic() - moment)
        closer.failures = 0
        print(f"kill {number}: {victim}, {moment - began:.1f} s, in {act}; back after {waits[-1]:.1f} s", flush=True)
        closer.finish()
    return waits


def _wait_back(house: House) -> None:
    from django.db import connections

    for _ in range(600):
        if is_back(house):
            break
        time.sleep(0.1)
    connections.close_all()


# ---------------------------------------------------------------------------------------------------- the end


def _end(house: House, closer: Closer, crowd: Crowd, waits: list[float], seed: int, began: float) -> int:
    from anju.command.crashing import truth

    house.bank("/control", {"fault": "none"})
    crowd.go_home(seconds=10 if len(waits) < FEW else 60)
    closer.finish_all()
    _drain(house, crowd.town)
    truth.take_statement(house, crowd.town)
    done = {act.name for act in closer.done}
    found = truth.compare(house, crowd.town, crowd.said, settled=SETTLED if "interest" in done else None)
    found.wrong += crowd.broken + closer.faults + truth.reconcile(crowd.town, clock.today())
    for word, lines in (("lost", found.lost), ("doubled", found.doubled), ("wrong", found.wrong)):
        for line in lines:
            print(f"{word}: {line}")
    said = crowd.said
    print(
        f"seed {seed}: {len(waits)} kills, {said.answers} answers, {said.broken} broken; {len(said.declared)} months"
        f" declared, {len(said.paid)} payments in, {len(said.rents)} requests accepted ({len(said.refused)} refused),"
        f" {len(closer.done)} closings in {closer.tries} tries; longest away {max(waits, default=0):.1f} s,"
        f" a dead worker's job taken up after at most {truth.taken_up_seconds():.0f} s"
    )
    print(f"{len(found.lost)} lost, {len(found.doubled)} doubled, {len(found.wrong)} wrong,"
          f" {time.monotonic() - began:.0f} s")  # fmt: skip
    return 0 if found.good else 1


def _drain(house: House, town: Town) -> None:
    """Time passes: what waits for later is due, and whoever was silent for long is known to be dead.

    A payment that the bank never saw is for a person to decide: a treasurer lets it leave again.
    """
    from django.db import connections, transaction

    from anju import jobs
    from anju.command.crashing import truth
    from anju.treasury import actions as treasury

    connections.close_all()
    house.let_time_pass(LATER_MINUTES)
    clock.set_to(house.clock)
    with transaction.atomic():
        jobs.plan("treasury.fetch_entries", centre_id=town.centre_id, bank_account_id=town.bank_account_id, days=1)
    until = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < until and _hurry(house):
        for order_id in truth.never_seen():
            treasury.send_again(order_id, actor=town.staff["second_treasurer"], at=clock.now())
        time.sleep(0.5)


def _hurry(house: House) -> bool:
    """What waits for later is due now; whether anything is left."""
    with psycopg.connect(house.owner_url(), autocommit=True) as owner:
        owner.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' AND scheduled_at > now()"
        )
        left = owner.execute("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')").fetchone()
    return left != (0,)
