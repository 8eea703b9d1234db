"""How people are found: the digests of ``identity``, and one of the name as people compare it."""

from __future__ import annotations

import unicodedata

from anju.database.encryption import digest
from anju.identity.digests import id_digest, phone_digest

__all__ = ["id_digest", "name_digest", "phone_digest"]


def name_digest(name: str) -> bytes:
    """Digest of a name as people compare it: middle dots and spaces of all kinds are one, case does not count."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    for dot in "·•‧∙・．.":
        plain = plain.replace(dot, "·")
    return digest("name", "".join(plain.split()))
