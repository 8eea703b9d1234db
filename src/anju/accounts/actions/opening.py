"""Opening accounts (开户): numbers in one block, empty balances, the first spell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from anju.accounts.actions._ground import act, count_and_ids, enter
from anju.accounts.types import AccountState
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

NUMBERS_A_CENTRE = 1_000_000_000  # the centre's code stands before nine digits

_OPEN = """
WITH people AS (
    SELECT person_id, %(first)s + n - 1 AS account_id
      FROM unnest(%(people)s::bigint[]) WITH ORDINALITY AS p (person_id, n)
), opened AS (
    INSERT INTO account (account_id, centre_id, person_id, unit_id, opened_on, state)
    SELECT account_id, %(centre)s, person_id, %(unit)s, %(opened_on)s, 1 FROM people ORDER BY account_id
), balances AS (
    INSERT INTO balance (account_id, interest_year, centre_id, state)
    SELECT account_id, %(year)s, %(centre)s, 1 FROM people ORDER BY account_id
)
INSERT INTO account_spell (account_id, n, state, unit_id, started_on, reason, known_at)
SELECT account_id, 1, 1, %(unit)s, %(opened_on)s, %(reason)s, %(at)s FROM people ORDER BY account_id
"""


@transaction.atomic
def open_accounts(
    people: Sequence[int],
    *,
    centre_id: int,
    unit_id: int | None,
    opened_on: date,
    at: datetime,
    actor: Actor | None = None,
    reason: str = "开户",
) -> list[int]:
    """Open one account for each person, in the order given; their account ids, which are consecutive.

    Refuses a person who has an account here that is not closed, or who is named twice.
    """
    if not people:
        return []
    if len(set(people)) != len(people):
        raise Refusal("accounts.person_twice", "同一人在名单中出现了两次：请删除重复的一行。")
    book = enter(centre_id, at=at)
    # One opening at a time in a centre: the look and the insert below must not be overtaken.
    execute("SELECT pg_advisory_xact_lock(hashtext('open_accounts'), %s::integer)", [centre_id])
    _refuse_second_accounts(people, centre_id)
    found = row("SELECT take_account_numbers(%s) AS n", [len(people)])
    assert found is not None
    first = centre_id * NUMBERS_A_CENTRE + found["n"]
    execute(
        _OPEN,
        {"first": first, "people": list(people), "centre": centre_id, "unit": unit_id, "opened_on": opened_on,
         "year": book.year, "reason": reason, "at": at},
    )  # fmt: skip
    act(
        "accounts.open", actor=actor, at=at, centre_id=centre_id, account_id=first, unit_id=unit_id,
        person_id=people[0] if len(people) == 1 else None, accounts=len(people), opened_on=str(opened_on),
    )  # fmt: skip
    return list(range(first, first + len(people)))


def _refuse_second_accounts(people: Sequence[int], centre_id: int) -> None:
    taken = rows(
        "SELECT account_id FROM account WHERE person_id = ANY(%s) AND centre_id = %s AND state IN (%s, %s)"
        " ORDER BY account_id",
        [list(people), centre_id, AccountState.NORMAL, AccountState.SEALED],
    )
    if taken:
        ids = [line["account_id"] for line in taken]
        raise Refusal(
            "accounts.already_open", f"已有个人账户的不能再开户：{count_and_ids(ids)}。请办理启封或转移。", status=409
        )
