"""Which remittance, receipt or refund a voucher records: the keys that this room posts under, read back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from anju.contributions.queries.remittances import seen
from anju.contributions.types import MoveKind, RemittanceSeen
from anju.database.sql import rows

_REMITTANCE = re.compile(r"remittance(?:-back)?:(\d{1,18}):")
_RECEIPT = re.compile(r"(?:suspense|owed|suspense-reversed|receipt-reversed):(\d{1,18})")
_REFUND = re.compile(r"refund(?:-returned)?:(\d{1,18})")
_COLUMNS = ", ".join(name for name in RemittanceSeen.__dataclass_fields__)


def _found(pattern: re.Pattern[str], keys: Iterable[str]) -> dict[str, int]:
    return {key: int(match[1]) for key in keys if (match := pattern.match(key))}


def remittances_of_keys(centre_id: int, keys: Iterable[str]) -> dict[str, RemittanceSeen]:
    """The remittances (汇缴书) that vouchers with these idempotency keys record or take back; at most one statement."""
    named = _found(_REMITTANCE, keys)
    if not named:
        return {}
    found = rows(
        f"SELECT {_COLUMNS} FROM remittance WHERE centre_id = %s AND remittance_id = ANY(%s)",  # noqa: S608  (constants)
        [centre_id, sorted(set(named.values()))],
    )
    known = {line["remittance_id"]: seen(line) for line in found}
    return {key: known[remittance_id] for key, remittance_id in named.items() if remittance_id in known}


def receipts_of_keys(keys: Iterable[str]) -> dict[str, int]:
    """The notices of the bank (到账通知) that vouchers with these keys record or take back."""
    return _found(_RECEIPT, keys)


def refunds_of_keys(keys: Iterable[str]) -> dict[str, int]:
    """The payment orders of refunds (退款) that vouchers with these keys record."""
    return _found(_REFUND, keys)


def remittance_ids_of(centre_id: int, number: str) -> list[int]:
    """The remittance with this number (缴款书编号), as a list of at most one."""
    found = rows("SELECT remittance_id FROM remittance WHERE centre_id = %s AND number = %s", [centre_id, number])
    return [line["remittance_id"] for line in found]


def remittance_ids_of_case(centre_id: int, case_id: int) -> list[int]:
    """The remittances that a case declared."""
    found = rows("SELECT remittance_id FROM remittance WHERE centre_id = %s AND case_id = %s", [centre_id, case_id])
    return [line["remittance_id"] for line in found]


ALLOCATED_BY_HAND = """
SELECT m.at, m.person_id, m.kind, m.amount_fen, m.note, s.value_on, r.number, m.voucher_id
  FROM suspense_move m JOIN suspense s ON s.centre_id = m.centre_id AND s.suspense_id = m.suspense_id
  LEFT JOIN remittance r ON r.centre_id = m.centre_id AND r.remittance_id = m.remittance_id
 WHERE m.centre_id = %(centre)s AND m.person_id IS NOT NULL AND m.at >= %(since)s AND m.at < %(until)s
 ORDER BY m.at, m.suspense_id, m.n LIMIT %(limit)s
"""


@dataclass(frozen=True)
class HandledByHand:
    """What a person did with money in suspense; ``number`` of the remittance it went to, if to one."""

    at: datetime
    person_id: int
    kind: MoveKind
    amount_fen: int
    note: str
    value_on: date
    number: str | None
    voucher_id: int | None


def handled_by_hand(centre_id: int, *, since: datetime, until: datetime, limit: int) -> list[HandledByHand]:
    """What people, not rules, did with money in suspense."""
    found = rows(ALLOCATED_BY_HAND, {"centre": centre_id, "since": since, "until": until, "limit": limit})
    return [HandledByHand(**line | {"kind": MoveKind(line["kind"])}) for line in found]
