"""The books of the demo year, computed by plain additions from what happened; and where the product says otherwise."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from anju.closing.queries import reconcile_day
from anju.closing.types import LevelState
from anju.database.sql import row
from anju.kernel.money import format_fen
from anju.ledger.financial_statements import balance_sheet, distribution_table, income_table, trial_balance

if TYPE_CHECKING:
    from anju.command.demo_year_story import Story


def interest_of(story: Story) -> tuple[int, int]:
    """Members' interest credited on 30 June, and that earned since then and not credited yet; in fen."""
    model, year = story.town.model, story.year
    for account_id in model.accounts:
        model.balance(account_id, year)
    credited = sum(account.interest.get(year - 1, 0) for account in model.accounts.values())
    accrued = sum(model.accrued(account_id, year, date(year, 12, 31)) for account_id in model.accounts)
    return credited, accrued


def income_of(story: Story) -> int:
    """The year's value-added income: what the bank owes or paid, less members' interest and both fees."""
    told = story.told
    return told.income_fen - told.fee_fen - told.bank_fee_fen - sum(interest_of(story))


def expected(story: Story) -> dict[str, int]:
    """Closing balances of the subjects of the method, debit less credit."""
    model, year, plan = story.town.model, story.year, story.plan()
    return {
        "101": model.deposits_fen,
        "111": story.told.income_fen - story.told.collected_fen,
        "201": -sum(model.balance(account_id, year) for account_id in model.accounts),
        "211": -interest_of(story)[1],
        "214": -(plan.management_fee_fen + plan.supplement_fen),
        "219": -story.told.fee_fen,
        "301": -plan.reserve_fen,
    }


def happened(story: Story) -> list[str]:
    """What the year was made of, a line each, and its trial balance beside our own figures."""
    found = row(
        "SELECT (SELECT count(*) FROM voucher) AS vouchers, (SELECT count(*) FROM member_line) AS member_lines,"
        " (SELECT count(*) FROM remittance WHERE state = 4) AS months, (SELECT count(*) FROM bank_notice) AS notices,"
        " (SELECT count(*) FROM bank_notice WHERE reversal) AS taken_back,"
        " (SELECT count(*) FROM payment_order WHERE state = 4) AS payments,"
        " (SELECT count(*) FROM bank_statement) AS statements,"
        " (SELECT count(*) FROM closing_run WHERE state = 3) AS signed_runs"
    )
    assert found is not None
    ours = expected(story)
    trial = trial_balance(story.town.centre_id, from_date=date(story.year, 1, 1), to_date=date(story.year, 12, 31))
    return [f"{name.replace('_', ' ')}: {number}" for name, number in found.items()] + [
        f"{one.subject} {one.name}: {format_fen(one.closing_fen)}, ours {format_fen(ours.get(one.subject, 0))}"
        for one in trial.tops
    ]


def differences(story: Story) -> list[str]:
    """Every statement of the year beside our own figures; empty is good."""
    centre_id, year, plan = story.town.centre_id, story.year, story.plan()
    first, last = date(year, 1, 1), date(year, 12, 31)
    told = []

    def same(what: str, product: object, ours: object) -> None:
        if product != ours:
            told.append(f"{what}: {product} instead of {ours}")

    trial = trial_balance(centre_id, from_date=first, to_date=last)
    same("trial balance", {one.subject: one.closing_fen for one in trial.tops if one.closing_fen}, expected(story))
    same("trial balance balances", trial.balances, True)
    sheet = balance_sheet(centre_id, on=last)
    same("balance sheet", (sheet.balances, sheet.assets_fen),
         (True, sum(fen for code, fen in expected(story).items() if code in ("101", "111"))))  # fmt: skip
    income = income_table(centre_id, year)
    same("income table", income.year_fen, income_of(story))
    table = distribution_table(centre_id, year)
    same("distribution", (table.balances, table.income_fen, table.reserve_fen, table.management_fee_fen,
                          table.supplement_fen, table.closing_fen),
         (True, income_of(story), plan.reserve_fen, plan.management_fee_fen, plan.supplement_fen, 0))  # fmt: skip
    for level in reconcile_day(centre_id, last, first=first):
        if level.state is LevelState.DIFFERS:
            told.append(f"level {level.number}: {level.differences}")
    told += [f"had to be explained: {words}" for words in story.told.explained]
    return told
