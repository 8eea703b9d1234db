"""All reads of the books."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from anju.database.sql import row, rows
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.ledger.bank_movements import bank_movements as bank_movements
from anju.ledger.bank_movements import events_posted as events_posted
from anju.ledger.bank_movements import movements_print as movements_print
from anju.ledger.sampling import VoucherMade as VoucherMade
from anju.ledger.sampling import reversals as reversals
from anju.ledger.sampling import sample as sample
from anju.ledger.subject_book import Step as Step
from anju.ledger.subject_book import subject_book as subject_book
from anju.ledger.subject_book import subject_lines as subject_lines
from anju.ledger.types import (
    Distribution,
    DistributionPlan,
    GlLine,
    Period,
    PeriodKind,
    PeriodState,
    PostedVoucher,
    Voucher,
    VoucherKind,
    VoucherReference,
)
from anju.ledger.voucher_list import VoucherLine as VoucherLine
from anju.ledger.voucher_list import VoucherSearch as VoucherSearch
from anju.ledger.voucher_list import vouchers as vouchers
from anju.ledger.voucher_list import whole_vouchers as whole_vouchers


def opened(day: date | None) -> date:
    """The business date that was found; refuses when the books were not open yet."""
    if day is None:
        raise Refusal("ledger.not_open", "会计账簿在这一天尚未启用：请先由管理员开账。")
    return day


def business_date(centre_id: int, at: datetime) -> date:
    """The date on which something that happens at ``at`` is booked: that day, or the first open one after it."""
    found = row("SELECT business_date(%s, %s) AS day", [centre_id, at.astimezone(ZONE).date()])
    return opened(found["day"] if found else None)


def posted(centre_id: int, key: str) -> tuple[PostedVoucher, bytes] | None:
    """The voucher posted under an idempotency key, marked as replayed, and its request digest."""
    found = row(
        "SELECT id, public_ref, request_digest FROM voucher WHERE centre_id = %s AND idempotency_key = %s",
        [centre_id, key],
    )
    if found is None:
        return None
    return PostedVoucher(found["id"], found["public_ref"], replayed=True), bytes(found["request_digest"])


def reversal_key(centre_id: int, voucher_id: int) -> str | None:
    """The idempotency key of the voucher that reverses this one, if any."""
    found = row(
        "SELECT idempotency_key FROM voucher WHERE centre_id = %s AND reverses_id = %s", [centre_id, voucher_id]
    )
    return str(found["idempotency_key"]) if found else None


def reversed_by(centre_id: int, voucher_id: int) -> int | None:
    """The voucher that reverses this one, if any."""
    found = row("SELECT id FROM voucher WHERE centre_id = %s AND reverses_id = %s", [centre_id, voucher_id])
    return int(found["id"]) if found else None


def voucher(voucher_id: int, *, centre_id: int) -> Voucher:
    """A posted voucher with its lines; refuses an unknown one (404)."""
    found = row("SELECT * FROM voucher WHERE centre_id = %s AND id = %s", [centre_id, voucher_id])
    if found is None:
        raise unknown_voucher()
    lines = rows(
        "SELECT subject, debit_fen, credit_fen, unit_id, bank_account_id FROM gl_line"
        " WHERE centre_id = %s AND voucher_id = %s ORDER BY n",
        [centre_id, voucher_id],
    )
    return Voucher(
        centre_id=centre_id, voucher_id=voucher_id, idempotency_key=found["idempotency_key"],
        kind=VoucherKind(found["kind"]), business_date=found["business_date"], known_at=found["known_at"],
        maker_person_id=found["maker_person_id"], checker_person_id=found["checker_person_id"],
        reverses_id=found["reverses_id"], event_id=found["event_id"], member_count=found["member_count"],
        member_debit_fen=found["member_debit_fen"], member_credit_fen=found["member_credit_fen"],
        number=found["number"], public_ref=found["public_ref"], lines=tuple(GlLine(**line) for line in lines),
    )  # fmt: skip


def reference(voucher_id: int, *, centre_id: int) -> VoucherReference:
    """What a member's page quotes of a voucher, in one statement; refuses an unknown one (404)."""
    found = row(
        "SELECT v.id AS voucher_id, v.kind, v.business_date, v.number, v.public_ref, (SELECT l.unit_id FROM gl_line l"
        " WHERE l.centre_id = v.centre_id AND l.voucher_id = v.id AND l.unit_id IS NOT NULL ORDER BY l.n LIMIT 1)"
        " AS unit_id FROM voucher v WHERE v.centre_id = %s AND v.id = %s",
        [centre_id, voucher_id],
    )
    if found is None:
        raise unknown_voucher()
    return VoucherReference(**found | {"kind": VoucherKind(found["kind"])})


