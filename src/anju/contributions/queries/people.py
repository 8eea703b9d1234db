"""Who the people of a list are, and who is on a unit's roster: a constant number of set queries.

Accounts are read here in two statements of this room's own: who is paid for by a unit, by number only, and the state
of accounts under any unit, because a list may name people of all of them; nothing of the latter leaves this room but
"elsewhere, normal" and "elsewhere, sealed".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from anju.accounts import queries as accounts
from anju.accounts.types import AccountState, PersonAccount
from anju.contributions.amounts import share_sql
from anju.contributions.queries.units import next_month, rules_of, unit_of
from anju.contributions.roster.types import (
    AccountView,
    Document,
    Elsewhere,
    KnownPerson,
    UnitView,
    World,
)
from anju.contributions.types import RosterPerson
from anju.database.sql import row, rows
from anju.kernel.month import Month
from anju.kernel.rounding import Rounding
from anju.parties import queries as parties
from anju.parties.digests import id_digest

LATEST_TERM = """
LATERAL (SELECT base_fen, unit_ratio, person_ratio FROM contribution_term
          WHERE account_id = i.account_id AND from_month <= %(month)s
          ORDER BY from_month DESC, revision DESC LIMIT 1)
"""

_TERMS = f"""
SELECT i.account_id, t.base_fen, t.unit_ratio, t.person_ratio
  FROM unnest(%(ids)s::bigint[]) AS i (account_id) JOIN {LATEST_TERM} t ON true
"""  # noqa: S608  (constants of this module)


def world(
    centre_id: int, unit_id: int, *, month: Month, documents: Sequence[Document],
    elsewhere: Mapping[Document, Elsewhere] | None = None,
) -> World:  # fmt: skip
    """Everything a list of these documents is compared with; eight statements whatever its length."""
    unit = unit_of(centre_id, unit_id, month=month)
    open_from = next_month(centre_id, unit_id, first_month=unit.first_month)
    return World(
        unit=UnitView(
            centre_id, unit_id, unit.unit_ratio, unit.person_ratio, open_from, last_list_of(centre_id, unit_id)
        ),
        limits=rules_of(month).limits,
        people=known_people(documents, centre_id=centre_id, unit_id=unit_id, month=month),
        roster=normal_accounts(unit_id),
        elsewhere=elsewhere or {},
    )


def last_list_of(centre_id: int, unit_id: int) -> int:
    """The unit's change list that was applied last; 0 when there was none."""
    found = row(
        "SELECT coalesce(max(list_id), 0) AS id FROM change_list WHERE centre_id = %s AND unit_id = %s",
        [centre_id, unit_id],
    )
    return int(found["id"]) if found else 0


def normal_accounts(unit_id: int) -> tuple[int, ...]:
    """Accounts of the unit that are paid for, by number."""
    return accounts.ids_of_unit(unit_id, state=AccountState.NORMAL)


def known_people(
    documents: Sequence[Document], *, centre_id: int, unit_id: int, month: Month
) -> dict[Document, KnownPerson]:
    """The people of these documents whom the centre knows, with their account and base as this unit may see them."""
    digests = {document: id_digest(*document) for document in documents}
    people = parties.people_by_digest(list(dict.fromkeys(digests.values())), centre_id=centre_id)
    if not people:
        return {}
    found = accounts.accounts_of_people([p.person_id for p in people.values()], centre_id=centre_id)
    by_person = {one.person_id: one for one in found}
    terms = terms_of([one.account_id for one in found], month=month)
    known: dict[Document, KnownPerson] = {}
    for document, digest in digests.items():
        person = people.get(digest)
        if person is not None:
            account = by_person.get(person.person_id)
            known[document] = _known(person.person_id, person.name, account, terms, unit_id)
    return known


def terms_of(account_ids: Sequence[int], *, month: Month) -> dict[int, dict[str, Any]]:
    """The latest term of each account for a month, by account."""
    found = rows(_TERMS, {"ids": list(account_ids), "month": month.number})
    return {line["account_id"]: line for line in found}


