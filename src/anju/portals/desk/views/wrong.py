"""«这里不对»: what people say is wrong, answered in writing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from anju.design import fields
from anju.design.forms import DesignForm, form_page
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
    rows = [
        (one, wrong if wrong and one.report_id == wrong_id else AnswerForm(auto_id=f"answer-{one.report_id}-%s"))
        for one in found
    ]
    context = {"rows": rows, "done": done_of(request), "most": MOST, "wrong": wrong, "wrong_id": wrong_id}
    return form_page(request, "desk/wrong.html", context, form=wrong, status=status)


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
