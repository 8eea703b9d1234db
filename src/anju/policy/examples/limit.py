"""Examples of loan limits: the families of formulas, the minimum rule, the longest term."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from anju.kernel.money import Money
from anju.policy.book import book
from anju.policy.examples.inputs import Inputs
from anju.policy.examples.shapes import shape
from anju.policy.formulas import limit
from anju.policy.formulas.loan import Method, half_up
from anju.policy.formulas.repayment import largest_principal
from anju.policy.formulas.retirement import Category, retirement_month

_THOUSAND, _TEN_THOUSAND = 100_000, 1_000_000


def _ability(given: Inputs) -> dict[str, Any]:
    method = Method(given.text("method", default=Method.EQUAL_INSTALMENT.value))
    if "max_instalment" in given:
        instalment = given.fen("max_instalment")
    else:
        share = given.decimal("ability_ratio", "max_share")
        instalment = limit.times(share, given.fen("monthly_income")) - (
            given.fen("other_monthly_debts") if "other_monthly_debts" in given else 0
        )
    months, rate = given.integer("months", least=1, most=1200), given.decimal("annual_rate")
    exact = largest_principal(max(instalment, 0), rate, months, method=method)
    return {
        "max_instalment": Money(instalment),
        "principal": Money(half_up(exact)),
        "rounded_down_to_1000": Money(limit.floor_to(exact, _THOUSAND)),
        "rounded_down_to_10000": Money(limit.floor_to(exact, _TEN_THOUSAND)),
    }


def _multiple(given: Inputs) -> int:
    return limit.balance_multiple(given.fens("balances"), multiple=given.decimal("multiple"))


def _by_kind(given: Inputs) -> int:
    return limit.balance_by_kind([(one.fen("balance"), one.decimal("multiple")) for one in given.inputs("parts")])


def _with_factors(given: Inputs) -> int:
    names = ("time_factor", "flow_factor", "liquidity_factor", "factor")
    factors = [given.decimal(name) for name in names if name in given]
    if "income_factor" in given:
        # The income factor is added to the time factor before both multiply.
        factors[0] += given.decimal("income_factor")
    return limit.balance_with_factors(given.fens("balances"), multiple=given.decimal("multiple"), factors=factors)


def _people(given: Inputs) -> list[int]:
    return [
        limit.balance_plus_future(
            one.fen("balance"),
            multiple=given.decimal("multiple"),
            monthly_fen=one.fen("monthly_deposit"),
            months=one.integer("months_to_retirement"),
        )
        for one in given.inputs("people")
    ]


def _years(given: Inputs) -> int:
    people = given.decimals("years") if isinstance(given.given["years"], list) else [given.decimal("years")]
    each = given.fen("amount_per_year")
    return sum(limit.by_years(int(years), amount_per_year_fen=each) for years in people)


def _table(given: Inputs) -> int:
    table = [(one.integer("from", "months", "from_months"), one.fen("amount")) for one in given.inputs("steps")]
    return limit.by_step_table(given.integer("measure", "contribution_months"), table)


def _monthly(given: Inputs) -> int:
    return limit.by_monthly_amount(
        given.fen("monthly_amount"), months=given.integer("months_per_year"), years=given.integer("years")
    )


_FORMULAS: dict[str, tuple[str, Callable[[Inputs], int], str, str]] = {
    # formula: required keys, amount, name of the binding term, further keys
    "BALANCE_MULTIPLE": ("balances multiple", _multiple, "BALANCE", ""),
    "BALANCE_MULTIPLE_BY_ACCOUNT_KIND": ("parts", _by_kind, "BALANCE", ""),
    "BALANCE_MULTIPLE_WITH_TIME_FACTOR": ("balances multiple time_factor", _with_factors, "BALANCE", ""),
    "BALANCE_MULTIPLE_WITH_FLOW_FACTOR": (
        "balances multiple time_factor liquidity_factor", _with_factors, "BALANCE", "income_factor",
    ),
    "BALANCE_MULTIPLE_WITH_FACTOR": (
        "balances multiple", _with_factors, "BALANCE", "factor time_factor flow_factor liquidity_factor",
    ),
    "BALANCE_PLUS_FUTURE_DEPOSITS": ("people multiple", lambda given: sum(_people(given)), "FORMULA", ""),
    "YEARS_OF_CONTRIBUTION": ("years amount_per_year", _years, "FORMULA", ""),
    "STEP_TABLE": ("steps", _table, "FORMULA", "measure contribution_months"),
    "MONTHLY_AMOUNT": ("monthly_amount months_per_year years", _monthly, "FORMULA", ""),
}  # fmt: skip
_AROUND = "cap house_price ltv down_payment floor_amount ability requested round_down_to"
_UPLIFTED = f"{_AROUND} uplifts uplift_cap absolute_cap"


def _raised_cap(given: Inputs) -> int:
    return limit.raised_cap(
        given.fen("cap"),
        given.decimals("uplifts"),
        most=given.decimal("uplift_cap") if "uplift_cap" in given else None,
        absolute_fen=given.fen("absolute_cap") if "absolute_cap" in given else None,
    )


def _formula(given: Inputs) -> dict[str, Any]:
    terms: dict[str, int] = {"ABILITY": given.fen("ability")} if "ability" in given else {}
    if given.text("formula") != "NONE":
        _, amount, name, _ = _FORMULAS[given.text("formula")]
        terms[name] = amount(given)
        if "floor_amount" in given:
            terms[name] = max(terms[name], given.fen("floor_amount"))
    if "house_price" in given:
        ltv = given.decimal("ltv") if "ltv" in given else 1 - given.decimal("down_payment")
        terms["PRICE"] = limit.price_share(given.fen("house_price"), ltv)
    if "cap" in given:
        terms["CAP"] = _raised_cap(given)
    if "requested" in given:
        terms["REQUESTED"] = given.fen("requested")
    answers = _lowest(given, terms)
    if given.text("formula") == "BALANCE_PLUS_FUTURE_DEPOSITS":
        answers["people"] = [Money(fen) for fen in _people(given)]
    return answers


def _lowest(given: Inputs, terms: dict[str, int]) -> dict[str, Any]:
    step = given.fen("round_down_to") if "round_down_to" in given else 1
    found = limit.lowest(terms, step_fen=step).value
    return {"limit": Money(found.fen), "binding": found.binding}


_TERMS = ("ability", "balance", "formula_amount", "price", "cap", "requested")


def _minimum(given: Inputs) -> dict[str, Any]:
    return _lowest(given, {key.upper(): given.fen(key) for key in _TERMS if key in given})


def _term(given: Inputs) -> dict[str, Any]:
    limits = [given.integer("requested_years"), _longest(given)]
    if "building_age" in given:
        limits.append(given.integer("age_plus_term_limit") - given.integer("building_age"))
    if "land_use_years_left" in given:
        limits.append(given.integer("land_use_years_left"))
    return {"max_years": limit.longest_term_years(limits)}


def _longest(given: Inputs) -> int:
    """The longest term of any loan: what the example says, else the national parameter."""
    if "max_term_years" in given:
        return given.integer("max_term_years")
    return book("national").integer("loan.max_term_years", given.as_of or date.max)


def _term_by_age(given: Inputs) -> dict[str, Any]:
    """至退休年龄后若干年: whole years between the start month and the last month allowed."""
    start = given.month("start_month", "as_of")
    retires = retirement_month(
        given.month("birth_month"),
        category=Category(given.text("category")),
        book=book("national"),
        on=start.first_day,
    )
    months = retires + 12 * given.integer("years_after_retirement") - start
    limits = [given.integer("requested_years"), months // 12, _longest(given)]
    return {"max_years": limit.longest_term_years(limits), "max_months": max(months, 0)}


def _cap_with_uplifts(given: Inputs) -> dict[str, Any]:
    cap = Money(_raised_cap(given))
    return {"cap": cap, "limit": cap}


SHAPES = (
    shape("max_instalment annual_rate months", _ability, optional="method"),
    shape("monthly_income ability_ratio annual_rate months", _ability, optional="method other_monthly_debts"),
    shape("monthly_income max_share annual_rate months", _ability, optional="method other_monthly_debts"),
    *(
        shape(f"formula {required}", _formula, optional=f"{_UPLIFTED} {more}", where={"formula": name})
        for name, (required, _amount, _term_name, more) in _FORMULAS.items()
    ),
    shape("formula cap", _formula, optional=_UPLIFTED, where={"formula": "NONE"}),
    shape("cap uplifts", _cap_with_uplifts, optional="uplift_cap absolute_cap"),
    shape("requested_years building_age age_plus_term_limit", _term, optional="max_term_years land_use_years_left"),
    shape("requested_years max_term_years", _term, optional="land_use_years_left"),
    *(
        shape(
            f"requested_years birth_month category {start} years_after_retirement",
            _term_by_age,
            optional="max_term_years",
        )
        for start in ("start_month", "as_of")
    ),
    *(shape(one, _minimum, optional=" ".join((*_TERMS, "round_down_to"))) for one in _TERMS),
)
