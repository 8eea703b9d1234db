"""Withdrawals that the bank sent back to closed accounts (退回待付): what waits in 219-04, and paying one again.

The treasurer chooses between the card the money was sent to and the one the person has bound since; another treasurer
signs the payment. Everything else is refused by the room of withdrawals.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from anju.design import fields
from anju.design.forms import DesignForm, form_page
from anju.identity.permissions import permission
from anju.kernel.clock import ZONE
from anju.kernel.identifiers import mask_name
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.ledger.posting_rules import RETURNED
from anju.parties import queries as parties
from anju.portals.common import actor_of, moment_of
from anju.portals.desk.pages import done_of, go
from anju.treasury import queries as payments
from anju.treasury.types import Card
from anju.withdrawals import actions, queries
from anju.withdrawals.types import Again, ReturnSeen, WithdrawalState

MOST = 200
RETURNED_FROM = "银行从这张卡退回过，先问清本人它现在能收款"
TAGS = {WithdrawalState.WAITING: "wait", WithdrawalState.PAYING_AGAIN: "run", WithdrawalState.PAID_AGAIN: "ok"}


class AgainForm(DesignForm):
    """To which of the person's own cards."""

    card = fields.ChoiceField(label="付到哪张卡", choices=(), widget=forms.RadioSelect)

    def __init__(self, *args: Any, sent_to: str, bound: Card | None, **options: Any) -> None:
        super().__init__(*args, **options)
        asked: Any = self.fields["card"]
        asked.error_messages["required"] = "请选择付到哪张卡。"
        same = (Again.SAME.value, f"上次付往的卡，{sent_to}")
        asked.choices, asked.choice_hints = [same], {Again.SAME.value: RETURNED_FROM}
        if bound is not None:
            asked.choices = [(Again.BOUND.value, f"本人现在绑定的卡，{bound.bank_name} 尾号 {bound.tail}"), same]
            asked.choice_hints[Again.BOUND.value] = _hint(bound, sent_to)


def _hint(bound: Card, sent_to: str) -> str:
    if not bound.usable:
        return f"新绑定的卡，{bound.usable_from.astimezone(ZONE):%-m月%-d日 %H:%M} 起才能收款"
    return RETURNED_FROM if sent_to.endswith(bound.tail) else "银行核验过是本人的卡"


@permission("treasury.view")
@require_safe
def returns(request: HttpRequest) -> HttpResponse:
    """Everything that waits, the longest wait first, beside the balance of 219-04."""
    centre_id, today = actor_of(request).centre_id, moment_of(request).astimezone(ZONE).date()
    found = queries.returns_waiting(centre_id, limit=MOST)
    count, _, fen = queries.returns_waiting_sums(centre_id)
    names = parties.people(sorted({one.person_id for one in found})) if found else {}
    context = {
        "rows": [
            {"one": one, "name": mask_name(names[one.person_id].name), "days": (today - one.came_on).days,
             "tag": TAGS[one.state]}
            for one in found
        ],
        "count": count, "total_fen": fen, "ledger_fen": -books.subject_balance(centre_id, RETURNED), "most": MOST,
    }  # fmt: skip
    return render(request, "desk/returns.html", context)


@permission("treasury.view")
@require_safe
def one_return(request: HttpRequest, withdrawal_id: int) -> HttpResponse:
    """One withdrawal: each time its money came back, and how it was or will be paid again."""
    return _page(request, withdrawal_id)


def _found(centre_id: int, withdrawal_id: int) -> list[ReturnSeen]:
    found = queries.returns_of(centre_id, withdrawal_id)
    if not found:
        raise Refusal("withdrawals.unknown", "没有找到这笔退回的提取。请返回列表重新选择。", status=404)
    return found


def _form(one: ReturnSeen, centre_id: int, request: HttpRequest, data: Any) -> AgainForm:
    order = payments.payment(one.order_id, centre_id=centre_id)
    assert order is not None, "what came back was a payment"
    bound = payments.bound_card(one.person_id, at=moment_of(request))
    sent_to = f"{order.payee_bank_name} 尾号 {order.payee_tail}".strip()
    return AgainForm(data, auto_id="again-%s", sent_to=sent_to, bound=bound)


def _page(
    request: HttpRequest, withdrawal_id: int, *, wrong: AgainForm | None = None, status: int | None = None
) -> HttpResponse:
    centre_id = actor_of(request).centre_id
    found = _found(centre_id, withdrawal_id)
    last = found[-1]
    waits = last.state is WithdrawalState.WAITING
    name = parties.people([last.person_id])[last.person_id].name
    context = {
        "one": last, "returns": found, "name": mask_name(name), "tag": TAGS[last.state], "waits": waits,
        "form": wrong or (_form(last, centre_id, request, None) if waits else None), "wrong": wrong,
        "done": done_of(request),
    }  # fmt: skip
    return form_page(request, "desk/return.html", context, form=wrong, status=status)


@permission("treasury.settle")
@require_POST
def pay(request: HttpRequest, withdrawal_id: int) -> HttpResponse:
    """Order it to be paid again; another treasurer signs it, unless a mandate covers it."""
    actor, at = actor_of(request), moment_of(request)
    one = _found(actor.centre_id, withdrawal_id)[-1]
    form, status = _form(one, actor.centre_id, request, request.POST), None
    if form.is_valid():
        try:
            order_id = actions.pay_again(
                one.account_id, withdrawal_id, card=Again(form.cleaned_data["card"]), actor=actor, at=at
            )
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            form.refuse(refusal)
            status = refusal.status
        else:
            return go("desk-payment", order_id, done="again-ordered")
    return _page(request, withdrawal_id, wrong=form, status=status)
