"""Guides (办事指南), questions (常见问题), and a way to say «this is wrong» from any page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from anju.casework.registry import service as service_of
from anju.casework.registry import services
from anju.casework.texts import guide as guide_of
from anju.design import fields
from anju.design.forms import DesignForm, form_page
from anju.identity.permissions import permission
from anju.portals.common import moment_of, principal_of
from anju.portals.public.views.start import ADDRESSES, ICONS
from anju.support.actions import report_wrong


class WrongForm(DesignForm):
    """What is wrong, in the person's own words."""

    text = fields.TextField(label="哪里不对？应该是什么？", max_length=500, multi_line=True)
    page = fields.TextField(label="在哪一页", max_length=200, required=False)


@permission("public")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """All services with their guides, and a search in the questions."""
    word = request.GET.get("q", "").strip()[:40].replace("\x00", "")
    cards, answers = [], []
    for found in services():
        texts = guide_of(found)
        cards.append({"service": found, "icon": ICONS.get(found.code, "file-text")})
        answers += [
            {"service": found, "question": question, "answer": answer}
            for question, answer in texts.questions
            if word and (word in question or word in answer)
        ]
    return render(request, "guides/home.html", {"cards": cards, "answers": answers, "word": word})


@permission("public")
@require_GET
def guide(request: HttpRequest, code: str) -> HttpResponse:
    """One service: who may, what to have, how long, what comes out; its questions."""
    found = service_of(code)
    context = {"service": found, "texts": guide_of(found), "address": ADDRESSES.get(code, "")}
    return render(request, "guides/service.html", context)


@permission("public")
@require_http_methods(["GET", "POST"])
def wrong(request: HttpRequest) -> HttpResponse:
    """«这里不对»: kept with the page it was said on, and a receipt number."""
    form = WrongForm(request.POST or None, initial={"page": request.GET.get("from", "")[:200]})
    if request.method == "POST" and form.is_valid():
        principal = principal_of(request)
        number = report_wrong(
            text=form.cleaned_data["text"], page=form.cleaned_data["page"], login_id=principal.login_id,
            centre_id=principal.centre_id, at=moment_of(request),
        )  # fmt: skip
        return redirect(reverse("help-wrong") + f"?done={number}")
    done = request.GET.get("done", "")
    context = {"done": done if done.isascii() and done.isdigit() else ""}
    return form_page(request, "guides/wrong.html", context, form=form)
