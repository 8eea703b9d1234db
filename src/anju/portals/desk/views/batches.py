"""Payment batches: what can be gathered, one batch with its payments and results, checking, signing, taking back.

The list gathers without a field to fill in; the batch's own page is the confirmation of each of its two signatures: it
shows count, sum and fingerprint. Who may not act is refused by the treasury; the page only says so beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from anju.design.forms import DesignForm, form_page
from anju.identity.permissions import permission
from anju.identity.table import allowed
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.desk.acting import act_from_page
from anju.portals.desk.forms import ReasonForm
from anju.portals.desk.pages import digest_of, done_of, go, id_of
from anju.portals.desk.sheet import Sheets, attachment
from anju.portals.desk.views.payments import TAG_OF, step_up
from anju.reports.types import Column, Show
from anju.treasury import actions, queries
from anju.treasury.batch_types import SENT_BATCHES, UNSENT_BATCHES, BatchLineSeen, BatchSeen, BatchState, Waits

BATCH_TAGS = {
    BatchState.GATHERED: "wait", BatchState.CHECKED: "wait", BatchState.RELEASED: "run", BatchState.INSTRUCTED: "run",
    BatchState.ACCEPTED: "run", BatchState.PENDING: "wait", BatchState.FINAL: "ok", BatchState.CANCELLED: "",
    BatchState.DISSOLVED: "no",
}  # fmt: skip
BATCH_ANSWERS = {
    "": "还没有问过", "accepted": "已收下", "processing": "处理中", "finished": "已办完", "none": "查无此批次",
    "refused": "不受理", "unknown": "没有说清", "unsent": "没有收下", "silent": "没有答复",
}  # fmt: skip
COLUMNS = (
    Column("序号", Show.NUMBER), Column("收款人"), Column("开户银行"), Column("账号尾号"),
    Column("金额（元）", Show.FEN), Column("用途"), Column("结果"), Column("说明"), Column("流水号"),
)  # fmt: skip


def people_of(ids: Iterable[int | None]) -> dict[int, str]:
    """Names of the centre's own people, read in one statement."""
    wanted = {one for one in ids if one is not None}
    return {person_id: person.name for person_id, person in parties.people(sorted(wanted)).items()} if wanted else {}


@permission("treasury.batch")
@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """What can be gathered now, with what is left out and why; and the last batches."""
    return _list(request)


