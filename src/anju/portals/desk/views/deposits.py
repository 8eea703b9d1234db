"""The centre's own money: the register of deposits, what falls due, making and drawing, transfers, and one move.

One person proposes on the register's page, another compares and checks on the move's own page; the treasury refuses
everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from anju.design.forms import DesignForm, form_page
from anju.identity.permissions import permission
from anju.identity.table import allowed
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.desk.acting import act_from_page
from anju.portals.desk.forms import DepositForm, ReasonForm, TransferForm
from anju.portals.desk.pages import digest_of, done_of, go
from anju.portals.desk.sheet import Sheets, attachment
from anju.portals.desk.views.batches import people_of
from anju.reports.types import Column, Show
from anju.treasury import actions, queries
from anju.treasury.deposit_types import (
    OPEN_MOVES,
    DepositKind,
    DepositSeen,
    DepositState,
    DepositTerms,
    MoveKind,
    MoveSeen,
    MoveState,
    Rollover,
)

SOON = timedelta(days=30)
DEPOSIT_TAGS = {DepositState.PROPOSED: "wait", DepositState.IN_FORCE: "ok", DepositState.DRAWN: "",
                DepositState.GIVEN_UP: "no"}  # fmt: skip
MOVE_TAGS = {
    MoveState.PROPOSED: "wait", MoveState.CHECKED: "run", MoveState.INSTRUCTED: "run", MoveState.PENDING: "wait",
    MoveState.DONE: "ok", MoveState.FAILED: "no", MoveState.CANCELLED: "",
}  # fmt: skip
TERMS_OF = {
    "time": (DepositKind.TIME, 0), "notice1": (DepositKind.NOTICE, 1), "notice7": (DepositKind.NOTICE, 7),
    "agreement": (DepositKind.AGREEMENT, 0),
}  # fmt: skip
COLUMNS = (
    Column("编号", Show.NUMBER), Column("种类"), Column("账户"), Column("本金（元）", Show.FEN), Column("年利率"),
    Column("起存日", Show.DAY), Column("到期日", Show.DAY), Column("转存"), Column("状态"),
    Column("利息（元）", Show.FEN), Column("支取日", Show.DAY), Column("银行存款号"),
)  # fmt: skip


@permission("treasury.deposits")
@require_safe
def deposits(request: HttpRequest) -> HttpResponse:
    """The register; `?as=xlsx` as a workbook."""
    if request.GET.get("as") == "xlsx":
        found, names = queries.deposits(actor_of(request).centre_id, limit=10_000), _accounts(request)
        return attachment(_workbook(found, names), f"存款登记 {moment_of(request):%Y-%m-%d}.xlsx")
    return _register(request)


def _accounts(request: HttpRequest) -> dict[int, str]:
    found = queries.bank_accounts(actor_of(request).centre_id)
    return {one.bank_account_id: f"{one.bank_name} 尾号 {one.tail}" for one in found}


def _register(
    request: HttpRequest, *, make: DepositForm | None = None, transfer: TransferForm | None = None,
    problem: str = "", status: int | None = None,
) -> HttpResponse:  # fmt: skip
    centre_id, today = actor_of(request).centre_id, moment_of(request).date()
    accounts = _accounts(request)
    found, moved = queries.deposits(centre_id), queries.moves(centre_id, limit=30)
    in_force, booked = queries.deposits_in_force_fen(centre_id), books.subject_balance(centre_id, "101-03")
    names = people_of(one.maker_person_id for one in moved)
    form = make if make is not None and make.errors else transfer
    choices = list(accounts.items())
    due = [one for one in found if one.state is DepositState.IN_FORCE and one.ends_on and one.ends_on <= today + SOON]
    context = {
        "rows": [_row(one, accounts) for one in found], "due": [_row(one, accounts) for one in due],
        "moves": [_move(one, accounts, names) for one in moved], "in_force_fen": in_force, "booked_fen": booked,
        "agrees": in_force == booked, "proposes": allowed("treasury.settle", principal_of(request).role),
        "make": make or DepositForm(None, accounts=choices, initial={"starts_on": today}, auto_id="make-%s"),
        "transfer": transfer or TransferForm(None, accounts=choices, auto_id="transfer-%s"), "today": today,
        "done": done_of(request), "wrong": form, "problem": problem, "two": len(accounts) > 1,
        "narrow": not allowed("treasury.view", principal_of(request).role),
    }  # fmt: skip
    if problem:
        return render(request, "desk/deposits.html", context, status=status)
    return form_page(request, "desk/deposits.html", context, form=form, status=status)


def _row(one: DepositSeen, accounts: dict[int, str]) -> dict[str, Any]:
    return {
        "one": one, "tag": DEPOSIT_TAGS[one.state], "account": accounts.get(one.bank_account_id, "—"),
        "rate": percent(one.rate),
        "drawable": one.state is DepositState.IN_FORCE and one.kind is not DepositKind.AGREEMENT and not one.drawing,
    }  # fmt: skip


def _move(one: MoveSeen, accounts: dict[int, str], names: dict[int, str]) -> dict[str, Any]:
    return {
        "one": one, "tag": MOVE_TAGS[one.state], "account": accounts.get(one.bank_account_id, "—"),
        "to": accounts.get(one.to_account_id or 0, ""), "maker": names.get(one.maker_person_id, "—"),
        "checker": names.get(one.checker_person_id or 0, ""),
    }  # fmt: skip


def percent(rate: Decimal) -> str:
    """A year's rate as people write it: 1.55%."""
    return f"{(rate * 100).normalize():f}%"


