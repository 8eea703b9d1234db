"""A case as an auditor reads it: facts, decision, opinion and papers, nothing to act on; numbers of people are masked.

What an auditor may see is decision 0027; each case and each paper that is opened is recorded.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from anju.audit.actions import record
from anju.casework import actions as cases
from anju.casework import queries as case_queries
from anju.casework import registry
from anju.casework.types import Case
from anju.files import queries as files
from anju.identity.permissions import permission
from anju.portals.common import actor_of, moment_of
from anju.portals.desk.casefile import ACT_ZH, TAG_OF, citation, fact_rows, step_rows
from anju.portals.desk.masking import masked
from anju.portals.desk.pages import id_of
from anju.portals.desk.views.case import CONTENT_TYPES


@permission("audit.ask")
@require_safe
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case, read-only; `voucher` says from which voucher the auditor came."""
    voucher_id = id_of(request.GET.get("voucher"))
    purpose = f"voucher {voucher_id}" if voucher_id else "audit"
    found = cases.open_case_for_audit(case_id, purpose=purpose, actor=actor_of(request), at=moment_of(request))
    return render(request, "desk/audit_case.html", case_context(found) | {"voucher_id": voucher_id})


def case_context(found: Case) -> dict[str, object]:
    """What of a case is shown and put into a sample's file."""
    service = registry.service(found.service)
    return {
        "case": found, "tag": TAG_OF.get(found.state, ""), "steps": step_rows(found),
        "summary": [(line.label, masked(line.text)) for line in service.summary(found.answers)],
        "facts": [(row, masked(row.text), masked(row.stated)) for row in fact_rows(found, service)],
        "acts": [(ACT_ZH.get(act.act, act.act), act) for act in found.reviews],
        "materials": {item.code: item.title for item in service.materials},
        "citation": citation(found.decision.article, found.law_on) if found.decision else "",
    }  # fmt: skip


@permission("audit.ask")
@require_safe
def paper(request: HttpRequest, case_id: int, file_id: int) -> HttpResponse:
    """A paper of this case, as a download; the look is recorded."""
    actor = actor_of(request)
    found = case_queries.audited_case(actor, case_id)
    if all(one.file_id != file_id for one in found.papers):
        raise Http404
    kept, content = files.kept_file(file_id), files.content(file_id)
    record(
        "look", actor=actor, at=moment_of(request), subject="case_paper", subject_id=file_id, case_id=case_id,
        person_id=found.subject.person_id, unit_id=found.subject.unit_id, details={"purpose": "audit"},
    )  # fmt: skip
    answer = HttpResponse(content, content_type=CONTENT_TYPES.get(kept.kind, "application/octet-stream"))
    answer["Content-Disposition"] = content_disposition_header(True, kept.filename) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
