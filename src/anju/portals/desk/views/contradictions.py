"""What the bank told twice in different words: both contents side by side, and what to do about them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from anju.design import fields
from anju.design.forms import DesignForm, form_page
from anju.identity.permissions import permission
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties
from anju.portals.common import actor_of, moment_of
from anju.portals.desk.pages import done_of, go
from anju.treasury import actions as treasury
from anju.treasury import queries
from anju.treasury.queries import ContradictionSeen
from anju.treasury.types import Direction

MOST = 50
DIRECTION_ZH = {Direction.CREDIT: "收入", Direction.DEBIT: "支出"}


class SettleForm(DesignForm):
    """What the bank said."""

    answer = fields.TextField(
        label="银行的答复", max_length=400, multi_line=True, help_text="写明问的是谁、哪一条对、银行怎样更正"
    )


@dataclass(frozen=True)
class Compared:
    """One line of the comparison."""

    label: str
    kept: str
    told: str

    @property
    def differs(self) -> bool:
        return self.kept != self.told


def compared(one: ContradictionSeen) -> list[Compared]:
    """Both contents, line by line."""
    kept = one.kept
    return [
        Compared("金额（元）", format_fen(kept.amount_fen), format_fen(one.amount_fen)),
        Compared("收支", DIRECTION_ZH[kept.direction], DIRECTION_ZH[one.direction]),
        Compared("对方", kept.counter_name or "—", one.counter_name or "—"),
        Compared("对方账号尾号", kept.counter_tail or "—", one.counter_tail or "—"),
        Compared("附言", kept.summary or "—", one.summary or "—"),
        Compared("是否冲回", "冲回" if kept.reversal else "不是", "冲回" if one.reversal else "不是"),
    ]


@permission("treasury.view")
@require_safe
def contradictions(request: HttpRequest) -> HttpResponse:
    """Open ones, or those the bank has spoken about."""
    return _page(request)


def _page(
    request: HttpRequest, *, wrong: SettleForm | None = None, wrong_id: int = 0, status: int | None = None
) -> HttpResponse:
    centre_id = actor_of(request).centre_id
    settled = request.GET.get("show") == "settled"
    found = queries.contradictions(centre_id, settled=settled, limit=MOST)
    settlers = [one.settled_by_person_id for one in found if one.settled_by_person_id is not None]
    names = {person_id: person.name for person_id, person in parties.people(settlers).items()} if settlers else {}
    rows = [
        {
            "one": one, "lines": compared(one), "by": names.get(one.settled_by_person_id or 0, ""),
            "form": wrong if wrong and one.contradiction_id == wrong_id else _form(one.contradiction_id),
        }
        for one in found
    ]  # fmt: skip
    context = {"rows": rows, "settled": settled, "done": done_of(request), "wrong": wrong, "wrong_id": wrong_id,
               "open_count": queries.open_contradictions(centre_id)}  # fmt: skip
    return form_page(request, "desk/contradictions.html", context, form=wrong, status=status)


def _form(contradiction_id: int) -> SettleForm:
    return SettleForm(auto_id=f"settle-{contradiction_id}-%s")


@permission("treasury.settle")
@require_POST
def settle(request: HttpRequest, contradiction_id: int) -> HttpResponse:
    """Write down what the bank said; nothing moves."""
    form = SettleForm(request.POST, auto_id=f"settle-{contradiction_id}-%s")
    status = None
    if form.is_valid():
        try:
            treasury.settle_contradiction(
                contradiction_id, answer=form.cleaned_data["answer"], actor=actor_of(request), at=moment_of(request)
            )
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            form.refuse(refusal)
            status = refusal.status
        else:
            return go("desk-contradictions", done="contradiction")
    return _page(request, wrong=form, wrong_id=contradiction_id, status=status)
