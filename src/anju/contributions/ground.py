"""What the actions of this room stand on: one unit at a time, and texts every refusal shares."""

from __future__ import annotations

from anju.database.encryption import digest
from anju.database.sql import execute
from anju.kernel.refusal import Refusal


def lock_unit(centre_id: int, unit_id: int) -> None:
    """Hold the unit's turn until the transaction ends: lists are applied and months declared one after another."""
    execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"contributions:unit:{centre_id}:{unit_id}"])


def payer_digest(account: str) -> bytes | None:
    """By what an account money came from is found again, as those that units register are; None for no account."""
    return digest("bank", account) if account else None


def unknown_remittance() -> Refusal:
    """A remittance that is missing or belongs to another unit: the same answer for both."""
    return Refusal("remittance_unknown", "没有找到这份汇缴书。请返回列表重新选择。", status=404)


def unknown_suspense() -> Refusal:
    """An item of suspense that is missing or belongs to another unit."""
    return Refusal("suspense_unknown", "没有找到这笔暂收款。请返回列表重新选择。", status=404)
