"""How long an explanation holds: for this very difference while it is there, and never for its author's signature."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anju.closing import actions, levels, queries
from anju.closing.steps import day as steps
from anju.closing.tests.world import (
    ACCOUNTANT,
    AT,
    CENTRE,
    DAY,
    MACHINE,
    NEXT,
    OTHER_ACCOUNTANT,
    STATEMENT,
    TREASURER,
    close,
    close_before,
    explain,
    texts,
    town,
)
from anju.closing.types import Run, RunState
from anju.database.checks import violations
from anju.database.sql import execute
from anju.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db
LATER = (NEXT + timedelta(days=1), NEXT + timedelta(days=2))


def change_a_balance(fen: int) -> None:
    """Somebody changes a balance behind the product's back."""
    execute(
        "UPDATE balance SET balance_fen = balance_fen + %s WHERE account_id = (SELECT min(account_id) FROM balance)",
        [fen],
    )


def taken_as_far_as_it_goes(days: int) -> Run:
    """The closing of a day after the first, by the accountant."""
    run = actions.start_day(CENTRE, DAY + timedelta(days=days), actor=ACCOUNTANT, at=LATER[days - 1])
    return actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=LATER[days - 1])


def test_a_difference_that_was_mended_and_is_there_again_is_explained_again() -> None:
    town()
    close_before()
    change_a_balance(100)
    close(DAY, words="查明前先列示")
    still = taken_as_far_as_it_goes(1)
    assert still.ready, "it is there since yesterday"
    actions.reopen(CENTRE, still.run_id, "改好了", actor=ACCOUNTANT, at=LATER[0])
    change_a_balance(-100)
    close(DAY + timedelta(days=1), at=LATER[0])
    change_a_balance(100)
    back = taken_as_far_as_it_goes(2)
    assert texts(back)[4] == ("RECONCILE", "BLOCKED")
    (found,) = [one for one in back.steps[4].findings if one.level == 3]
    explain(back, found.digest, "又出现了，另行查明", at=LATER[1])
    with pytest.raises(Refusal, match="explained"):
        explain(back, found.digest, "别的话", at=LATER[1])
    assert actions.advance(CENTRE, back.run_id, actor=ACCOUNTANT, at=LATER[1]).ready
    first = queries.runs(CENTRE, back.kind, limit=5)[3]
    assert first.last_on == DAY and first.state is RunState.SIGNED
    said = queries.explanations_of(queries.run(CENTRE, first.run_id))
    assert said[found.digest].words == "查明前先列示", "what was said later stands in no earlier report"
    assert queries.explanations_of(queries.run(CENTRE, back.run_id))[found.digest].words == "又出现了，另行查明"


def test_who_explained_in_a_run_that_was_taken_back_does_not_sign_the_next_one() -> None:
    town()
    close_before()
    run = actions.start_day(CENTRE, DAY, actor=OTHER_ACCOUNTANT, at=NEXT)
    run = actions.advance(CENTRE, run.run_id, actor=OTHER_ACCOUNTANT, at=NEXT)
    (found,) = run.steps[4].findings
    actions.explain(CENTRE, run.run_id, found.digest, STATEMENT, actor=OTHER_ACCOUNTANT, at=NEXT)
    actions.reopen(CENTRE, run.run_id, "重新核对", actor=OTHER_ACCOUNTANT, at=NEXT)
    run = actions.start_day(CENTRE, DAY, actor=ACCOUNTANT, at=NEXT)
    run = actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT)
    run = actions.submit(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT)
    with pytest.raises(Refusal, match="four_eyes"):
        actions.sign(CENTRE, run.run_id, digest=run.report_digest, actor=OTHER_ACCOUNTANT, at=NEXT)
    assert actions.sign(CENTRE, run.run_id, digest=run.report_digest, actor=TREASURER, at=NEXT).signed_at == NEXT


def test_what_two_days_moved_by_the_same_sum_too_much_are_two_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    town()
    monkeypatch.setattr(levels.books, "credited_by_unit", lambda centre_id, first, last: {7: 100})
    digests = [
        {one.digest for one in queries.reconcile_day(CENTRE, DAY + timedelta(days=n))[4].differences} for n in (1, 1, 2)
    ]
    assert digests[0] == digests[1] and digests[0].isdisjoint(digests[2])


def test_a_job_that_fails_after_another_was_explained_is_another_difference() -> None:
    town()
    close_before()
    run = actions.start_day(CENTRE, DAY, actor=MACHINE, at=NEXT)
    seen = []
    for _ in range(2):
        execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'failed'")
        execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at)"
            " VALUES ('default', 'treasury.chase', 'failed', %s)", [AT],
        )  # fmt: skip
        (found,) = steps.due(run, MACHINE, NEXT).findings
        seen.append(found.digest)
    assert len(set(seen)) == 2 and "1 件没有办成" in found.text


def test_check_names_a_closing_that_was_handed_over_with_a_difference_nobody_explained() -> None:
    town()
    close_before()
    run = actions.start_day(CENTRE, DAY, actor=ACCOUNTANT, at=NEXT)
    run = actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT)
    explain(run, run.steps[4].findings[0].digest)
    actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT)
    actions.submit(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT)
    assert violations() == []
    execute(
        "UPDATE closing_step SET findings = findings || %s::jsonb WHERE run_id = %s AND n = 5",
        ['[{"level": 3, "subject": "201", "where": "全体职工", "left_fen": 1, "right_fen": 0, "text": "", "item": ""}]',
         run.run_id],
    )  # fmt: skip
    (told,) = violations()
    assert "已签署的结账每一步都已办，每项差异都有说明" in told
