"""Model fields every room shares: money in fen, sealed text, search digests."""

from __future__ import annotations

from typing import Any

from django.db import models

from anju.database.encryption import seal, unseal


class FenField(models.BigIntegerField):
    """Money in fen (1/100 yuan) as bigint; the column's name ends in ``_fen``."""


class DigestField(models.BinaryField):
    """32-byte keyed digest for exact search."""


class SealedTextField(models.BinaryField):
    """Text that is stored as ciphertext bound to its table and column; reads and writes plain ``str``."""

    def _where(self) -> str:
        return f"{self.model._meta.db_table}‖{self.column}"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        """Open what the database holds."""
        return None if value is None else unseal(bytes(value), where=self._where())

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Seal what is written; ciphertext is never compared, so every write gets a fresh nonce."""
        if isinstance(value, str):
            value = seal(value, where=self._where())
        return super().get_db_prep_value(value, connection, prepared)

    def to_python(self, value: Any) -> Any:
        """Plain text stays plain text."""
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Never written out by serializers."""
        return ""
