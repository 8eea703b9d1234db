"""Payments: the queue a second person signs, those whose result is unknown, one payment, and standing mandates.

Signing needs a fresh proof of identity (step-up) and the digest of what was seen. Who made or checked a payment is
refused by the treasury; the page only says so beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anju import policy
from anju.design.forms import DesignForm, form_page
from anju.identity.permissions import permission
from anju.kernel.identifiers import mask_name
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.desk.acting import act_from_page
from anju.portals.desk.forms import MandateForm, ReasonForm
from anju.portals.desk.pages import done_of, go, id_of
from anju.treasury import actions, queries
from anju.treasury.queries import PaymentSeen
from anju.treasury.types import PaymentState

MOST = 200
SOURCE_ZH = {"withdrawal": "提取", "suspense_refund": "暂收款退回", "withdrawal_again": "退回后再付"}
STAFF_MADE = ("suspense_refund", "withdrawal_again")
TAG_OF = {
    PaymentState.RESERVED: "wait", PaymentState.INSTRUCTED: "run", PaymentState.PENDING: "wait",
    PaymentState.CONFIRMED: "ok", PaymentState.RETURNED: "no", PaymentState.CANCELLED: "",
}  # fmt: skip
ANSWER_ZH = {
    "": "还没有问过", "success": "已付", "failed": "未付", "unknown": "处理中", "none": "查无此笔", 
    "unsent": "没有收下", "silent": "没有答复",
}  # fmt: skip


def _rows(request: HttpRequest, found: Sequence[PaymentSeen]) -> list[dict[str, Any]]:
    """Payments with the names of who made, checked and signed them, read in one statement."""
    own = actor_of(request).person_id
    people = {person for one in found for person in (one.maker_person_id, one.checker_person_id,
                                                     one.releaser_person_id) if person is not None}  # fmt: skip
    names = {person_id: person.name for person_id, person in parties.people(list(people)).items()} if people else {}
    return [_row(one, names, own) for one in found]


def _row(one: PaymentSeen, names: dict[int, str], own: int | None) -> dict[str, Any]:
    # The maker is the applicant, a citizen; checker and releaser are the centre's own people.
    staff_made = one.source_kind in STAFF_MADE
    maker = names.get(one.maker_person_id or 0, "")
    rule = f"规则 {one.checker_release}" if one.checker_release else "—"
    return {
        "one": one, "kind": SOURCE_ZH.get(one.source_kind, one.source_kind), "tag": TAG_OF[one.state],
        "maker": (maker if staff_made else mask_name(maker)) if maker else "—",
        "checker": names.get(one.checker_person_id or 0, rule),
        "releaser": names.get(one.releaser_person_id or 0, "资金人员") if one.releaser_person_id is not None else "—",
        "mine": own in (one.maker_person_id, one.checker_person_id),
        "answer": ANSWER_ZH.get(one.last_answer, one.last_answer),
    }  # fmt: skip


def step_up(request: HttpRequest, name: str, *args: object) -> str:
    """Where to prove oneself again, and back; empty when that was done minutes ago."""
    if principal_of(request).stepped_up:
        return ""
    return reverse("step-up") + "?" + urlencode({"next": reverse(name, args=args)})


@permission("treasury.view")
@require_safe
def payments(request: HttpRequest) -> HttpResponse:
    """The queue; or what the bank has not finally told; or the last ones."""
    return _list(request)


def _list(request: HttpRequest, *, problems: list[tuple[str, str]] | None = None, status: int = 200) -> HttpResponse:
    centre_id = actor_of(request).centre_id
    queue = queries.release_queue(centre_id, limit=MOST)
    unknown = queries.unknown_payments(centre_id, limit=MOST)
    show = request.GET.get("show", "queue")
    found = {"unknown": unknown, "recent": queries.recent_payments(centre_id, limit=MOST) if show == "recent" else []}
    listed = found.get(show, queue)
    rows = _rows(request, listed)
    context = {
        "rows": rows, "show": show if show in found else "queue", "queue_count": len(queue),
        "unknown_count": len(unknown),
        "total_fen": sum(one.amount_fen for one in listed), "can_sign": any(not row["mine"] for row in rows),
        "step_up": step_up(request, "desk-payments"), "done": done_of(request), "problems": problems,
    }  # fmt: skip
    return render(request, "desk/payments.html", context, status=status)


@permission("treasury.release")
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """The second of two screens: what is about to be signed, in figures and 大写."""
    chosen = {id_of(raw) for raw in request.POST.getlist("payment")}
    queue = [one for one in queries.release_queue(actor_of(request).centre_id, limit=MOST) if one.order_id in chosen]
    if not queue:
        return _list(request, problems=[("", "请先勾选要签发的付款。")], status=422)
    return _confirm(request, queue)


def _confirm(
    request: HttpRequest, queue: Sequence[PaymentSeen], *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "rows": _rows(request, queue), "total_fen": sum(one.amount_fen for one in queue),
        "step_up": step_up(request, "desk-payments"), "problems": [("", problem)] if problem else None,
    }  # fmt: skip
    return render(request, "desk/payments_check.html", context, status=status)


@permission("treasury.release")
@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Sign the chosen payments, all or none, each with the digest of what was seen."""
    where = step_up(request, "desk-payments")
    if where:
        return HttpResponseRedirect(where)
    actor, at = actor_of(request), moment_of(request)
    seen = {id_of(raw.partition(":")[0]): raw.partition(":")[2] for raw in request.POST.getlist("seen")[:MOST]}
    if not seen:
        return _list(request, problems=[("", "请先勾选要签发的付款。")], status=422)
    try:
        with transaction.atomic():
            for order_id, digest in sorted(seen.items()):
                actions.release_payment(order_id, actor=actor, at=at, digest=digest)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        queue = [one for one in queries.release_queue(actor.centre_id, limit=MOST) if one.order_id in seen]
        return _confirm(request, queue, problem=f"一笔也没有签发：{refusal.text}", status=refusal.status)
    return go("desk-payments", done="released", number=str(len(seen)))


