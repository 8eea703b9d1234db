"""How far the demo city is built: read from the file that the builder keeps."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings

STATE_FILE = "demo-building.json"


def building() -> dict[str, Any] | None:
    """{"done", "total", "label", "finished"} or None when nothing is being built."""
    try:
        found: dict[str, Any] = json.loads((settings.DATA_DIR / STATE_FILE).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return found
