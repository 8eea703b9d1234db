"""Queries of the contributions room: all reads."""

from anju.contributions.queries.differences import MonthAgainstLast
from anju.contributions.queries.month import differences, frozen_differences, unit_month
from anju.contributions.queries.people import normal_accounts, roster, term_of, terms_of
from anju.contributions.queries.proposals import MatchedShare, certain_month, matched_share, proposals
from anju.contributions.queries.remittances import (
    arrears,
    line_of,
    lines,
    payment_notice,
    remittance,
    remittances,
    unpaid_remittances,
)
from anju.contributions.queries.suspense import (
    Span,
    receipt_of,
    suspense_item,
    suspense_items,
    suspense_moves,
    suspense_spans,
    suspense_standing,
)
from anju.contributions.queries.units import due_date, next_month, rules_of
from anju.contributions.types import Difference

__all__ = [
    "Difference", "MatchedShare", "MonthAgainstLast", "Span", "arrears", "certain_month", "differences", "due_date",
    "frozen_differences", "line_of", "lines", "matched_share", "next_month", "normal_accounts",
    "payment_notice", "proposals", "receipt_of", "remittance", "remittances", "roster", "rules_of",
    "suspense_item", "suspense_items", "suspense_moves", "suspense_spans", "suspense_standing", "term_of",
    "terms_of", "unit_month", "unpaid_remittances",
]  # fmt: skip