@permission("treasury.settle")
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Propose to make a deposit, or to enter an agreement."""
    actor, at = actor_of(request), moment_of(request)
    form = DepositForm(request.POST, accounts=list(_accounts(request).items()), auto_id="make-%s")

    def propose() -> int:
        typed = form.cleaned_data
        kind, notice_days = TERMS_OF[typed["kind"]]
        terms = DepositTerms(
            kind=kind, bank_account_id=int(typed["account"]), amount_fen=typed["amount"], rate=typed["rate"],
            starts_on=at.date(), ends_on=typed["ends_on"] if kind is DepositKind.TIME else None,
            rollover=Rollover(int(typed["rollover"])), notice_days=notice_days,
        )  # fmt: skip
        return actions.propose_deposit(terms, actor=actor, at=at)

    return _proposed(request, form, propose, make=form)


@permission("treasury.settle")
@require_POST
def transfer(request: HttpRequest) -> HttpResponse:
    """Propose to move money between two accounts of the centre."""
    actor, at = actor_of(request), moment_of(request)
    form = TransferForm(request.POST, accounts=list(_accounts(request).items()), auto_id="transfer-%s")

    def propose() -> int:
        typed = form.cleaned_data
        return actions.propose_transfer(
            int(typed["account"]), int(typed["to_account"]), typed["amount"], actor=actor, at=at
        )

    return _proposed(request, form, propose, transfer=form)


def _proposed(request: HttpRequest, form: DesignForm, propose: Callable[[], int], **shown: Any) -> HttpResponse:
    status = None
    if form.is_valid():
        try:
            move_id = propose()
        except Refusal as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            return go("desk-move", move_id, done="move-proposed")
    return _register(request, status=status, **shown)


@permission("treasury.settle")
@require_POST
def draw(request: HttpRequest, deposit_id: int) -> HttpResponse:
    """Propose to draw a deposit, whole."""
    try:
        move_id = actions.propose_drawing(deposit_id, actor=actor_of(request), at=moment_of(request))
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _register(request, problem=refusal.text, status=refusal.status)
    return go("desk-move", move_id, done="move-proposed")


# ----------------------------------------------------------------------------------------------- one move


@permission("treasury.deposits")
@require_safe
def move(request: HttpRequest, move_id: int) -> HttpResponse:
    """One move: what is proposed, who checked it, what the bank said."""
    return _page(request, move_id)


def _page(
    request: HttpRequest, move_id: int, *, wrong: DesignForm | None = None, status: int | None = None
) -> HttpResponse:
    actor = actor_of(request)
    one = queries.move(move_id, centre_id=actor.centre_id)
    if one is None:
        raise Refusal("move_unknown", "没有找到这笔资金调拨。", status=404)
    deposit = next(
        (each for each in queries.deposits(actor.centre_id, limit=10_000) if each.deposit_id == one.deposit_id), None
    ) if one.deposit_id else None  # fmt: skip
    accounts, names = _accounts(request), people_of((one.maker_person_id, one.checker_person_id))
    context = {
        **_move(one, accounts, names), "deposit": _row(deposit, accounts) if deposit else None, "wrong": wrong,
        "reason_form": wrong if isinstance(wrong, ReasonForm) else _reason_form(None), "done": done_of(request),
        "waits": one.state is MoveState.PROPOSED, "own": actor.person_id == one.maker_person_id,
        "sent": one.state in OPEN_MOVES, "agreement": one.kind is MoveKind.AGREE,
    }  # fmt: skip
    return form_page(request, "desk/move.html", context, form=wrong, status=status)


def _reason_form(data: Any) -> ReasonForm:
    return ReasonForm(data, auto_id="cancel-%s", label="为什么取消")


def _act(request: HttpRequest, move_id: int, form: DesignForm, work: Callable[[], Any], *, done: str) -> HttpResponse:
    return act_from_page(
        form, work, page=lambda wrong, status: _page(request, move_id, wrong=wrong, status=status),
        then=lambda: go("desk-move", move_id, done=done),
    )  # fmt: skip


@permission("treasury.deposits")
@require_POST
def check(request: HttpRequest, move_id: int) -> HttpResponse:
    """The second person has compared the move that was shown."""
    actor, at, digest = actor_of(request), moment_of(request), digest_of(request)
    return _act(
        request, move_id, DesignForm(request.POST),
        lambda: actions.check_move(move_id, digest=digest, actor=actor, at=at), done="move-checked",
    )  # fmt: skip


@permission("treasury.deposits")
@require_POST
def cancel(request: HttpRequest, move_id: int) -> HttpResponse:
    """Take the proposal back."""
    actor, at, form = actor_of(request), moment_of(request), _reason_form(request.POST)
    return _act(
        request, move_id, form,
        lambda: actions.cancel_move(move_id, reason=form.cleaned_data["reason"], actor=actor, at=at),
        done="move-cancelled",
    )  # fmt: skip


@permission("treasury.deposits")
@require_POST
def give_up(request: HttpRequest, move_id: int) -> HttpResponse:
    """The bank never saw it: declare that it was not made."""
    actor, at = actor_of(request), moment_of(request)
    return _act(
        request, move_id, DesignForm(request.POST), lambda: actions.give_up_move(move_id, actor=actor, at=at),
        done="move-given-up",
    )  # fmt: skip


def _workbook(found: list[DepositSeen], accounts: dict[int, str]) -> bytes:
    sheets = Sheets()
    sheets.add(
        "存款登记", title="存款登记", notes=(), columns=COLUMNS,
        lines=(
            (one.deposit_id, one.kind.zh, accounts.get(one.bank_account_id, ""), one.amount_fen, percent(one.rate),
             one.starts_on, one.ends_on, one.rollover.zh if one.kind is DepositKind.TIME else "", one.state.zh,
             one.interest_fen, one.drawn_on, one.deposit_number)
            for one in found
        ),
    )  # fmt: skip
    return sheets.content()
