"""Where this installation keeps its data, its secrets and its addresses.

One frozen ``Environment`` is read from environment variables and, for an installation that ``anju up``
started, from ``runtime.json`` and ``secrets.json`` in the data folder. Refuses nothing: what is missing is
told by the command that needs it.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Environment:
    """Everything that differs between installations; see ``read_environment``."""

    data_dir: Path
    app_database_url: str
    owner_database_url: str
    secret_key: str
    encryption_keys: dict[str, str]
    digest_key: str
    certificate_key: str
    bank_key: str
    demo: bool
    city: str
    public_url: str
    bank_url: str
    sms_url: str
    agencies_url: str


def default_data_dir() -> Path:
    """``./var``, or what ANJU_DATA names."""
    return Path(os.environ.get("ANJU_DATA", "var")).resolve()


def _read_json(path: Path) -> dict[str, object]:
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return {}


def ensure_secrets(data_dir: Path) -> dict[str, object]:
    """Make the installation's keys once; keep them readable by their owner only."""
    path = data_dir / "secrets.json"
    found = _read_json(path)
    if found:
        return found
    data_dir.mkdir(parents=True, exist_ok=True)
    made: dict[str, object] = {
        "secret_key": secrets.token_urlsafe(50),
        "encryption_keys": {"1": secrets.token_hex(32)},
        "digest_key": secrets.token_hex(32),
        "certificate_key": secrets.token_hex(32),
        "bank_key": secrets.token_hex(32),
        "owner_password": secrets.token_urlsafe(24),
        "app_password": secrets.token_urlsafe(24),
    }
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(made, stream)
    return made


def read_environment() -> Environment:
    """Environment variables first, then the data folder's runtime and secrets files."""
    data_dir = default_data_dir()
    runtime = _read_json(data_dir / "runtime.json")
    kept = _read_json(data_dir / "secrets.json")

    def setting(name: str, fallback: str = "") -> str:
        return os.environ.get(f"ANJU_{name.upper()}") or str(runtime.get(name) or kept.get(name) or fallback)

    keys = kept.get("encryption_keys")
    if "ANJU_ENCRYPTION_KEYS" in os.environ:
        keys = json.loads(os.environ["ANJU_ENCRYPTION_KEYS"])
    return Environment(
        data_dir=data_dir,
        app_database_url=os.environ.get("DATABASE_URL") or str(runtime.get("app_database_url", "")),
        owner_database_url=os.environ.get("OWNER_DATABASE_URL") or str(runtime.get("owner_database_url", "")),
        secret_key=setting("secret_key"),
        encryption_keys={str(k): str(v) for k, v in keys.items()} if isinstance(keys, dict) else {},
        digest_key=setting("digest_key"),
        certificate_key=setting("certificate_key"),
        bank_key=setting("bank_key"),
        demo=setting("demo", "0") == "1",
        city=setting("city", "anju"),
        public_url=setting("public_url", "http://localhost:8000"),
        bank_url=setting("bank_url"),
        sms_url=setting("sms_url"),
        agencies_url=setting("agencies_url"),
    )
