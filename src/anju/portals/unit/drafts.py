"""Work of the unit that is not finished: a list under way, a person's form half filled in. Kept thirty days.

Drafts belong to the log-in acting for this unit. What was still sent after the session had run out is kept as well:
it is shown to nobody, and done by nobody, before the same log-in is back.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from anju.casework import actions as cases
from anju.casework import queries as case_queries
from anju.casework.types import Draft
from anju.identity.http import COOKIE
from anju.identity.permissions import LOG_IN_PATH
from anju.identity.queries import who_ran_out
from anju.identity.table import allowed
from anju.identity.types import Role
from anju.kernel.actor import Actor
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.portals.common import moment_of, principal_of

SERVICE = "member_change"
LIST, PERSON, PASTE = "list", "person", "paste"
FORM = "form"
PERSON_FIELDS = ("account", "change", "name", "id_number", "phone", "base", "month", "reason")
LONGEST_PASTE = 600_000
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class UnitDraft:
    """One piece of unfinished work and the way back to it."""

    draft_id: int
    title: str
    note: str
    address: str
    saved_at: datetime
    values: dict[str, Any]


def drafts_of(actor: Actor, *, at: datetime) -> list[UnitDraft]:
    """Newest first, in one query."""
    return [found for draft in case_queries.drafts_of(actor, at=at, service=SERVICE) if (found := _seen(draft))]


def newest(actor: Actor, form: str, *, at: datetime) -> UnitDraft | None:
    """The newest draft of one form."""
    return next((one for one in drafts_of(actor, at=at) if one.values.get(FORM) == form), None)


def draft_of_file(actor: Actor, file_id: int, *, at: datetime) -> int | None:
    """The draft of an uploaded list, by its file."""
    found = (one for one in drafts_of(actor, at=at) if one.values.get("file_id") == file_id)
    return next((one.draft_id for one in found), None)


def keep_list(
    actor: Actor, *, file_id: int, name: str, month: Month, at: datetime, instead_of: int | None = None
) -> int:
    """Remember a list under way; `instead_of` is the file it was before it was mended."""
    draft_id = draft_of_file(actor, instead_of or file_id, at=at)
    values = {FORM: LIST, "file_id": file_id, "name": name, "month": month.number}
    return cases.save_draft(SERVICE, values, actor=actor, at=at, draft_id=draft_id)


def keep_typed(actor: Actor, form: str, values: dict[str, Any], *, at: datetime) -> None:
    """Remember what stands in a form; the newest words replace the ones before."""
    if not any(str(value).strip() for name, value in values.items() if name not in ("change", "month")):
        return
    found = newest(actor, form, at=at)
    draft_id = found.draft_id if found else None
    cases.save_draft(SERVICE, {FORM: form, **values}, actor=actor, at=at, draft_id=draft_id)


def typed_person(request: HttpRequest) -> dict[str, str]:
    """The person's form as typed."""
    return {name: request.POST.get(name, "")[:200].replace("\x00", "") for name in PERSON_FIELDS}


def typed_paste(request: HttpRequest) -> dict[str, str]:
    """Pasted cells, as far as a draft can hold them."""
    return {"pasted": request.POST.get("pasted", "")[:LONGEST_PASTE].replace("\x00", "")}


def survives_time_out(keep: Callable[[HttpRequest, Actor], str]) -> Callable[[View], View]:
    """What is sent to this view after the session has run out is kept by `keep`, which says where to go on.

    Stands outside the permission: the request is nobody's, and nothing but the keeping happens.
    """

    def declare(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
            principal = principal_of(request)
            if request.method == "POST" and principal.is_anonymous and principal.timed_out:
                who = who_ran_out(request.COOKIES.get(COOKIE, ""), at=moment_of(request))
                if who is not None and who.unit_id is not None and allowed("unit.staff", Role(who.role)):
                    return _kept(request, keep, who)
            return view(request, *args, **values)

        return guarded

    return declare


def _kept(request: HttpRequest, keep: Callable[[HttpRequest, Actor], str], who: Actor) -> HttpResponse:
    try:
        address = keep(request, who)
    except Refusal:
        # What cannot even be kept is asked for again on its own page.
        address = request.path
    return HttpResponseRedirect(f"{LOG_IN_PATH}?{urlencode({'next': address, 'ended': '1'})}")


def _seen(draft: Draft) -> UnitDraft | None:
    values = dict(draft.values)
    form = values.get(FORM)
    if form == LIST:
        month = Month.from_number(int(values["month"]))
        address = reverse("unit-upload-result", args=[int(values["file_id"]), month.number])
        title, note = f"名册“{values['name']}”", f"{month.zh}，还没有办理"
    elif form == PERSON:
        address = reverse("unit-person-change") + "?draft=1"
        title, note = "办一个人", str(values.get("name") or "还没有填姓名")
    elif form == PASTE:
        address = reverse("unit-upload") + "?draft=1"
        title, note = "粘贴的名册", "还没有检查"
    else:
        return None
    return UnitDraft(draft.draft_id, title, note, address, draft.saved_at, values)
