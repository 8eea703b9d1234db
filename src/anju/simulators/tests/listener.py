"""The centre's end of the line for the bank's notices: keeps what arrives, answers as told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from anju.simulators.bank.messages import sign

KEY = "5c" * 32


class Listener(ThreadingHTTPServer):
    """`received` holds (signature is right, body) of every delivery; `answers` the next statuses, 200 after."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.received: list[tuple[bool, str]] = []
        self.answers: list[int] = []
        self.arrived = threading.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def wait_for(self, count: int, seconds: float = 5.0) -> list[str]:
        """The bodies, once so many have come."""
        with self.arrived:
            self.arrived.wait_for(lambda: len(self.received) >= count, seconds)
            return [body for _, body in self.received]


class _Door(BaseHTTPRequestHandler):
    server: Listener

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        right = self.headers["X-Anju-Signature"] == sign(bytes.fromhex(KEY), body)
        with self.server.arrived:
            self.server.received.append((right, body.decode()))
            status = self.server.answers.pop(0) if self.server.answers else 200
            self.server.arrived.notify_all()
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener for the length of a block."""
    listener = Listener()
    threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield listener
    finally:
        listener.shutdown()
        listener.server_close()
