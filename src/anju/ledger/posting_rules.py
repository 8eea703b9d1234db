"""Which subjects each business event moves: the named pairs of the fund's accounting method.

An event is posted by ``pair`` or ``compose``; nobody else writes a subject's code. A rule is one or several moves, each
of a named part of the event's money from a credit subject to a debit subject: so every rule balances by its shape.
A unit stands on the lines of suspense and of members' money, a bank account on the lines of deposits, where known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from anju.ledger.business_events import EventKind
from anju.ledger.chart import Asks, chart
from anju.ledger.types import GlLine

DEPOSITS = "101"  # 住房公积金存款
LOAN_FUND = "101-02"  # 委托贷款户
TIME_DEPOSITS = "101-03"  # 定期和通知存款
INCOME_DEPOSITS = "102"  # 增值收益存款
INTEREST_RECEIVABLE = "111"  # 应收利息
OTHER_RECEIVABLE = "119"  # 其他应收款
LOANS = "121"  # 委托贷款
OVERDUE = "122"  # 逾期贷款
TREASURY_BONDS = "124-01"  # 国债
POLICY_BONDS = "124-02"  # 政策性银行债券
MEMBERS = "201"  # 住房公积金, control account of the member lines
INTEREST_PAYABLE = "211"  # 应付利息
FEE_TO_TREASURY = "214-01"  # 专项应付款, 上缴财政的管理费用
SUPPLEMENT = "214-02"  # 专项应付款, 廉租住房补充资金
SUSPENSE = "219"  # 其他应付款 (暂收); its lines stand on the detail of their source
UNKNOWN_RECEIPTS = "219-01"  # 未明来款
OVER_OR_SHORT = "219-02"  # 多缴少缴
UNALLOCATED = "219-03"  # 单位未分配款
RETURNED = "219-04"  # 付款退回
OTHER_PAYABLE = "219-05"  # 其他暂收
COLLECTION_FEE_PAYABLE = "219-11"  # 应付归集手续费
LOAN_FEE_PAYABLE = "219-12"  # 应付委托贷款手续费
RESERVE = "301"  # 贷款风险准备
VALUE_ADDED = "311"  # 增值收益
RESERVE_DRAWN = "321-01"  # 提取贷款风险准备
FEE_DRAWN = "321-02"  # 提取管理费用
SUPPLEMENT_DRAWN = "321-03"  # 提取廉租住房补充资金
UNDISTRIBUTED = "321-04"  # 待分配
DEPOSIT_INTEREST = "401-01"  # 业务收入, 住房公积金利息
INCOME_INTEREST = "401-02"  # 业务收入, 增值收益利息
LOAN_INTEREST = "401-03"  # 业务收入, 委托贷款利息
BOND_INTEREST = "401-04"  # 业务收入, 国家债券利息
OTHER_INCOME = "401-05"  # 业务收入, 其他
INTEREST_EXPENSE = "411-01"  # 业务支出, 职工利息
COLLECTION_FEE = "411-02"  # 业务支出, 归集手续费
LOAN_FEE = "411-03"  # 业务支出, 委托贷款手续费
OTHER_EXPENSE = "411-04"  # 业务支出, 其他 (贴息)

AMOUNT = "amount"  # the part of a rule that moves one sum
PRINCIPAL = "principal"
INTEREST = "interest"


@dataclass(frozen=True)
class Move:
    """One named part of an event's money: what is debited and what is credited with it."""

    part: str
    debit: str
    credit: str


@dataclass(frozen=True)
class Shape:
    """The summary (摘要) of a rule, the event that causes it, and its moves."""

    zh: str
    event: EventKind
    moves: tuple[Move, ...]


def _one(zh: str, event: EventKind, debit: str, credit: str) -> Shape:
    return Shape(zh, event, (Move(AMOUNT, debit, credit),))


def _several(zh: str, event: EventKind, *moves: tuple[str, str, str]) -> Shape:
    return Shape(zh, event, tuple(Move(*move) for move in moves))


def _with_interest(zh: str, event: EventKind, principal: tuple[str, str], interest: tuple[str, str]) -> Shape:
    return _several(zh, event, (PRINCIPAL, *principal), (INTEREST, *interest))


_E = EventKind


