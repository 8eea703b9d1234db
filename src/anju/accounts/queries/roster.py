"""A unit's accounts as sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from anju.accounts.queries.overview import month_of
from anju.accounts.types import CARRIED, FROZEN, AccountState, PersonAccount, UnitAccount
from anju.database.sql import rows

_UNIT = """
SELECT DISTINCT ON (a.account_id) a.account_id, a.person_id, a.state, a.opened_on, b.paid_to, b.balance_fen,
       b.state %% %(carried)s = %(frozen)s AS frozen
  FROM account a JOIN balance b ON b.account_id = a.account_id
 WHERE a.unit_id = %(unit)s AND a.state = ANY(%(states)s)
 ORDER BY a.account_id, b.interest_year DESC
"""

_OF_PEOPLE = """
SELECT DISTINCT ON (a.person_id) a.person_id, a.account_id, a.unit_id, a.state, b.paid_to
  FROM account a
  JOIN LATERAL (SELECT paid_to FROM balance WHERE account_id = a.account_id ORDER BY interest_year DESC LIMIT 1) b
    ON true
 WHERE a.person_id = ANY(%(people)s) AND a.centre_id = %(centre)s
 ORDER BY a.person_id, (a.state > 2), a.account_id DESC
"""

OPEN = (AccountState.NORMAL, AccountState.SEALED)


def unit_accounts(unit_id: int, *, states: Sequence[AccountState] = OPEN) -> tuple[UnitAccount, ...]:
    """The unit's accounts in the order of their numbers, in one statement."""
    values: dict[str, Any] = {
        "unit": unit_id, "states": [int(state) for state in states], "carried": CARRIED, "frozen": FROZEN,
    }  # fmt: skip
    named = {int(state): state for state in AccountState}
    with connection.cursor() as cursor:
        cursor.execute(_UNIT, values)
        found = cursor.fetchall()
    months = {number: month_of(number) for number in {line[4] for line in found}}
    return tuple(
        UnitAccount(account_id, person_id, named[state], opened_on, months[paid_to], balance_fen, frozen)
        for account_id, person_id, state, opened_on, paid_to, balance_fen, frozen in found
    )


def state_counts(unit_id: int) -> dict[AccountState, int]:
    """How many accounts of a unit are in each state."""
    found = rows("SELECT state, count(*) AS n FROM account WHERE unit_id = %s GROUP BY state", [unit_id])
    return {AccountState(line["state"]): line["n"] for line in found}


def account_ids(people: Sequence[int]) -> dict[int, int]:
    """Person → account that is not closed, for those who have one."""
    found = rows(
        "SELECT person_id, account_id FROM account WHERE person_id = ANY(%s) AND state = ANY(%s)",
        [list(people), [int(state) for state in OPEN]],
    )
    return {line["person_id"]: line["account_id"] for line in found}


def accounts_of_people(people: Sequence[int], *, centre_id: int) -> tuple[PersonAccount, ...]:
    """Of each person the open account, or the last one that was closed; in one statement."""
    return tuple(
        PersonAccount(
            line["person_id"], line["account_id"], line["unit_id"], AccountState(line["state"]),
            month_of(line["paid_to"]),
        )
        for line in rows(_OF_PEOPLE, {"people": list(people), "centre": centre_id})
    )  # fmt: skip


def ids_of_unit(unit_id: int, *, state: AccountState) -> tuple[int, ...]:
    """Account numbers of a unit in one state, ascending."""
    found = rows(
        "SELECT account_id FROM account WHERE unit_id = %s AND state = %s ORDER BY account_id", [unit_id, int(state)]
    )
    return tuple(line["account_id"] for line in found)


def person_ids(accounts: Sequence[int]) -> dict[int, int]:
    """Account → person."""
    found = rows("SELECT account_id, person_id FROM account WHERE account_id = ANY(%s)", [list(accounts)])
    return {line["account_id"]: line["person_id"] for line in found}
