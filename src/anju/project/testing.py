"""A pytest plug-in that is read before Django's settings: it chooses the tests' own data folder and keys."""

from __future__ import annotations

import os
from pathlib import Path

from anju.project.environment import ensure_secrets

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("ANJU_TEST_DATA", ROOT / "var" / "test"))
DATA.mkdir(parents=True, exist_ok=True)
os.environ["ANJU_DATA"] = str(DATA)
os.environ.setdefault("ANJU_DEMO", "1")
os.environ.setdefault("ANJU_CITY", "anju")
for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "ANJU_CLOCK"):
    os.environ.pop(name, None)
SECRETS = ensure_secrets(DATA)
