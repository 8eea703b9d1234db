"""All writes of the accounts room; each is one transaction with one audit record, behind the gate."""

from __future__ import annotations

from anju.accounts.actions.accrual import accrue_interest
from anju.accounts.actions.closing import hold_for_close_out, post_close_out, reverse_close_out
from anju.accounts.actions.contributions import post_contributions
from anju.accounts.actions.freezes import end_lapsed_freezes, freeze, unfreeze
from anju.accounts.actions.holds import hold, release_hold
from anju.accounts.actions.opening import open_accounts
from anju.accounts.actions.rates import load_rates
from anju.accounts.actions.reversals import may_come_back, reverse_contributions, reverse_line
from anju.accounts.actions.settlement import settle_interest
from anju.accounts.actions.states import move_accounts, seal_accounts, unseal_accounts
from anju.accounts.actions.trial import trial_interest
from anju.accounts.actions.withdrawals import post_withdrawal

__all__ = [
    "accrue_interest",
    "end_lapsed_freezes",
    "freeze",
    "hold",
    "hold_for_close_out",
    "load_rates",
    "may_come_back",
    "move_accounts",
    "open_accounts",
    "post_close_out",
    "post_contributions",
    "post_withdrawal",
    "release_hold",
    "reverse_close_out",
    "reverse_contributions",
    "reverse_line",
    "seal_accounts",
    "settle_interest",
    "trial_interest",
    "unfreeze",
    "unseal_accounts",
]
