"""Examples of loans: schedules, prepayment, pay-off, penalty, allocation, offset."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from anju.kernel.money import Money
from anju.policy.examples.inputs import Inputs, InputWrong
from anju.policy.examples.shapes import shape
from anju.policy.formulas import loan, repayment
from anju.policy.formulas.loan import Method, half_up

# A century: longer than any loan, short enough to be computed at once.
_MOST_MONTHS = 1200


def _method(given: Inputs) -> Method:
    return Method(given.text("method", default=Method.EQUAL_INSTALMENT.value))


def _terms(given: Inputs) -> tuple[int, Decimal, int]:
    return given.fen("principal"), given.decimal("annual_rate"), given.integer("months", least=1, most=_MOST_MONTHS)


def _schedule(given: Inputs) -> dict[str, Any]:
    principal, rate, months = _terms(given)
    method = _method(given)
    rows = loan.schedule(principal, rate, months, method)
    interest = sum(row.interest_fen for row in rows)
    unrounded = Money(half_up(loan.exact_total_interest(principal, rate, months, method)))
    return {
        "instalment": Money(rows[0].instalment_fen),
        "first_instalment": Money(rows[0].instalment_fen),
        "last_instalment": Money(rows[-1].instalment_fen),
        "total_interest": Money(interest),
        "total_payment": Money(principal + interest),
        "total_interest_unrounded_schedule": unrounded,
        "total_interest_formula_unrounded": unrounded,
        "rows": {row.period: _row(row) for row in rows},
    }


def _row(row: loan.Row) -> dict[str, Any]:
    return {
        "period": row.period,
        "instalment": Money(row.instalment_fen),
        "principal": Money(row.principal_fen),
        "interest": Money(row.interest_fen),
        "balance_after": Money(row.balance_after_fen),
    }


def _prepayment(given: Inputs) -> dict[str, Any]:
    done = repayment.prepay(
        *_terms(given),
        paid_periods=given.integer("paid_periods"),
        prepaid_fen=given.fen("prepaid_principal"),
        mode=repayment.PrepaymentMode(given.text("mode")),
        method=_method(given),
    )
    periods = dict.fromkeys(("remaining_periods", "new_remaining_periods", "new_periods"), done.remaining_periods)
    saved = dict.fromkeys(("periods_saved", "saved_periods"), done.periods_saved)
    instalment = dict.fromkeys(("instalment", "new_instalment", "kept_instalment"), Money(done.instalment_fen))
    last = dict.fromkeys(("last_instalment", "new_last_instalment", "last_payment"), Money(done.last_instalment_fen))
    return {
        "balance_before": Money(done.balance_before_fen),
        "balance_after": Money(done.balance_after_fen),
        "interest_saved": Money(done.interest_saved_fen),
        **periods,
        **saved,
        **instalment,
        **last,
    }


def _pay_off(given: Inputs) -> dict[str, Any]:
    principal, rate, months = _terms(given)
    balance = loan.balance_after(
        principal, rate, months, paid_periods=given.integer("paid_periods"), method=_method(given)
    )
    due = repayment.pay_off(
        balance, rate, days=given.integer("days_since_due"), day_base=given.integer("day_base", least=1)
    )
    return {
        "principal_due": Money(due.principal_fen),
        "interest_due": Money(due.interest_fen),
        "payoff_amount": Money(due.amount_fen),
    }


def _split(given: Inputs) -> dict[str, Any]:
    due = repayment.split_prepayment(
        given.fen("amount"), given.decimal("annual_rate"), days=given.integer("days")
    )
    return {"principal": Money(due.principal_fen), "interest": Money(due.interest_fen)}


def _reset(given: Inputs) -> dict[str, Any]:
    done = repayment.reset_rate(
        *_terms(given),
        paid_periods=given.integer("paid_periods"),
        new_annual_rate=given.decimal("new_annual_rate", "new_rate"),
    )
    balance = dict.fromkeys(("balance", "balance_before", "balance_after"), Money(done.balance_fen))
    return {
        **balance,
        "remaining_periods": done.remaining_periods,
        "new_instalment": Money(done.instalment_fen),
    }


def _days_between(first: date, last: date, counting: str) -> int:
    if counting == "D30":
        months = (last.year - first.year) * 12 + last.month - first.month
        return months * 30 + min(last.day, 30) - min(first.day, 30)
    return (last - first).days


def _broken_period(given: Inputs) -> dict[str, Any]:
    principal, rate = given.fen("principal", "balance"), given.decimal("annual_rate")
    base = given.integer("day_base", least=1)
    if "days" in given:
        days = given.integer("days")
    else:
        first, last = given.day("from", "release_date"), given.day("to", "first_due_date", "to_exclusive")
        if last < first:
            raise InputWrong("the period ends before it begins")
        days = _days_between(first, last, given.text("broken_days"))
    if given.text("first_period") == _MONTHS_FIRST:
        interest = loan.first_period_interest(principal, rate, release=first, due=last, day_base=base)
    else:
        interest = loan.days_interest(principal, rate, days=days, day_base=base)
    return {"days": days, "interest": Money(interest), "total": Money(principal + interest)}


def _segments(given: Inputs) -> dict[str, Any]:
    balance = given.fen("principal", "balance")
    exact = sum(
        (balance * Fraction(one.decimal("annual_rate")) * one.integer("days") for one in given.inputs("segments")),
        Fraction(0),
    )
    return {"interest": Money(half_up(exact / given.integer("day_base", least=1)))}


def _penalty(given: Inputs) -> dict[str, Any]:
    principal, interest = given.fen("overdue_principal"), given.fen("overdue_interest")

    def on(*, with_interest: bool) -> Money:
        base = repayment.principal_for_penalty(principal, interest, with_interest=with_interest)
        return Money(
            repayment.penalty(
                base,
                given.decimal("annual_rate"),
                multiple=given.decimal("penalty_multiple"),
                days=given.integer("days"),
                day_base=given.integer("day_base", least=1),
            )
        )

    return {
        "penalty_on_principal_only": on(with_interest=False),
        "penalty_on_principal_and_interest": on(with_interest=True),
    }


def _allocation(given: Inputs) -> dict[str, Any]:
    due = [{part: one.fen(part) for part in one.given} for one in given.inputs("due")]
    order = list(dict.fromkeys(str(part) for part in given.items("order")))
    done = repayment.allocate(given.fen("payment"), due, order=order)
    still_due = {f"still_due_{part}": Money(fen) for part, fen in done.still_due.items()}
    paid = {part: Money(fen) for part, fen in done.paid.items()}
    left = dict.fromkeys(("left_over", "unallocated", "remaining", "surplus"), Money(done.left_over_fen))
    return {**paid, **still_due, **left, "still_due": Money(sum(done.still_due.values()))}


def _offset(given: Inputs) -> dict[str, Any]:
    balances = [(one.text("who"), one.fen("available")) for one in given.inputs("balances")]
    done = repayment.offset(given.fen("instalment"), balances, mode=repayment.OffsetMode(given.text("mode")))
    taken: dict[str, int] = {}
    for who, fen in done.taken:
        taken[who] = taken.get(who, 0) + fen
    return {who: Money(fen) for who, fen in taken.items()} | {"bank_account": Money(done.bank_fen)}


_LOAN = "principal annual_rate months"
_METHODS = " ".join(Method)
_MONTHS_FIRST = "MONTH_PLUS_DAYS"
_BALANCE = ("principal", "balance")
SHAPES = (
    shape(f"method {_LOAN}", _schedule, optional="convention", where={"method": _METHODS}),
    shape(
        f"{_LOAN} paid_periods prepaid_principal mode",
        _prepayment,
        optional="method convention",
        where={"mode": " ".join(repayment.PrepaymentMode)},
    ),
    shape(f"{_LOAN} paid_periods days_since_due day_base", _pay_off, optional="method convention"),
    *(
        shape(f"{_LOAN} paid_periods {rate}", _reset, optional="convention")
        for rate in ("new_annual_rate", "new_rate")
    ),
    shape("amount annual_rate days", _split, optional="formula"),
    *(
        shape(
            f"{sum_} annual_rate {first} {last} day_base",
            _broken_period,
            optional="broken_days first_period",
            where={"broken_days": "ACTUAL D30", "first_period": f"DAYS_ONLY {_MONTHS_FIRST}"},
        )
        for sum_ in _BALANCE
        for first in ("from", "release_date")
        for last in ("to", "to_exclusive", "first_due_date")
    ),
    *(shape(f"{sum_} annual_rate days day_base", _broken_period) for sum_ in _BALANCE),
    *(shape(f"{sum_} segments day_base", _segments) for sum_ in _BALANCE),
    shape("overdue_principal overdue_interest annual_rate penalty_multiple days day_base", _penalty),
    shape("payment due order", _allocation),
    shape("instalment balances mode", _offset, where={"mode": " ".join(repayment.OffsetMode)}),
)
