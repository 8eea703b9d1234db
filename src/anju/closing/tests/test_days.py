"""Closing a day: its steps, what blocks them, who signs, what stands afterwards, and how it is taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from anju.closing import actions, jobs, queries
from anju.closing.tests.world import (
    ACCOUNTANT,
    AT,
    CENTRE,
    DAY,
    MACHINE,
    NEXT,
    OTHER_ACCOUNTANT,
    TREASURER,
    close,
    close_before,
    declare,
    explain,
    finish,
    pay,
    texts,
    town,
    unknown_debit,
    wired,
)
from anju.closing.types import LevelState, Run, RunKind, RunState, StepKind, StepState
from anju.contributions.actions import post_remittance
from anju.contributions.tests.world import open_unit
from anju.database.checks import violations
from anju.database.sql import execute, row
from anju.kernel import clock
from anju.kernel.clock import ZONE
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.ledger.days import closed_through, cut_through

pytestmark = pytest.mark.django_db


def started() -> Run:
    town()
    close_before()
    return actions.start_day(CENTRE, DAY, actor=ACCOUNTANT, at=NEXT)


def test_a_day_goes_step_by_step_to_a_report_that_a_second_person_signs() -> None:
    run = started()
    seen = []
    for _ in range(4):
        run = actions.step_day(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT)
        seen.append(sum(step.state is StepState.DONE for step in run.steps))
    assert seen == [1, 2, 3, 4] and cut_through(CENTRE) == DAY and closed_through(CENTRE) == DAY - timedelta(days=1)
    run = actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT)
    assert texts(run)[-2:] == [("RECONCILE", "BLOCKED"), ("REPORT", "WAITING")]
    assert [one.text for one in run.steps[4].findings] == ["还没有导入过银行对账单，日记账没有核对"]
    signed = finish(run)
    assert signed.state is RunState.SIGNED and closed_through(CENTRE) == DAY
    report = signed.report
    assert [(one["zh"], one["n"]) for one in report["vouchers"]] == [("缴存入账", 1)]
    assert report["money"][0]["in_fen"] == report["money"][0]["closing_fen"] == report["vouchers"][0]["fen"]
    assert [one["state"] for one in report["levels"]] == [2, 1, 1, 3, 1, 1, 3]
    assert report["explained"][0]["words"] and violations() == []


def test_what_was_explained_needs_no_second_explanation_and_another_difference_blocks_again() -> None:
    run = started()
    finish(run)
    unknown_debit(at=NEXT)
    after = NEXT + timedelta(days=1)
    run = actions.start_day(CENTRE, DAY + timedelta(days=1), actor=ACCOUNTANT, at=after)
    run = actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=after)
    step = run.next_step
    assert step is not None and step.kind is StepKind.NOTICES and "未知支出" in step.findings[0].text
    explain(run, step.findings[0].digest, "银行回单费，等银行补送凭证", at=after)
    run = actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=after)
    # The same debit is a line of the journal without a voucher: one explanation serves both; yesterday's holds too.
    assert run.ready and {one.level for one in run.steps[4].findings} == {1, 2}
    levels = {one.number: one.state for one in run.steps[4].levels}
    assert levels[2] is LevelState.DIFFERS and levels[3] is LevelState.AGREES


@pytest.mark.parametrize("actor", [ACCOUNTANT], ids=["submitter"])
def test_nobody_signs_what_they_worked_on(actor: object) -> None:
    run = started()
    run = actions.advance(CENTRE, run.run_id, actor=OTHER_ACCOUNTANT, at=NEXT)
    explain(run, run.steps[4].findings[0].digest)
    run = actions.advance(CENTRE, run.run_id, actor=MACHINE, at=NEXT)
    run = actions.submit(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT)
    for worker in (ACCOUNTANT, OTHER_ACCOUNTANT):
        with pytest.raises(Refusal, match="four_eyes"):
            actions.sign(CENTRE, run.run_id, digest=run.report_digest, actor=worker, at=NEXT)
    with pytest.raises(Refusal, match="report_changed"):
        actions.sign(CENTRE, run.run_id, digest="00", actor=TREASURER, at=NEXT)
    with pytest.raises(Refusal, match="not_signer"):
        actions.sign(CENTRE, run.run_id, digest=run.report_digest, actor=MACHINE, at=NEXT)
    with pytest.raises(Refusal, match="not_accountant"):
        actions.submit(CENTRE, run.run_id, actor=TREASURER, at=NEXT)
    assert actions.sign(CENTRE, run.run_id, digest=run.report_digest, actor=TREASURER, at=NEXT).signed_at == NEXT


def test_posting_goes_on_while_a_day_is_being_closed_and_belongs_to_the_day_after() -> None:
    run = started()
    actions.step_day(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT)
    unit = open_unit(number=2, bank="6222020000000088")
    with wired():
        from anju.contributions.tests.world import apply, staff_rows

        apply(unit, staff_rows(2, first=50))
        declared = declare(unit)
        # The bank tells late in the evening, and the posting comes when the day is cut: it is the next day's.
        pay(declared.total_fen, declared.number, at=AT.replace(hour=23), payer="6222020000000088")
        post_remittance(CENTRE, declared.remittance_id, at=AT.replace(hour=23, minute=59))
    assert row("SELECT max(business_date) AS day FROM voucher") == {"day": DAY + timedelta(days=1)}
    run = finish(run)
    level = run.steps[4].levels[1]
    assert level.state is LevelState.AGREES and "1 笔在之后几日记账" in level.text
    assert close(DAY + timedelta(days=1), at=NEXT + timedelta(days=1)).state is RunState.SIGNED
    assert violations() == []


def test_a_run_is_taken_back_until_it_is_signed_and_its_day_takes_postings_again() -> None:
    run = finish_to_submit(started())
    with pytest.raises(Refusal, match="words"):
        actions.reopen(CENTRE, run.run_id, " ", actor=ACCOUNTANT, at=NEXT)
    back = actions.reopen(CENTRE, run.run_id, "漏了一笔", actor=TREASURER, at=NEXT)
    assert back.state is RunState.REOPENED and books.business_date(CENTRE, AT) == DAY
    with pytest.raises(Refusal, match="not_to_sign"):
        actions.sign(CENTRE, run.run_id, digest=run.report_digest, actor=TREASURER, at=NEXT)
    signed = close(DAY)
    with pytest.raises(Refusal, match="ended"):
        actions.reopen(CENTRE, signed.run_id, "再看看", actor=ACCOUNTANT, at=NEXT)
    assert [one.state for one in queries.runs(CENTRE, RunKind.DAY)][:2] == [RunState.SIGNED, RunState.REOPENED]
    assert violations() == []


def finish_to_submit(run: Run) -> Run:
    run = actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT)
    explain(run, run.steps[4].findings[0].digest)
    run = actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT)
    return actions.submit(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT)


def test_days_are_closed_in_order_and_quiet_ones_at_once() -> None:
    town()
    with pytest.raises(Refusal, match="day_not_over"):
        actions.start_day(CENTRE, DAY, actor=ACCOUNTANT, at=AT)
    close_before()
    monday = datetime(2026, 11, 30, 8, tzinfo=ZONE)
    stretch = queries.next_stretch(CENTRE, at=monday)
    assert stretch is not None and (stretch.first_on, stretch.last_on, stretch.quiet) == (DAY, DAY, False)
    with pytest.raises(Refusal, match="earlier_day_open"):
        actions.start_day(CENTRE, DAY + timedelta(days=1), actor=ACCOUNTANT, at=monday)
    close(DAY, at=monday)
    with pytest.raises(Refusal, match="day_closed"):
        actions.start_day(CENTRE, DAY, actor=ACCOUNTANT, at=monday)
    stretch = queries.next_stretch(CENTRE, at=monday)
    assert stretch is not None and (stretch.last_on, stretch.quiet, stretch.open_days) == (date(2026, 11, 29), True, 6)
    run = close(stretch.last_on, at=monday)
    assert run.title == "2026年11月24日至2026年11月29日" and queries.next_stretch(CENTRE, at=monday) is None


def test_a_second_run_beside_one_that_is_open_is_refused_by_name() -> None:
    started()
    with pytest.raises(Refusal, match="2026年11月23日的日结办理中"):
        actions.start_day(CENTRE, DAY + timedelta(days=3), actor=OTHER_ACCOUNTANT, at=NEXT + timedelta(days=5))


def test_money_that_has_come_and_is_not_posted_keeps_the_day_waiting() -> None:
    unit = (town(), open_unit(number=2, bank="6222020000000088"))[1]
    close_before()
    with wired():
        from anju.contributions.tests.world import apply, staff_rows

        apply(unit, staff_rows(2, first=50))
        declared = declare(unit)
        pay(declared.total_fen, declared.number, payer="6222020000000088")
        run = actions.start_day(CENTRE, DAY, actor=MACHINE, at=NEXT)
        run = actions.advance(CENTRE, run.run_id, actor=MACHINE, at=NEXT)
        assert texts(run)[3] == ("DUE", "BLOCKED") and declared.number in run.steps[3].text
        post_remittance(CENTRE, declared.remittance_id, at=NEXT)
    assert finish(run).state is RunState.SIGNED and violations() == []


def test_a_fen_changed_in_a_balance_blocks_at_level_3_and_says_by_how_much() -> None:
    run = started()
    execute("UPDATE balance SET balance_fen = balance_fen + 1 WHERE account_id = (SELECT min(account_id) FROM balance)")
    run = actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT)
    found = [one for one in run.steps[4].findings if one.level == 3]
    assert [(one.where, one.apart_fen) for one in found] == [("全体职工", 1)]


def test_the_machine_begins_yesterday_and_stops_where_a_person_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    town()
    close_before()
    monkeypatch.setattr(clock, "now", lambda: NEXT)
    jobs.close_yesterday(CENTRE)
    jobs.close_yesterday(CENTRE)
    run = queries.live_run(CENTRE, RunKind.DAY)
    assert run is not None and run.next_step is not None and run.next_step.kind is StepKind.RECONCILE
    assert run.started_by_person_id is None and finish(run).state is RunState.SIGNED


def test_a_quiet_day_costs_the_same_few_statements_however_much_there_is() -> None:
    counts = []
    town(3)
    close_before()
    close(DAY)
    for days in (1, 3):
        first = queries.first_open_day(CENTRE)
        last = first + timedelta(days=days - 1)
        run = actions.start_day(CENTRE, last, actor=ACCOUNTANT, at=NEXT + timedelta(days=9))
        with CaptureQueriesContext(connection) as asked:
            run = actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT + timedelta(days=9))
        assert run.ready
        counts.append(sum(not one["sql"].startswith(("SAVEPOINT", "RELEASE")) for one in asked))
        finish(run, at=NEXT + timedelta(days=9))
    assert counts[0] == counts[1] <= 111, counts


def test_a_signed_closing_is_changed_by_nobody() -> None:
    run = finish(started())
    for statement in (
        "UPDATE closing_run SET state = 1, signed_at = NULL, signed_by_person_id = NULL WHERE run_id = %s",
        "DELETE FROM closing_run WHERE run_id = %s",
        "UPDATE closing_step SET text = 'x' WHERE run_id = %s",
    ):
        with pytest.raises(DatabaseError, match="stands"), transaction.atomic():
            execute(statement, [run.run_id])
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        execute("UPDATE closing_explanation SET words = 'x'")


def test_months_that_are_over_may_be_closed_in_one_go() -> None:
    town()
    later = datetime(2026, 12, 3, 9, tzinfo=ZONE)
    run = close(Month(2026, 11).last_day, at=later)
    assert run.first_on == date(2025, 7, 1) and closed_through(CENTRE) == date(2026, 11, 30)
