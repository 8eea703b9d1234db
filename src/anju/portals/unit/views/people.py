"""The staff with base and both shares: searched, by state, page by page, or all of it as a workbook."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from anju.accounts import queries as accounts
from anju.audit.actions import record
from anju.contributions import queries
from anju.contributions.types import RosterPerson
from anju.identity.permissions import permission
from anju.kernel.identifiers import mask_id
from anju.parties import queries as parties
from anju.parties.types import PersonFacts
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.unit.downloads import Column, Sheet, workbook, workbook_response
from anju.portals.unit.here import nature_of, number_of, ratios_of, unit_here, unit_id_of
from anju.portals.unit.told import done_of

PAGE = 100
LONGEST_WORD = 30


class Shown(StrEnum):
    """Which of the staff are shown (范围)."""

    NORMAL = "normal"
    WITHOUT_BASE = "without-base"
    SEALED = "sealed"
    ALL = "all"

    @property
    def zh(self) -> str:
        return {"normal": "正常缴存", "without-base": "没有基数", "sealed": "已封存", "all": "全部"}[self.value]

    def fits(self, one: RosterPerson) -> bool:
        if self is Shown.ALL:
            return True
        if self is Shown.WITHOUT_BASE:
            return not one.sealed and one.base_fen is None
        return one.sealed is (self is Shown.SEALED)


def _shown(request: HttpRequest) -> Shown:
    try:
        return Shown(request.GET.get("state", ""))
    except ValueError:
        return Shown.NORMAL


@permission("unit.view")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """The staff; sealed people too when asked for. Balances are nobody's business here."""
    unit = unit_here(request)
    month = queries.next_month(unit.centre_id, unit.unit_id, first_month=unit.first_month)
    everybody = queries.roster(unit.centre_id, unit.unit_id, month=month, sealed=True)
    shown, word = _shown(request), request.GET.get("q", "")[:LONGEST_WORD].replace("\x00", "").strip()
    rows = [one for one in everybody if shown.fits(one)]
    known: dict[int, PersonFacts] = {}
    if word:
        known = parties.people([one.person_id for one in rows])
        rows = [one for one in rows if one.person_id in known and _answers(known[one.person_id], word)]
    page = Paginator(rows, PAGE).get_page(number_of(request.GET.get("page"), fallback=1))
    known = known or parties.people([one.person_id for one in page])
    context = {
        "unit": unit, "nature": nature_of(unit), "ratios": ratios_of(unit), "month": month, "shown": shown,
        "word": word, "page": page, "total": len(everybody), "done": done_of(request),
        "chips": [(one, sum(map(one.fits, everybody)), _address(one, word)) for one in Shown],
        "rows": [(_person(known.get(one.person_id)), one) for one in page],
    }  # fmt: skip
    return render(request, "unit/people.html", context)


def _address(shown: Shown, word: str) -> str:
    return "?" + urlencode({"state": shown.value, **({"q": word} if word else {})})


def _answers(person: PersonFacts, word: str) -> bool:
    """By a part of the name, or by the last characters of the document."""
    return word.casefold() in person.name.casefold() or (
        len(word) >= 4 and person.id_number.casefold().endswith(word.casefold())
    )


def _person(person: PersonFacts | None) -> dict[str, str]:
    return {"name": person.name, "number": mask_id(person.id_number)} if person else {"name": "", "number": ""}


@permission("unit.staff")
@require_GET
def staff_sheet(request: HttpRequest) -> HttpResponse:
    """The whole roster with full document numbers, to be changed and sent back next month.

    What leaves the house unmasked is asked for twice: by a fresh code, and it is written down.
    """
    if not principal_of(request).stepped_up:
        return HttpResponseRedirect(reverse("step-up") + "?" + urlencode({"next": request.path}))
    unit, actor = unit_here(request), actor_of(request)
    month = queries.next_month(unit.centre_id, unit.unit_id, first_month=unit.first_month)
    everybody = queries.roster(unit.centre_id, unit.unit_id, month=month, sealed=True)
    known = parties.people([one.person_id for one in everybody])
    record(
        "unit.staff_downloaded", actor=actor, at=moment_of(request), subject="unit", subject_id=unit.unit_id,
        unit_id=unit.unit_id, details={"people": len(everybody)},
    )  # fmt: skip
    rows = [(known[one.person_id], one) for one in everybody if one.person_id in known]
    content = workbook([
        Sheet("名册", _COLUMNS, [_line(who, one) for who, one in rows if not one.sealed]),
        # Its headings are none that a list has, so that sending the workbook back unseals nobody.
        Sheet("已封存（不用上传）", _SEALED, [(who.name, mask_id(who.id_number), _paid_to(one))
                                    for who, one in rows if one.sealed]),
    ])  # fmt: skip
    return workbook_response(content, f"{unit.name}-{month.zh}名册.xlsx")


_COLUMNS = (
    Column("姓名"), Column("证件类型"), Column("证件号码", 24), Column.of_money("缴存基数"), Column.of_money("单位缴"),
    Column.of_money("个人缴"), Column("缴至"),
)  # fmt: skip
_SEALED = (Column("已封存职工"), Column("证件尾号", 24), Column("缴到"))


def _line(who: PersonFacts, one: RosterPerson) -> tuple[Any, ...]:
    return (who.name, who.id_kind.zh, who.id_number, one.base_fen, one.unit_fen, one.own_fen, _paid_to(one))


def _paid_to(one: RosterPerson) -> str:
    return one.paid_to.zh if one.paid_to else ""


def own_account(request: HttpRequest, account_id: int) -> RosterPerson | None:
    """One of the unit's own people, normal or sealed here, by account; anybody else is nobody."""
    unit = unit_here(request)
    if accounts.person_ids([account_id]) == {}:
        return None
    month = queries.next_month(unit.centre_id, unit.unit_id, first_month=unit.first_month)
    everybody = queries.roster(unit.centre_id, unit_id_of(request), month=month, sealed=True)
    return next((one for one in everybody if one.account_id == account_id), None)
