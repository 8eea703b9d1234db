"""``anju up``: one command from nothing to a running centre, and Ctrl-C back to nothing running.

Starts PostgreSQL, migrates, prepares reference data, then web, worker and (in the demo) the three simulators,
each a process of its own that is watched and restarted; on a first start it builds the demo city beside the
already answering page. Everything listens on loopback only.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

import psycopg

from anju.command import clocks, postgres
from anju.command.parent import ending_with_us
from anju.project.environment import default_data_dir, ensure_secrets


@dataclass
class Child:
    """A process we started: its name, command and log."""

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    lately: list[float] = field(default_factory=list)
    """When it was restarted within the last minute."""
    once: bool = False

    def start(self) -> None:
        """Start it in a group of its own, so that Ctrl-C reaches us first; it ends with us, however we end."""
        stream: IO[bytes] = self.log.open("ab")
        self.process = subprocess.Popen(
            self.command, stdout=stream, stderr=stream, env=self.environment, start_new_session=True,
            preexec_fn=ending_with_us(signal.SIGTERM),
        )  # fmt: skip
        stream.close()

    def patience(self) -> int:
        """Seconds before the next restart: what stops again and again is not restarted again and again at once."""
        now = time.monotonic()
        self.lately = [moment for moment in self.lately if moment > now - 60] + [now]
        return min(len(self.lately), 10)

    def stop(self) -> None:
        """End its whole group: politely, after 10 s for certain."""
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)


@dataclass
class Progress:
    """Numbered lines with the seconds each step took."""

    total: int
    number: int = 0
    since: float = field(default_factory=time.monotonic)

    def step(self, text: str) -> None:
        """Announce the next step."""
        now = time.monotonic()
        if self.number:
            print(f"      用时 {now - self.since:.1f} 秒", flush=True)
        self.number += 1
        self.since = now
        print(f"[{self.number}/{self.total}] {text}", flush=True)


def run(*, port: int, empty: bool) -> int:
    """Serve until Ctrl-C; 1 with one clear sentence when starting cannot go on."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what it puts behind without it
    try:
        return _run(port=port, empty=empty)
    except postgres.StartRefused as refused:
        print(f"没有启动：{refused}", file=sys.stderr)
        return 1


def _refuse_used_ports(port: int) -> None:
    if not 1024 <= port <= 65532:
        raise postgres.StartRefused(f"端口 {port} 不能用：请用 --port 选 1024 到 65532 之间的端口。")
    for number in range(port, port + 4):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", number))
            except OSError as error:
                raise postgres.StartRefused(
                    f"端口 {number} 已被别的程序占用（需要 {port} 到 {port + 3} 四个端口）："
                    f"请先停掉它，或换一个，例如 anju up --port {port + 100}。"
                ) from error


def _data_folder() -> Path:
    data_dir = default_data_dir()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        (data_dir / "logs").mkdir(exist_ok=True)
        probe = data_dir / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise postgres.StartRefused(
            f"没有权限写数据文件夹 {data_dir}：请改它的权限，或用 --data 换一个文件夹。"
        ) from error
    return data_dir


def _secrets(data_dir: Path) -> dict[str, object]:
    try:
        return ensure_secrets(data_dir)
    except (json.JSONDecodeError, ValueError) as error:
        raise postgres.StartRefused(
            f"{data_dir / 'secrets.json'} 读不出来：它存着本库的密钥，请从备份恢复，或换一个 --data 文件夹。"
        ) from error


def _run(*, port: int, empty: bool) -> int:
    progress = Progress(total=6 if not empty else 5)
    progress.step("检查端口和数据文件夹")
    _refuse_used_ports(port)
    data_dir = _data_folder()
    secrets = _secrets(data_dir)

    progress.step("启动数据库 PostgreSQL")
    server, ours = _database(data_dir, secrets)
    children: list[Child] = []
    try:
        environment = _environment(data_dir, port=port, server=server, demo=not empty)
        _refuse_unlike_clocks(environment["DATABASE_URL"])
        progress.step("建表和升级")
        _manage(environment, "migrate", owner=True)
        progress.step("装入科目、利率和营业日")
        _manage(environment, "prepare")
        progress.step("启动模拟器、网页和后台作业")
        children = _children(data_dir, environment, port=port, demo=not empty)
        for child in children:
            child.start()
        _wait_for_page(port, children)
        if not empty:
            progress.step("演示城市（首次启动时建，页面上看得到进度）")
            build = Child(
                "demo", [sys.executable, "-m", "anju.command.main", "demo-build"],
                data_dir / "logs" / "demo.log", environment, once=True,
            )  # fmt: skip
            build.start()
            children.append(build)
        _announce(port, data_dir, demo=not empty)
        while True:
            time.sleep(1)
            if server is not None and ours:
                server = _bring_back(server, data_dir, secrets)
            _watch(children)
    except KeyboardInterrupt:
        print("\n正在停止……", flush=True)
    finally:
        # A second Ctrl-C must not leave half of it running.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for child in reversed(children):
            child.stop()
        if server is not None and ours:
            postgres.stop(server)
    print("已全部停止。")
    return 0


def _database(data_dir: Path, secrets: dict[str, object]) -> tuple[postgres.Server | None, bool]:
    if os.environ.get("DATABASE_URL"):
        return None, False
    server, ours = postgres.start(data_dir, secrets, with_us=True)
    postgres.ensure_database(server)
    return server, ours


