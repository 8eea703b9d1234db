"""Numbers and verification codes of certificates: how they are made, written, read and told apart.

A number carries two check digits (ISO 7064, MOD 97-10), which find every single altered digit and every swapped
pair without any look-up. A code is sixty random bits in letters and digits that cannot be mistaken for each other.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import date

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 12
_NUMBER = re.compile(r"JC(\d{8})(\d{6,12})(\d{2})", re.ASCII)


def _check_digits(digits: str) -> str:
    return f"{98 - int(digits) * 100 % 97:02d}"


def make_number(issued_on: date, certificate_id: int) -> str:
    """For example JC20261123-000481-57."""
    serial = f"{certificate_id:06d}"
    day = f"{issued_on:%Y%m%d}"
    return f"JC{day}-{serial}-{_check_digits(day + serial)}"


def read_number(text: str) -> tuple[str, bool] | None:
    """The number in its one spelling and whether its check digits fit; None when it is no number at all."""
    found = _NUMBER.fullmatch(re.sub(r"[\s\-－—]", "", text).upper())
    if found is None:
        return None
    day, serial, check = found.groups()
    return f"JC{day}-{serial}-{check}", _check_digits(day + serial) == check


def make_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def code_from(secret: bytes) -> str:
    """A code out of a keyed digest, for papers that are not kept here: the same secret gives the same code."""
    bits = int.from_bytes(secret[:8]) >> 4
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(CODE_LENGTH)))


def write_code(code: str) -> str:
    """As printed: three groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def read_code(text: str) -> str:
    """The code as typed or scanned, in its one spelling."""
    return re.sub(r"[^0-9A-Z]", "", text[:64].upper())


def code_digest(number: str, code: str, key: bytes) -> bytes:
    """What is stored instead of the code: keyed, and bound to the number."""
    return hmac.new(key, f"{number}\x1f{code}".encode(), hashlib.sha256).digest()
