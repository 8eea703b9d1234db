"""Reads of the deposits register, of maturities, and of moves of the centre's own money."""

from __future__ import annotations

from datetime import date
from typing import Any

from anju.database.sql import row, rows
from anju.treasury.deposit_types import DepositKind, DepositSeen, DepositState, MoveKind, MoveSeen, MoveState, Rollover

_ENDED = [int(MoveState.DONE), int(MoveState.FAILED), int(MoveState.CANCELLED)]
_DEPOSITS = (
    "SELECT d.*, EXISTS (SELECT 1 FROM own_move m WHERE m.centre_id = d.centre_id AND m.deposit_id = d.deposit_id"
    " AND m.kind = 2 AND m.state < 5) AS drawing FROM deposit d WHERE d.centre_id = %s"
)


def deposits(centre_id: int, *, limit: int = 200) -> list[DepositSeen]:
    """The register: what is in force first, by its last day, then the rest, newest first."""
    found = rows(
        f"{_DEPOSITS} ORDER BY d.state <> 2, CASE WHEN d.state = 2 THEN d.ends_on END NULLS LAST, d.deposit_id DESC"
        " LIMIT %s",
        [centre_id, limit],
    )
    return [_deposit(one) for one in found]


def maturities(centre_id: int, *, until: date) -> list[DepositSeen]:
    """Time deposits in force whose last day comes by a day, the first to end first."""
    found = rows(
        f"{_DEPOSITS} AND d.state = 2 AND d.kind = 1 AND d.ends_on <= %s ORDER BY d.ends_on, d.deposit_id",
        [centre_id, until],
    )
    return [_deposit(one) for one in found]


def deposits_in_force_fen(centre_id: int) -> int:
    """Principal of the time and notice deposits in force: the balance of their sub-code of 101."""
    found = row(
        "SELECT coalesce(sum(amount_fen), 0)::bigint AS fen FROM deposit WHERE centre_id = %s AND state = 2"
        " AND kind IN (1, 2)",
        [centre_id],
    )
    assert found is not None
    return int(found["fen"])


def moves(centre_id: int, *, limit: int = 50) -> list[MoveSeen]:
    """The last moves: those that are not final first, then newest first."""
    found = rows(
        "SELECT * FROM own_move WHERE centre_id = %s ORDER BY state = ANY(%s), move_id DESC LIMIT %s",
        [centre_id, _ENDED, limit],
    )
    return [_move(one) for one in found]


def move(move_id: int, *, centre_id: int) -> MoveSeen | None:
    found = row("SELECT * FROM own_move WHERE centre_id = %s AND move_id = %s", [centre_id, move_id])
    return None if found is None else _move(found)


def _deposit(one: dict[str, Any]) -> DepositSeen:
    plain = {
        name: one[name] for name in DepositSeen.__dataclass_fields__ if name not in ("kind", "rollover", "state")
    }
    return DepositSeen(
        **plain, kind=DepositKind(one["kind"]), rollover=Rollover(one["rollover"]), state=DepositState(one["state"])
    )


def _move(one: dict[str, Any]) -> MoveSeen:
    plain = {name: one[name] for name in MoveSeen.__dataclass_fields__ if name not in ("kind", "state", "digest")}
    return MoveSeen(
        **plain, kind=MoveKind(one["kind"]), state=MoveState(one["state"]),
        digest=bytes(one["content_digest"]).hex(),
    )  # fmt: skip
