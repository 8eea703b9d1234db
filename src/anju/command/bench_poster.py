"""The clients of ``anju bench posting``: processes that post withdrawals through the product's own action.

Each is a fork of ours with a connection of its own. It posts one, says that it is ready, begins when told, and ends
after its postings or when told to stop; then it tells the waiting time of each in seconds. A posting that is refused
ends the run with its words.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection

from anju.command.bench_ground import moment
from anju.command.bench_row import TotalsWrong

FEN = 100


@dataclass(frozen=True)
class Holds:
    """Holds that are paid out: number ``n`` lies on an account of the city, neighbours far apart."""

    first_account: int
    accounts: int
    base: int

    def account(self, n: int) -> int:
        """The account of a hold."""
        return self.first_account + n * 7919 % self.accounts


def post(
    holds: Holds, turns: Sequence[Sequence[int]], *, day: date, meanwhile: Callable[[], None] | None
) -> tuple[list[float], float]:
    """Pay out holds by as many clients as there are sequences; waiting times, and seconds from start to end.

    The first of each sequence is posted before the clock starts. With ``meanwhile`` the clients stop when it is done.
    """
    from django.db import connections

    connections.close_all()  # a fork inherits no connection
    context = multiprocessing.get_context("fork")
    pipes, clients = [], []
    for mine in turns:
        ours, theirs = context.Pipe()
        client = context.Process(target=_client, args=(holds, mine, day, theirs), daemon=True)
        client.start()
        pipes.append(ours)
        clients.append(client)
    try:
        for pipe in pipes:
            _hear(pipe)
        began = time.perf_counter()
        for pipe in pipes:
            pipe.send("go")
        if meanwhile is not None:
            meanwhile()
            if any(pipe.poll() and _hear(pipe) is not None for pipe in pipes):
                raise TotalsWrong("the clients had paid out everything before it was over: give more --rows")
            for pipe in pipes:
                pipe.send("stop")
        waits = [wait for pipe in pipes for wait in _hear(pipe)]
        return waits, time.perf_counter() - began
    finally:
        for client in clients:
            client.kill()
            client.join()


def _hear(pipe: Connection) -> list[float]:
    """What a client says; raises what ended it."""
    said = pipe.recv()
    if isinstance(said, str):
        raise TotalsWrong(f"a client ended: {said}")
    return list(said)


def _client(holds: Holds, turns: Sequence[int], day: date, pipe: Connection) -> None:
    try:
        post_one(holds, turns[0], day)
        pipe.send([])
        pipe.recv()
        waits = []
        for turn in turns[1:]:
            if pipe.poll():
                break
            began = time.perf_counter()
            post_one(holds, turn, day)
            waits.append(time.perf_counter() - began)
        pipe.send(waits)
    except Exception as refused:
        pipe.send(repr(refused))


def post_one(holds: Holds, turn: int, day: date) -> None:
    """Pay out one hold."""
    from anju.accounts.actions import post_withdrawal

    post_withdrawal(
        holds.account(turn), hold_id=holds.base + turn, amount_fen=FEN, key=f"bench:withdrawal:{turn}", value_on=day,
        reason="rent", source_id=turn, maker=1, checker=2, at=moment(day), bank_account_id=1,
    )  # fmt: skip
