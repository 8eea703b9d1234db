# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter
"""Trial runs of the yearly settlement, and what came of them. The staging lines live until the next trial or crash."""

from __future__ import annotations

from anju.accounts.types import Trial, TrialDifference, TrialLine, TrialRun
from anju.database.sql import row, rows
from anju.kernel.refusal import Refusal

_RUN = """
SELECT centre_id, id AS run_id, interest_year, made_at, accounts, settled_accounts, zero_accounts, negative_accounts,
       balance_fen, credited_fen, taken_fen, last_year_fen
  FROM interest_trial_run
"""
_LINE = "SELECT account_id, interest_fen, last_year_fen, balance_fen FROM interest_trial t"
_LARGEST = f"{_LINE} WHERE run_id = %s AND centre_id = %s ORDER BY abs(interest_fen - last_year_fen) DESC, 1 LIMIT %s"
_NOTHING = f"""{_LINE} WHERE run_id = %s AND centre_id = %s
    AND (interest_fen < 0 OR interest_fen = 0 AND balance_fen > 0)
    ORDER BY interest_fen, balance_fen DESC, 1 LIMIT %s"""

# What the year credited is what the next one opened with, less what this one ended with.
_DIFFERENCES = """
SELECT t.account_id, t.interest_fen AS trial_fen, n.opening_fen - b.balance_fen AS settled_fen
  FROM interest_trial t
  JOIN balance b ON b.account_id = t.account_id AND b.interest_year = %(year)s
  JOIN balance n ON n.account_id = t.account_id AND n.interest_year = %(next)s
 WHERE t.run_id = %(run)s AND t.centre_id = %(centre)s AND t.interest_fen <> n.opening_fen - b.balance_fen
 ORDER BY t.account_id LIMIT %(limit)s
"""


def trial(centre_id: int, run_id: int, *, limit: int = 20) -> Trial:
    """A trial run with at most ``limit`` accounts of a kind; three statements.

    Refuses an unknown run (404), and one whose lines are gone (409): a new trial replaces them, a crash of the
    database empties them.
    """
    run = _run(centre_id, run_id)
    largest = rows(_LARGEST, [run_id, centre_id, limit])
    if run.accounts and not largest:
        raise _gone()
    nothing = rows(_NOTHING, [run_id, centre_id, limit])
    return Trial(
        run, largest_changes=tuple(TrialLine(**line) for line in largest),
        nothing=tuple(TrialLine(**line) for line in nothing),
    )  # fmt: skip


def latest_trial(centre_id: int, interest_year: int) -> TrialRun | None:
    """The newest trial run of an interest year, or None."""
    found = row(
        f"{_RUN} WHERE centre_id = %s AND interest_year = %s ORDER BY id DESC LIMIT 1", [centre_id, interest_year]
    )
    return TrialRun(**found) if found else None


def trial_differences(centre_id: int, run_id: int, *, limit: int = 100) -> tuple[TrialDifference, ...]:
    """Accounts of a trial run that were since credited another amount; none when nothing was posted in between.

    Refuses an unknown run (404), and one whose lines are gone (409).
    """
    run = _run(centre_id, run_id)
    there = row(
        "SELECT EXISTS (SELECT 1 FROM interest_trial WHERE run_id = %s AND centre_id = %s) AS there",
        [run_id, centre_id],
    )
    if run.accounts and not (there and there["there"]):
        raise _gone()
    found = rows(
        _DIFFERENCES,
        {"run": run_id, "centre": centre_id, "year": run.interest_year, "next": run.interest_year + 1, "limit": limit},
    )
    return tuple(TrialDifference(**line) for line in found)


def _run(centre_id: int, run_id: int) -> TrialRun:
    found = row(f"{_RUN} WHERE centre_id = %s AND id = %s", [centre_id, run_id])
    if found is None:
        raise Refusal("accounts.unknown_trial", "没有这次结息试算：请核对试算编号。", status=404)
    return TrialRun(**found)


def _gone() -> Refusal:
    return Refusal(
        "accounts.trial_gone", "这次试算的逐户结果已被新的试算替换，或在数据库重启时清除：请重新试算。", status=409
    )
