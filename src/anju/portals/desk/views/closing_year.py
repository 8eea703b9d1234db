"""A year's interest from trial to posting, and the year's closing with the distribution of its value-added income."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from anju.accounts import queries as accounts
from anju.accounts.queries.levels import year_settled
from anju.closing import actions, queries
from anju.design import fields
from anju.design.forms import DesignForm, form_page
from anju.identity.permissions import permission
from anju.identity.table import allowed
from anju.kernel.clock import ZONE
from anju.kernel.month import interest_year
from anju.kernel.refusal import Refusal
from anju.kernel.rounding import Rounding, round_fen
from anju.ledger import queries as books
from anju.ledger.financial_statements import distribution_table
from anju.ledger.types import DistributionPlan, PeriodKind
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.desk.pages import done_of, id_of
from anju.portals.desk.views.closing import names_of

LARGEST = 20
YEARS = range(1990, 2100)
TAG = {1: "wait", 2: "run", 3: "ok"}


class PlanForm(DesignForm):
    """The committee's plan for a year's income; the three parts sum to it."""

    document = fields.TextField(label="批准文号", max_length=100, help_text="管理委员会批准分配方案的文件")
    reserve_rate = fields.TextField(label="贷款风险准备提取比例（%）", max_length=9, help_text="例如 60")
    management_fee = fields.AmountField(label="管理费用", least_fen=0, help_text="财政部门核定的数，上缴财政")

    def clean_reserve_rate(self) -> Decimal:
        """A percentage as a share."""
        try:
            rate = Decimal(self.cleaned_data["reserve_rate"]) / 100
        except InvalidOperation:
            rate = Decimal(-1)
        if not rate.is_finite() or not 0 <= rate <= 1 or rate != round(rate, 6):
            raise ValidationError("请填写 0 到 100 之间的数，例如 60。")
        return rate


def _may(request: HttpRequest, name: str) -> bool:
    return allowed(name, principal_of(request).role)


def _year(text: str | None, usual: int) -> int:
    year = id_of(text) if text else usual
    if year not in YEARS:
        raise Http404("没有这个年度。")
    return year


# ------------------------------------------------------------------------------------------------------- interest


@permission("closing.view")
@require_safe
def interest(request: HttpRequest) -> HttpResponse:
    """A year's interest: the newest trial with its totals and largest changes, the order, whether it is posted."""
    return _interest(request, _year(request.GET.get("year"), _ended(request)))


def _ended(request: HttpRequest) -> int:
    """The interest year that ended last."""
    return interest_year(moment_of(request).astimezone(ZONE).date()) - 1