def _list(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    actor, today = actor_of(request), moment_of(request).date()
    found = queries.batches(actor.centre_id)
    accounts = {one.bank_account_id: one for one in queries.bank_accounts(actor.centre_id)}
    offers = queries.batch_offers(actor.centre_id, person_id=actor.person_id, on=today)
    names = people_of(one.maker_person_id for one in found)
    context = {
        "offers": [{"one": one, "account": accounts.get(one.bank_account_id)} for one in offers],
        "rows": [_row(one, names) for one in found], "done": done_of(request), "problem": problem,
        "narrow": not allowed("treasury.view", principal_of(request).role),
    }  # fmt: skip
    return render(request, "desk/batches.html", context, status=status)


def _row(one: BatchSeen, names: dict[int, str]) -> dict[str, Any]:
    return {
        "one": one, "tag": BATCH_TAGS[one.state], "maker": names.get(one.maker_person_id, "—"),
        "waits": Waits(one.waits_for).zh if one.waits_for else "",
    }  # fmt: skip


@permission("treasury.batch")
@require_POST
def gather(request: HttpRequest) -> HttpResponse:
    """Make a batch of the list that was shown."""
    actor, at = actor_of(request), moment_of(request)
    account, digest = id_of(request.POST.get("account")), digest_of(request)
    try:
        batch_id = actions.gather_batch(account, digest=digest, actor=actor, at=at)
    except Refusal as refusal:
        return _list(request, problem=refusal.text, status=refusal.status)
    return go("desk-batch", batch_id, done="gathered")


# --------------------------------------------------------------------------------------------- one batch


@permission("treasury.batch")
@require_safe
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """One batch; `?part=progress` its progress alone, `?as=xlsx` its payments as a workbook."""
    if request.GET.get("as") == "xlsx":
        found, lines = _found(request, batch_id), _lines(request, batch_id)
        return attachment(_workbook(found, lines), f"付款批次 {batch_id}.xlsx")
    if request.GET.get("part") == "progress":
        return render(request, "desk/part_batch_progress.html", {"one": _found(request, batch_id)})
    return _page(request, batch_id)


def _found(request: HttpRequest, batch_id: int) -> BatchSeen:
    found = queries.batch(batch_id, centre_id=actor_of(request).centre_id)
    if found is None:
        raise Refusal("batch_unknown", "没有找到这个付款批次。", status=404)
    return found


def _lines(request: HttpRequest, batch_id: int) -> list[BatchLineSeen]:
    return queries.batch_lines(batch_id, centre_id=actor_of(request).centre_id)


def _page(
    request: HttpRequest, batch_id: int, *, wrong: DesignForm | None = None, status: int | None = None
) -> HttpResponse:
    actor, one, lines = actor_of(request), _found(request, batch_id), _lines(request, batch_id)
    three = (one.maker_person_id, one.checker_person_id, one.releaser_person_id)
    names = people_of(three)
    own = actor.person_id in three or any(
        actor.person_id in (line.maker_person_id, line.checker_person_id) for line in lines if line.live
    )
    told = queries.batch_contradictions(batch_id, centre_id=actor.centre_id) if one.contradictions else []
    releases = allowed("treasury.release", principal_of(request).role)
    context = {
        **_row(one, names), "lines": [{"one": line, "tag": TAG_OF[line.state]} for line in lines if line.live],
        "out": [line for line in lines if not line.live], "contradictions": told, "own": own,
        "checker": names.get(one.checker_person_id or 0), "releaser": names.get(one.releaser_person_id or 0),
        "answer": BATCH_ANSWERS.get(one.last_answer, one.last_answer), "done": done_of(request), "wrong": wrong,
        "reason_form": wrong if isinstance(wrong, ReasonForm) else _reason_form(None),
        "can_check": one.state is BatchState.GATHERED, "can_release": one.state is BatchState.CHECKED and releases,
        "can_cancel": one.state in UNSENT_BATCHES, "sent": one.state in SENT_BATCHES, "releases": releases,
        "step_up": step_up(request, "desk-batch", batch_id),
        "narrow": not allowed("treasury.view", principal_of(request).role),
    }  # fmt: skip
    return form_page(request, "desk/batch.html", context, form=wrong, status=status)


def _reason_form(data: Any) -> ReasonForm:
    return ReasonForm(data, auto_id="cancel-%s", label="为什么取消这个批次", hint="批次里的付款回到待签发")


def _act(request: HttpRequest, batch_id: int, form: DesignForm, work: Callable[[], Any], *, done: str) -> HttpResponse:
    return act_from_page(
        form, work, page=lambda wrong, status: _page(request, batch_id, wrong=wrong, status=status),
        then=lambda: go("desk-batch", batch_id, done=done),
    )  # fmt: skip


@permission("treasury.batch")
@require_POST
def check(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The second person has compared the batch that was shown."""
    return _signature(request, batch_id, actions.check_batch, done="batch-checked")


@permission("treasury.release")
@require_POST
def release(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The third person signs the batch that was shown; needs a fresh proof of identity."""
    where = step_up(request, "desk-batch", batch_id)
    if where:
        return HttpResponseRedirect(where)
    return _signature(request, batch_id, actions.release_batch, done="batch-released")


def _signature(request: HttpRequest, batch_id: int, sign: Callable[..., None], *, done: str) -> HttpResponse:
    """One of the two signatures under what was shown, which is named by its digest."""
    actor, at, digest = actor_of(request), moment_of(request), digest_of(request)
    return _act(
        request, batch_id, DesignForm(request.POST), lambda: sign(batch_id, digest=digest, actor=actor, at=at),
        done=done,
    )  # fmt: skip


@permission("treasury.batch")
@require_POST
def cancel(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Undo the batch before the bank is told."""
    actor, at, form = actor_of(request), moment_of(request), _reason_form(request.POST)
    return _act(
        request, batch_id, form,
        lambda: actions.cancel_batch(batch_id, reason=form.cleaned_data["reason"], actor=actor, at=at),
        done="batch-cancelled",
    )  # fmt: skip


@permission("treasury.release")
@require_POST
def settle_unknown(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The bank never saw the batch: send it once more under its serial, or look at its payments one by one."""
    where = step_up(request, "desk-batch", batch_id)
    if where:
        return HttpResponseRedirect(where)
    actor, at = actor_of(request), moment_of(request)
    again = request.POST.get("do") == "again"
    how = actions.send_batch_again if again else actions.dissolve_batch
    return _act(
        request, batch_id, DesignForm(request.POST), lambda: how(batch_id, actor=actor, at=at),
        done="batch-resent" if again else "batch-dissolved",
    )  # fmt: skip


def _workbook(one: BatchSeen, lines: list[BatchLineSeen]) -> bytes:
    sheets = Sheets()
    notes = (
        f"{one.state.zh}，{one.count} 笔，银行批次号 {one.batch_serial or '尚未发出'}", f"内容指纹 {one.digest}",
    )  # fmt: skip
    sheets.add(
        "付款批次", title=f"付款批次 {one.batch_id}", notes=notes, columns=COLUMNS,
        lines=(
            (line.line_no, line.payee_masked, line.payee_bank_name, line.payee_tail, line.amount_fen, line.summary,
             line.state.zh if line.live else "已移出", line.reason_text if line.live else line.taken_out_text,
             line.business_serial)
            for line in lines
        ),
    )  # fmt: skip
    return sheets.content()
