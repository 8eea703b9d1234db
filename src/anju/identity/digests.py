"""Keyed digests under which identifiers, phones and session keys are found. One spelling each."""

from __future__ import annotations

from anju.database.encryption import digest
from anju.identity.types import UNIT_CODE_KIND
from anju.kernel.identifiers import IdKind, check_id18, check_travel_permit, check_uscc, normalise_id


def id_digest(kind: IdKind | str, number: str) -> bytes:
    """Digest of a document kind and its number; the same for log-ins, people and claims."""
    spelled = normalise_id(IdKind.OTHER if kind == UNIT_CODE_KIND else IdKind(kind), number)
    return digest(f"id:{kind}", spelled)


def phone_digest(phone: str) -> bytes:
    """Digest of a mobile number."""
    return digest("phone", normalise_id(IdKind.OTHER, phone))


def key_digest(key: str) -> bytes:
    """Digest of a session key: the table alone opens no session."""
    return digest("session", key)


def address_digest(address: str) -> bytes:
    """Digest of a network address."""
    return digest("address", address)


def kind_of_number(number: str) -> str:
    """Which document a typed number is, when the form does not ask."""
    spelled = normalise_id(IdKind.OTHER, number)
    if check_id18(spelled).valid:
        if spelled[:2] in ("81", "82", "83"):
            return IdKind.HMT_RESIDENCE
        return IdKind.FOREIGN_PR if spelled.startswith("9") else IdKind.ID18
    if check_uscc(spelled).valid:
        return UNIT_CODE_KIND
    if check_travel_permit(spelled):
        return IdKind.HMT_PERMIT
    return IdKind.ID18 if len(spelled) == 18 else IdKind.PASSPORT
