"""Actions of the contributions room: all writes."""

from anju.contributions.actions.booking import on_receipt_booked, on_receipt_unbooked
from anju.contributions.actions.changes import apply_changes
from anju.contributions.actions.checking import (
    ASKING_SECONDS,
    ListAnswer,
    check_pasted,
    check_table,
    check_upload,
    readable,
    readable_pasted,
)
from anju.contributions.actions.declaring import approve_remittance, cancel_remittance, declare_month
from anju.contributions.actions.posting import post_remittance
from anju.contributions.actions.receiving import on_money_received, on_receipt_reversed
from anju.contributions.actions.refunding import on_payment_returned, on_payment_settled, refund
from anju.contributions.actions.settling import allocate, cover_owed, stop_waiting, wait_for_rest
from anju.contributions.actions.verifying import verify_elsewhere

__all__ = [
    "ASKING_SECONDS",
    "ListAnswer",
    "allocate",
    "apply_changes",
    "approve_remittance",
    "cancel_remittance",
    "check_pasted",
    "check_table",
    "check_upload",
    "cover_owed",
    "declare_month",
    "on_money_received",
    "on_payment_returned",
    "on_payment_settled",
    "on_receipt_booked",
    "on_receipt_reversed",
    "on_receipt_unbooked",
    "post_remittance",
    "readable",
    "readable_pasted",
    "refund",
    "stop_waiting",
    "verify_elsewhere",
    "wait_for_rest",
]
