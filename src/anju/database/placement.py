"""Where each table lives when one machine becomes several.

One entry a table; a table without an entry fails the build. Groups: ``member`` (by account_id), ``centre``
(by centre_id), ``case`` (by case_id), ``claims`` (by id_digest), ``person`` (by person_id), ``reference``
(copied everywhere), ``local`` (coordinator only). ``append_only``: the serving role may neither change nor
delete its rows, nor anybody else without taking off a trigger. ``fixed``: reference rows that only migrations change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Group = Literal["member", "centre", "case", "claims", "person", "reference", "local"]


@dataclass(frozen=True)
class Placement:
    """Group and distribution column of one table."""

    group: Group
    column: str | None
    append_only: bool = False
    fixed: bool = False


def _member(*, append_only: bool = False) -> Placement:
    return Placement("member", "account_id", append_only)


def _centre(*, append_only: bool = False) -> Placement:
    return Placement("centre", "centre_id", append_only)


def _case(*, append_only: bool = False) -> Placement:
    return Placement("case", "case_id", append_only)


def _person(*, append_only: bool = False) -> Placement:
    return Placement("person", "person_id", append_only)


def _local(*, append_only: bool = False) -> Placement:
    return Placement("local", None, append_only)


_REFERENCE = Placement("reference", None)
_FIXED = Placement("reference", None, fixed=True)

PLACEMENT: dict[str, Placement] = {
    # ledger
    "voucher": _centre(append_only=True),
    "gl_line": _centre(append_only=True),
    "centre_day": _centre(),
    "period": _centre(),
    "income_distribution": _centre(),
    "subject": _FIXED,
    "voucher_seal": _centre(append_only=True),
    "books_head": _centre(append_only=True),
    "books_head_sent": _centre(append_only=True),
    # accounts
    "account": _member(),
    "balance": _member(),
    "member_line": _member(append_only=True),
    "hold": _member(),
    "close_out": _member(append_only=True),
    "account_spell": _member(),
    "account_freeze": _member(),
    "rate_index": _FIXED,
    "interest_trial": _member(),
    "interest_trial_run": _centre(),
    "interest_accrual": _centre(append_only=True),
    # parties
    "person": _person(),
    "person_contact": _person(),
    "person_tie": _person(),
    "person_history": _person(append_only=True),
    "unit": _centre(),
    "unit_terms": _centre(),
    "unit_history": _centre(append_only=True),
    "claims": Placement("claims", "id_digest"),
    # contributions
    "contribution_term": _member(append_only=True),
    "remittance": _centre(),
    "remittance_line": _member(append_only=True),
    "change_list": _centre(),
    "change_line": _centre(append_only=True),
    "suspense": _centre(),
    "suspense_move": _centre(append_only=True),
    # treasury
    "bank_account": _centre(),
    "bank_booking": _centre(),
    "bank_contradiction": _centre(),
    "bank_entry": _centre(append_only=True),
    "bank_notice": _centre(),
    "bank_statement": _centre(append_only=True),
    "reconciled_day": _centre(),
    "batch_contradiction": _centre(),
    "deposit": _centre(),
    "own_move": _centre(),
    "payment_batch": _centre(),
    "payment_batch_line": _centre(),
    "payment_order": _centre(),
    "treasury_mandate": _centre(),
    "member_card": _person(),
    # reports
    "audit_finding": _centre(append_only=True),
    "finding_step": _centre(append_only=True),
    # withdrawals
    "withdrawal": _member(),
    "withdrawal_return": _member(),
    # closing
    "closing_run": _centre(),
    "closing_step": _centre(),
    "closing_explanation": _centre(append_only=True),
    "closing_interest": _centre(),
    # casework
    "casework_case": _case(),
    "case_step": _case(append_only=True),
    "case_review": _case(append_only=True),
    "case_decision": _case(append_only=True),
    "case_opinion": _case(append_only=True),
    "case_signature": _case(append_only=True),
    "case_correction": _case(),
    "case_file": _case(),
    "case_number": _centre(),
    "case_request": _centre(),
    "case_running": _centre(),
    "case_draft": _local(),
    # certificates
    "certificate": _centre(append_only=True),
    "certificate_paper": _centre(append_only=True),
    "certificate_revocation": _centre(append_only=True),
    # files, notices, exchange, identity: local to the coordinator
    "file": _local(),
    "notice": _local(),
    "notice_part": _local(),
    "sms": _local(),
    "exchange_query": _local(append_only=True),
    "identity_login": _local(),
    "identity_mandate": _local(),
    "identity_session": _local(),
    "identity_code": _local(),
    "identity_send": _local(),
    "identity_attempt": _local(),
    "identity_activity": _local(append_only=True),
    "audit_record": _local(append_only=True),
    "support_report": _local(),
    # Django's own and the job queue
    "django_migrations": _local(),
    "django_content_type": _local(),
    "auth_group": _local(),
    "auth_group_permissions": _local(),
    "auth_permission": _local(),
    "procrastinate_jobs": _local(),
    "procrastinate_events": _local(),
    "procrastinate_periodic_defers": _local(),
    "procrastinate_workers": _local(),
}
