"""Standing mandates (付款授权): the treasurer's signature for every decided payment up to a limit."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from anju import policy
from anju.audit.actions import record
from anju.database.sql import execute
from anju.identity import queries as identity
from anju.identity.types import Role
from anju.kernel.actor import Actor
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal
from anju.treasury.sql import insert_once

TREASURER = "treasurer"


def require_treasurer(actor: Actor) -> int:
    """The treasurer's person id, or a refusal."""
    if actor.role != TREASURER or actor.person_id is None:
        raise Refusal("not_treasurer", "只有资金人员可以办理付款。请由资金人员登录后办理。", status=403)
    return actor.person_id


def office_of(actor: Actor) -> int:
    """The mandate of identity by which the actor is treasurer now, or a refusal: an office signs, not a word."""
    held = identity.mandates_of(actor.login_id) if actor.login_id is not None else []
    office = next((one.mandate_id for one in held if one.role == Role.TREASURER), None)
    if office is None:
        raise Refusal("not_treasurer", "您现在没有资金岗的授权，不能签署付款授权。请由在任的资金人员签署。", status=403)
    return office


def still_in_office(login_id: int | None, office_mandate_id: int | None) -> bool:
    """Whether a signer still holds the office he signed in: for one who left it or never held it nothing is paid."""
    if login_id is None or office_mandate_id is None:
        return False
    return any(held.mandate_id == office_mandate_id for held in identity.mandates_of(login_id))


def policy_limit_fen(on: date) -> int:
    """The most a mandate may reach under the rules in force."""
    return policy.book(settings.ANJU_CITY).fen("treasury.mandate_limit", on)


@transaction.atomic
def sign_mandate(*, limit_fen: int, starts_on: date, ends_on: date, actor: Actor, at: datetime) -> int:
    """Sign a mandate for payments up to `limit_fen` between two dates. It never covers the signer's own payments.

    Refuses a signer who does not hold the office of treasurer at this moment under a log-in of his own.
    """
    person_id = require_treasurer(actor)
    most_fen = policy_limit_fen(starts_on)
    if not 0 < limit_fen <= most_fen:
        raise Refusal(
            "mandate_limit", f"授权额度应大于 0 元，且不超过规定的 {format_fen(most_fen)} 元。", field="limit"
        )
    if ends_on < starts_on or ends_on < at.date():
        raise Refusal("mandate_dates", "授权的截止日应在起始日之后，且不早于今天。", field="ends_on")
    mandate_id = insert_once(
        "treasury_mandate",
        {
            "centre_id": actor.centre_id, "signed_by_login_id": actor.login_id,
            "signed_by_person_id": person_id, "office_mandate_id": office_of(actor),
            "limit_fen": limit_fen, "starts_on": starts_on, "ends_on": ends_on, "signed_at": at,
        },
        "mandate_id",
    )  # fmt: skip
    assert mandate_id is not None
    record(
        "treasury.sign_mandate", actor=actor, at=at, subject="treasury_mandate", subject_id=mandate_id,
        details={"limit_fen": limit_fen, "starts_on": str(starts_on), "ends_on": str(ends_on)},
    )  # fmt: skip
    return mandate_id


@transaction.atomic
def end_mandate(mandate_id: int, *, actor: Actor, at: datetime) -> None:
    """End a mandate at once. Payments that left stay; payments not yet released go to the queue. Twice is once."""
    person_id = require_treasurer(actor)
    ended = execute(
        "UPDATE treasury_mandate SET ended_at = %s, ended_by_person_id = %s"
        " WHERE centre_id = %s AND mandate_id = %s AND ended_at IS NULL",
        [at, person_id, actor.centre_id, mandate_id],
    )
    if ended:
        record("treasury.end_mandate", actor=actor, at=at, subject="treasury_mandate", subject_id=mandate_id)
