"""Money that is not matched yet (219 暂收) on one screen: why, what to do about it, how long it waits, what is odd.

Each item stands with its best proposal and its reasons; accepting calls the treasurer's own acts, which check
everything again. What is accepted is named in the form, so a proposal that changed meanwhile does nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from anju.contributions import actions as contributions
from anju.contributions import queries
from anju.contributions.proposals import Act, Proposal
from anju.contributions.queries import Span
from anju.contributions.types import SuspenseSeen, SuspenseState
from anju.identity.permissions import permission
from anju.kernel.actor import Actor
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.parties import queries as parties
from anju.portals.common import actor_of, moment_of
from anju.portals.desk.pages import done_of, word_of
from anju.treasury import queries as treasury
from anju.treasury.types import NoticeState

MOST = 200
ODD_SHOWN = 5
SHOWS = {
    "open": (SuspenseState.OPEN,), "waiting": (SuspenseState.WAITING,),
    "settled": (SuspenseState.SETTLED, SuspenseState.REVERSED),
}  # fmt: skip
ODD = (NoticeState.UNEXPECTED, NoticeState.WAITING)
SHARE_DAYS = 30
STARTS = "已收到，尚未匹配，因为"
REFUND_WORDS = "重复缴款，退回原付款账户"
_CHOSEN = re.compile(r"(\d{1,18}):(allocate|wait|refund|cover)-(\d{1,18}):(\d{1,18})", re.ASCII)
DONE = {Act.ALLOCATE: "allocated", Act.WAIT: "waiting", Act.REFUND: "refund", Act.COVER: "covered"}


@dataclass(frozen=True)
class Line:
    """One item of the list."""

    item: SuspenseSeen
    unit: str
    days: int
    best: Proposal | None
    others: tuple[Proposal, ...]
    stands: str

    @property
    def why(self) -> str:
        """The reason, under a heading that says what it is a reason for."""
        return self.item.text.removeprefix(STARTS)

    @property
    def choice(self) -> str:
        """What a form sends to accept the best proposal."""
        return "" if self.best is None else choice_of(self.item, self.best)

    @property
    def other_choices(self) -> list[tuple[str, Proposal]]:
        return [(choice_of(self.item, one), one) for one in self.others]


def choice_of(item: SuspenseSeen, proposal: Proposal) -> str:
    """Names item, act, target and the amount that was shown."""
    return f"{item.suspense_id}:{proposal.key}:{item.open_fen}"


def stands(item: SuspenseSeen) -> str:
    """What happens to an item without a proposal, or what is left to do."""
    if item.state is SuspenseState.WAITING:
        return f"等待补足 {format_fen(item.missing_fen)} 元" if item.missing_fen else "补足后自动入账"
    if item.state in (SuspenseState.SETTLED, SuspenseState.REVERSED):
        return item.state.zh
    if item.refunding_fen:
        return f"退款 {format_fen(item.refunding_fen)} 元办理中"
    return "用另一笔到账抵补" if item.owed else "还看不出是谁的，请选择汇缴书，或退款"


@dataclass(frozen=True)
class _Asked:
    """Which part of the list is asked for."""

    show: str
    age: int
    word: str

    @classmethod
    def of(cls, request: HttpRequest) -> _Asked:
        show, age = request.GET.get("show", ""), request.GET.get("age", "")
        return cls(show if show in SHOWS else "open", int(age) if age in ("0", "1", "2", "3") else -1,
                   word_of(request))  # fmt: skip

    @property
    def query(self) -> str:
        asked = {"show": "" if self.show == "open" else self.show, "age": str(self.age) if self.age >= 0 else "",
                 "q": self.word}  # fmt: skip
        return urlencode({name: value for name, value in asked.items() if value})

    def fits(self, item: SuspenseSeen, unit: str) -> bool:
        """Whether the word stands in what the page shows of an item."""
        shown = f"{item.payer_name} {unit} {item.summary} {item.payer_tail} {format_fen(item.open_fen)}"
        return self.word in f"{shown} {format_fen(item.open_fen).replace(',', '')} {item.remittance_number}"


@permission("treasury.view")
@require_safe
def receipts(request: HttpRequest) -> HttpResponse:
    """All money in suspense, the oldest first; the sum beside the ledger's own; what is odd at the bank."""
    return _list(request)


def _list(request: HttpRequest, *, problems: list[tuple[str, str]] | None = None, accepted: int = 0) -> HttpResponse:
    centre_id, today, asked = actor_of(request).centre_id, moment_of(request).date(), _Asked.of(request)
    states = SHOWS[asked.show]
    spans = queries.suspense_spans(centre_id, today=today, states=states if asked.show != "settled" else ())
    days = spans[asked.age].days(today) if asked.age >= 0 else (None, None)
    items = queries.suspense_items(centre_id, states=states, limit=MOST, since=days[0], until=days[1])
    found = queries.proposals(centre_id, items)
    units = parties.unit_names(centre_id, list({item.unit_id for item in items if item.unit_id is not None}))
    lines = [_line(item, units.get(item.unit_id or 0, ""), found.get(item.suspense_id, ()), today) for item in items]
    shown = [line for line in lines if asked.fits(line.item, line.unit)]
    context = {
        "rows": shown, "asked": asked, "show": asked.show, "spans": _span_chips(asked, spans), "most": MOST,
        "more": len(items) == MOST, "problems": problems, "accepted": accepted, "done": done_of(request),
        "total_fen": sum(_in_219(line.item) for line in shown), "total_all": sum(span.fen for span in spans),
        "can_accept": any(line.best is not None and line.best.likely for line in shown),
        **_standing(centre_id, asked), **_odd(centre_id),
        "share": queries.matched_share(centre_id, since=today - timedelta(days=SHARE_DAYS)), "share_days": SHARE_DAYS,
    }  # fmt: skip
    status = 409 if problems and not accepted else 200
    return render(request, "desk/receipts.html", context, status=status)


