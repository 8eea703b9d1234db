"""Numbers of people inside a text, masked as everywhere: documents, cards, phones."""

from __future__ import annotations

import re

from anju.kernel.identifiers import mask_id, mask_phone, mask_tail

_DOCUMENT = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
_CARD = re.compile(r"(?<!\d)\d{16,19}(?!\d)")
_PHONE = re.compile(r"(?<!\d)1\d{10}(?!\d)")


def masked(text: str) -> str:
    """The text with 18-figure documents, cards of 16 to 19 figures and mobile numbers masked."""
    text = _DOCUMENT.sub(lambda found: mask_id(found[0]), text)
    text = _CARD.sub(lambda found: mask_tail(found[0]), text)
    return _PHONE.sub(lambda found: mask_phone(found[0]), text)
