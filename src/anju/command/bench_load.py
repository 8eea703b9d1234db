"""A load generator of few instructions: keep-alive connections over one selector, in a process of its own.

Run as ``python -m anju.command.bench_load`` with a JSON order on standard input: ``port``, ``path``, ``cookie``,
``connections``, ``seconds``, ``expected`` status. Prints ``{"count", "p50", "p99"}``; seconds. An answer with
another status ends the run with its number: a fast wrong page measures nothing.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field


@dataclass
class _Line:
    """One connection: what has been read of the present answer and when it was asked for."""

    socket: socket.socket
    asked_at: float = 0.0
    read: bytearray = field(default_factory=bytearray)

    def ask(self, request: bytes) -> None:
        self.read.clear()
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)

    def status_when_whole(self) -> int | None:
        """The status once headers and body are here; None before."""
        end = self.read.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self.read[:end]).lower()
        mark = head.find(b"content-length:")
        length = int(head[mark + 15 :].split(b"\r\n", 1)[0]) if mark >= 0 else 0
        return int(head[9:12]) if len(self.read) >= end + 4 + length else None


def measure(order: dict[str, object]) -> dict[str, float]:
    """Ask until the seconds are over; the number of answers and their waiting times."""
    port, seconds, expected = int(str(order["port"])), float(str(order["seconds"])), int(str(order["expected"]))
    cookie = f"Cookie: {order['cookie']}\r\n" if order["cookie"] else ""
    request = f"GET {order['path']} HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\n".encode()
    chooser = selectors.DefaultSelector()
    for _ in range(int(str(order["connections"]))):
        line = _Line(socket.create_connection(("127.0.0.1", port), timeout=20))
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        chooser.register(line.socket, selectors.EVENT_READ, line)
        line.ask(request)
    waits: list[float] = []
    until = time.perf_counter() + seconds
    while (now := time.perf_counter()) < until:
        for ready, _ in chooser.select(timeout=max(until - now, 0)):
            line = ready.data
            line.read += line.socket.recv(262_144)
            status = line.status_when_whole()
            if status is None:
                continue
            if status != expected:
                raise SystemExit(f"{order['path']} answered {status}")
            waits.append(time.perf_counter() - line.asked_at)
            line.ask(request)
    waits.sort()
    if not waits:
        raise SystemExit(f"{order['path']} answered nothing in {seconds} s")
    return {"count": len(waits), "p50": waits[len(waits) // 2], "p99": waits[int(len(waits) * 0.99)]}


if __name__ == "__main__":
    print(json.dumps(measure(json.loads(sys.stdin.read()))))