class PostingRule(Enum):
    """The rule of one kind of event."""

    # contributions
    RECEIPT_UNMATCHED = _one("来款未识别，转暂收", _E.RECEIPT_UNMATCHED, DEPOSITS, UNKNOWN_RECEIPTS)
    REMITTANCE_MATCHED = _one("汇缴来款直接入账", _E.RECEIPT_MATCHED, DEPOSITS, MEMBERS)
    REMITTANCE_REVERSED = _one("银行冲回汇缴来款", _E.RECEIPT_REVERSED, MEMBERS, DEPOSITS)
    SUSPENSE_ALLOCATED = _one("暂收款分配到个人", _E.SUSPENSE_ALLOCATED, UNKNOWN_RECEIPTS, MEMBERS)
    SUSPENSE_REFUNDED = _one("暂收款退回单位", _E.SUSPENSE_REFUNDED, UNKNOWN_RECEIPTS, DEPOSITS)
    SUSPENSE_MOVED = _one("未分配款在单位之间调整", _E.SUSPENSE_MOVED, UNALLOCATED, UNALLOCATED)
    # Money of the bank's own comes in like every other, through suspense: 101 was debited when it was told.
    SUSPENSE_IS_INTEREST = _one(
        "暂收款查明为存款利息收入", _E.SUSPENSE_IS_INTEREST, UNKNOWN_RECEIPTS, DEPOSIT_INTEREST
    )
    SUSPENSE_IS_ACCRUED_INTEREST = _one(
        "暂收款查明为已计提的存款利息", _E.SUSPENSE_IS_ACCRUED_INTEREST, UNKNOWN_RECEIPTS, INTEREST_RECEIVABLE
    )
    SUSPENSE_IS_RECOVERED = _one(
        "暂收款查明为追回的银行扣款", _E.SUSPENSE_IS_RECOVERED, UNKNOWN_RECEIPTS, OTHER_RECEIVABLE
    )
    MEMBERS_TO_SUSPENSE = _one("错缴转回单位未分配款", _E.CONTRIBUTION_TAKEN_BACK, MEMBERS, UNALLOCATED)
    OTHER_RECEIVED = _one("其他暂收款收到", _E.OTHER_RECEIVED, DEPOSITS, OTHER_PAYABLE)
    OTHER_PAID = _one("其他暂收款付出", _E.OTHER_PAID, OTHER_PAYABLE, DEPOSITS)
    # withdrawals
    WITHDRAWAL_PAID = _one("部分提取", _E.WITHDRAWAL_PAID, MEMBERS, DEPOSITS)
    WITHDRAWAL_RETURNED = _one("提取付款退回个人账户", _E.WITHDRAWAL_RETURNED, DEPOSITS, MEMBERS)
    PAYMENT_RETURNED = _one("付款退回待查", _E.PAYMENT_RETURNED, DEPOSITS, RETURNED)
    PAYMENT_REPEATED = _one("退回的付款再次付出", _E.PAYMENT_REPEATED, RETURNED, DEPOSITS)
    CLOSE_OUT_PAID = _with_interest(
        "销户提取本息", _E.ACCOUNT_PAID_OUT, (MEMBERS, DEPOSITS), (INTEREST_PAYABLE, DEPOSITS)
    )
    WITHOUT_HEIR = _one("无人继承的余额转增值收益", _E.ACCOUNT_WITHOUT_HEIR, MEMBERS, OTHER_INCOME)
    # transfers between cities
    TRANSFER_IN = _one("异地转入", _E.TRANSFER_RECEIVED, DEPOSITS, MEMBERS)
    TRANSFER_IN_WAITS = _one("异地转入资金先到，等待数据", _E.TRANSFER_WAITS, DEPOSITS, OTHER_PAYABLE)
    TRANSFER_IN_ALLOCATED = _one("异地转入数据到齐入账", _E.TRANSFER_ALLOCATED, OTHER_PAYABLE, MEMBERS)
    TRANSFER_OUT = _with_interest(
        "异地转出本息", _E.TRANSFER_SENT, (MEMBERS, DEPOSITS), (INTEREST_PAYABLE, DEPOSITS)
    )
    # members' interest
    INTEREST_ACCRUED = _one("计提职工利息", _E.INTEREST_ACCRUED, INTEREST_EXPENSE, INTEREST_PAYABLE)
    INTEREST_CREDITED = _one("结息入账", _E.INTEREST_CREDITED, INTEREST_PAYABLE, MEMBERS)
    INTEREST_TAKEN_BACK = _one("更正扣回利息", _E.INTEREST_TAKEN_BACK, MEMBERS, INTEREST_PAYABLE)
    INTEREST_ACCRUAL_REVERSED = _one(
        "冲回计提利息", _E.INTEREST_ACCRUAL_REVERSED, INTEREST_PAYABLE, INTEREST_EXPENSE
    )
    # loans
    LOAN_FUND_MOVED = _one("划拨委托贷款资金", _E.LOAN_FUND_MOVED, LOAN_FUND, DEPOSITS)
    LOAN_FUND_RETURNED = _one("委托贷款资金划回", _E.LOAN_FUND_RETURNED, DEPOSITS, LOAN_FUND)
    LOAN_RELEASED = _one("发放贷款", _E.LOAN_RELEASED, LOANS, LOAN_FUND)
    LOAN_REPAID = _with_interest("收回贷款本息", _E.LOAN_REPAID, (DEPOSITS, LOANS), (DEPOSITS, LOAN_INTEREST))
    LOAN_REPAID_APART = _with_interest(
        "收回贷款本息，利息直入增值收益户", _E.LOAN_REPAID_APART, (DEPOSITS, LOANS), (INCOME_DEPOSITS, LOAN_INTEREST)
    )
    LOAN_BECAME_OVERDUE = _one("贷款转逾期", _E.LOAN_BECAME_OVERDUE, OVERDUE, LOANS)
    OVERDUE_REPAID = _with_interest(
        "收回逾期贷款本息和罚息", _E.OVERDUE_REPAID, (DEPOSITS, OVERDUE), (DEPOSITS, LOAN_INTEREST)
    )
    LOAN_OFFSET = _several(
        "公积金余额冲还贷款", _E.LOAN_OFFSET, (PRINCIPAL, MEMBERS, LOANS), ("overdue", MEMBERS, OVERDUE),
        (INTEREST, MEMBERS, LOAN_INTEREST),
    )  # fmt: skip
    LOAN_WRITTEN_OFF = _one("核销贷款", _E.LOAN_WRITTEN_OFF, RESERVE, OVERDUE)
    LOAN_RECOVERED = _one("已核销贷款收回", _E.LOAN_RECOVERED, DEPOSITS, RESERVE)
    # deposits and bonds
    OWN_MONEY_MOVED = _one("本中心专户之间划转", _E.OWN_MONEY_MOVED, DEPOSITS, DEPOSITS)
    INCOME_MONEY_MOVED = _one("增值收益资金划入增值收益户", _E.INCOME_MONEY_MOVED, INCOME_DEPOSITS, DEPOSITS)
    DEPOSIT_INTEREST_RECEIVED = _one(
        "住房公积金存款利息收入", _E.DEPOSIT_INTEREST_RECEIVED, DEPOSITS, DEPOSIT_INTEREST
    )
    DEPOSIT_INTEREST_ACCRUED = _one(
        "计提住房公积金存款利息", _E.DEPOSIT_INTEREST_ACCRUED, INTEREST_RECEIVABLE, DEPOSIT_INTEREST
    )
    DEPOSIT_INTEREST_COLLECTED = _one(
        "收到已计提的存款利息", _E.DEPOSIT_INTEREST_COLLECTED, DEPOSITS, INTEREST_RECEIVABLE
    )
    INCOME_INTEREST_RECEIVED = _one(
        "增值收益存款利息收入", _E.INCOME_INTEREST_RECEIVED, INCOME_DEPOSITS, INCOME_INTEREST
    )
    INCOME_INTEREST_ACCRUED = _one(
        "计提增值收益存款利息", _E.INCOME_INTEREST_ACCRUED, INTEREST_RECEIVABLE, INCOME_INTEREST
    )
    INCOME_INTEREST_COLLECTED = _one(
        "收到已计提的增值收益存款利息", _E.INCOME_INTEREST_COLLECTED, INCOME_DEPOSITS, INTEREST_RECEIVABLE
    )
    TIME_DEPOSIT_MADE = _one("活期转定期", _E.TIME_DEPOSIT_MADE, TIME_DEPOSITS, DEPOSITS)
    TIME_DEPOSIT_DRAWN = _with_interest(
        "定期支取本息", _E.TIME_DEPOSIT_DRAWN, (DEPOSITS, TIME_DEPOSITS), (DEPOSITS, DEPOSIT_INTEREST)
    )
    TREASURY_BOND_BOUGHT = _one("购买国债", _E.TREASURY_BOND_BOUGHT, TREASURY_BONDS, DEPOSITS)
    TREASURY_BOND_REDEEMED = _with_interest(
        "国债兑付本息", _E.TREASURY_BOND_REDEEMED, (DEPOSITS, TREASURY_BONDS), (DEPOSITS, BOND_INTEREST)
    )
    POLICY_BOND_BOUGHT = _one("购买政策性银行债券", _E.POLICY_BOND_BOUGHT, POLICY_BONDS, DEPOSITS)
    POLICY_BOND_REDEEMED = _with_interest(
        "政策性银行债券兑付本息", _E.POLICY_BOND_REDEEMED, (DEPOSITS, POLICY_BONDS), (DEPOSITS, BOND_INTEREST)
    )
    # fees and subsidies
    BANK_FEE_TAKEN = _one("银行扣收手续费、工本费", _E.BANK_FEE_TAKEN, OTHER_EXPENSE, DEPOSITS)
    BANK_DEBIT_TO_RECOVER = _one("银行扣款待追回", _E.BANK_DEBIT_TO_RECOVER, OTHER_RECEIVABLE, DEPOSITS)
    COLLECTION_FEE_ACCRUED = _one(
        "计提归集手续费", _E.COLLECTION_FEE_ACCRUED, COLLECTION_FEE, COLLECTION_FEE_PAYABLE
    )
    COLLECTION_FEE_PAID = _one("支付归集手续费", _E.COLLECTION_FEE_PAID, COLLECTION_FEE_PAYABLE, INCOME_DEPOSITS)
    LOAN_FEE_ACCRUED = _one("计提委托贷款手续费", _E.LOAN_FEE_ACCRUED, LOAN_FEE, LOAN_FEE_PAYABLE)
    LOAN_FEE_PAID = _one("支付委托贷款手续费", _E.LOAN_FEE_PAID, LOAN_FEE_PAYABLE, INCOME_DEPOSITS)
    SUBSIDY_PAID = _one("支付贷款贴息", _E.SUBSIDY_PAID, OTHER_EXPENSE, INCOME_DEPOSITS)
    SUBSIDY_PAID_BY_FUND = _one("由存款户支付贷款贴息", _E.SUBSIDY_PAID_BY_FUND, OTHER_EXPENSE, DEPOSITS)
    # periods; the parts of a month's closing are the details that are closed
    INCOME_CLOSED = Shape(
        "结转业务收入", _E.MONTH_INCOME_CLOSED,
        tuple(Move(code, code, VALUE_ADDED) for code in chart().details_of("401")),
    )  # fmt: skip
    EXPENSE_CLOSED = Shape(
        "结转业务支出", _E.MONTH_EXPENSE_CLOSED,
        tuple(Move(code, VALUE_ADDED, code) for code in chart().details_of("411")),
    )  # fmt: skip
    YEAR_CLOSED = _one("年终结转增值收益", _E.YEAR_CLOSED, VALUE_ADDED, UNDISTRIBUTED)
    DISTRIBUTION_SIGNED = _several(
        "分配增值收益", _E.DISTRIBUTION_SIGNED, ("reserve", RESERVE_DRAWN, RESERVE),
        ("management_fee", FEE_DRAWN, FEE_TO_TREASURY), ("supplement", SUPPLEMENT_DRAWN, SUPPLEMENT),
    )  # fmt: skip
    DISTRIBUTION_CARRIED = _several(
        "结转已分配的增值收益", _E.DISTRIBUTION_CARRIED, ("reserve", UNDISTRIBUTED, RESERVE_DRAWN),
        ("management_fee", UNDISTRIBUTED, FEE_DRAWN), ("supplement", UNDISTRIBUTED, SUPPLEMENT_DRAWN),
    )  # fmt: skip
    MANAGEMENT_FEE_PAID = _one("管理费用上缴财政", _E.MANAGEMENT_FEE_PAID, FEE_TO_TREASURY, INCOME_DEPOSITS)
    SUPPLEMENT_PAID = _one("上缴廉租住房补充资金", _E.SUPPLEMENT_PAID, SUPPLEMENT, INCOME_DEPOSITS)

    @property
    def zh(self) -> str:
        """Summary (摘要) in Chinese."""
        return self._shape.zh

    @property
    def event(self) -> EventKind:
        """The kind of event that is posted by this rule."""
        return self._shape.event

    @property
    def moves(self) -> tuple[Move, ...]:
        """Its moves, in the order of their lines."""
        return self._shape.moves

    @property
    def debit(self) -> str:
        """Subject on the debit side of a rule with one move."""
        return self._single.debit

    @property
    def credit(self) -> str:
        """Subject on the credit side of a rule with one move."""
        return self._single.credit

    @property
    def _single(self) -> Move:
        (move,) = self.moves
        return move

    @property
    def _shape(self) -> Shape:
        shape: Shape = self.value
        return shape


