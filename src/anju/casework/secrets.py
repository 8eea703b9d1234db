"""The progress code (查询码): made once, shown once, kept as a keyed digest."""

from __future__ import annotations

import secrets

from anju.database.encryption import digest

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 10


def new_code() -> str:
    """Ten characters that are not mistaken for each other, about 50 bits."""
    raw = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{raw[:5]}-{raw[5:]}"


def code_digest(number: str, code: str) -> bytes:
    """Bound to the case's number; case and dashes do not matter."""
    plain = "".join(char for char in code.upper() if char.isalnum())
    return digest("progress_code", f"{number}:{plain}")
