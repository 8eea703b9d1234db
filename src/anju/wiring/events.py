"""Who listens to whom: the one table. News travels up the stack; the listener acts in the news' transaction."""

from __future__ import annotations

from anju.accounts.types import InterestSettled
from anju.contributions import actions as contributions
from anju.contributions.types import (
    ActiveElsewhereFound,
    RemittanceDeclared,
    RemittancePosted,
    RemittanceReversed,
    SuspenseOpened,
    SuspenseSettled,
)
from anju.identity.types import NotMe, PhoneChanged, SendingBudgetNear
from anju.kernel.events import listen
from anju.treasury.types import (
    MoneyReceived,
    PaymentReturned,
    PaymentSettled,
    ReceiptBooked,
    ReceiptReversed,
    ReceiptUnbooked,
)
from anju.wiring import interest, months, payouts, safety
from anju.withdrawals import actions as withdrawals
from anju.withdrawals.types import WithdrawalPaid, WithdrawalPaidAgain, WithdrawalReturned, WithdrawalWaits


def connect() -> None:
    """Register every listener; calling twice changes nothing."""
    # money at the bank
    listen(MoneyReceived, contributions.on_money_received)
    listen(ReceiptReversed, contributions.on_receipt_reversed)
    listen(ReceiptBooked, contributions.on_receipt_booked)
    listen(ReceiptUnbooked, contributions.on_receipt_unbooked)
    listen(PaymentSettled, contributions.on_payment_settled)
    listen(PaymentReturned, contributions.on_payment_returned)
    listen(PaymentSettled, withdrawals.on_payment_settled)
    listen(PaymentReturned, withdrawals.on_payment_returned)
    # a withdrawal's end
    listen(WithdrawalPaid, payouts.withdrawal_paid)
    listen(WithdrawalReturned, payouts.withdrawal_returned)
    listen(WithdrawalWaits, payouts.withdrawal_waits)
    listen(WithdrawalPaidAgain, payouts.withdrawal_paid_again)
    # a unit's month and its money
    listen(RemittanceDeclared, months.month_declared)
    listen(RemittancePosted, months.month_posted)
    listen(RemittanceReversed, months.month_reversed)
    listen(SuspenseOpened, months.money_waits)
    listen(SuspenseSettled, months.money_dealt_with)
    listen(ActiveElsewhereFound, months.active_elsewhere)
    # the year's interest
    listen(InterestSettled, interest.interest_settled)
    # safety
    listen(NotMe, safety.not_me)
    listen(PhoneChanged, safety.phone_changed)
    listen(SendingBudgetNear, safety.sending_budget_near)