def _refuse_unlike_clocks(address: str) -> None:
    def ask() -> datetime:
        with psycopg.connect(address, connect_timeout=10) as connection:
            found = connection.execute(clocks.ASK).fetchone()
        assert found is not None and isinstance(found[0], datetime)
        return found[0]

    try:
        unlike = clocks.refuse_unlike(ask)
    except psycopg.OperationalError as error:
        raise postgres.StartRefused(f"连不上数据库：{error}。请核对 DATABASE_URL。") from error
    if unlike:
        raise postgres.StartRefused(unlike)


def _environment(
    data_dir: Path, *, port: int, server: postgres.Server | None, demo: bool
) -> dict[str, str]:
    addresses = {
        "ANJU_DATA": str(data_dir),
        "ANJU_PUBLIC_URL": f"http://localhost:{port}",
        "ANJU_DEMO": "1" if demo else "0",
        "DJANGO_SETTINGS_MODULE": "anju.project.settings",
    }
    if demo:
        addresses |= {
            "ANJU_BANK_URL": f"http://127.0.0.1:{port + 1}",
            "ANJU_SMS_URL": f"http://127.0.0.1:{port + 2}",
            "ANJU_AGENCIES_URL": f"http://127.0.0.1:{port + 3}",
        }
    if server is not None:
        addresses |= {
            "DATABASE_URL": server.url("anju_app"),
            "OWNER_DATABASE_URL": server.url("anju_owner"),
        }
    runtime = {name.removeprefix("ANJU_").lower(): value for name, value in addresses.items() if "ANJU_" in name}
    if server is not None:
        runtime |= {"app_database_url": server.url("anju_app"), "owner_database_url": server.url("anju_owner")}
    path = data_dir / "runtime.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(runtime))
    return {**os.environ, **addresses}


def _manage(environment: dict[str, str], command: str, *, owner: bool = False) -> None:
    extra = {"ANJU_ROLE": "owner"} if owner else {}
    done = subprocess.run(
        [sys.executable, "-m", "django", command, "-v", "0"],
        env={**environment, **extra}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["没有说明"])[-1]
        raise postgres.StartRefused(f"{command} 没有完成：{last}")


def _children(data_dir: Path, environment: dict[str, str], *, port: int, demo: bool) -> list[Child]:
    logs, python = data_dir / "logs", sys.executable
    found = []
    if demo:
        state = data_dir / "simulators"
        state.mkdir(exist_ok=True)
        key = str(ensure_secrets(data_dir)["bank_key"])
        for offset, name in enumerate(("bank", "sms", "agencies"), start=1):
            command = [python, "-m", "anju.simulators", name, "--port", str(port + offset), "--state", str(state)]
            if name == "bank":
                command += ["--notify", f"http://127.0.0.1:{port}"]
            # The key goes by the environment: a command line is readable by everybody on the machine.
            found.append(Child(name, command, logs / f"{name}.log", {**environment, "ANJU_BANK_KEY": key}))
    web = [
        python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
        "anju.project.wsgi:application",
    ]  # fmt: skip
    found.append(Child("web", web, logs / "web.log", {**environment, "ANJU_POOL": "1"}))
    worker = [python, "-m", "anju.command.main", "worker"]
    found.append(Child("worker", worker, logs / "worker.log", environment))
    return found


def _wait_for_page(port: int, children: list[Child]) -> None:
    for _ in range(300):
        for child in children:
            if child.process is not None and child.process.poll() is not None:
                raise postgres.StartRefused(f"{child.name} 没有启动：请看 {child.log} 的最后几行。")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise postgres.StartRefused("网页 60 秒内没有就绪：请看数据文件夹 logs/web.log 的最后几行。")


def _announce(port: int, data_dir: Path, *, demo: bool) -> None:
    print(f"\n安居已就绪：http://localhost:{port}/", flush=True)
    if demo:
        print(f"银行模拟器 http://localhost:{port + 1}/  短信收件箱 http://localhost:{port + 2}/  "
              f"其他部门 http://localhost:{port + 3}/")  # fmt: skip
        from anju.demo.characters import login_lines

        print("演示登录（口令都一样，见下；人物均为虚构）：")
        for line in login_lines():
            print(f"  {line}")
    print(f"日志在 {data_dir / 'logs'}；按 Ctrl-C 全部停止。", flush=True)


def _bring_back(server: postgres.Server, data_dir: Path, secrets: dict[str, object]) -> postgres.Server:
    """The database, started again where it died: on its own port, because everybody else knows that one."""
    if postgres.running_pid(server.cluster) is not None:
        return server
    print("数据库意外停止，正在重新启动。", flush=True)
    refused = postgres.StartRefused("")
    for _ in range(60):
        try:
            back, _ = postgres.start(data_dir, secrets, with_us=True)
        except postgres.StartRefused as again:
            refused = again  # those it left behind are still leaving
            time.sleep(0.5)
            continue
        if back.port != server.port:
            postgres.stop(back)
            raise postgres.StartRefused(f"数据库原来的端口 {server.port} 已被别的程序占用：请停掉它，再运行 anju up。")
        return back
    raise refused


def _watch(children: list[Child]) -> None:
    """Start again what has stopped."""
    for child in list(children):
        if child.process is None or child.process.poll() is None:
            continue
        if child.once:
            if child.process.returncode:
                print(f"演示城市没有建完：请看 {child.log} 的最后几行。", flush=True)
            else:
                print("演示城市已经建好。", flush=True)
            children.remove(child)
            continue
        child.restarts += 1
        print(f"{child.name} 意外停止，正在重新启动（第 {child.restarts} 次，日志 {child.log}）。", flush=True)
        time.sleep(child.patience())
        child.start()
