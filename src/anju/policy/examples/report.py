"""Examples of the indicators of the yearly report."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from anju.kernel.money import Money
from anju.policy.examples.inputs import Inputs
from anju.policy.examples.shapes import Shape, shape
from anju.policy.formulas.report import HUNDRED, THOUSAND, distribute_value_added, ratio

# A year may end with a loss; every other figure of the report is zero or more.
_INCOMES = ("value_added_income", "value_added")


def _sum(given: Inputs, keys: str) -> Decimal:
    return sum((given.decimal(key, signed=key in _INCOMES) for key in keys.split() if key in given), Decimal(0))


def _indicator(part: str, whole: str, *, permille: bool = False, optional: str = "", also: str = "") -> Shape:
    """part ÷ whole, each a sum of the named inputs; answered as ratio_percent or ratio_permille."""

    def run(given: Inputs) -> dict[str, Any]:
        per = THOUSAND if permille else HUNDRED
        answer = ratio(_sum(given, f"{part} {optional}"), _sum(given, whole), per=per)
        name = "ratio_permille" if permille else "ratio_percent"
        return dict.fromkeys((name, *also.split()), answer)

    return shape(f"{part} {whole}", run, optional=f"unit {optional}")


def _average_yield(given: Inputs) -> dict[str, Any]:
    ends = given.decimals("month_end_balances")
    income = given.decimal(*_INCOMES, signed=True)
    answer = ratio(income * len(ends), sum(ends, Decimal(0)), per=HUNDRED)
    return dict.fromkeys(("ratio_percent", "yield_percent"), answer)


def _distribution(given: Inputs) -> dict[str, Any]:
    done = distribute_value_added(
        given.fen("business_income"),
        given.fen("business_expense"),
        reserve_ratio=given.decimal("risk_reserve_ratio"),
        management_fee_fen=given.fen("management_fee"),
    )
    return {
        "value_added": Money(done.value_added_fen),
        "risk_reserve": Money(done.risk_reserve_fen),
        "management_fee": Money(done.management_fee_fen),
        "housing_support_fund": Money(done.housing_support_fen),
    }


_LOANS, _DEPOSITS = "year_end_loan_balance", "year_end_deposit_balance"
_AVERAGES = ("monthly_average_deposit_balance", "average_deposit_balance")
SHAPES = (
    _indicator(_LOANS, _DEPOSITS),
    *(
        _indicator(f"{_LOANS} {bonds}", _DEPOSITS, optional="project_loans year_end_project_loans")
        for bonds in ("bonds", "bond_balance", "year_end_bonds", "treasury_bonds")
    ),
    _indicator(f"{_LOANS} project_loans", _DEPOSITS),
    _indicator("year_withdrawals", "year_contributions"),
    _indicator("overdue_loans", _LOANS, permille=True),
    *(_indicator(reserve, _LOANS) for reserve in ("reserve_balance", "risk_reserve_balance")),
    *(_indicator(income, average, also="yield_percent") for income in _INCOMES for average in _AVERAGES),
    shape("value_added_income month_end_balances", _average_yield, optional="unit"),
    shape("value_added month_end_balances", _average_yield, optional="unit"),
    _indicator("fund_loan_balance", "fund_loan_balance commercial_loan_balance"),
    _indicator(
        "loans_released housing_withdrawals", "year_contributions", optional="subsidised_conversion_loans project_loans"
    ),
    _indicator("paying_persons", "employed_persons_due"),
    _indicator("paying_persons", "normal_accounts"),
    shape("business_income business_expense risk_reserve_ratio management_fee", _distribution, optional="unit"),
)
