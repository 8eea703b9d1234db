"""Sealing: what opens, what does not."""

from __future__ import annotations

import pytest

from anju.database.encryption import SealBroken, digest, seal, unseal


def test_sealed_text_opens_only_for_its_own_column() -> None:
    cipher = seal("13800000000", where="person‖phone")
    assert unseal(cipher, where="person‖phone") == "13800000000"
    with pytest.raises(SealBroken):
        unseal(cipher, where="person‖card")


def test_two_sealings_of_one_text_differ() -> None:
    assert seal("a", where="t‖c") != seal("a", where="t‖c")


def test_a_changed_byte_does_not_open() -> None:
    cipher = bytearray(seal("a", where="t‖c"))
    cipher[-1] ^= 1
    with pytest.raises(SealBroken):
        unseal(bytes(cipher), where="t‖c")


def test_digests_of_kinds_are_apart() -> None:
    assert digest("id", "1") != digest("phone", "1")
