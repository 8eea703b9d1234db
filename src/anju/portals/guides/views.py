"""Guides (办事指南), problems and questions (常见问题), and a way to say «this is wrong» from any page."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from anju import policy
from anju.casework import registry
from anju.casework.texts import guide as guide_of
from anju.casework.types import Audience, ReviewMode, Service
from anju.design import fields
from anju.design.forms import DesignForm, form_page
from anju.identity.permissions import permission
from anju.portals.common import moment_of, principal_of
from anju.portals.guides.problems import problems
from anju.portals.public.views.start import ICONS, address_of
from anju.support.actions import report_wrong

WHO = {
    Audience.MEMBER: "缴存职工本人", Audience.UNIT: "单位账户管理员和经办人", Audience.ANY_LOGIN: "注册过的个人或单位",
}  # fmt: skip
HOW = {
    ReviewMode.RULE: "信息齐全的当场有结果", ReviewMode.RULE_OR_REVIEW: "核对一致的当场有结果，其余由工作人员审核",
    ReviewMode.ALWAYS_REVIEW: "由工作人员审核",
}  # fmt: skip


class WrongForm(DesignForm):
    """What is wrong, in the person's own words."""

    text = fields.TextField(label="哪里不对？应该是什么？", max_length=500, multi_line=True)
    page = fields.TextField(label="在哪一页", max_length=200, required=False)


def word_of(request: HttpRequest) -> str:
    """What is searched for, short and without what cannot be shown."""
    return "".join(char for char in request.GET.get("q", "").strip()[:40] if char.isprintable())


@permission("public")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """All services with their guides, the common problems, and a search in both."""
    word = word_of(request)
    cards, answers = [], []
    for found in registry.services_on_offer(on=moment_of(request).date()):
        cards.append({"service": found, "icon": ICONS.get(found.code, "file-text")})
        answers += [
            {"service": found, "question": question, "answer": answer}
            for question, answer in guide_of(found).questions
            if word and (word in question or word in answer)
        ]
    context = {
        "cards": cards, "answers": answers, "word": word, "problems": problems(),
        "solved": [one for one in problems() if word and one.says(word)],
    }  # fmt: skip
    return render(request, "guides/home.html", context)


@permission("public")
@require_GET
def trouble(request: HttpRequest) -> HttpResponse:
    """Every common problem on one page; a page that fails links to its own."""
    return render(request, "guides/problems.html", {"problems": problems()})


@permission("public")
@require_GET
def guide(request: HttpRequest, code: str) -> HttpResponse:
    """One service: who may, what to have, how long, what comes out; its questions."""
    found = registry.offered(code, on=moment_of(request).date())
    texts = guide_of(found)
    context = {
        "service": found, "texts": texts, "body": _without_heading(texts.guide_markdown),
        "address": address_of(found), "facts": _facts(request, found),
    }  # fmt: skip
    return render(request, "guides/service.html", context)


def _without_heading(markdown: str) -> str:
    """The guide below its own title, which stands in the page's head already."""
    first, _, rest = markdown.partition("\n")
    return rest if first.startswith("# ") else markdown


def _facts(request: HttpRequest, service: Service) -> list[tuple[str, str]]:
    """Who, how long, what with and on which law: from the declaration and the rules of today, so never out of date."""
    on, book = moment_of(request).date(), policy.book(settings.ANJU_CITY)
    found = [("谁可以办", WHO[service.audience]), ("怎样办", HOW[service.review]), ("多久", _limits(service, book, on))]
    papers = [item.title for item in service.materials if not item.field]
    if papers:
        found.append(("材料", f"一般不用交；系统查不到时才请您补交：{'、'.join(papers)}"))
    found.append(("依据", _articles(service, book, on)))
    return [(label, text) for label, text in found if text]


def _articles(service: Service, book: policy.Book, on: date) -> str:
    """The articles the service rests on today, each law named once."""
    by_law: dict[str, list[str]] = {}
    for article in (book.find_article(handle, on) for handle in _handles(service)):
        if article is not None and article.number_zh not in by_law.setdefault(article.law_title, []):
            by_law[article.law_title].append(article.number_zh)
    return "；".join(f"《{law}》{'、'.join(numbers)}" for law, numbers in by_law.items())


def _handles(service: Service) -> tuple[str, ...]:
    legal = (service.legal_limit.article,) if service.legal_limit else ()
    return (*legal, *service.refusal_articles)


def _limits(service: Service, book: policy.Book, on: date) -> str:
    parts = []
    promised = service.promised_limit
    if promised and book.has(promised, on):
        parts.append(f"需要人工审核的，承诺 {book.integer(promised, on)} 个工作日内办完")
    if service.legal_limit is not None:
        parts.append(f"法定 {book.integer(service.legal_limit.parameter, on)} 日")
    return "；".join(parts)


def _follows_it_there(request: HttpRequest) -> bool:
    """A member on a page of the member's portal: there a report is followed until it is answered."""
    return request.GET.get("from", "").startswith("/me/") and principal_of(request).can("me.view")


@permission("public")
@require_http_methods(["GET", "POST"])
def wrong(request: HttpRequest) -> HttpResponse:
    """«这里不对»: kept with the page it was said on, and a receipt number."""
    if request.method == "GET" and _follows_it_there(request):
        return redirect(f"{reverse('me-wrong')}?{urlencode({'from': request.GET['from']})}")
    form = WrongForm(request.POST or None, initial={"page": request.GET.get("from", "")[:200]})
    at, book = moment_of(request), policy.book(settings.ANJU_CITY)
    if request.method == "POST" and form.is_valid():
        principal = principal_of(request)
        number = report_wrong(
            text=form.cleaned_data["text"], page=form.cleaned_data["page"], login_id=principal.login_id,
            centre_id=principal.centre_id, at=at,
        )  # fmt: skip
        return redirect(reverse("help-wrong") + f"?done={number}")
    done = request.GET.get("done", "")
    context = {
        "done": done if done.isascii() and done.isdigit() and len(done) < 20 else "",
        "days": book.integer("dispute.answer_days", at.date()) if book.has("dispute.answer_days", at.date()) else None,
        "law": book.find_article("regulation.dispute", at.date()),
    }  # fmt: skip
    return form_page(request, "guides/wrong.html", context, form=form)
