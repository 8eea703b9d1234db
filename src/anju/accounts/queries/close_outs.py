"""What was paid when accounts were closed."""

from __future__ import annotations

from anju.accounts.types import CloseOut
from anju.database.sql import row

_COLUMNS = """account_id, voucher_id, seq, principal_fen, interest_fen, corrected_fen, known_at, closes_on, paid_on,
    interest_year"""
_LATEST = f"""
SELECT {_COLUMNS} FROM close_out c
 WHERE account_id = %(account)s AND NOT EXISTS (
       SELECT 1 FROM voucher v WHERE v.centre_id = c.centre_id AND v.reverses_id = c.voucher_id)
 ORDER BY known_at DESC LIMIT 1
"""  # noqa: S608  (a constant)


def close_out(account_id: int) -> CloseOut | None:
    """The closing of an account that stands; None while it is open, and for one that had nothing to be paid."""
    found = row(_LATEST, {"account": account_id})
    return CloseOut(**found) if found else None


def close_out_of(account_id: int, voucher_id: int) -> CloseOut | None:
    """The closing that a voucher paid, also one that was taken back later."""
    found = row(
        f"SELECT {_COLUMNS} FROM close_out WHERE account_id = %s AND voucher_id = %s",  # noqa: S608  (a constant)
        [account_id, voucher_id],
    )
    return CloseOut(**found) if found else None