def _known(
    person_id: int, name: str, account: PersonAccount | None, terms: dict[int, dict[str, Any]], unit_id: int
) -> KnownPerson:
    if account is None:
        return KnownPerson(person_id, name)
    term = terms.get(account.account_id, {})
    return KnownPerson(
        person_id=person_id, name=name, account_id=account.account_id,
        view=_view(account.state, here=account.unit_id == unit_id),
        base_fen=term.get("base_fen"), unit_ratio=term.get("unit_ratio"), person_ratio=term.get("person_ratio"),
        paid_to=account.paid_to,
    )  # fmt: skip


def _view(state: AccountState, *, here: bool) -> AccountView:
    if state is AccountState.NORMAL:
        return AccountView.HERE_NORMAL if here else AccountView.OTHER_NORMAL
    if state is AccountState.SEALED:
        return AccountView.HERE_SEALED if here else AccountView.OTHER_SEALED
    return AccountView.CLOSED


def roster_sql(rounding: Rounding) -> str:
    """Base, ratios and both shares of each of `ids` for `month`, the base within `floor` and `cap`."""
    # greatest() passes over a missing base, which must stay missing.
    base = "CASE WHEN t.base_fen > 0 THEN least(%(cap)s, greatest(%(floor)s, t.base_fen)) END"
    return f"""
SELECT r.*, {share_sql("r.base_fen", "r.unit_ratio", rounding)} AS unit_fen,
       {share_sql("r.base_fen", "r.person_ratio", rounding)} AS own_fen
  FROM (SELECT i.account_id, ({base})::bigint AS base_fen, ({base}) <> t.base_fen AS clamped,
               coalesce(t.unit_ratio, %(unit_ratio)s)::numeric(6,4) AS unit_ratio,
               coalesce(t.person_ratio, %(person_ratio)s)::numeric(6,4) AS person_ratio
          FROM unnest(%(ids)s::bigint[]) AS i (account_id) LEFT JOIN {LATEST_TERM} t ON true) r
"""  # noqa: S608  (constants of this module)


def roster_values(
    account_ids: Sequence[int], *, month: Month, unit_ratio: Decimal, person_ratio: Decimal
) -> dict[str, Any]:
    """The parameters of `roster_sql`."""
    limits = rules_of(month).limits
    return {
        "ids": list(account_ids), "month": month.number, "cap": limits.base_cap_fen,
        "floor": limits.base_floor_fen, "unit_ratio": unit_ratio, "person_ratio": person_ratio,
    }  # fmt: skip


def roster(centre_id: int, unit_id: int, *, month: Month, sealed: bool = False) -> tuple[RosterPerson, ...]:
    """The unit's staff with base and shares of a month, in four statements; with `sealed` also those sealed."""
    unit = unit_of(centre_id, unit_id, month=month)
    states = (AccountState.NORMAL, AccountState.SEALED) if sealed else (AccountState.NORMAL,)
    members = accounts.unit_accounts(unit_id, states=states)
    values = roster_values(
        [member.account_id for member in members], month=month, unit_ratio=unit.unit_ratio,
        person_ratio=unit.person_ratio,
    )  # fmt: skip
    amounts = {line["account_id"]: line for line in rows(roster_sql(rules_of(month).rounding), values)}
    return tuple(
        RosterPerson(
            account_id=member.account_id, person_id=member.person_id,
            base_fen=amounts[member.account_id]["base_fen"], own_fen=amounts[member.account_id]["own_fen"],
            unit_fen=amounts[member.account_id]["unit_fen"], paid_to=member.paid_to,
            sealed=member.state is AccountState.SEALED,
        )
        for member in members
    )  # fmt: skip


def term_of(account_id: int, *, on: date) -> int | None:
    """The contribution base (缴存基数) of an account in the month of a day, or None."""
    found = terms_of([account_id], month=Month.of(on))
    return int(found[account_id]["base_fen"]) if account_id in found else None
