"""The bodies of BDC109, 114, 115, 117 and 118: the centre's own money. Pure; see docs/bank-messages.md."""

from __future__ import annotations

from anju.treasury.deposit_types import DepositKind, MoveInstruction, MoveKind
from anju.treasury.messages import Field, yuan

_CODES = {
    (MoveKind.MAKE, DepositKind.TIME): "BDC114", (MoveKind.DRAW, DepositKind.TIME): "BDC115",
    (MoveKind.MAKE, DepositKind.NOTICE): "BDC117", (MoveKind.DRAW, DepositKind.NOTICE): "BDC118",
}  # fmt: skip


def move_code(move: MoveInstruction) -> str:
    """The transaction code of a move."""
    if move.kind is MoveKind.TRANSFER:
        return "BDC109"
    assert move.deposit_kind is not None, "a deposit has its kind"
    return _CODES[move.kind, move.deposit_kind]


def move_fields(move: MoveInstruction) -> tuple[Field, ...]:
    """Body of the message; what a kind does not have is left out."""
    known: list[Field] = [
        ("business_serial", move.business_serial), ("payer_account", move.account),
        ("payee_account", move.other_account), ("amount", yuan(move.amount_fen)),
        ("deposit_number", move.deposit_number), ("rate", "" if move.rate is None else f"{move.rate:f}"),
        ("from_date", f"{move.starts_on:%Y%m%d}" if move.starts_on else ""),
        ("to_date", f"{move.ends_on:%Y%m%d}" if move.ends_on else ""),
        ("rollover", str(int(move.rollover)) if move.kind is MoveKind.MAKE else ""),
        ("notice_days", str(move.notice_days) if move.notice_days else ""),
    ]  # fmt: skip
    return tuple(field for field in known if field[1])
