"""One entry of the bank and how it is booked (银行流水记账), and the list of what waits for a second person.

One person says what the entry was, another one compares and books it. The page shows the lines before anybody signs,
and the difference that goes with them; the treasury refuses everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from anju.contributions import queries as contributions
from anju.contributions.types import SuspenseSeen, SuspenseState
from anju.design import fields
from anju.design.forms import DesignForm, form_page
from anju.identity.permissions import permission
from anju.identity.table import allowed
from anju.kernel.refusal import Refusal
from anju.ledger.chart import chart
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.desk.acting import act_from_page
from anju.portals.desk.forms import ReasonForm
from anju.portals.desk.pages import digest_of, done_of, go
from anju.portals.desk.views.batches import people_of
from anju.treasury import actions, queries
from anju.treasury.booking_types import BookingPurpose, BookingSeen, BookingState
from anju.treasury.queries import NoticeSeen
from anju.treasury.types import Direction, NoticeState

MOST = 100
HISTORY = 30
TAGS = {NoticeState.UNEXPECTED: "wait", NoticeState.WAITING: "wait", NoticeState.REVERSED: "no"}
BOOKING_TAGS = {BookingState.PROPOSED: "wait", BookingState.BOOKED: "ok", BookingState.REJECTED: "no"}


@dataclass(frozen=True)
class Side:
    """One line of a voucher that is not posted yet."""

    side: str
    subject: str
    fen: int


class BookingForm(DesignForm):
    """What the entry was; under each answer the lines it makes."""

    purpose = fields.ChoiceField(label="这笔是什么", choices=(), widget=forms.RadioSelect)
    reason = fields.TextField(
        label="说明", max_length=400, multi_line=True, required=False,
        help_text="例如收费凭证的编号、银行怎么答复。错扣、追回必须写",
    )  # fmt: skip

    def __init__(self, *args: Any, purposes: Sequence[BookingPurpose], source: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        asked: Any = self.fields["purpose"]
        asked.choices = [(str(int(one)), one.zh) for one in purposes]
        asked.choice_hints = {str(int(one)): words_of(one, source=source) for one in purposes}


def sides_of(purpose: BookingPurpose, fen: int, *, source: str = "") -> tuple[Side, ...]:
    """Both lines of a booking; `source` is the detail of 219 the money lies on."""
    rule = purpose.rule
    assert rule is not None
    debit = source if source and rule.debit.startswith("219") else rule.debit
    return (Side("借", _named(debit), fen), Side("贷", _named(rule.credit), fen))


def _named(code: str) -> str:
    return f"{code} {chart().find(code).name}"


def words_of(purpose: BookingPurpose, *, source: str = "") -> str:
    """The lines in one sentence."""
    return "，".join(f"{one.side} {one.subject}" for one in sides_of(purpose, 1, source=source))


# --------------------------------------------------------------------------------------------------- the list


@permission("treasury.book")
@require_safe
def bookings(request: HttpRequest) -> HttpResponse:
    """Proposals that wait, debits nobody has proposed for, and the last that were decided."""
    actor = actor_of(request)
    waiting = queries.bookings(actor.centre_id, waiting=True, limit=MOST)
    decided = queries.bookings(actor.centre_id, waiting=False, limit=HISTORY)
    proposed = {one.booking.notice_id for one in waiting}
    odd = queries.notices(actor.centre_id, states=(NoticeState.UNEXPECTED,), limit=MOST)
    people = _people([one.booking for one in (*waiting, *decided)])
    context = {
        "waiting": [
            {"one": one, "maker": people.get(one.booking.maker_person_id, ""),
             "own": one.booking.maker_person_id == actor.person_id}
            for one in waiting
        ],
        "decided": [
            {"one": one, "tag": BOOKING_TAGS.get(one.booking.state, ""),
             "maker": people.get(one.booking.maker_person_id, ""),
             "checker": people.get(one.booking.checker_person_id or 0, "")}
            for one in decided
        ],
        "odd": [one for one in odd if one.notice_id not in proposed and not one.reversal],
        "narrow": not allowed("treasury.view", principal_of(request).role),
    }  # fmt: skip
    return render(request, "desk/bookings.html", context)


# ------------------------------------------------------------------------------------------------- one entry


@permission("treasury.book")
@require_safe
def movement(request: HttpRequest, notice_id: int) -> HttpResponse:
    """One entry: what the bank said, how it is or would be booked, who did what."""
    return _page(request, notice_id)


def _entry(notice_id: int, centre_id: int) -> tuple[NoticeSeen, SuspenseSeen | None]:
    """The entry, and the item of suspense that money in became."""
    one = queries.notice(notice_id, centre_id=centre_id)
    if one is None:
        raise Refusal("notice_unknown", "没有找到这笔银行流水。", status=404)
    receipt = contributions.receipt_of(centre_id, notice_id) if one.direction is Direction.CREDIT else None
    found = contributions.suspense_item(centre_id, receipt[1]) if receipt and receipt[0] == "suspense" else None
    return one, found


def _purposes(one: NoticeSeen, item: SuspenseSeen | None) -> list[BookingPurpose]:
    """What this entry can be booked as now."""
    untouched = item is not None and item.state is SuspenseState.OPEN and item.open_fen == one.amount_fen
    open_debit = one.direction is Direction.DEBIT and one.state is NoticeState.UNEXPECTED
    if one.reversal or not (open_debit or (one.state is NoticeState.RECEIVED and untouched)):
        return []
    return [purpose for purpose in BookingPurpose if purpose.direction is one.direction]


def _booking_form(purposes: list[BookingPurpose], item: SuspenseSeen | None, data: Any) -> BookingForm:
    return BookingForm(data, auto_id="book-%s", purposes=purposes, source=_source(item))


def _source(item: SuspenseSeen | None) -> str:
    return item.subject if item is not None else ""


def _page(
    request: HttpRequest, notice_id: int, *, wrong: DesignForm | None = None, status: int | None = None
) -> HttpResponse:
    actor = actor_of(request)
    one, item = _entry(notice_id, actor.centre_id)
    made = queries.bookings_of(notice_id, centre_id=actor.centre_id)
    waiting = next((each for each in made if each.state is BookingState.PROPOSED), None)
    standing = next((each for each in made if _stands(each)), None)
    people = _people(made)
    purposes = _purposes(one, item) if waiting is None and standing is None else []
    account = {each.bank_account_id: f"{each.bank_name} 尾号 {each.tail}" for each in queries.bank_accounts(
        actor.centre_id)}.get(one.bank_account_id, "")  # fmt: skip
    shown = waiting or standing
    context = {
        "one": one, "item": item, "account": account, "tag": TAGS.get(one.state, "ok"), "waiting": waiting,
        "standing": standing,
        "history": [(each, people.get(each.maker_person_id, ""), _decided(each, people)) for each in made],
        "own": waiting is not None and waiting.maker_person_id == actor.person_id,
        "undoing": waiting is not None and waiting.purpose is BookingPurpose.UNDO,
        "sides": _sides(shown, standing, item), "debit": one.direction is Direction.DEBIT, "purposes": purposes,
        "form": wrong if isinstance(wrong, BookingForm) else _booking_form(purposes, item, None),
        "reason_form": wrong if _is(wrong, "decline") else _reason_form(None, "decline"),
        "undo_form": wrong if _is(wrong, "undo") else _reason_form(None, "undo"),
        "wrong": wrong, "done": done_of(request), "reads_all": allowed("treasury.view", principal_of(request).role),
        "maker": people.get(waiting.maker_person_id, "") if waiting else "",
    }  # fmt: skip
    return form_page(request, "desk/movement.html", context, form=wrong, status=status)


def _people(made: Sequence[BookingSeen]) -> dict[int, str]:
    return people_of(person for one in made for person in (one.maker_person_id, one.checker_person_id))


def _decided(one: BookingSeen, people: dict[int, str]) -> str:
    """Who ended a proposal, and how."""
    who = people.get(one.checker_person_id or 0, "")
    act = "确认冲销" if one.purpose is BookingPurpose.UNDO else "确认记账"
    words = {
        BookingState.BOOKED: f"{who}{act}", BookingState.UNDONE: f"{who}{act}，后来冲销",
        BookingState.REJECTED: f"{who}退回", BookingState.WITHDRAWN: "撤回",
    }  # fmt: skip
    return words.get(one.state, "")


def _stands(one: BookingSeen) -> bool:
    return one.state is BookingState.BOOKED and one.purpose is not BookingPurpose.UNDO


def _sides(shown: BookingSeen | None, standing: BookingSeen | None, item: SuspenseSeen | None) -> tuple[Side, ...]:
    """The lines of what waits or stands; of taking back, those of the voucher that is reversed, turned round."""
    if shown is None:
        return ()
    undone = standing if shown.purpose is BookingPurpose.UNDO else None
    lines = sides_of((undone or shown).purpose, shown.amount_fen, source=_source(item))
    if undone is None:
        return lines
    debit, credit = lines
    return (Side("借", credit.subject, credit.fen), Side("贷", debit.subject, debit.fen))


def _reason_form(data: Any, name: str) -> ReasonForm:
    label = {"decline": "为什么不这样记", "undo": "为什么冲销"}[name]
    return ReasonForm(data, auto_id=f"{name}-%s", label=label)


def _is(form: DesignForm | None, name: str) -> bool:
    return isinstance(form, ReasonForm) and str(form.auto_id).startswith(name)


def _act(request: HttpRequest, notice_id: int, form: DesignForm, work: Callable[[], Any], *, done: str) -> HttpResponse:
    return act_from_page(
        form, work, page=lambda wrong, status: _page(request, notice_id, wrong=wrong, status=status),
        then=lambda: go("desk-movement", notice_id, done=done),
    )  # fmt: skip


@permission("treasury.book")
@require_POST
def propose(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Say what the entry was."""
    actor, at = actor_of(request), moment_of(request)
    one, item = _entry(notice_id, actor.centre_id)
    form = _booking_form([each for each in BookingPurpose if each.direction is one.direction], item, request.POST)

    def work() -> None:
        purpose = BookingPurpose(int(form.cleaned_data["purpose"]))
        if one.direction is Direction.CREDIT and not _purposes(one, item):
            raise Refusal("receipt_in_use", "这笔来款不在暂收里，不能按银行的钱记账。", status=409)
        actions.propose_booking(notice_id, purpose, reason=form.cleaned_data["reason"], actor=actor, at=at)

    return _act(request, notice_id, form, work, done="booking-proposed")