# ------------------------------------------------------------------------------------------- one payment


@permission("treasury.view")
@require_safe
def payment(request: HttpRequest, order_id: int) -> HttpResponse:
    """One payment: who made, checked and signed it, what the bank said, and what can be done."""
    return _payment_page(request, order_id)


def _payment_page(
    request: HttpRequest, order_id: int, *, wrong: DesignForm | None = None, status: int | None = None
) -> HttpResponse:
    found = queries.payment(order_id, centre_id=actor_of(request).centre_id)
    if found is None:
        raise Refusal("payment_unknown", "没有找到这笔付款。", status=404)
    decline = wrong if isinstance(wrong, ReasonForm) else _decline_form(None)
    alone = found.releaser_person_id is None and found.batch_id is None
    waits = found.state is PaymentState.RESERVED and alone
    context = {
        **_rows(request, [found])[0], "decline_form": decline, "done": done_of(request), "wrong": wrong, "waits": waits,
        "step_up": step_up(request, "desk-payment", order_id), "never_seen": found.never_seen,
    }  # fmt: skip
    return form_page(request, "desk/payment.html", context, form=wrong, status=status)


def _decline_form(data: Any) -> ReasonForm:
    return ReasonForm(data, auto_id="decline-%s", label="不予付款的原因", hint="申请人会看到")


def _act(request: HttpRequest, order_id: int, form: DesignForm, work: Callable[[], Any], *, done: str) -> HttpResponse:
    return act_from_page(
        form, work, page=lambda wrong, status: _payment_page(request, order_id, wrong=wrong, status=status),
        then=lambda: go("desk-payment", order_id, done=done),
    )  # fmt: skip