def rule_of(event: EventKind) -> PostingRule:
    """The one rule of a kind of event."""
    return next(rule for rule in PostingRule if rule.event is event)


def pair(
    rule: PostingRule, *, amount_fen: int, unit_id: int | None = None, bank_account_id: int | None = None,
    source: str | None = None,
) -> tuple[GlLine, GlLine]:  # fmt: skip
    """The debit and the credit line of an event that moves one sum. ``amount_fen`` in fen, greater than zero.

    ``source`` is the detail of 219 that the money in suspense stands on, instead of the rule's own.
    """
    assert [move.part for move in rule.moves] == [AMOUNT], f"{rule.name} moves several sums"
    debit, credit = compose(rule, {AMOUNT: amount_fen}, unit_id=unit_id, bank_account_id=bank_account_id)
    return (debit, credit) if source is None else (_standing_on(debit, source), _standing_on(credit, source))


def _standing_on(line: GlLine, source: str) -> GlLine:
    return replace(line, subject=source) if line.subject.startswith(SUSPENSE) else line


def from_suspense(amounts_fen: Mapping[str, int], *, unit_id: int | None) -> tuple[GlLine, ...]:
    """The lines of suspense allocated to members, where the money stands on several details of 219."""
    total = sum(amounts_fen.values())
    _, credit = pair(PostingRule.SUSPENSE_ALLOCATED, amount_fen=total, unit_id=unit_id)
    debits = [
        pair(PostingRule.SUSPENSE_ALLOCATED, amount_fen=fen, unit_id=unit_id, source=source)[0]
        for source, fen in sorted(amounts_fen.items())
    ]
    return (*debits, credit)


