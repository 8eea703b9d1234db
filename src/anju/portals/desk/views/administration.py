"""Administration: the centre's people, their log-ins and duties. Granted and ended by another administrator only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from anju.design import fields
from anju.design.forms import DesignForm, form_page
from anju.identity import actions as identity
from anju.identity import queries as identity_queries
from anju.identity.duties import STAFF_DUTIES
from anju.identity.permissions import permission
from anju.identity.types import MandateFacts, Role
from anju.kernel.identifiers import mask_phone
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of, moment_of
from anju.portals.desk import staffing
from anju.portals.desk.acting import act_from_page
from anju.portals.desk.pages import done_of, go

ROLES = [("", "请选择"), *((role.value, role.zh) for role in STAFF_DUTIES)]


class NewStaffForm(DesignForm):
    """Who comes, how to be reached, which duty."""

    name = fields.TextField(label="姓名", max_length=60)
    id_number = fields.IdNumberField(label="身份证号码")
    phone = fields.PhoneField(label="手机号码", help_text="收验证码用")
    account_name = fields.TextField(label="登录名", max_length=40, help_text="字母开头，例如 xuwenbo")
    role = forms.ChoiceField(label="岗位", choices=ROLES)


class GrantForm(DesignForm):
    """A duty for somebody who has a log-in."""

    id_number = fields.IdNumberField(label="身份证号码")
    role = forms.ChoiceField(label="岗位", choices=ROLES)


class EndForm(DesignForm):
    """Why a duty or a log-in ends."""

    why = fields.TextField(label="原因", max_length=100)


@permission("admin.logins")
@require_safe
def staff(request: HttpRequest) -> HttpResponse:
    """Everybody with a duty, and the forms."""
    return _page(request)


def _end_form(auto_id: str, wrong: DesignForm | None) -> DesignForm:
    """The form of one duty or log-in; the one that was refused keeps what was typed."""
    return wrong if isinstance(wrong, EndForm) and wrong.auto_id == auto_id else EndForm(auto_id=auto_id)


def _page(request: HttpRequest, *, wrong: DesignForm | None = None, status: int | None = None) -> HttpResponse:
    people: dict[int, dict[str, Any]] = {}
    own = actor_of(request).login_id
    for held, login in identity_queries.staff(STAFF_DUTIES):
        entry = people.setdefault(
            login.login_id,
            {"login": login, "phone": mask_phone(login.phone), "duties": [], "mine": login.login_id == own},
        )
        entry["duties"].append((held, _end_form(f"end-{held.mandate_id}-%s", wrong)))
    for login_id, entry in people.items():
        entry["disable_form"] = _end_form(f"disable-{login_id}-%s", wrong)
        entry["is_wrong"] = any(form.is_bound for form in [entry["disable_form"], *(f for _, f in entry["duties"])])
    context = {
        "people": sorted(people.values(), key=lambda one: one["login"].account_name), "done": done_of(request),
        "new_form": wrong if isinstance(wrong, NewStaffForm) else NewStaffForm(auto_id="new-%s"),
        "grant_form": wrong if isinstance(wrong, GrantForm) else GrantForm(auto_id="grant-%s"), "wrong": wrong,
    }  # fmt: skip
    return form_page(request, "desk/administration.html", context, form=wrong, status=status)


def _act(request: HttpRequest, form: DesignForm, work: Callable[[], Any], *, done: str) -> HttpResponse:
    return act_from_page(
        form, work, page=lambda wrong, status: _page(request, wrong=wrong, status=status),
        then=lambda: go("desk-administration", done=done),
    )  # fmt: skip


@permission("admin.logins")
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """A new colleague."""
    form = NewStaffForm(request.POST, auto_id="new-%s")

    def work() -> None:
        values = {**form.cleaned_data, "role": Role(form.cleaned_data["role"])}
        staffing.take_on(**values, actor=actor_of(request), at=moment_of(request))

    return _act(request, form, work, done="created")


@permission("admin.logins")
@require_POST
def grant(request: HttpRequest) -> HttpResponse:
    """A further duty."""
    form = GrantForm(request.POST, auto_id="grant-%s")

    def work() -> None:
        actor = actor_of(request)
        login = staffing.login_by_document(form.cleaned_data["id_number"], centre_id=actor.centre_id)
        identity.grant_mandate(login.login_id, Role(form.cleaned_data["role"]), actor=actor, at=moment_of(request))

    return _act(request, form, work, done="granted")


def _staff_duty(mandate_id: int) -> MandateFacts:
    """A duty of the centre's people; a unit's or a member's mandate is not this page's."""
    found = next((held for held, _ in identity_queries.staff(STAFF_DUTIES) if held.mandate_id == mandate_id), None)
    if found is None:
        raise Refusal("mandate_unknown", "没有找到这项授权。", status=404)
    return found


@permission("admin.logins")
@require_POST
def end_duty(request: HttpRequest, mandate_id: int) -> HttpResponse:
    """End a duty; it works no more on the next request."""
    _staff_duty(mandate_id)
    form = EndForm(request.POST, auto_id=f"end-{mandate_id}-%s")

    def work() -> None:
        identity.end_mandate(mandate_id, why=form.cleaned_data["why"], actor=actor_of(request), at=moment_of(request))

    return _act(request, form, work, done="mandate-ended")


@permission("admin.logins")
@require_POST
def disable(request: HttpRequest, login_id: int) -> HttpResponse:
    """Close a colleague's log-in for good."""
    if all(login.login_id != login_id for _, login in identity_queries.staff(STAFF_DUTIES)):
        raise Refusal("login_unknown", "没有找到这个登录账户。", status=404)
    form = EndForm(request.POST, auto_id=f"disable-{login_id}-%s")

    def work() -> None:
        identity.disable_login(login_id, why=form.cleaned_data["why"], actor=actor_of(request), at=moment_of(request))

    return _act(request, form, work, done="disabled")
