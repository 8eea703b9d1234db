"""What the applicant is told when his case moves: one inbox message for each turn that concerns him.

The inbox is the record. The phone rings only where he is not looking at the page anyway and something is his to do
or to know: a correction, a decision made by people. An SMS with the amount is sent by the room that pays. Words
follow the kinds of `notices/templates.yaml`.
"""

from __future__ import annotations

from datetime import datetime

from anju.casework import registry
from anju.casework.models import Case
from anju.casework.types import Outcome
from anju.identity import queries as identity
from anju.notices import actions as notices


def accepted(case: Case, *, at: datetime) -> None:
    _send(case, "case_accepted", at, service=_title(case), case_number=case.number, promise=case.promise_text)


def correction_asked(case: Case, *, reason: str, at: datetime) -> None:
    _send(case, "case_correction", at, call=True, service=_title(case), case_number=case.number, reason=reason)


def decided(
    case: Case, outcome: Outcome, text: str, to_do: str, *, needs_signature: bool, by_people: bool, at: datetime
) -> None:
    if outcome is Outcome.REFUSE:
        _send(case, "case_refused", at, call=by_people, service=_title(case), case_number=case.number,
              reason=text.rstrip("。"), remedy=to_do)  # fmt: skip
        return
    next_step = "请阅读并签订服务协议，签订后立即开通。" if needs_signature else text
    _send(case, "case_approved", at, call=by_people, service=_title(case), case_number=case.number,
          next_step=next_step)  # fmt: skip


def withdrawn(case: Case, *, at: datetime) -> None:
    _send(case, "case_withdrawn", at, service=_title(case), case_number=case.number)


def _title(case: Case) -> str:
    return registry.service(case.service).title


def _send(case: Case, kind: str, at: datetime, *, call: bool = False, **values: str) -> None:
    login = identity.login(case.login_id) if call else None
    notices.send(
        kind, at=at, login_id=None if case.unit_id else case.login_id, unit_id=case.unit_id, values=values,
        case_id=case.case_id, case_number=case.number, centre_id=case.centre_id,
        phone=login.phone if login else None,
    )  # fmt: skip