def unknown_voucher() -> Refusal:
    """The one answer for a voucher that is not there and for another centre's."""
    return Refusal("ledger.unknown_voucher", "没有这张凭证：请核对凭证号。", status=404)


_PERIOD = (
    "SELECT kind, number, state, maker_person_id, checker_person_id, closed_at, signed_at, closings FROM period"
    " WHERE centre_id = %s"
)


def periods(centre_id: int) -> list[Period]:
    """Months and years that were ever closed, the latest first."""
    return [_period(line) for line in rows(_PERIOD + " ORDER BY kind, number DESC", [centre_id])]


def period(centre_id: int, kind: PeriodKind, number: int) -> Period:
    """A month (202603) or a year (2026); open when nobody has closed it."""
    found = row(_PERIOD + " AND kind = %s AND number = %s", [centre_id, int(kind), number])
    return _period(found) if found else Period(kind, number, PeriodState.OPEN)


def _period(line: dict[str, Any]) -> Period:
    return Period(**line | {"kind": PeriodKind(line["kind"]), "state": PeriodState(line["state"])})


def distribution(centre_id: int, year: int) -> Distribution | None:
    """The plan for a year's value-added income, if one was proposed."""
    found = row("SELECT * FROM income_distribution WHERE centre_id = %s AND year = %s", [centre_id, year])
    if found is None:
        return None
    plan = DistributionPlan(
        found["document"], found["reserve_rate"], found["reserve_fen"], found["management_fee_fen"],
        found["supplement_fen"],
    )  # fmt: skip
    return Distribution(
        year, found["income_fen"], plan, found["maker_person_id"], found["proposed_at"], found["checker_person_id"],
        found["signed_at"],
    )  # fmt: skip


def balances_through(centre_id: int, day: date, *, of: str) -> dict[str, int]:
    """Credit less debit of a subject's own lines and of each detail, at the end of a business day; none that is nil.

    For net assets, income and expense alone: their lines have an index of their own, so closing keeps nobody waiting.
    """
    assert of >= "3", f"{of} is no subject of net assets, income or expense"
    found = rows(
        "SELECT l.subject, sum(l.credit_fen - l.debit_fen)::bigint AS fen"
        " FROM gl_line l JOIN voucher v ON v.centre_id = l.centre_id AND v.id = l.voucher_id"
        " WHERE l.centre_id = %s AND l.subject >= '3' AND l.subject BETWEEN %s AND %s AND v.business_date <= %s"
        " GROUP BY l.subject HAVING sum(l.credit_fen - l.debit_fen) <> 0 ORDER BY l.subject",
        [centre_id, of, f"{of}-99", day],
    )
    return {line["subject"]: line["fen"] for line in found}


def first_day(centre_id: int) -> date:
    """The first business day of the books; refuses when they were never opened."""
    found = row("SELECT min(business_date) AS day FROM centre_day WHERE centre_id = %s", [centre_id])
    return opened(found["day"] if found else None)


def subject_balance(centre_id: int, subject: str) -> int:
    """Debit less credit of one subject."""
    found = row(
        "SELECT coalesce(sum(debit_fen - credit_fen), 0)::bigint AS fen FROM gl_line"
        " WHERE centre_id = %s AND subject = %s",
        [centre_id, subject],
    )
    return int(found["fen"]) if found else 0


def suspense_balance(centre_id: int) -> int:
    """Credit less debit of suspense: 219 and its five sources, without the fees that stand under it as well."""
    found = row(
        "SELECT coalesce(sum(credit_fen - debit_fen), 0)::bigint AS fen FROM gl_line"
        " WHERE centre_id = %s AND (subject = '219' OR subject BETWEEN '219-01' AND '219-05')",
        [centre_id],
    )
    return int(found["fen"]) if found else 0
