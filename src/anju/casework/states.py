"""The few words every part of casework shares: states, audiences, outcomes. Pure."""

from __future__ import annotations

from enum import StrEnum


class CaseState(StrEnum):
    """The one life-cycle. `casework.lifecycle` owns the allowed moves."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    CORRECTION = "correction"
    REVIEW = "review"
    APPROVAL = "approval"
    DECIDED = "decided"
    IN_EFFECT = "in_effect"
    DELIVERED = "delivered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"

    @property
    def zh(self) -> str:
        return STATE_ZH[self]


STATE_ZH: dict[CaseState, str] = {
    CaseState.DRAFT: "草稿",
    CaseState.SUBMITTED: "已提交",
    CaseState.ACCEPTED: "已受理",
    CaseState.CORRECTION: "待补正",
    CaseState.REVIEW: "审核中",
    CaseState.APPROVAL: "复核中",
    CaseState.DECIDED: "已决定",
    CaseState.IN_EFFECT: "办理中",
    CaseState.DELIVERED: "已办好",
    CaseState.CLOSED: "已办结",
    CaseState.WITHDRAWN: "已撤回",
    CaseState.REFUSED: "不予同意",
}

OPEN_STATES: frozenset[CaseState] = frozenset(CaseState) - {
    CaseState.DRAFT, CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.REFUSED,
}
"""A case in one of these states is running (在办)."""


class Audience(StrEnum):
    """Who may file: a member with permission, a unit's agent, or any log-in (the two openings)."""

    MEMBER = "member"
    UNIT = "unit"
    ANY_LOGIN = "any_login"


class ReviewMode(StrEnum):
    """Who decides. RULE: always the machine. RULE_OR_REVIEW: people where a fact is unknown. ALWAYS_REVIEW: people."""

    RULE = "rule"
    RULE_OR_REVIEW = "rule_or_review"
    ALWAYS_REVIEW = "always_review"


class Outcome(StrEnum):
    GRANT = "grant"
    REFUSE = "refuse"
    REVIEW = "review"


class Proposal(StrEnum):
    """What the clerk (经办) proposes to the reviewer (复核)."""

    AGREE = "agree"
    REFUSE = "refuse"