@permission("treasury.book")
@require_POST
def undo(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Propose to take back what was booked."""
    actor, at, form = actor_of(request), moment_of(request), _reason_form(request.POST, "undo")
    return _act(
        request, notice_id, form,
        lambda: actions.propose_booking(
            notice_id, BookingPurpose.UNDO, reason=form.cleaned_data["reason"], actor=actor, at=at
        ),
        done="booking-proposed",
    )  # fmt: skip


@permission("treasury.book")
@require_POST
def confirm(request: HttpRequest, booking_id: int) -> HttpResponse:
    """The second person has compared what was shown: it is booked."""
    actor, at, digest = actor_of(request), moment_of(request), digest_of(request)
    notice_id = _notice_of(booking_id, actor.centre_id)
    return _act(
        request, notice_id, DesignForm(request.POST),
        lambda: actions.confirm_booking(booking_id, digest=digest, actor=actor, at=at), done="booking-confirmed",
    )  # fmt: skip


@permission("treasury.book")
@require_POST
def decline(request: HttpRequest, booking_id: int) -> HttpResponse:
    """Send it back, or withdraw one's own."""
    actor, at, form = actor_of(request), moment_of(request), _reason_form(request.POST, "decline")
    notice_id = _notice_of(booking_id, actor.centre_id)
    return _act(
        request, notice_id, form,
        lambda: actions.decline_booking(booking_id, reason=form.cleaned_data["reason"], actor=actor, at=at),
        done="booking-declined",
    )  # fmt: skip


def _notice_of(booking_id: int, centre_id: int) -> int:
    found = queries.booking(booking_id, centre_id=centre_id)
    if found is None:
        raise Refusal("booking_unknown", "没有找到这次记账。", status=404)
    return found.notice_id
