"""The one clock. Nobody else in anju asks what time it is: everyone is handed `at` or `today`.

ANJU_CLOCK shifts it for trials and tests: an ISO instant ("2026-11-23T09:00:00+08:00") at which this process
starts and from which time runs on, or an offset such as "+3d", "-90m", "+1d12h".
"""

from __future__ import annotations

import os
import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
_OFFSET = re.compile(r"([+-])((?:\d+[dhms])+)", re.ASCII)
_PART = re.compile(r"(\d+)([dhms])", re.ASCII)
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


class ClockSettingInvalid(ValueError):
    """ANJU_CLOCK is neither an instant nor an offset."""


def shift_of(setting: str, *, started: datetime) -> timedelta:
    """How far the setting moves a clock that reads `started` at process start."""
    setting = setting.strip()
    if not setting:
        return timedelta(0)
    offset = _OFFSET.fullmatch(setting)
    if offset:
        size = sum((timedelta(**{_UNITS[u]: int(n)}) for n, u in _PART.findall(offset[2])), timedelta(0))
        return -size if offset[1] == "-" else size
    try:
        instant = datetime.fromisoformat(setting)
    except ValueError:
        raise ClockSettingInvalid(
            f"ANJU_CLOCK={setting!r}: use an instant like 2026-11-23T09:00:00+08:00 or an offset like +3d"
        ) from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=ZONE)
    return instant - started


_shift = shift_of(os.environ.get("ANJU_CLOCK", ""), started=datetime.now(ZONE))


def set_to(setting: str) -> timedelta:
    """From now on this process reads the clock as if ANJU_CLOCK were this; how far it is from the machine's."""
    global _shift
    _shift = shift_of(setting, started=datetime.now(ZONE))
    return _shift


def now() -> datetime:
    """This instant, aware, in Beijing time."""
    return datetime.now(ZONE) + _shift


def machine_now() -> datetime:
    """This instant as the machine has it, without ANJU_CLOCK: to compare clocks with, for nothing else."""
    return datetime.now(ZONE)


def today() -> date:
    """Today's date in Beijing time."""
    return now().date()
