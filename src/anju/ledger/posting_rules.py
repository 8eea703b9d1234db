"""Which two subjects each business event moves: the named pairs of the fund's accounting method.

An event is posted by ``pair``; nobody else writes a subject's code. A unit stands on the lines of suspense and of
members' money, a bank account on the lines of deposits.
"""

from __future__ import annotations

from enum import Enum

from anju.ledger.types import GlLine

DEPOSITS = "101"  # 住房公积金存款
MEMBERS = "201"  # 住房公积金, control account of the member lines
INTEREST_PAYABLE = "211"  # 应付利息
SUSPENSE = "219"  # 其他应付款 (暂收)
INTEREST_EXPENSE = "411-01"  # 业务支出, 职工利息


class PostingRule(Enum):
    """(debit, credit) of one event."""

    RECEIPT_UNMATCHED = (DEPOSITS, SUSPENSE)
    REMITTANCE_MATCHED = (DEPOSITS, MEMBERS)
    SUSPENSE_ALLOCATED = (SUSPENSE, MEMBERS)
    SUSPENSE_REFUNDED = (SUSPENSE, DEPOSITS)
    MEMBERS_TO_SUSPENSE = (MEMBERS, SUSPENSE)
    REMITTANCE_REVERSED = (MEMBERS, DEPOSITS)
    WITHDRAWAL_PAID = (MEMBERS, DEPOSITS)
    WITHDRAWAL_RETURNED = (DEPOSITS, MEMBERS)
    TRANSFER_IN = (DEPOSITS, MEMBERS)
    TRANSFER_OUT = (MEMBERS, DEPOSITS)
    INTEREST_ACCRUED = (INTEREST_EXPENSE, INTEREST_PAYABLE)
    INTEREST_CREDITED = (INTEREST_PAYABLE, MEMBERS)
    INTEREST_TAKEN_BACK = (MEMBERS, INTEREST_PAYABLE)
    INTEREST_ACCRUAL_REVERSED = (INTEREST_PAYABLE, INTEREST_EXPENSE)

    @property
    def debit(self) -> str:
        """Subject on the debit side."""
        return str(self.value[0])

    @property
    def credit(self) -> str:
        """Subject on the credit side."""
        return str(self.value[1])


def pair(
    rule: PostingRule, *, amount_fen: int, unit_id: int | None = None, bank_account_id: int | None = None
) -> tuple[GlLine, GlLine]:
    """The debit and the credit line of an event."""

    def line(subject: str, debit_fen: int, credit_fen: int) -> GlLine:
        at_bank = subject == DEPOSITS
        of_unit = subject in (MEMBERS, SUSPENSE)
        return GlLine(
            subject, debit_fen, credit_fen, unit_id if of_unit else None, bank_account_id if at_bank else None
        )

    return line(rule.debit, amount_fen, 0), line(rule.credit, 0, amount_fen)


def interest_lines(*, credited_fen: int, taken_back_fen: int = 0) -> tuple[GlLine, ...]:
    """Lines of settled interest: accrued and credited, or taken back where a late correction made it negative."""
    lines: tuple[GlLine, ...] = ()
    if credited_fen:
        lines += pair(PostingRule.INTEREST_ACCRUED, amount_fen=credited_fen)
        lines += pair(PostingRule.INTEREST_CREDITED, amount_fen=credited_fen)
    if taken_back_fen:
        lines += pair(PostingRule.INTEREST_TAKEN_BACK, amount_fen=taken_back_fen)
        lines += pair(PostingRule.INTEREST_ACCRUAL_REVERSED, amount_fen=taken_back_fen)
    return lines
