"""Sealing of personal identifiers, phones and cards, and digests to find them by.

AES-256-GCM with a fresh 96-bit nonce; the key's version stands in the first byte; the place (table and column)
is authenticated, so a ciphertext moved to another column does not open. Digests are HMAC-SHA256 under a key
that is never rotated. Profile ``intl``, provider ``software``: no claim of national cryptographic assessment.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class SealBroken(Exception):
    """A ciphertext does not open: wrong place, changed bytes or an unknown key version."""


@lru_cache(maxsize=8)
def _cipher(version: int) -> AESGCM:
    key = settings.ANJU_ENCRYPTION_KEYS.get(str(version))
    if key is None:
        raise SealBroken(f"unknown key version {version}")
    return AESGCM(bytes.fromhex(key))


def _newest_version() -> int:
    versions = [int(version) for version in settings.ANJU_ENCRYPTION_KEYS]
    if not versions:
        raise SealBroken("this installation has no encryption key")
    return max(versions)


def seal(plain: str, *, where: str) -> bytes:
    """Encrypt text for the column named by ``where`` ("table‖column")."""
    version = _newest_version()
    nonce = os.urandom(12)
    return bytes([version]) + nonce + _cipher(version).encrypt(nonce, plain.encode(), where.encode())


def unseal(cipher: bytes, *, where: str) -> str:
    """Decrypt; raises ``SealBroken`` for anything that was not sealed for this column."""
    content = bytes(cipher)
    if len(content) < 29:
        raise SealBroken("too short")
    try:
        plain = _cipher(content[0]).decrypt(content[1:13], content[13:], where.encode())
    except SealBroken:
        raise
    except Exception as error:
        raise SealBroken("does not open") from error
    return plain.decode()


def digest(kind: str, value: str) -> bytes:
    """32-byte keyed digest of a value for exact search; ``kind`` keeps kinds apart."""
    key = bytes.fromhex(settings.ANJU_DIGEST_KEY)
    return hmac.new(key, f"{kind}\x1f{value}".encode(), hashlib.sha256).digest()
