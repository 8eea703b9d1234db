"""All writes of casework. Each is one transaction with one step in the timeline and one audit record."""

from anju.casework.actions.advancing import advance, rescue
from anju.casework.actions.applicant import report_mistake, supplement, withdraw
from anju.casework.actions.desk import (
    approve,
    claim,
    claim_next,
    open_case,
    open_case_for_audit,
    open_cases_for_audit,
    propose,
    refuse,
    release_claim,
    request_correction,
    return_to_clerk,
)
from anju.casework.actions.drafts import discard_draft, forget_old_drafts, save_draft
from anju.casework.actions.facts import ask_again, establish_fact
from anju.casework.actions.finishing import complete, end_without_effect, note
from anju.casework.actions.signing import sign, sign_again
from anju.casework.actions.submitting import begin, preview, submit

__all__ = [
    "advance",
    "approve",
    "ask_again",
    "begin",
    "claim",
    "claim_next",
    "complete",
    "discard_draft",
    "end_without_effect",
    "establish_fact",
    "forget_old_drafts",
    "note",
    "open_case",
    "open_case_for_audit",
    "open_cases_for_audit",
    "preview",
    "propose",
    "refuse",
    "release_claim",
    "report_mistake",
    "request_correction",
    "rescue",
    "return_to_clerk",
    "save_draft",
    "sign",
    "sign_again",
    "submit",
    "supplement",
    "withdraw",
]
