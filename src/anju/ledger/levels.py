"""What the books say at the end of a business day, for the reconciliation of a day and its report; sums over lines.

Every figure is of the lines dated up to that day, so it stands still once the day is cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anju.database.sql import row, rows
from anju.ledger.types import VoucherKind

# Suspense and its five sources; what else stands under 219 is accrued fees, which nobody waits for.
_SUSPENSE = "(l.subject = '219' OR l.subject BETWEEN '219-01' AND '219-05')"
_SUSPENSE_ON = f"""
SELECT coalesce(sum(l.credit_fen - l.debit_fen), 0)::bigint AS fen
  FROM gl_line l JOIN voucher v ON v.centre_id = l.centre_id AND v.id = l.voucher_id
 WHERE l.centre_id = %s AND {_SUSPENSE} AND v.business_date <= %s
"""  # noqa: S608  (a constant)
_CREDITED_BY_UNIT = """
SELECT l.unit_id, sum(l.credit_fen - l.debit_fen)::bigint AS fen
  FROM voucher v JOIN gl_line l ON l.centre_id = v.centre_id AND l.voucher_id = v.id AND l.subject = '201'
  LEFT JOIN voucher o ON o.centre_id = v.centre_id AND o.id = v.reverses_id
 WHERE v.centre_id = %(centre)s AND v.business_date BETWEEN %(first)s AND %(last)s
   AND (coalesce(o.kind, v.kind) = %(contribution)s
        -- one member's line taken back alone reverses no voucher, and names the unit whose money it was
        OR v.kind = %(reversal)s AND v.reverses_id IS NULL AND l.unit_id IS NOT NULL)
 GROUP BY l.unit_id
"""
_BALANCES = """
SELECT split_part(l.subject, '-', 1) AS top, sum(l.debit_fen - l.credit_fen)::bigint AS fen
  FROM gl_line l JOIN voucher v ON v.centre_id = l.centre_id AND v.id = l.voucher_id
 WHERE l.centre_id = %s AND v.business_date <= %s GROUP BY 1
"""
_VOUCHERS = """
SELECT v.kind, count(DISTINCT v.id) AS vouchers, sum(l.debit_fen)::bigint AS debit_fen
  FROM voucher v JOIN gl_line l ON l.centre_id = v.centre_id AND l.voucher_id = v.id
 WHERE v.centre_id = %s AND v.business_date BETWEEN %s AND %s GROUP BY v.kind ORDER BY v.kind
"""
_TURNOVER = """
SELECT s.code AS subject, s.name, sum(l.debit_fen)::bigint AS debit_fen, sum(l.credit_fen)::bigint AS credit_fen
  FROM voucher v JOIN gl_line l ON l.centre_id = v.centre_id AND l.voucher_id = v.id
  JOIN subject s ON s.code = l.subject
 WHERE v.centre_id = %s AND v.business_date BETWEEN %s AND %s GROUP BY s.code ORDER BY s.code
"""
_BANK = """
SELECT l.bank_account_id,
       coalesce(sum(l.debit_fen - l.credit_fen) FILTER (WHERE v.business_date < %(first)s), 0)::bigint AS opening_fen,
       coalesce(sum(l.debit_fen) FILTER (WHERE v.business_date >= %(first)s), 0)::bigint AS in_fen,
       coalesce(sum(l.credit_fen) FILTER (WHERE v.business_date >= %(first)s), 0)::bigint AS out_fen
  FROM gl_line l JOIN voucher v ON v.centre_id = l.centre_id AND v.id = l.voucher_id
 WHERE l.centre_id = %(centre)s AND l.bank_account_id IS NOT NULL AND v.business_date <= %(last)s
 GROUP BY l.bank_account_id ORDER BY l.bank_account_id
"""


@dataclass(frozen=True)
class KindTotal:
    """How many vouchers of a kind days have, and the sum of their debits in fen."""

    kind: VoucherKind
    vouchers: int
    debit_fen: int


@dataclass(frozen=True)
class Turnover:
    """What a subject moved on both sides in days."""

    subject: str
    name: str
    debit_fen: int
    credit_fen: int


@dataclass(frozen=True)
class AccountMoney:
    """Money of one bank account in days, as the books have it."""

    bank_account_id: int
    opening_fen: int
    in_fen: int
    out_fen: int

    @property
    def closing_fen(self) -> int:
        """What lies there at the end of the last day."""
        return self.opening_fen + self.in_fen - self.out_fen


def balances_on(centre_id: int, day: date) -> dict[str, int]:
    """Debit less credit of each subject of the method at the end of a day, details rolled up."""
    return {line["top"]: line["fen"] for line in rows(_BALANCES, [centre_id, day])}


def suspense_on(centre_id: int, day: date) -> int:
    """Credit less debit of suspense (219 without accrued fees) at the end of a day."""
    found = row(_SUSPENSE_ON, [centre_id, day])
    assert found is not None
    return int(found["fen"])


def credited_by_unit(centre_id: int, first: date, last: date) -> dict[int | None, int]:
    """What contributions of each unit, less what was reversed, moved on 201 in days."""
    values = {"centre": centre_id, "first": first, "last": last, "contribution": int(VoucherKind.CONTRIBUTION),
              "reversal": int(VoucherKind.REVERSAL)}  # fmt: skip
    found = rows(_CREDITED_BY_UNIT, values)
    return {line["unit_id"]: line["fen"] for line in found if line["fen"]}


def kind_totals(centre_id: int, first: date, last: date) -> tuple[KindTotal, ...]:
    """Vouchers of days by kind."""
    found = rows(_VOUCHERS, [centre_id, first, last])
    return tuple(KindTotal(VoucherKind(line["kind"]), line["vouchers"], line["debit_fen"]) for line in found)


def turnover(centre_id: int, first: date, last: date) -> tuple[Turnover, ...]:
    """What every subject moved in days."""
    return tuple(Turnover(**line) for line in rows(_TURNOVER, [centre_id, first, last]))


def account_money(centre_id: int, first: date, last: date) -> tuple[AccountMoney, ...]:
    """Opening, money in and out of every bank account in days."""
    found = rows(_BANK, {"centre": centre_id, "first": first, "last": last})
    return tuple(AccountMoney(**line) for line in found)
