"""All reads of casework, each scoped to the caller in SQL: nobody reaches a case that is not his."""

from anju.casework.queries.audit import CaseMark, audited, audited_case, audited_cases, case_id_of, case_marks
from anju.casework.queries.cases import case_for, changes_between, desk_case
from anju.casework.queries.drafts import draft_for, drafts_of
from anju.casework.queries.lists import cases_of, free_cases, queue, queue_counts, running_cases, signed_before
from anju.casework.queries.progress import progress
from anju.casework.queries.reviews import facts_by_hand
from anju.casework.queries.scope import desk_cases, own_cases

__all__ = [
    "CaseMark",
    "audited",
    "audited_case",
    "audited_cases",
    "case_for",
    "case_id_of",
    "case_marks",
    "cases_of",
    "changes_between",
    "desk_case",
    "desk_cases",
    "draft_for",
    "drafts_of",
    "facts_by_hand",
    "free_cases",
    "own_cases",
    "progress",
    "queue",
    "queue_counts",
    "running_cases",
    "signed_before",
]