@permission("treasury.release")
@require_POST
def decline(request: HttpRequest, order_id: int) -> HttpResponse:
    """Do not sign: back to the business with the reason."""
    actor, at = actor_of(request), moment_of(request)
    form = _decline_form(request.POST)
    return _act(
        request, order_id, form,
        lambda: actions.decline_payment(order_id, reason=form.cleaned_data["reason"], actor=actor, at=at),
        done="declined",
    )  # fmt: skip


@permission("treasury.release")
@require_POST
def settle_unknown(request: HttpRequest, order_id: int) -> HttpResponse:
    """The bank never saw it: send once more under the same serial, or declare that it was not paid."""
    where = step_up(request, "desk-payment", order_id)
    if where:
        return HttpResponseRedirect(where)
    actor, at = actor_of(request), moment_of(request)
    again = request.POST.get("do") == "again"
    how = actions.send_again if again else actions.give_up_payment
    return _act(
        request, order_id, DesignForm(request.POST), lambda: how(order_id, actor=actor, at=at),
        done="resent" if again else "given-up",
    )  # fmt: skip


# --------------------------------------------------------------------------------------------- mandates


@permission("treasury.release")
@require_http_methods(["GET", "HEAD", "POST"])
def mandate(request: HttpRequest) -> HttpResponse:
    """Standing mandates: those signed, and a new one."""
    at = moment_of(request)
    where = step_up(request, "desk-mandate")
    if request.method == "POST" and where:
        return HttpResponseRedirect(where)
    limit_fen = policy.book(settings.ANJU_CITY).fen("treasury.mandate_limit", at.date())
    form = MandateForm(request.POST if request.method == "POST" else None, initial=_proposed(limit_fen, at.date()))
    status = None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if _signed_before(request, values):
            return go("desk-mandate", done="signed")
        try:
            actions.sign_mandate(
                limit_fen=values["limit"], starts_on=values["starts_on"], ends_on=values["ends_on"],
                actor=actor_of(request), at=at,
            )  # fmt: skip
        except Refusal as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            return go("desk-mandate", done="signed")
    return form_page(request, "desk/mandate.html", _mandates(request, limit_fen, where), form=form, status=status)


def _signed_before(request: HttpRequest, values: dict[str, Any]) -> bool:
    """Whether this very mandate stands already: a form sent twice signs once."""
    actor = actor_of(request)
    return any(
        one.ended_at is None and one.signed_by_person_id == actor.person_id and one.limit_fen == values["limit"]
        and (one.starts_on, one.ends_on) == (values["starts_on"], values["ends_on"])
        for one in queries.mandates(actor.centre_id)
    )  # fmt: skip


def _mandates(request: HttpRequest, limit_fen: int, where: str) -> dict[str, Any]:
    actor, today = actor_of(request), moment_of(request).date()
    found = queries.mandates(actor.centre_id)
    names = parties.people([one.signed_by_person_id for one in found]) if found else {}
    rows = [
        {"one": one, "name": names[one.signed_by_person_id].name if one.signed_by_person_id in names else "资金人员",
         "live": one.ended_at is None and one.starts_on <= today <= one.ends_on,
         "state": "已终止" if one.ended_at else "已到期" if one.ends_on < today else "未开始" if one.starts_on > today
         else "有效"}
        for one in found
    ]  # fmt: skip
    return {"rows": rows, "limit_fen": limit_fen, "step_up": where, "done": done_of(request)}


def _proposed(limit_fen: int, today: date) -> dict[str, Any]:
    month_end = (today.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return {"limit": limit_fen, "starts_on": today, "ends_on": month_end}


@permission("treasury.release")
@require_POST
def end_mandate(request: HttpRequest, mandate_id: int) -> HttpResponse:
    """End a mandate at once."""
    actor = actor_of(request)
    if all(one.mandate_id != mandate_id for one in queries.mandates(actor.centre_id)):
        raise Refusal("mandate_unknown", "没有找到这份付款授权。", status=404)
    actions.end_mandate(mandate_id, actor=actor, at=moment_of(request))
    return go("desk-mandate", done="ended")
