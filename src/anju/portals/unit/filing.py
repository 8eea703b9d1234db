"""Filing a service of the unit: what the rule refuses comes back as a refusal in the decision's own words."""

from __future__ import annotations

import secrets

from django.http import HttpRequest

from anju.casework import actions as cases
from anju.casework import queries as case_queries
from anju.casework.queries.requests import case_of_key
from anju.casework.types import Answers, CaseState, Submitted
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of, form_key, moment_of

DECIDED_NO = "decided_no"
UNDECIDED = frozenset({CaseState.ACCEPTED, CaseState.REVIEW, CaseState.APPROVAL})


def fresh_key() -> str:
    """A key for a page that is shown again after its own was used up by what was refused."""
    return secrets.token_urlsafe(24)


def sent_before(request: HttpRequest) -> bool:
    """Whether this very form has made a case already: then it is answered as before, not looked at anew."""
    return case_of_key(actor_of(request), form_key(request)) is not None


def file(request: HttpRequest, service: str, answers: Answers, *, draft_id: int | None = None) -> Submitted:
    """Submit under the form's key. Sent twice, the second answers like the first."""
    actor, at = actor_of(request), moment_of(request)
    filed = cases.submit(service, answers, actor=actor, key=form_key(request), at=at, draft_id=draft_id)
    if filed.state is CaseState.REFUSED:
        decision = case_queries.case_for(actor, filed.case_id).decision
        assert decision is not None, "a refused case has its decision"
        raise Refusal(DECIDED_NO, f"{decision.text}{decision.to_do}", status=409)
    return filed
