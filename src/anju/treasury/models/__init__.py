"""Tables of the treasury."""

from anju.treasury.models.account import BankAccount
from anju.treasury.models.batch import BatchContradiction, PaymentBatch, PaymentBatchLine
from anju.treasury.models.booking import BankBooking
from anju.treasury.models.card import MemberCard
from anju.treasury.models.contradiction import BankContradiction
from anju.treasury.models.deposit import Deposit, OwnMove
from anju.treasury.models.notice import BankNotice
from anju.treasury.models.payment import PaymentOrder, TreasuryMandate
from anju.treasury.models.reconciled_day import ReconciledDay
from anju.treasury.models.statement import BankEntry, BankStatement

__all__ = [
    "BankAccount",
    "BankBooking",
    "BankContradiction",
    "BankEntry",
    "BankNotice",
    "BankStatement",
    "BatchContradiction",
    "Deposit",
    "MemberCard",
    "OwnMove",
    "PaymentBatch",
    "PaymentBatchLine",
    "PaymentOrder",
    "ReconciledDay",
    "TreasuryMandate",
]
