"""«这里不对»: what people say is wrong, answered in writing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from anju.design import fields
from anju.design.forms import DesignForm, form_page
from anju.identity import queries as identity
from anju.identity.permissions import permission
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of, moment_of
from anju.portals.desk.pages import done_of, go
from anju.support import actions as support
from anju.support import queries as support_queries

MOST = 50


class AnswerForm(DesignForm):
    """The answer the person will read."""

    answer = fields.TextField(label="答复", max_length=1000, multi_line=True, help_text="会送到反映人的消息里")


@permission("desk.case")
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, oldest first."""
    return _list(request)


def _list(
    request: HttpRequest, *, wrong: AnswerForm | None = None, wrong_id: int = 0, status: int | None = None
) -> HttpResponse:
    found = support_queries.open_reports(actor_of(request).centre_id, limit=MOST)
    people = identity.people_of([one.login_id for one in found if one.danger and one.login_id is not None])
    rows = [(one, people.get(one.login_id or 0), _form(one.report_id, wrong, wrong_id)) for one in found]
    context = {
        "dangers": sum(one.danger for one in found), "rows": rows, "done": done_of(request), "most": MOST,
        "wrong": wrong, "wrong_id": wrong_id,
    }  # fmt: skip
    return form_page(request, "desk/wrong.html", context, form=wrong, status=status)


def _form(report_id: int, wrong: AnswerForm | None, wrong_id: int) -> AnswerForm:
    """The form of one report; the one that was refused keeps what was typed."""
    if wrong is not None and report_id == wrong_id:
        return wrong
    return AnswerForm(auto_id=f"answer-{report_id}-%s")


@permission("desk.case")
@require_POST
def answer(request: HttpRequest, report_id: int) -> HttpResponse:
    """Answer one report, once."""
    form = AnswerForm(request.POST, auto_id=f"answer-{report_id}-%s")
    status = None
    if form.is_valid():
        try:
            support.answer_report(
                report_id, text=form.cleaned_data["answer"], actor=actor_of(request), at=moment_of(request)
            )
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            form.refuse(refusal)
            status = refusal.status
        else:
            return go("desk-wrong", done="answered", number=str(report_id))
    return _list(request, wrong=form, wrong_id=report_id, status=status)
