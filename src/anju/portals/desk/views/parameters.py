"""The rules in force, to be read: every parameter with its value, source, start and how well it is supported."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anju import policy
from anju.identity.permissions import permission
from anju.policy.types import Parameter, Status
from anju.portals.common import moment_of
from anju.portals.desk.pages import word_of

GROUPS = {
    "contribution": "缴存", "interest": "利息", "withdraw": "提取", "loan": "贷款", "unit": "单位", "member": "职工",
    "opening": "开通", "card": "银行卡", "treasury": "资金", "promise": "服务承诺", "certificate": "证明",
    "fraud": "失信", "login": "登录", "retirement": "退休", "dispute": "异议",
}  # fmt: skip
STATUS_ZH = {
    Status.OFFICIAL: "国家规定", Status.LOCAL: "本市规定", Status.UNVERIFIED: "未核实", Status.DEMO: "演示数值",
}  # fmt: skip
OPTION_ZH = {
    "SEGMENT": "利率调整前后分段计算", "POSTING": "入账当日起息", "REQUIRED": "要求", "NOT_REQUIRED": "不要求",
}  # fmt: skip
"""Options are written as codes in the policy files; readers get words."""
STATUS_TAG = {Status.OFFICIAL: "ok", Status.LOCAL: "ok", Status.UNVERIFIED: "wait", Status.DEMO: ""}


def _row(found: Parameter) -> dict[str, object]:
    ref = found.ref
    text = OPTION_ZH.get(ref.value, ref.value) + (f" {ref.unit}" if ref.unit else "")
    return {"one": found, "text": text, "status": STATUS_ZH[found.status], "tag": STATUS_TAG[found.status]}


@permission("desk.view")
@require_safe
def parameters(request: HttpRequest) -> HttpResponse:
    """What holds today, by subject; what nobody has verified is said plainly."""
    book, today = policy.book(settings.ANJU_CITY), moment_of(request).date()
    word, status = word_of(request), request.GET.get("status", "")
    groups: dict[str, list[dict[str, object]]] = {}
    counts = dict.fromkeys(Status, 0)
    for handle in sorted(book.parameters):
        found = book.find(handle, today)
        if found is None:
            continue
        counts[found.status] += 1
        if (word and word not in found.title and word not in handle) or (status and status != found.status.value):
            continue
        group = handle.split(".")[0]
        groups.setdefault(GROUPS.get(group, group), []).append(_row(found))
    context = {
        "groups": list(groups.items()), "book": book, "word": word, "status": status, "today": today,
        "statuses": [(one.value, STATUS_ZH[one], counts[one]) for one in Status],
        "unverified": counts[Status.UNVERIFIED],
    }  # fmt: skip
    return render(request, "desk/parameters.html", context)


@permission("desk.view")
@require_safe
def parameter(request: HttpRequest, handle: str) -> HttpResponse:
    """One parameter through time."""
    book, today = policy.book(settings.ANJU_CITY), moment_of(request).date()
    if handle not in book.parameters:
        raise Http404
    values = sorted(book.history(handle), key=lambda value: value.starts_on, reverse=True)
    now = book.find(handle, today)
    rows = [{**_row(value), "now": _in_force(value, today)} for value in values]
    title = book.parameters[handle].title
    context = {"handle": handle, "rows": rows, "now": _row(now) if now else None, "title": title}
    return render(request, "desk/parameter.html", context)


def _in_force(value: Parameter, today: date) -> bool:
    return value.starts_on <= today and (value.ends_on is None or today <= value.ends_on)