def compose(
    rule: PostingRule,
    amounts_fen: Mapping[str, int],
    *,
    unit_id: int | None = None,
    bank_account_id: int | None = None,
    from_unit_id: int | None = None,
    from_bank_account_id: int | None = None,
) -> tuple[GlLine, ...]:
    """The lines of an event: debits, then credits, one line a subject and side.

    ``amounts_fen`` gives fen by the rule's parts; a part that is left out does not move. Refuses by assertion an
    unknown part, an amount that is not greater than zero, and no amount at all. ``from_…`` names the unit or the bank
    account on the credit side, where money moves between two of them.
    """
    known = {move.part for move in rule.moves}
    assert amounts_fen and known >= amounts_fen.keys(), f"{rule.name} moves {known}, not {set(amounts_fen)}"
    assert min(amounts_fen.values()) > 0, f"{rule.name}: every amount is greater than zero"
    debits: dict[str, int] = {}
    credits: dict[str, int] = {}
    for move in rule.moves:
        if move.part in amounts_fen:
            debits[move.debit] = debits.get(move.debit, 0) + amounts_fen[move.part]
            credits[move.credit] = credits.get(move.credit, 0) + amounts_fen[move.part]
    from_unit = unit_id if from_unit_id is None else from_unit_id
    from_bank = bank_account_id if from_bank_account_id is None else from_bank_account_id
    return tuple(
        [_line(subject, fen, 0, unit_id, bank_account_id) for subject, fen in debits.items()]
        + [_line(subject, 0, fen, from_unit, from_bank) for subject, fen in credits.items()]
    )


def _line(subject: str, debit_fen: int, credit_fen: int, unit_id: int | None, bank_account_id: int | None) -> GlLine:
    asks = chart().find(subject).asks
    return GlLine(
        subject, debit_fen, credit_fen, unit_id if asks is Asks.UNIT else None,
        bank_account_id if asks is Asks.BANK else None,
    )  # fmt: skip


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
