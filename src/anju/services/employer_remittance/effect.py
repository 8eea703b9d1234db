"""What a confirmed month does: the list is frozen and the payment notice exists; the money completes the case."""

from __future__ import annotations

from anju.casework.types import Effect, Effecting
from anju.contributions import actions as contributions
from anju.contributions import queries
from anju.contributions.types import RemittanceState
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal


def effect(effecting: Effecting) -> Effect:
    """Freeze the list; again for the same case it answers the same."""
    unit_id = effecting.subject.unit_id
    assert unit_id is not None
    made = contributions.declare_month(
        effecting.subject.centre_id, unit_id, Month.parse(str(effecting.answers["month"])),
        actor=effecting.subject.actor, at=effecting.at, case_id=effecting.case_id,
        expected_total_fen=effecting.answers["expected_total_fen"],
    )  # fmt: skip
    waiting = made.state is RemittanceState.AWAITING_APPROVAL
    if made.state is RemittanceState.POSTED:
        nobody = "本月没有需要缴存的职工，不用缴款。"
        return Effect(done=True, text=nobody, result={"remittance_id": made.remittance_id})
    text = "等单位另一位同事复核" if waiting else f"汇缴书 {made.number}，等单位缴款"
    return Effect(done=False, text=text, result={"remittance_id": made.remittance_id, "number": made.number})


def cancel(effecting: Effecting) -> None:
    """Take the declaration back; refused once money for it has come."""
    unit_id = effecting.subject.unit_id
    month = Month.parse(str(effecting.answers["month"]))
    assert unit_id is not None
    found = next(
        (one for one in queries.remittances(effecting.subject.centre_id, unit_id, limit=12)
         if one.case_id == effecting.case_id), None,
    )  # fmt: skip
    if found is None:
        raise Refusal("remittance_gone", f"{month.zh}的申报已经不在，请刷新后再看。", status=409)
    contributions.cancel_remittance(
        effecting.subject.centre_id, unit_id, found.remittance_id, reason="经办人撤回", actor=effecting.subject.actor,
        at=effecting.at,
    )  # fmt: skip
