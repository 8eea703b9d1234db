"""How a case stands, in the words and marks of a timeline: what happened, who has it now, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from anju.casework.types import OPEN_STATES, Case, CaseLine, CaseState

TAG_STATE: dict[CaseState, str] = {
    CaseState.SUBMITTED: "run",
    CaseState.ACCEPTED: "run",
    CaseState.CORRECTION: "wait",
    CaseState.REVIEW: "run",
    CaseState.APPROVAL: "run",
    CaseState.DECIDED: "wait",
    CaseState.IN_EFFECT: "run",
    CaseState.DELIVERED: "ok",
    CaseState.CLOSED: "ok",
    CaseState.WITHDRAWN: "",
    CaseState.REFUSED: "no",
}
NOW_TITLE: dict[CaseState, str] = {
    CaseState.SUBMITTED: "等待受理",
    CaseState.ACCEPTED: "系统正在核对",
    CaseState.CORRECTION: "等您补正",
    CaseState.REVIEW: "经办人正在审核",
    CaseState.APPROVAL: "复核人正在复核",
    CaseState.DECIDED: "请您签订协议",
    CaseState.IN_EFFECT: "正在办理",
    CaseState.DELIVERED: "已办好",
}
NEXT_TITLE: dict[CaseState, str] = {
    CaseState.SUBMITTED: "受理",
    CaseState.ACCEPTED: "作出决定",
    CaseState.CORRECTION: "您补正后继续办理",
    CaseState.REVIEW: "复核并作出决定",
    CaseState.APPROVAL: "作出决定",
    CaseState.DECIDED: "签订后立即开通",
    CaseState.IN_EFFECT: "办结",
}
STOPPED = frozenset({CaseState.WITHDRAWN, CaseState.REFUSED})


@dataclass(frozen=True)
class Track:
    """A running case in three marks, for the home page and lists."""

    case_id: int
    number: str
    title: str
    state_zh: str
    tag: str
    waits_for_me: bool
    amount_fen: int | None
    updated_at: Any
    events: tuple[dict[str, Any], ...]


def track_of(line: CaseLine, *, on: date) -> Track:
    """Submitted, where it is, and when the answer is promised."""
    promised = line.promised_on or line.legal_due_on
    events = [{"title": "您提交申请", "state": "done", "at": line.accepted_on, "note": ""}]
    if line.state in OPEN_STATES:
        events.append({"title": NOW_TITLE[line.state], "state": "now", "at": line.updated_at, "note": ""})
        if line.state in NEXT_TITLE:
            note = _promise(promised, on) if line.state is not CaseState.CORRECTION else "补正期间停止计时"
            events.append({"title": NEXT_TITLE[line.state], "state": "", "at": None, "note": note})
    else:
        state = "stop" if line.state in STOPPED else "done"
        events.append({"title": line.state.zh, "state": state, "at": line.updated_at, "note": ""})
    return Track(
        line.case_id, line.number, line.title, line.state.zh, TAG_STATE.get(line.state, ""),
        line.state in (CaseState.CORRECTION, CaseState.DECIDED), line.amount_fen, line.updated_at, tuple(events),
    )  # fmt: skip


def _promise(day: date | None, on: date) -> str:
    if day is None:
        return ""
    year = "" if day.year == on.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日前"


def events_of(case: Case, *, waits_for: str = "") -> list[dict[str, Any]]:
    """The whole story of a case, then what is happening now and what comes next.

    `waits_for` is what the service waits for while its effect is under way (等待银行付款).
    """
    events: list[dict[str, Any]] = []
    said = case.decision.text if case.decision else None  # stands in full beside the story
    for step in case.steps:
        ended = step.state in STOPPED and step is case.steps[-1]
        note = "" if step.text == said else step.text
        events.append(
            {"title": _own_title(step.title), "state": "stop" if ended else "done", "at": step.at, "note": note}
        )
    if case.state in OPEN_STATES:
        title = (waits_for if case.state is CaseState.IN_EFFECT else "") or NOW_TITLE[case.state]
        events.append({"title": title, "state": "now", "at": None, "note": _now_note(case)})
        if case.state in NEXT_TITLE:
            events.append({"title": NEXT_TITLE[case.state], "state": "", "at": None, "note": ""})
    return events


def _own_title(title: str) -> str:
    return {"提交申请": "您提交申请"}.get(title, title)


def _now_note(case: Case) -> str:
    if case.state in (CaseState.REVIEW, CaseState.APPROVAL):
        return f"您不用再做什么。{case.promise_text}"
    if case.state is CaseState.CORRECTION:
        return "补正期间停止计时。"
    return ""


def is_moving(case: Case) -> bool:
    """Whether the page should go on asking by itself."""
    return case.state in OPEN_STATES and case.state is not CaseState.CORRECTION
