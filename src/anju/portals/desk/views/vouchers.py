"""Vouchers (记账凭证): finding them, looking at one with what caused it, its member lines, and printing one or many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anju.accounts import queries as accounts
from anju.accounts.queries.voucher_lines import voucher_lines
from anju.audit.actions import record
from anju.identity.permissions import permission
from anju.kernel.identifiers import mask_name
from anju.ledger import queries as books
from anju.ledger.chart import chart
from anju.ledger.types import Voucher, VoucherKind
from anju.ledger.voucher_list import VoucherLine, VoucherSearch
from anju.parties import queries as parties
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.desk.asked import Asked
from anju.portals.desk.pages import id_of
from anju.portals.desk.sheet import Sheets, attachment
from anju.portals.desk.views.ledger import owners_of
from anju.reports.causes import Cause, causes_of, found_by
from anju.reports.names import who_acted
from anju.reports.types import Column, Show
from anju.treasury import queries as treasury

PAGE = 40
MEMBERS = 100
MOST_PRINTED = 60
MOST_LINES = 20_000
COLUMNS = (
    Column("凭证号", Show.NUMBER), Column("凭证", Show.VOUCHER), Column("记账日", Show.DAY), Column("种类"),
    Column("科目"), Column("人数", Show.NUMBER), Column("金额（元）", Show.FEN), Column("制单"), Column("复核"),
    Column("入账时间", Show.MOMENT), Column("冲销凭证", Show.VOUCHER),
)  # fmt: skip
FIELDS = ("number", "first", "last", "amount", "kind", "subject", "unit", "bank", "maker", "reference")


@dataclass(frozen=True)
class SheetLine:
    """One line of the printed sheet: subject and detail apart, and whose money it is."""

    code: str
    subject: str
    detail: str
    of: str
    debit_fen: int
    credit_fen: int


@dataclass(frozen=True)
class Sheet:
    """One voucher as it is printed; ``papers`` counts what its references stand for."""

    voucher: Voucher
    lines: tuple[SheetLine, ...]
    total_fen: int
    maker: str
    checker: str
    causes: tuple[Cause, ...]

    @property
    def papers(self) -> int:
        return sum(one.papers for one in self.causes)

    @property
    def summary(self) -> str:
        """摘要: what happened, and the first number people know it by."""
        kind = self.voucher.kind.zh
        return f"{kind}，{self.causes[0].kind.zh} {self.causes[0].number}" if self.causes else kind


@permission("books.view")
@require_safe
def vouchers(request: HttpRequest) -> HttpResponse:
    """Vouchers by number, day, amount, kind, subject, unit, bank account, maker and what caused them."""
    centre_id = actor_of(request).centre_id
    asked = Asked(request)
    banks = treasury.bank_accounts(centre_id)
    wanted, nothing = _wanted(asked, centre_id, {one.bank_account_id for one in banks})
    before = id_of(request.GET.get("before")) or None
    context: dict[str, Any] = {
        "asked": asked, "tab": "vouchers", "kinds": tuple(VoucherKind), "banks": banks, "before": before,
        "more_open": any(request.GET.get(name) for name in FIELDS[4:]), "asks": any(asked.typed.values()),
        "query": _query(asked),
    }  # fmt: skip
    if asked.errors:
        return render(request, "desk/vouchers.html", context, status=422)
    if request.GET.get("as") == "xlsx":
        found = [] if nothing else books.vouchers(centre_id, wanted, limit=MOST_LINES + 1)
        return attachment(_list_sheet(found, _names(found)), f"凭证清单 {moment_of(request):%Y-%m-%d}.xlsx")
    found = [] if nothing else books.vouchers(centre_id, wanted, limit=PAGE + 1, before=before)
    shown = found[:PAGE]
    names = _names(shown)
    context |= {
        "rows": [(one, *_who(one, names)) for one in shown], "most_printed": MOST_PRINTED,
        "next_before": shown[-1].voucher_id if len(found) > PAGE else None,
    }  # fmt: skip
    return render(request, "desk/vouchers.html", context)


def _query(asked: Asked) -> str:
    """What was asked, for the addresses of the download and the print of the same list."""
    known = asked.request.GET.copy()
    for name in set(known) - set(FIELDS):
        del known[name]
    return known.urlencode()


def _wanted(asked: Asked, centre_id: int, bank_ids: set[int]) -> tuple[VoucherSearch, bool]:
    """The search, and whether it names somebody or something that is not there, so that nothing can be found."""
    first, last = asked.day("first"), asked.day("last")
    if first and last and last < first:
        asked.errors["last"] = "截止日期不能早于起始日期：请重新选择。"
    kind = asked.text("kind")
    subject, unit, maker = asked.text("subject"), asked.text("unit"), asked.text("maker")
    bank_id = id_of(asked.text("bank")) or None
    reference = asked.text("reference")
    number, amount_fen = asked.number("number"), asked.fen("amount")
    codes = {one.code for one in chart().subjects}
    if subject and subject not in codes:
        asked.errors["subject"] = "没有这个科目：请写科目代码，例如 201。"
    unit_id, makers, keys = None, None, None
    nothing = bank_id is not None and bank_id not in bank_ids
    if unit and not asked.errors:
        units = parties.search_units(centre_id, unit, limit=2)
        unit_id = units[0]["unit_id"] if units else None
        if len(units) > 1:
            asked.errors["unit"] = f"有几家单位名称里有“{unit}”：请写全称或统一社会信用代码。"
        nothing = nothing or not units
    if maker and not asked.errors:
        makers = tuple(one.person_id for one in parties.people_by_name(maker, centre_id=centre_id))
        nothing = nothing or not makers
    event_id = None
    if reference and not asked.errors:
        found = found_by(centre_id, reference)
        event_id, keys = found.event_id, found.keys
        nothing = nothing or not (event_id or keys)
    wanted = VoucherSearch(
        number=number, first=first, last=last, amount_fen=amount_fen, subject=subject or None, unit_id=unit_id,
        kind=next((one for one in VoucherKind if kind == str(int(one))), None), bank_account_id=bank_id, makers=makers,
        event_id=event_id, keys=keys,
    )  # fmt: skip
    return wanted, nothing


def _names(found: Sequence[VoucherLine | Voucher]) -> dict[int, str]:
    """Names of makers and checkers."""
    return who_acted(one for line in found for one in (line.maker_person_id, line.checker_person_id))


def _who(one: VoucherLine | Voucher, names: dict[int, str]) -> tuple[str, str]:
    """Maker and checker by name; the system or a rule where it was nobody."""
    return names.get(one.maker_person_id or 0, "系统"), names.get(one.checker_person_id or 0, "规则")


def _list_sheet(found: list[VoucherLine], names: dict[int, str]) -> bytes:
    made = Sheets()
    made.add(
        "凭证清单", title="凭证清单", notes=(), columns=COLUMNS,
        lines=[
            (one.number, one.voucher_id, one.business_date, one.kind.zh, "、".join(one.subjects),
             one.member_count or None, one.total_fen, *_who(one, names), one.known_at, one.reverses_id)
            for one in found[:MOST_LINES]
        ],
        after=f"只有前 {MOST_LINES} 行：请缩短起止日期再下载。" if len(found) > MOST_LINES else "",
    )  # fmt: skip
    return made.content()


# -------------------------------------------------------------------------------------------- sheets


def sheets_of(centre_id: int, found: Sequence[Voucher], names: dict[int, str]) -> list[Sheet]:
    """Vouchers as they are printed, with what caused them; at most eight statements whatever their number."""
    causes = causes_of(centre_id, found)
    owners = owners_of(centre_id, [line for one in found for line in one.lines])
    return [_sheet(one, causes[one.voucher_id], owners, names) for one in found]


def _sheet(
    voucher: Voucher, causes: tuple[Cause, ...], owners: dict[tuple[str, int], str], names: dict[int, str]
) -> Sheet:
    lines = []
    for line in voucher.lines:
        of = chart().find(line.subject)
        name, _, detail = of.name.partition("——")
        owner = owners.get(("bank", line.bank_account_id or 0)) or owners.get(("unit", line.unit_id or 0), "")
        lines.append(SheetLine(of.code, name, detail, owner, line.debit_fen, line.credit_fen))
    return Sheet(
        voucher, tuple(lines), sum(line.debit_fen for line in voucher.lines), *_who(voucher, names), causes
    )


@permission("books.view")
@require_safe
def sheets(request: HttpRequest) -> HttpResponse:
    """Many vouchers to print: the same search as the list, oldest first."""
    centre_id = actor_of(request).centre_id
    asked = Asked(request)
    wanted, nothing = _wanted(asked, centre_id, {one.bank_account_id for one in treasury.bank_accounts(centre_id)})
    found: list[VoucherLine] = []
    if not asked.errors and not nothing:
        found = books.vouchers(centre_id, wanted, limit=MOST_PRINTED + 1)
    whole = books.whole_vouchers(centre_id, [one.voucher_id for one in found[:MOST_PRINTED]])
    context = {
        "sheets": sheets_of(centre_id, whole, _names(whole)), "most": MOST_PRINTED, "query": _query(asked),
        "more": len(found) > MOST_PRINTED,
    }  # fmt: skip
    return render(request, "desk/voucher_sheets.html", context, status=asked.status)


@permission("books.view")
@require_safe
def voucher(request: HttpRequest, voucher_id: int) -> HttpResponse:
    """One voucher with its lines and what caused it; `?print=1` gives the sheet alone."""
    centre_id = actor_of(request).centre_id
    whole = books.whole_vouchers(centre_id, [voucher_id])
    if not whole:
        raise books.unknown_voucher()
    (sheet,) = sheets_of(centre_id, whole, _names(whole))
    if "print" in request.GET:
        return render(request, "desk/voucher_sheets.html", {"sheets": [sheet], "back": voucher_id})
    can = principal_of(request).can
    context = {
        "sheet": sheet, "voucher": whole[0], "tab": "vouchers", "reads_cases": can("audit.ask"),
        "reversed_by": books.reversed_by(centre_id, voucher_id),
    }  # fmt: skip
    return render(request, "desk/voucher.html", context)


@permission("books.view")
@require_safe
def members(request: HttpRequest, voucher_id: int) -> HttpResponse:
    """The member lines of a voucher, by account; names are masked, and that they were read is recorded."""
    actor = actor_of(request)
    found = books.reference(voucher_id, centre_id=actor.centre_id)
    after = (id_of(request.GET.get("account")), id_of(request.GET.get("line")))
    lines = voucher_lines(voucher_id, booked_on=found.business_date, limit=MEMBERS + 1, after=after)
    shown = lines[:MEMBERS]
    record(
        "books.member_lines", actor=actor, at=moment_of(request), subject="voucher", subject_id=voucher_id,
        details={"lines": len(shown)},
    )  # fmt: skip
    context = {
        "voucher": found, "rows": _people(shown), "tab": "vouchers", "after": after[0] or None,
        "next": shown[-1] if len(lines) > MEMBERS else None, "asks": principal_of(request).can("audit.ask"),
        "debit_fen": sum(one.debit_fen for one in shown), "credit_fen": sum(one.credit_fen for one in shown),
    }  # fmt: skip
    return render(request, "desk/voucher_members.html", context)


def _people(lines: Sequence[Any]) -> list[tuple[Any, str]]:
    owners = accounts.person_ids([one.account_id for one in lines]) if lines else {}
    people = parties.people(sorted(set(owners.values()))) if owners else {}
    return [
        (one, mask_name(people[owners[one.account_id]].name) if owners.get(one.account_id) in people else "—")
        for one in lines
    ]
