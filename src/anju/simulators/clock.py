"""The simulators' own clock: Shanghai time, shifted by ANJU_CLOCK exactly as the product's clock is.

A bank that books on another day than the centre it serves would spoil every demo that plays at a chosen date.
"""

import os
import re
from datetime import datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
_PART = re.compile(r"(\d+)([dhms])", re.ASCII)
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def _shift() -> timedelta:
    wish = os.environ.get("ANJU_CLOCK", "").strip()
    if not wish:
        return timedelta(0)
    if re.fullmatch(r"[+-](\d+[dhms])+", wish, re.ASCII):
        size = sum((timedelta(**{_UNITS[unit]: int(count)}) for count, unit in _PART.findall(wish)), timedelta(0))
        return -size if wish[0] == "-" else size
    instant = datetime.fromisoformat(wish)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=SHANGHAI)
    return instant - datetime.now(SHANGHAI)


_SHIFT = _shift()


def now() -> datetime:
    """This moment in the simulated world."""
    return datetime.now(SHANGHAI) + _SHIFT
