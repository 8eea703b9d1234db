"""All reads of the accounts room. Money is read from balance rows; lines are read only where lines are shown."""

from __future__ import annotations

from anju.accounts.queries.accrual import accruals
from anju.accounts.queries.close_outs import close_out, close_out_of
from anju.accounts.queries.credited import interest_credited, interest_parts, rates_of_year
from anju.accounts.queries.interest import accrued_interest, preview_interest, rate_on
from anju.accounts.queries.known import learned_later, statement_as_known
from anju.accounts.queries.lines import movement, movements, own_movement, source_lines, statement
from anju.accounts.queries.months import contribution_months
from anju.accounts.queries.overview import account_of_person, freezes, overview, own_overview, person_of, spells
from anju.accounts.queries.receipt import trial_receipt
from anju.accounts.queries.roster import (
    account_ids,
    accounts_of_people,
    ids_of_unit,
    person_ids,
    state_counts,
    unit_accounts,
)
from anju.accounts.queries.trial import latest_trial, trial, trial_differences

__all__ = [
    "account_ids",
    "account_of_person",
    "accounts_of_people",
    "accruals",
    "accrued_interest",
    "close_out",
    "close_out_of",
    "contribution_months",
    "freezes",
    "ids_of_unit",
    "interest_credited",
    "interest_parts",
    "latest_trial",
    "learned_later",
    "movement",
    "movements",
    "overview",
    "own_movement",
    "own_overview",
    "person_ids",
    "person_of",
    "preview_interest",
    "rate_on",
    "rates_of_year",
    "source_lines",
    "spells",
    "state_counts",
    "statement",
    "statement_as_known",
    "trial",
    "trial_differences",
    "trial_receipt",
    "unit_accounts",
]
