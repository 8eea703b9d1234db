"""What a change of staff does: accounts are opened, unsealed, sealed or moved, and bases take effect by month."""

from __future__ import annotations

from anju.casework.types import Effect, Effecting
from anju.contributions import actions as contributions
from anju.contributions.roster.types import SealReason
from anju.contributions.types import ListSource
from anju.services.member_change.lists import checked_list


def effect(effecting: Effecting) -> Effect:
    """Apply the list in the decision's transaction; the same list again answers the same."""
    unit_id = effecting.subject.unit_id
    assert unit_id is not None
    # Other centres were asked by the facts; here, inside the transaction, nobody outside is.
    checked, origin = checked_list(
        effecting.answers, centre_id=effecting.subject.centre_id, unit_id=unit_id, at=effecting.at, asking=False
    )
    left_out = str(effecting.answers.get("left_out") or "")
    applied = contributions.apply_changes(
        checked, centre_id=effecting.subject.centre_id, unit_id=unit_id,
        source=ListSource.FILE if origin else ListSource.FORM, actor=effecting.subject.actor, at=effecting.at,
        case_id=effecting.case_id, seal_left_out=SealReason(left_out) if left_out else None,
        # Who could not be asked about when the facts were gathered is asked about later; the others were.
        verify_elsewhere=effecting.facts.get("unasked", 0) > 0, **origin,
    )  # fmt: skip
    again = "（这份名册以前办过，没有重复办理）" if applied.replayed else ""
    return Effect(
        done=True, text=f"进来 {applied.joins} 人，离开 {applied.leaves} 人，基数变化 {applied.base_changes} 人{again}",
        result={"list_id": applied.list_id},
    )  # fmt: skip
