"""The books: trial balance, vouchers, and one voucher to look at or print."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anju.identity.permissions import permission
from anju.ledger import queries as books
from anju.ledger.types import GlLine, VoucherKind
from anju.parties import queries as parties
from anju.portals.common import actor_of
from anju.portals.desk.pages import id_of
from anju.treasury import queries as treasury
from anju.treasury.queries import BankAccountSeen

PAGE = 40


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


@permission("books.view")
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Turnover and balance of each subject up to a day; beneath it the newest vouchers."""
    centre_id = actor_of(request).centre_id
    through = _day(request.GET.get("through", ""))
    kind = next((one for one in VoucherKind if request.GET.get("kind") == str(int(one))), None)
    on, before = _day(request.GET.get("on", "")), id_of(request.GET.get("before")) or None
    totals = books.trial_balance(centre_id, through=through)
    found = books.vouchers(centre_id, limit=PAGE + 1, kind=kind, on=on, before=before)
    more = len(found) > PAGE
    debit, credit = sum(one.debit_fen for one in totals), sum(one.credit_fen for one in totals)
    balances = [(one, max(one.balance_fen, 0), max(-one.balance_fen, 0)) for one in totals]
    context = {
        "totals": balances, "debit_balance": sum(one[1] for one in balances),
        "credit_balance": sum(one[2] for one in balances), "debit": debit, "credit": credit,
        "balanced": debit == credit, "through": through, "rows": found[:PAGE], "kind": kind,
        "kinds": tuple(VoucherKind), "on": on, "next_before": found[PAGE - 1].voucher_id if more else None,
        "before": before,
    }  # fmt: skip
    return render(request, "desk/ledger.html", context)


@permission("books.view")
@require_safe
def voucher(request: HttpRequest, voucher_id: int) -> HttpResponse:
    """One voucher with its lines; `?print=1` gives the sheet alone."""
    centre_id = actor_of(request).centre_id
    found = books.voucher(voucher_id, centre_id=centre_id)
    names = {one.subject: one.name for one in books.trial_balance(centre_id)}
    units = parties.unit_names(centre_id, [line.unit_id for line in found.lines if line.unit_id is not None])
    accounts = {one.bank_account_id: one for one in treasury.bank_accounts(centre_id)}
    people = [person for person in (found.maker_person_id, found.checker_person_id) if person is not None]
    staff = {person_id: person.name for person_id, person in parties.people(people).items()} if people else {}
    context = {
        "voucher": found, "lines": [_line(line, names, units, accounts) for line in found.lines],
        "debit": sum(line.debit_fen for line in found.lines), "credit": sum(line.credit_fen for line in found.lines),
        "maker": staff.get(found.maker_person_id or 0, "系统"),
        "checker": staff.get(found.checker_person_id or 0, "规则"),
    }  # fmt: skip
    return render(request, "desk/voucher_print.html" if "print" in request.GET else "desk/voucher.html", context)


def _line(
    line: GlLine, names: dict[str, str], units: dict[int, str], accounts: dict[int, BankAccountSeen]
) -> dict[str, object]:
    """A line with whose money it is: the unit's name or the bank account."""
    account = accounts.get(line.bank_account_id or 0)
    of = f"{account.bank_name} 尾号 {account.tail}" if account else units.get(line.unit_id or 0, "")
    return {"line": line, "name": names.get(line.subject, ""), "of": of}
