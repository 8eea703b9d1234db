"""Who may do what to a case, beyond the permission of the page: the desk's roles and the natural person behind them."""

from __future__ import annotations

from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

CLERK = "clerk"
REVIEWER = "reviewer"
DESK_ROLES = frozenset({CLERK, REVIEWER})


def require_clerk(actor: Actor) -> int:
    """The clerk's natural person; four eyes are about persons, so a log-in without one may not act."""
    return _require(actor, CLERK, "这一步由经办人办理。")


def require_reviewer(actor: Actor) -> int:
    return _require(actor, REVIEWER, "这一步由复核人办理。")


def is_desk(actor: Actor) -> bool:
    return actor.role in DESK_ROLES and actor.person_id is not None


def require_login(actor: Actor) -> int:
    """The log-in of an applicant."""
    if actor.login_id is None:
        raise Refusal("login_needed", "请先登录再办理。", status=401)
    return actor.login_id


def _require(actor: Actor, role: str, text: str) -> int:
    if actor.role != role:
        raise Refusal("role_needed", text, status=403)
    if actor.person_id is None:
        raise Refusal("person_needed", "您的登录账号没有关联本人身份，不能办理案件。请联系系统管理员。", status=403)
    return actor.person_id
