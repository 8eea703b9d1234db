"""How people are found: keyed digests of document, name and phone."""

from __future__ import annotations

import unicodedata

from anju.database.encryption import digest
from anju.kernel.identifiers import IdKind, normalise_id


def id_digest(kind: IdKind, number: str) -> bytes:
    """Digest of a document; the two 18-character forms share one space, for one person has one of them."""
    space = "id18" if kind in (IdKind.ID18, IdKind.HMT_RESIDENCE, IdKind.FOREIGN_PR) else kind.value
    return digest(f"id:{space}", normalise_id(kind, number))


def name_digest(name: str) -> bytes:
    """Digest of a name as people compare it: middle dots and spaces of all kinds are one, case does not count."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    for dot in "·•‧∙・．.":
        plain = plain.replace(dot, "·")
    return digest("name", "".join(plain.split()))


def phone_digest(phone: str) -> bytes:
    """Digest of a mobile number."""
    return digest("phone", phone)