def _interest(request: HttpRequest, year: int, *, problem: str = "", status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    run = accounts.latest_trial(actor.centre_id, year)
    trial, gone = None, ""
    if run is not None:
        try:
            trial = accounts.trial(actor.centre_id, run.run_id, limit=LARGEST)
        except Refusal as refusal:
            gone = refusal.text
    order = queries.order_of(actor.centre_id, year)
    names = names_of({order.ordered_by_person_id, order.signed_by_person_id} if order else ())
    ended = _ended(request)
    context = {
        "year": year, "years": [(one, one == year) for one in (ended, ended + 1)], "run": run, "trial": trial,
        "gone": gone, "order": order, "settled": run is not None and year_settled(actor.centre_id, year),
        "can_order": run is not None and year <= ended and (order is None or order.trial_run_id != run.run_id),
        "orderer": names.get(order.ordered_by_person_id, "") if order else "",
        "signer": names.get(order.signed_by_person_id, "") if order else "", "over": year <= ended,
        "own_work": order is not None and order.ordered_by_person_id == actor.person_id,
        "can_run": _may(request, "closing.run"), "can_sign": _may(request, "closing.sign"), "problem": problem,
        "done": done_of(request),
    }  # fmt: skip
    return form_page(request, "desk/closing_interest.html", context, status=status)


def _interest_act(request: HttpRequest, work: Callable[[int, int], object], *, done: str) -> HttpResponse:
    year = _year(request.POST.get("year"), _ended(request))
    try:
        work(year, id_of(request.POST.get("trial")))
    except Refusal as refusal:
        return _interest(request, year, problem=refusal.text, status=refusal.status)
    return HttpResponseRedirect(f"{reverse('desk-closing-interest')}?year={year}&done={done}")


@permission("closing.run")
@require_POST
def try_interest(request: HttpRequest) -> HttpResponse:
    """Make a new trial; nothing is posted."""
    actor, at = actor_of(request), moment_of(request)

    def once(year: int, seen: int) -> None:
        """A page sent twice tries once: the trial it was made of is no longer the newest."""
        newest = accounts.latest_trial(actor.centre_id, year)
        if seen == (newest.run_id if newest else 0):
            actions.try_interest(actor.centre_id, year, actor=actor, at=at)

    return _interest_act(request, once, done="interest-tried")


@permission("closing.run")
@require_POST
def order_interest(request: HttpRequest) -> HttpResponse:
    """Order the posting of what this trial showed."""
    actor, at = actor_of(request), moment_of(request)
    return _interest_act(
        request, lambda year, run: actions.order_interest(actor.centre_id, year, run, actor=actor, at=at),
        done="interest-ordered",
    )  # fmt: skip


@permission("closing.sign")
@require_POST
def sign_interest(request: HttpRequest) -> HttpResponse:
    """Sign the order as a second person; it is posted in the background."""
    actor, at = actor_of(request), moment_of(request)
    return _interest_act(
        request, lambda year, run: actions.sign_interest(actor.centre_id, year, run, actor=actor, at=at),
        done="interest-signed",
    )  # fmt: skip


# ----------------------------------------------------------------------------------------------------------- year


@permission("closing.view")
@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    """A year: its months, its closing, the plan for its income, the signatures."""
    return _page(request, _year(str(year), year))


def _page(
    request: HttpRequest, year: int, *, form: PlanForm | None = None, problem: str = "", status: int | None = None
) -> HttpResponse:
    actor = actor_of(request)
    known = books.periods(actor.centre_id)
    closed = books.period(actor.centre_id, PeriodKind.YEAR, year)
    plan = books.distribution(actor.centre_id, year)
    months = [one for one in known if one.kind is PeriodKind.MONTH and one.number // 100 == year]
    names = names_of({closed.maker_person_id, closed.checker_person_id, *(
        (plan.maker_person_id, plan.checker_person_id) if plan else ())})  # fmt: skip
    table = distribution_table(actor.centre_id, year)
    context = {
        "year": year, "period": closed, "tag": TAG[int(closed.state)], "plan": plan, "table": table, "problem": problem,
        "months_signed": sum(int(one.state) == 3 for one in months), "months_closed": len(months),
        "maker": names.get(closed.maker_person_id, ""), "checker": names.get(closed.checker_person_id, ""),
        "planner": names.get(plan.maker_person_id, "") if plan else "",
        "plan_signer": names.get(plan.checker_person_id, "") if plan else "",
        "can_run": _may(request, "closing.run"), "can_sign": _may(request, "closing.sign"),
        "own_year": actor.person_id == closed.maker_person_id,
        "own_plan": plan is not None and plan.maker_person_id == actor.person_id,
        "plan_form": form or PlanForm(), "done": done_of(request), "years": (year - 1, year + 1),
        "over": date(year, 12, 31) < moment_of(request).astimezone(ZONE).date(),
    }  # fmt: skip
    return form_page(request, "desk/closing_year.html", context, form=form, status=status)


def _act_of(request: HttpRequest, other: str) -> bool:
    """Whether the other one of two acts is asked for; what is neither is no address (404)."""
    act = request.POST.get("act", "")
    if act not in ("", "year", other):
        raise Http404("没有这一步。")
    return act == other


def _year_act(request: HttpRequest, year: int, work: Callable[[], Any], *, done: str) -> HttpResponse:
    try:
        work()
    except Refusal as refusal:
        return _page(request, year, problem=refusal.text, status=refusal.status)
    answer = redirect("desk-closing-year", year)
    answer["Location"] += f"?done={done}"
    return answer


@permission("closing.run")
@require_POST
def close_year(request: HttpRequest, year: int) -> HttpResponse:
    """Close the year, or take its closing back."""
    actor, at, year = actor_of(request), moment_of(request), _year(str(year), year)
    if _act_of(request, "reopen"):
        return _year_act(
            request, year, lambda: actions.reopen_year(actor.centre_id, year, actor=actor, at=at),
            done="closing-reopened",
        )  # fmt: skip
    return _year_act(
        request, year, lambda: actions.close_year(actor.centre_id, year, actor=actor, at=at), done="year-closed"
    )


@permission("closing.sign")
@require_POST
def sign_year(request: HttpRequest, year: int) -> HttpResponse:
    """Sign the year, or its plan, as a second person."""
    actor, at, year = actor_of(request), moment_of(request), _year(str(year), year)
    if _act_of(request, "plan"):
        return _year_act(
            request, year, lambda: actions.sign_distribution(actor.centre_id, year, actor=actor, at=at),
            done="plan-signed",
        )  # fmt: skip
    return _year_act(
        request, year, lambda: actions.sign_year(actor.centre_id, year, actor=actor, at=at), done="closing-signed"
    )


@permission("closing.run")
@require_POST
def propose(request: HttpRequest, year: int) -> HttpResponse:
    """Enter the committee's plan: reserve by its rate, the fee as approved, the rest to the supplement."""
    actor, at, year = actor_of(request), moment_of(request), _year(str(year), year)
    form = PlanForm(request.POST)
    if not form.is_valid():
        return _page(request, year, form=form)
    income = distribution_table(actor.centre_id, year).distributable_fen
    rate, fee = form.cleaned_data["reserve_rate"], int(form.cleaned_data["management_fee"])
    reserve = round_fen(rate * income, Rounding.CENT_HALF_UP)
    plan = DistributionPlan(form.cleaned_data["document"], rate, reserve, fee, income - reserve - fee)
    try:
        actions.propose_distribution(actor.centre_id, year, plan, actor=actor, at=at)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, year, form=form, status=refusal.status)
    return _year_act(request, year, lambda: None, done="plan-proposed")
