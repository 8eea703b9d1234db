"""What the desk's pages share: what was just done, how much time is left, a page's part of a list, safe search words.

Owns no rule. What was done is told by a code in the address of the next page; the words stand here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from anju.kernel.text import clean_text

T = TypeVar("T")
DONE = {
    "proposed": "已提交复核",
    "correction": "已要求补正，计时暂停",
    "approved": "已同意",
    "refused": "已作出不予同意的决定",
    "returned": "已退回经办人",
    "fact": "已记录人工核实的结果",
    "again": "已重新查询",
    "claimed": "已由您办理",
    "put-back": "已放回待办",
    "taken": "另一位同事正在办理这件业务，请先办别的",
    "none": "没有等您办理的件了",
    "allocated": "已分摊到汇缴书",
    "accepted": "已按建议办理（笔）",
    "waiting": "已留作等待补足，差额到账后自动入账",
    "stopped": "已停止等待，可以重新处理",
    "refund": "已申请退款，等另一位资金人员签发",
    "covered": "已抵补欠款",
    "contradiction": "已记下银行的答复",
    "statement": "对账单已收下，余额逐笔核对无误",
    "statement-again": "这份对账单以前收下过，没有重复记账",
    "lifted": "已恢复支取，并通知了本人",
    "released": "已签发，银行办理后会有结果",
    "declined": "已退回申请人，原因会告诉他",
    "resent": "已重新发送，系统会先再问银行一次",
    "given-up": "已按未付处理，钱退回原处",
    "again-ordered": "已提出再次付款；不在付款授权以内的，等另一位资金人员签发",
    "gathered": "批次已组成，正在请银行核验收款户名，等另一位同事复核",
    "batch-checked": "已复核，等第三个人签发",
    "batch-released": "已签发，系统会发给银行并查询结果",
    "batch-cancelled": "批次已取消，付款回到待签发",
    "batch-resent": "已安排重新发送，系统会先再问银行一次",
    "batch-dissolved": "批次已解散，请逐笔决定",
    "booking-proposed": "已提出，等另一位资金人员或会计确认",
    "booking-confirmed": "已记账",
    "booking-declined": "已退回，没有记账",
    "move-proposed": "已提出，等另一位资金人员或会计复核",
    "move-checked": "已复核，系统会发给银行并查询结果",
    "move-cancelled": "已取消",
    "move-given-up": "已按没有办成处理，可以重新提出",
    "signed": "付款授权已签署",
    "ended": "付款授权已终止",
    "created": "登录账户已建立，请本人用“找回密码”设置密码",
    "granted": "已授权",
    "mandate-ended": "授权已结束，立即生效",
    "disabled": "登录账户已停用",
    "raised": "已写成发现，等待答复",
    "finding-answered": "已答复，等审计人员确认",
    "finding-closed": "已了结",
    "finding-back": "已退回再答",
    "answered": "已答复，并送到反映人的消息里",
    "closing-went-on": "已办到这里，看每一步的结果",
    "explained": "已记下差异说明，请继续办理",
    "closing-submitted": "已提交，等另一位会计或资金人员签署",
    "closing-signed": "已签署，结账完成",
    "closing-reopened": "已撤回，可以更正后重新办理",
    "interest-tried": "试算完成，没有动账",
    "interest-ordered": "已提交入账，等另一位会计或资金人员签署",
    "interest-signed": "已签署，后台正在逐户入账",
    "year-closed": "已结转到待分配，请按管理委员会的批准提出分配方案",
    "plan-proposed": "已提出分配方案，等另一位会计或资金人员签署",
    "plan-signed": "分配方案已签署并记账",
}
QUIET = frozenset({"taken", "none", "statement-again"})
_PLAIN = re.compile(r"[0-9A-Za-z-]{1,32}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Done:
    """One sentence about the act before this page."""

    text: str
    state: str


def done_of(request: HttpRequest) -> Done | None:
    """What was done a moment ago; anything but a known code and a plain number is ignored."""
    code, number = request.GET.get("done", ""), request.GET.get("number", "")
    if code not in DONE:
        return None
    told = f"{DONE[code]}：{number}" if _PLAIN.fullmatch(number) else DONE[code]
    return Done(f"{told}。", "info" if code in QUIET else "ok")


def go(name: str, *args: object, done: str = "", number: str = "") -> HttpResponse:
    """To a page of the desk, saying there what was done."""
    said = {key: value for key, value in (("done", done), ("number", number)) if value}
    return HttpResponseRedirect(reverse(name, args=args) + (f"?{urlencode(said)}" if said else ""))


@dataclass(frozen=True)
class Left:
    """How much time is left, in words; `soon` on the last day and after it."""

    text: str
    soon: bool


def left_until(day: date | None, *, today: date) -> Left:
    """余 3 天, 明天到期, 今天到期, 已超期 2 天."""
    if day is None:
        return Left("无期限", False)
    days = (day - today).days
    if days < 0:
        return Left(f"已超期 {-days} 天", True)
    if days == 0:
        return Left("今天到期", True)
    return Left("明天到期", True) if days == 1 else Left(f"余 {days} 天", False)


@dataclass(frozen=True)
class Part(Generic[T]):
    """One page of a list, and the addresses of its neighbours."""

    items: Sequence[T]
    number: int
    previous: str
    next: str

    @property
    def note(self) -> str:
        return f"第 {self.number} 页"


def page_number(request: HttpRequest) -> int:
    """Which page of a list is asked for; nonsense is the first."""
    raw = request.GET.get("page", "")
    return min(max(int(raw), 1), 10_000) if raw.isascii() and raw.isdigit() and len(raw) < 7 else 1


def part_of(request: HttpRequest, found: Sequence[T], *, size: int) -> Part[T]:
    """A page out of `size + 1` rows that were read for it: the extra one says that there is more."""
    number = page_number(request)

    def address(page: int) -> str:
        asked: dict[str, Any] = {name: value for name, value in request.GET.items() if name not in ("done", "number")}
        return "?" + urlencode({**asked, "page": page})

    more = len(found) > size
    return Part(found[:size], number, address(number - 1) if number > 1 else "", address(number + 1) if more else "")


def word_of(request: HttpRequest, name: str = "q", *, longest: int = 60) -> str:
    """A search word: without characters that cannot be asked for, never longer than the field."""
    return clean_text(request.GET.get(name, "")[:longest], longest, name)


def id_of(text: str | None) -> int:
    """An id sent by a form; what is none becomes 0, which nothing has."""
    raw = text or ""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else 0


def digest_of(request: HttpRequest) -> str:
    """The digest of what was on the page before; what is none becomes "", which nothing has."""
    raw = request.POST.get("digest", "")
    return raw if _DIGEST.fullmatch(raw) else ""
