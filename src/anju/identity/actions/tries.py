"""Wrong passwords: a try is taken before the password is looked at, in one statement, so none is free."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from anju.database.encryption import digest
from anju.database.sql import execute, row
from anju.identity import words
from anju.identity.limits import Limits
from anju.kernel.identifiers import IdKind, normalise_id
from anju.kernel.refusal import Refusal

_TAKE = """
INSERT INTO identity_attempt AS a (key_digest, tries, window_started_at) VALUES (%(key)s, 1, %(at)s)
ON CONFLICT (key_digest) DO UPDATE SET
  tries = CASE WHEN a.window_started_at <= %(since)s THEN 1 ELSE a.tries + 1 END,
  window_started_at = CASE WHEN a.window_started_at <= %(since)s THEN %(at)s ELSE a.window_started_at END
WHERE a.window_started_at <= %(since)s OR a.tries < %(most)s
RETURNING tries
"""


def typed_name(name: str) -> str:
    """One spelling of what was typed as log-in name."""
    return normalise_id(IdKind.OTHER, name)


def take_password_try(name: str, *, address: str, at: datetime, limits: Limits) -> None:
    """Count a try of this name and from this address, committed at once; refuse when either has none left."""
    with transaction.atomic(durable=True):
        by_name = _take(_key(name), limits.password_tries, limits.password_window, at)
        by_address = _take(_address(address), limits.address_tries, limits.address_window, at)
    if not by_name:
        minutes = int(limits.password_window.total_seconds() // 60)
        raise Refusal("password_locked", words.TOO_MANY_TRIES.format(minutes=minutes), status=429)
    if not by_address:
        minutes = int(limits.address_window.total_seconds() // 60)
        raise Refusal("address_locked", words.TOO_MANY_FROM_ADDRESS.format(minutes=minutes), status=429)


def forgive_tries(name: str, *, address: str = "") -> None:
    """The right password: the name's tries are forgotten and the address gets its one back."""
    execute("DELETE FROM identity_attempt WHERE key_digest = %s", [_key(name)])
    if address:
        execute(
            "UPDATE identity_attempt SET tries = tries - 1 WHERE key_digest = %s AND tries > 0", [_address(address)]
        )


def _take(key: bytes, most: int, window: timedelta, at: datetime) -> bool:
    return row(_TAKE, {"key": key, "at": at, "since": at - window, "most": most}) is not None


def _key(name: str) -> bytes:
    return digest("tries-name", typed_name(name))


def _address(address: str) -> bytes:
    return digest("tries-address", address)
