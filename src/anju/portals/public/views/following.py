"""An application on its way: where it stands, what is asked for, the agreement, taking it back.

The signature creates the permission; a newer version of the agreement is read and signed here as well.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from anju.casework import actions as cases
from anju.casework import queries as case_queries
from anju.casework import registry, texts
from anju.casework.types import Case, CaseState
from anju.design.forms import DesignForm, form_page
from anju.identity import actions
from anju.identity.http import adopt, browser
from anju.identity.permissions import permission
from anju.kernel.refusal import Refusal
from anju.portals.common import moment_of, principal_of
from anju.portals.person.progress import TAG_STATE, events_of, is_moving
from anju.portals.public.forms import AgainForm, SignForm
from anju.portals.public.mending import Mending, mending_of
from anju.portals.public.views.access import home_of, personal
from anju.portals.public.views.opening import KINDS
from anju.portals.uploads import keep_papers

STEP_OF = {CaseState.DECIDED: 4, CaseState.CLOSED: 5}


def _opening(request: HttpRequest, case_id: int) -> Case:
    """The caller's own opening; any other case, and anybody else's, is not here."""
    case = case_queries.case_for(personal(request), case_id)
    if case.service not in KINDS.values():
        raise Http404
    return case


@permission("case.own")
@require_safe
def follow(request: HttpRequest, case_id: int) -> HttpResponse:
    """Where the application stands; when it is approved, the agreement to read and sign."""
    case = _opening(request, case_id)
    if request.headers.get("HX-Request") == "true":
        return _part(request, case)
    cookie = f"__Host-code-{case_id}"
    answer = page_of(request, case, progress_code=request.COOKIES.get(cookie, ""))
    if cookie in request.COOKIES:
        answer.delete_cookie(cookie, path="/", samesite="Lax")
        answer.cookies[cookie]["secure"] = True
    return answer


def _part(request: HttpRequest, case: Case) -> HttpResponse:
    """The story again, for a page that asks; when the case has moved since, the whole page is read anew."""
    if request.GET.get("v") != str(case.version):
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "public/open_case_part.html", _story(case))


def _story(case: Case) -> dict[str, Any]:
    return {
        "case": case, "events": events_of(case), "tag": TAG_STATE.get(case.state, ""),
        "moving": is_moving(case) and not case.needs_signature,
    }  # fmt: skip


def page_of(
    request: HttpRequest, case: Case, *, form: DesignForm | None = None, mending: Mending | None = None,
    progress_code: str = "",
) -> HttpResponse:  # fmt: skip
    """The page of one application. A form that was refused stands in place of the fresh one."""
    service = registry.service(case.service)
    context = _story(case) | {
        "kind": "unit" if case.service == KINDS["unit"] else "person", "step": STEP_OF.get(case.state, 3),
        "service": service, "summary": service.summary(case.answers), "progress_code": progress_code,
        "mending": mending or mending_of(request, case, service),
        "my_home": home_of(principal_of(request).role),
    }  # fmt: skip
    if case.needs_signature or case.signs_again:
        agreement = texts.agreement(service)
        kind: type[DesignForm] = SignForm if case.needs_signature else AgainForm
        form = form or kind(initial={"version": agreement.version, "digest": agreement.text_digest})
        context["agreement"] = agreement
    wrong = form is not None and form.is_bound or mending is not None
    return form_page(request, "public/open_case.html", context | {"form_errors": wrong}, form=form,
                     status=422 if wrong else None)  # fmt: skip


@permission("opening.apply")
@require_POST
def sign(request: HttpRequest, case_id: int) -> HttpResponse:
    """Sign the version that was read; the permission exists from this commit on, also for this session."""
    case, at = _opening(request, case_id), moment_of(request)
    form: DesignForm = AgainForm(request.POST) if case.signs_again else SignForm(request.POST)
    if not form.is_valid():
        return page_of(request, case, form=form)
    read = {"version": form.cleaned_data["version"], "text_digest": form.cleaned_data["digest"]}
    try:
        if case.signs_again:
            cases.sign_again(case_id, **read, actor=personal(request), at=at)
        else:
            cases.sign(case_id, **read, actor=personal(request), at=at)
    except Refusal as refusal:
        form.refuse(refusal)
        return page_of(request, case, form=form)
    adopt(request, actions.renew_session(browser(request), at=at))
    _set_greeting(request, form)
    return redirect(home_of(principal_of(request).role))


def _set_greeting(request: HttpRequest, form: DesignForm) -> None:
    greeting, login_id = form.cleaned_data.get("greeting", ""), principal_of(request).login_id
    if greeting and login_id is not None:
        actions.set_greeting(login_id, greeting, at=moment_of(request), browser=browser(request))


@permission("case.own")
@require_POST
def supplement(request: HttpRequest, case_id: int) -> HttpResponse:
    """Answer a correction in one go: values and papers. What is wrong is said beside its field; nothing is lost."""
    case, actor, at = _opening(request, case_id), personal(request), moment_of(request)
    service = registry.service(case.service)
    mending = mending_of(request, case, service, sent=True)
    if mending is None:
        return redirect("open-case", case_id)
    if mending.fits:
        try:
            cases.supplement(
                case_id, answers=service.answers(mending.form) if mending.form is not None else None,
                papers=keep_papers(case, mending.papers, actor=actor, at=at), actor=actor, at=at,
            )  # fmt: skip
        except Refusal as refusal:
            field = refusal.field if refusal.field in mending.papers.fields else None
            mending.papers.add_error(field, refusal.text)
        else:
            return redirect("open-case", case_id)
    return page_of(request, case, mending=mending)


@permission("case.own")
@require_POST
def mistake(request: HttpRequest, case_id: int) -> HttpResponse:
    """«我填错了»: until the decision the application comes back to be mended, the clock stopped."""
    case = _opening(request, case_id)
    cases.report_mistake(case.case_id, actor=personal(request), at=moment_of(request))
    return redirect("open-case", case_id)


@permission("case.own")
@require_POST
def take_back(request: HttpRequest, case_id: int) -> HttpResponse:
    """Withdraw the application."""
    case = _opening(request, case_id)
    cases.withdraw(case.case_id, actor=personal(request), at=moment_of(request))
    return redirect("open")


@permission("case.own")
@require_safe
def agreement(request: HttpRequest, case_id: int, version: str) -> HttpResponse:
    """The text of an agreement this application signed or is about to sign, as a paper to print or keep."""
    case = _opening(request, case_id)
    service = registry.service(case.service)
    signed = next((one for one in case.signatures if one.version == version), None)
    to_sign = (case.needs_signature or case.signs_again) and version == texts.agreement(service).version
    if signed is None and not to_sign:
        raise Http404
    text = texts.agreement_of_version(service, version)
    title, _, body = text.text_markdown.partition("\n")
    context = {"case": case, "agreement": text, "signed": signed, "heading": title.lstrip("# "), "body": body}
    return render(request, "public/agreement.html", context)
