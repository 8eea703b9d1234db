"""One account at one glance, in one statement."""

from __future__ import annotations

from typing import Any

from anju.accounts.types import CARRIED, FROZEN, AccountState, Freeze, FreezeKind, Overview, Spell
from anju.database.sql import row, rows
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal

# The person's account that is not closed, else the one closed last.
OWN_ACCOUNT = """
SELECT account_id FROM account WHERE person_id = %(person)s ORDER BY (state > 2), account_id DESC LIMIT 1
"""
_OVERVIEW = """
SELECT a.account_id, a.centre_id, a.person_id, a.unit_id, a.opened_on, a.state, p.started_on AS state_since,
       b.interest_year, b.balance_fen, b.carried_fen, b.held_fen, b.own_paid_fen, b.unit_paid_fen, b.interest_fen,
       b.last_seq, b.paid_to, b.state %% %(carried)s AS posting_state, f.frozen_fen, f.forbidding
  FROM account a
  JOIN LATERAL (SELECT * FROM balance WHERE account_id = a.account_id ORDER BY interest_year DESC LIMIT 1) b ON true
  LEFT JOIN account_spell p ON p.account_id = a.account_id AND p.ended_on IS NULL
  CROSS JOIN LATERAL (SELECT coalesce(sum(amount_fen), 0)::bigint AS frozen_fen,
                             count(*) FILTER (WHERE kind <> 1) AS forbidding
                        FROM account_freeze WHERE account_id = a.account_id AND ended_at IS NULL) f
 WHERE a.account_id =
"""


def month_of(number: int | None) -> Month | None:
    """A month from its stored number; zero and NULL are none."""
    return Month.from_number(number) if number else None


def overview(account_id: int) -> Overview:
    """State, money and paid-to month of an account; refuses an unknown one (404)."""
    found = row(f"{_OVERVIEW} %(account)s", {"account": account_id, "carried": CARRIED})
    if found is None:
        raise Refusal("accounts.unknown", "没有这个个人账户：请核对账号。", status=404)
    return _seen(found)


def own_overview(person_id: int) -> Overview | None:
    """The overview of the person's own account, or None; one statement for both questions."""
    found = row(f"{_OVERVIEW} ({OWN_ACCOUNT})", {"person": person_id, "carried": CARRIED})
    return None if found is None else _seen(found)


def _seen(found: dict[str, Any]) -> Overview:
    frozen = found.pop("posting_state") == FROZEN or found.pop("forbidding") > 0
    found.pop("forbidding", None)
    free = max(found["balance_fen"] - found["held_fen"] - found["frozen_fen"], 0)
    return Overview(
        **found
        | {
            "state": AccountState(found["state"]),
            "paid_to": month_of(found["paid_to"]),
            "frozen": frozen,
            "available_fen": 0 if frozen or found["state"] > AccountState.SEALED else free,
        }
    )


def account_of_person(person_id: int) -> int | None:
    """The person's account that is not closed, else the one closed last, else None."""
    found = row(OWN_ACCOUNT, {"person": person_id})
    return int(found["account_id"]) if found else None


def person_of(account_id: int) -> int | None:
    """Whose account it is."""
    found = row("SELECT person_id FROM account WHERE account_id = %s", [account_id])
    return int(found["person_id"]) if found else None


def spells(account_id: int) -> tuple[Spell, ...]:
    """States and units of an account in their order."""
    found = rows(
        "SELECT n, state, unit_id, started_on, ended_on, reason FROM account_spell WHERE account_id = %s ORDER BY n",
        [account_id],
    )
    return tuple(Spell(**line | {"state": AccountState(line["state"])}) for line in found)


def freezes(account_id: int) -> tuple[Freeze, ...]:
    """Freezes of an account, ended ones too, in their order."""
    found = rows(
        "SELECT n, kind, amount_fen, authority, document, started_at, until_on, ended_at FROM account_freeze"
        " WHERE account_id = %s ORDER BY n",
        [account_id],
    )
    return tuple(Freeze(**line | {"kind": FreezeKind(line["kind"])}) for line in found)
