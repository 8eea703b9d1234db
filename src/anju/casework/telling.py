"""What the applicant is told when his case moves: one inbox message for each turn that concerns him.

Words follow the kinds of `notices/templates.yaml`. An SMS with the amount is sent by the room that pays.
"""

from __future__ import annotations

from datetime import datetime

from anju.casework import registry
from anju.casework.models import Case
from anju.casework.types import CaseChanged, CaseState, Outcome
from anju.kernel import events
from anju.notices import actions as notices


def accepted(case: Case, *, at: datetime) -> None:
    _send(case, "case_accepted", at, service=_title(case), case_number=case.number, promise=case.promise_text)


def sent_to_review(case: Case, *, text: str, at: datetime) -> None:
    _changed(case, "转人工审核", text, at)


def correction_asked(case: Case, *, reason: str, at: datetime) -> None:
    _send(case, "case_correction", at, service=_title(case), case_number=case.number, reason=reason)
    _changed(case, "请您补正", reason, at)


def decided(
    case: Case, outcome: Outcome, text: str, to_do: str, *, needs_signature: bool, at: datetime
) -> None:
    if outcome is Outcome.REFUSE:
        _send(case, "case_refused", at, service=_title(case), case_number=case.number,
              reason=text.rstrip("。"), remedy=to_do)  # fmt: skip
        return
    next_step = "请阅读并签订服务协议，签订后立即开通。" if needs_signature else text
    _send(case, "case_approved", at, service=_title(case), case_number=case.number, next_step=next_step)


def withdrawn(case: Case, *, at: datetime) -> None:
    _send(case, "case_withdrawn", at, service=_title(case), case_number=case.number)
    _changed(case, "申请已撤回", "", at)


def ended(case: Case, *, title: str, text: str, at: datetime) -> None:
    """The room that finished or failed has told the person in its own words; others only hear of the change."""
    _changed(case, title, text, at)


def _title(case: Case) -> str:
    return registry.service(case.service).title


def _send(case: Case, kind: str, at: datetime, **values: str) -> None:
    notices.send(
        kind, at=at, login_id=None if case.unit_id else case.login_id, unit_id=case.unit_id, values=values,
        case_id=case.case_id, case_number=case.number, centre_id=case.centre_id,
    )  # fmt: skip


def _changed(case: Case, title: str, text: str, at: datetime) -> None:
    events.publish(
        CaseChanged(
            case.case_id, case.number, case.service, CaseState(case.state), case.login_id, case.person_id,
            case.unit_id, title, text, at,
        )
    )  # fmt: skip