def _line(item: SuspenseSeen, unit: str, proposals: Sequence[Proposal], today: object) -> Line:
    days = (today - item.value_on).days  # type: ignore[operator]
    return Line(item, unit, days, proposals[0] if proposals else None, tuple(proposals[1:]), stands(item))


def _in_219(item: SuspenseSeen) -> int:
    """What an item adds to the balance of 219."""
    return -item.open_fen if item.owed else item.open_fen + item.refunding_fen


def _standing(centre_id: int, asked: _Asked) -> dict[str, object]:
    """Both states of what waits, and whether their sum is the ledger's."""
    counts, items_fen = queries.suspense_standing(centre_id)
    ledger_fen = books.suspense_balance(centre_id)
    return {
        "open": counts.get(SuspenseState.OPEN, (0, 0)), "waiting": counts.get(SuspenseState.WAITING, (0, 0)),
        "ledger_fen": ledger_fen, "differs_fen": ledger_fen - items_fen,
    }  # fmt: skip


def _odd(centre_id: int) -> dict[str, object]:
    """Entries nobody ordered, reversals without their original, and what the bank told in two ways."""
    odd = treasury.notices(centre_id, states=ODD, limit=ODD_SHOWN + 1)
    return {
        "odd": odd[:ODD_SHOWN], "odd_more": len(odd) > ODD_SHOWN,
        "contradictions": treasury.open_contradictions(centre_id),
    }  # fmt: skip


def _span_chips(asked: _Asked, spans: Sequence[Span]) -> list[tuple[str, Span, bool]]:
    """Addresses of the spans; the one that is shown leads back to all."""
    chips = []
    for n, span in enumerate(spans):
        address = _Asked(asked.show, -1 if n == asked.age else n, asked.word).query
        chips.append((f"?{address}", span, n == asked.age))
    return chips


# -------------------------------------------------------------------------------------------- accepting


@permission("treasury.settle")
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Do what one proposal says."""
    try:
        act = _accept(request.POST.get("accept", ""), actor=actor_of(request), request=request)
    except Refusal as refusal:
        return _list(request, problems=[_problem(request.POST.get("accept", ""), refusal)])
    return _back(request, DONE[act])


@permission("treasury.settle")
@require_POST
def accept_chosen(request: HttpRequest) -> HttpResponse:
    """Do what the proposals of all ticked items say, each for itself; what is refused is named."""
    accepted, problems = 0, []
    for raw in request.POST.getlist("receipt")[:MOST]:
        try:
            _accept(raw, actor=actor_of(request), request=request)
            accepted += 1
        except Refusal as refusal:
            problems.append(_problem(raw, refusal))
    if problems or not accepted:
        return _list(request, problems=problems or [("", "请先勾选要办理的来款。")], accepted=accepted)
    return _back(request, "accepted", str(accepted))


def _accept(raw: str, *, actor: Actor, request: HttpRequest) -> Act:
    """Call the act a proposal names. Refused when the item is no longer what the page showed (409)."""
    chosen = _CHOSEN.fullmatch(raw)
    if chosen is None:
        raise Refusal("proposal_unknown", "没有看懂选中的建议，请刷新页面后重新选择。", status=409)
    suspense_id, act, target, fen = int(chosen[1]), Act(chosen[2]), int(chosen[3]), int(chosen[4])
    at = moment_of(request)
    item = queries.suspense_item(actor.centre_id, suspense_id)
    if item.state is not SuspenseState.OPEN or item.open_fen != fen:
        raise Refusal("suspense_not_open", "这笔款刚刚由别人处理过，请看它现在的情况。", status=409)
    match act:
        case Act.ALLOCATE:
            contributions.allocate(suspense_id, target, actor=actor, at=at)
        case Act.WAIT:
            contributions.wait_for_rest(suspense_id, target, actor=actor, at=at)
        case Act.REFUND:
            contributions.refund(suspense_id, reason=REFUND_WORDS, amount_fen=fen, actor=actor, at=at)
        case Act.COVER:
            contributions.cover_owed(target, suspense_id, actor=actor, at=at)
    return act


def _problem(raw: str, refusal: Refusal) -> tuple[str, str]:
    """A refusal with the address of its item."""
    chosen = _CHOSEN.fullmatch(raw)
    address = reverse("desk-receipt", args=[int(chosen[1])]) if chosen and refusal.status != 404 else ""
    return address, f"{format_fen(int(chosen[4]))} 元：{refusal.text}" if chosen else refusal.text


def _back(request: HttpRequest, done: str, number: str = "") -> HttpResponse:
    """To the same part of the list, saying what was done."""
    said = {key: value for key, value in (("done", done), ("number", number)) if value}
    asked = _Asked.of(request).query
    return HttpResponseRedirect(f"{reverse('desk-treasury')}?{asked + '&' if asked else ''}{urlencode(said)}")
