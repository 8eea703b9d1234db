"""The transition table: which act moves a case from which state to which. Nothing else moves a case.

Pure. Every move is one act, one transaction, one audit record and one step of the timeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from anju.casework.types import CaseState as S
from anju.kernel.refusal import Refusal


class Act(StrEnum):
    SUBMIT = "submit"
    ACCEPT = "accept"
    SEND_TO_REVIEW = "send_to_review"
    LOOK_AGAIN = "look_again"
    ESTABLISH_FACT = "establish_fact"
    REQUEST_CORRECTION = "request_correction"
    SUPPLEMENT = "supplement"
    REPORT_MISTAKE = "report_mistake"
    PROPOSE = "propose"
    RETURN_TO_CLERK = "return_to_clerk"
    DECIDE_GRANT = "decide_grant"
    DECIDE_REFUSE = "decide_refuse"
    SIGN = "sign"
    TAKE_EFFECT = "take_effect"
    NOTE = "note"
    DELIVER = "deliver"
    CLOSE = "close"
    END_WITHOUT_EFFECT = "end_without_effect"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Move:
    """From these states the act leads to that one; `to=None` keeps the state."""

    sources: frozenset[S]
    to: S | None
    title: str


def _move(title: str, *sources: S, to: S | None) -> Move:
    return Move(frozenset(sources), to, title)


MOVES: dict[Act, Move] = {
    Act.SUBMIT: _move("提交申请", S.DRAFT, to=S.SUBMITTED),
    Act.ACCEPT: _move("受理", S.SUBMITTED, to=S.ACCEPTED),
    Act.SEND_TO_REVIEW: _move("转人工审核", S.ACCEPTED, S.DECIDED, to=S.REVIEW),
    Act.LOOK_AGAIN: _move("重新查询", S.REVIEW, to=None),
    Act.ESTABLISH_FACT: _move("人工核实", S.REVIEW, to=None),
    Act.REQUEST_CORRECTION: _move("请您补正", S.REVIEW, to=S.CORRECTION),
    Act.REPORT_MISTAKE: _move("申请人更正", S.ACCEPTED, S.REVIEW, S.APPROVAL, to=S.CORRECTION),
    Act.SUPPLEMENT: _move("补正完成", S.CORRECTION, to=S.ACCEPTED),
    Act.PROPOSE: _move("经办完成", S.REVIEW, to=S.APPROVAL),
    Act.RETURN_TO_CLERK: _move("退回经办", S.APPROVAL, to=S.REVIEW),
    Act.DECIDE_GRANT: _move("决定：同意", S.ACCEPTED, S.APPROVAL, to=S.DECIDED),
    Act.DECIDE_REFUSE: _move("决定：不予同意", S.ACCEPTED, S.APPROVAL, to=S.REFUSED),
    Act.SIGN: _move("签订协议", S.DECIDED, to=None),
    Act.TAKE_EFFECT: _move("开始办理", S.DECIDED, to=S.IN_EFFECT),
    Act.NOTE: _move("办理进展", S.IN_EFFECT, S.DELIVERED, S.CLOSED, to=None),
    Act.DELIVER: _move("已办好", S.IN_EFFECT, to=S.DELIVERED),
    Act.CLOSE: _move("办结", S.DELIVERED, to=S.CLOSED),
    Act.END_WITHOUT_EFFECT: _move("未能办成", S.IN_EFFECT, to=S.CLOSED),
    Act.WITHDRAW: _move(
        "您撤回了申请", S.SUBMITTED, S.ACCEPTED, S.CORRECTION, S.REVIEW, S.APPROVAL, S.DECIDED, S.IN_EFFECT,
        to=S.WITHDRAWN,
    ),
}  # fmt: skip

ENDED: frozenset[S] = frozenset({S.CLOSED, S.REFUSED, S.WITHDRAWN})


def target(act: Act, state: S) -> S:
    """The state the act leads to, or a Refusal when it is not possible from here."""
    move = MOVES[act]
    if state not in move.sources:
        text = f"这件业务现在是“{state.zh}”，不能{_verb(act)}。请刷新页面查看最新进度。"
        raise Refusal("case_state", text, status=409)
    return move.to or state


def possible(act: Act, state: S) -> bool:
    return state in MOVES[act].sources


def _verb(act: Act) -> str:
    return {
        Act.WITHDRAW: "撤回", Act.SUPPLEMENT: "补正", Act.REQUEST_CORRECTION: "要求补正", Act.PROPOSE: "提出经办意见",
        Act.RETURN_TO_CLERK: "退回经办", Act.DECIDE_GRANT: "同意", Act.DECIDE_REFUSE: "作出不予同意的决定",
        Act.SIGN: "签订协议", Act.REPORT_MISTAKE: "更正", Act.ESTABLISH_FACT: "核实事实",
        Act.LOOK_AGAIN: "重新查询",
    }.get(act, "这样办理")  # fmt: skip
