"""A small HTTP server on the loopback address: routes, requests, replies, and the lies a reply can be.

Refuses bodies over 8 MiB, hosts other than this machine, and posts that a foreign web page makes a browser send.
"""

import contextlib
import json
import socket
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MAX_BODY = 8 * 1024 * 1024
_LOCAL_NAMES = {"localhost", "127.0.0.1"}
_SILENCE_SECONDS = 120.0


class Silence(Exception):
    """The request is never answered; the line stays open until the caller tires of it."""


class Drop(Exception):
    """The line is cut without a word."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def is_json(self) -> bool:
        return self.headers.get("content-type", "").startswith("application/json")

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; raises ValueError for anything else."""
        value = json.loads(self.body.decode("utf-8"))
        if not isinstance(value, dict):
            raise ValueError("a JSON object is expected")
        return value

    def fields(self) -> dict[str, Any]:
        """What was sent, from a page's form or as JSON."""
        if self.is_json:
            return self.json()
        pairs = urllib.parse.parse_qsl(self.body.decode("utf-8"), keep_blank_values=True, max_num_fields=200)
        return {name: value.strip() for name, value in pairs}


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    copies: int = 1


Handler = Callable[[Request], Reply]


def json_reply(value: Any, status: int = 200) -> Reply:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Reply(status=status, body=body, content_type="application/json; charset=utf-8")


def page_reply(html: str, status: int = 200) -> Reply:
    policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    return Reply(
        status=status,
        body=html.encode(),
        content_type="text/html; charset=utf-8",
        headers=(("Content-Security-Policy", policy), ("Cache-Control", "no-store")),
    )


def see_other(path: str) -> Reply:
    return Reply(status=303, headers=(("Location", path),))


@dataclass
class Routes:
    """Exact paths, and prefixes ending in `/*` whose remainder the handler reads from the path."""

    exact: dict[tuple[str, str], Handler] = field(default_factory=dict)

    def add(self, method: str, path: str, handler: Handler) -> None:
        self.exact[method, path] = handler

    def find(self, method: str, path: str) -> Handler | None:
        found = self.exact.get((method, path))
        if found is None and "/" in path[1:]:
            found = self.exact.get((method, path.rsplit("/", 1)[0] + "/*"))
        return found


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, routes: Routes) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.routes = routes
        self.stopping = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "anju-simulator"
    sys_version = ""
    timeout = 30

    def log_message(self, format: str, *args: Any) -> None:
        """Requests carry names and numbers of people; nothing of them is logged."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        try:
            reply = self._reply()
        except Silence:
            self.close_connection = True
            self._hold()
            return
        except Drop:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        with contextlib.suppress(OSError):
            self._send(reply)

    def _reply(self) -> Reply:
        refusal = self._refused()
        if refusal is not None:
            self.close_connection = True
            return refusal
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urllib.parse.urlsplit(self.path)
        handler = self.server.routes.find(self.command, parts.path)
        if handler is None:
            return Reply(404, "没有这个地址。".encode())
        request = Request(
            method=self.command,
            path=urllib.parse.unquote(parts.path),
            query=dict(urllib.parse.parse_qsl(parts.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        try:
            return handler(request)
        except (ValueError, KeyError, TypeError) as problem:
            return json_reply({"error": f"{type(problem).__name__}: {problem}"}, 400)

    def _refused(self) -> Reply | None:
        host = self.headers.get("Host", "")
        if host.rsplit(":", 1)[0] not in _LOCAL_NAMES:
            return Reply(421, b"This simulator answers only on this machine.")
        origin = self.headers.get("Origin")
        if self.command == "POST" and origin is not None and urllib.parse.urlsplit(origin).netloc != host:
            return Reply(403, b"Posts from other sites are refused.")
        length = self.headers.get("Content-Length") or "0"
        if self.headers.get("Transfer-Encoding") or not length.isdigit():
            return Reply(411, b"A plain Content-Length is needed.")
        if int(length) > MAX_BODY:
            return Reply(413, b"Too much.")
        return None

    def _hold(self) -> None:
        """Say nothing until the caller hangs up, the simulator ends, or two minutes have passed."""
        self.connection.settimeout(0.2)
        for _ in range(int(_SILENCE_SECONDS / 0.2)):
            if self.server.stopping.is_set():
                return
            try:
                if self.connection.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def _send(self, reply: Reply) -> None:
        if reply.copies > 1:
            self.close_connection = True
        for _ in range(reply.copies):
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            self.send_header("X-Content-Type-Options", "nosniff")
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(reply.body)
