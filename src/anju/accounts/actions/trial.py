# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter or a whole number
"""Trial run of the yearly settlement (结息试算): the settlement's own arithmetic, written to a staging table only.

Nothing is posted, closed or locked. One statement reads the balances, so every account is seen between two postings;
the totals are those of the written lines. A new trial of a centre replaces the lines of the one before.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anju.accounts.actions._ground import act
from anju.accounts.actions.carrying import earlier_is_left, year_of
from anju.accounts.actions.settlement import all_due
from anju.accounts.types import TrialRun
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

_LINES = """
INSERT INTO interest_trial (account_id, run_id, centre_id, interest_fen, last_year_fen, balance_fen)
SELECT d.account_id, %(run)s, d.centre_id, d.interest, d.interest_fen - coalesce(o.interest_fen, 0), d.balance_fen
  FROM ({due}) d LEFT JOIN balance o ON o.account_id = d.account_id AND o.interest_year = %(before)s
 ORDER BY d.account_id
"""
_HEADER = """
INSERT INTO interest_trial_run (centre_id, id, interest_year, made_at, accounts, settled_accounts, zero_accounts,
    negative_accounts, balance_fen, credited_fen, taken_fen, last_year_fen)
SELECT %(centre)s, %(run)s, %(year)s, %(at)s, count(*), (SELECT count(*) FROM balance n
           WHERE n.centre_id = %(centre)s AND n.interest_year = %(next)s AND EXISTS (SELECT 1 FROM balance b
                 WHERE b.account_id = n.account_id AND b.interest_year = %(year)s)),
       count(*) FILTER (WHERE interest_fen = 0 AND balance_fen > 0), count(*) FILTER (WHERE interest_fen < 0),
       coalesce(sum(balance_fen), 0), coalesce(sum(interest_fen) FILTER (WHERE interest_fen > 0), 0),
       coalesce(-sum(interest_fen) FILTER (WHERE interest_fen < 0), 0), coalesce(sum(last_year_fen), 0)
  FROM interest_trial WHERE centre_id = %(centre)s AND run_id = %(run)s
RETURNING centre_id, id AS run_id, interest_year, made_at, accounts, settled_accounts, zero_accounts,
    negative_accounts, balance_fen, credited_fen, taken_fen, last_year_fen
"""


@transaction.atomic
def trial_interest(centre_id: int, interest_year: int, *, at: datetime, actor: Actor | None = None) -> TrialRun:
    """Compute what ``settle_interest`` would credit to every account not yet carried, as if nothing more were posted.

    Asked at any time of the year or after it, and as often as wanted; amounts in fen, by the rates that are loaded.
    Refuses a year without accounts, and one before which another is not settled: its interest would be missing.
    """
    year = year_of(centre_id, interest_year)
    # One trial at a time in a centre: the lines of the one before are taken away.
    execute("SELECT pg_advisory_xact_lock(hashtext('trial_interest'), %s::integer)", [centre_id])
    _refuse_year(centre_id, interest_year)
    if earlier_is_left(year):
        raise Refusal(
            "accounts.earlier_year_left",
            f"{interest_year - 1} 结息年度还有账户没有结息，试算会少算：请先完成该年度结息。",
            status=409,
        )
    execute("DELETE FROM interest_trial WHERE centre_id = %s", [centre_id])
    found = row("SELECT nextval('interest_trial_run_id_seq') AS id")
    assert found is not None
    values = {"run": found["id"], "centre": centre_id, "year": interest_year, "before": interest_year - 1,
              "next": interest_year + 1, "at": at}  # fmt: skip
    # As in the settlement: a loop over the other years' rows would read them once for every account.
    execute("SELECT set_config('enable_nestloop', 'off', true)")
    execute(_LINES.format(due=all_due(year)), values)
    made = row(_HEADER, values)
    execute("SELECT set_config('enable_nestloop', NULL, true)")
    assert made is not None
    run = TrialRun(**made)
    act(
        "accounts.trial_interest", actor=actor, at=at, centre_id=centre_id, year=interest_year, run_id=run.run_id,
        accounts=run.accounts, interest_fen=run.interest_fen,
    )  # fmt: skip
    return run


def _refuse_year(centre_id: int, interest_year: int) -> None:
    found = row(
        "SELECT EXISTS (SELECT 1 FROM balance WHERE interest_year = %s AND centre_id = %s) AS there",
        [interest_year, centre_id],
    )
    if found is None or not found["there"]:
        raise Refusal("accounts.no_accounts", f"{interest_year} 结息年度没有个人账户：请核对年度。", status=404)
