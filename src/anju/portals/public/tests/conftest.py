"""Fixtures of the public portal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from anju.portals.person.tests.world import now as now


@pytest.fixture
def papers_elsewhere(settings: Any, tmp_path: Path) -> None:
    """Uploads of a test go into its own folder."""
    settings.ANJU_FILES_DIR = tmp_path
