"""What was just done, told on the page after it: by a code in its address, never by free text."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from anju.casework import queries as case_queries
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of
from anju.portals.unit.here import number_of

DONE = {
    "listed": "名册已办理",
    "declared": "已申报",
    "to-approve": "已申报，等另一位同事复核",
    "review": "已提交，由中心工作人员办理，结果会发到消息里",
    "approved": "已同意。现在可以缴款",
    "returned": "已退回申报人，原因会告诉他",
    "taken-back": "已撤回，可以改好重新申报",
    "person": "已办理，从所选月份起生效",
    "draft": "已存为草稿，保留 30 天",
    "discarded": "草稿已丢弃",
    "mended": "已按您改的重新检查",
    "sheet": "已按您选的工作表检查",
    "granted": "已授权，对方下次打开网页就能办理",
    "ended": "授权已结束，立即生效",
    "second-on": "以后每次申报都要第二人复核",
    "second-off": "以后申报后直接缴款",
    "read": "已全部标为已读",
}


def go(name: str, *args: object, done: str = "", case_id: int | None = None) -> HttpResponse:
    """To a page of the unit, saying there what was done; a case's own decision says it best."""
    assert not done or done in DONE, done
    said: dict[str, object] = {"done": done} if done else {}
    if case_id is not None:
        said["case"] = case_id
    return HttpResponseRedirect(reverse(name, args=args) + (f"?{urlencode(said)}" if said else ""))


def done_of(request: HttpRequest) -> str:
    """The sentence, or nothing; anything but a known code and a case of this unit is ignored."""
    text = DONE.get(request.GET.get("done", ""), "")
    case_id = number_of(request.GET.get("case"))
    if text and case_id:
        try:
            decision = case_queries.case_for(actor_of(request), case_id).decision
        except Refusal:
            return f"{text}。"
        return decision.text if decision else f"{text}。"
    return f"{text}。" if text else ""
