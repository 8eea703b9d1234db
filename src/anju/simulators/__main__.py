"""Start one simulator: `python -m anju.simulators bank --port P --state DIR --notify URL`, or `sms`, or `agencies`.

The bank's shared key comes from --key or, better, from ANJU_BANK_KEY, where no list of processes shows it.
"""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Protocol

from .agencies.app import Agencies
from .bank.app import Bank
from .pages import style_reply
from .server import Routes, Server, json_reply
from .sms.app import Gateway
from .store import Store


class Simulator(Protocol):
    stopping: threading.Event

    def routes(self) -> Routes: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


def _build(arguments: argparse.Namespace, store: Store) -> Simulator:
    if arguments.kind == "bank":
        return Bank(store, notify=arguments.notify, key=bytes.fromhex(arguments.key))
    if arguments.kind == "sms":
        return Gateway(store)
    return Agencies(store)


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m anju.simulators", description="Play one outside system.")
    parser.add_argument("kind", choices=["bank", "sms", "agencies"])
    parser.add_argument("--port", type=int, required=True, help="0 takes a free port")
    parser.add_argument("--state", type=Path, default=None, help="folder that keeps the state; none: in memory only")
    parser.add_argument("--notify", default="", help="address of the centre that notices are pushed to (bank)")
    parser.add_argument(
        "--key", default=os.environ.get("ANJU_BANK_KEY", ""), help="shared key in hexadecimal (bank); ANJU_BANK_KEY"
    )
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    arguments = _arguments(words)
    store = Store(arguments.state, arguments.kind)
    simulator = _build(arguments, store)
    routes = simulator.routes()
    routes.add("GET", "/style.css", lambda _request: style_reply())
    routes.add("GET", "/health", lambda _request: json_reply({"simulator": arguments.kind, "ok": True}))
    try:
        server = Server(arguments.port, routes)
    except OSError as problem:
        sys.stderr.write(f"{arguments.kind} simulator: port {arguments.port} cannot be used: {problem.strerror}\n")
        return 2
    server.stopping = simulator.stopping
    # Blocked before any thread exists and fetched by sigwait: no handler runs in the middle of a lock.
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    simulator.start()
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    sys.stdout.write(f"{arguments.kind} simulator listening on http://127.0.0.1:{server.port}\n")
    sys.stdout.flush()
    signal.sigwait(ends)
    simulator.stopping.set()
    server.shutdown()
    simulator.stop()
    server.server_close()
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
