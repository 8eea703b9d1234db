"""Proposals out of the books: what a receipt leaves behind for the next one, and that nothing strange is read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anju.contributions import actions, queries
from anju.contributions.actions import matching
from anju.contributions.proposals import Act, Proposal, Reason
from anju.contributions.tests.world import (
    AT,
    CENTRE,
    NOVEMBER,
    TREASURER,
    apply,
    broken,
    declare,
    items,
    open_centre,
    open_unit,
    pay,
    remittance,
    run_posting,
    staff_rows,
    wired,
)
from anju.contributions.types import Declaration, RemittanceState, SuspenseState
from anju.database.sql import execute
from anju.kernel.month import Month

pytestmark = pytest.mark.django_db
OCTOBER = Month(2026, 10)
OTHER_BANK = "6222999900001111"
LATER = AT + timedelta(days=20)


@pytest.fixture
def paid_once() -> tuple[int, Declaration]:
    """October paid by number from a strange account, November declared; the unit, and November."""
    open_centre()
    unit = open_unit(first_month=OCTOBER)
    with wired():
        apply(unit, staff_rows(2), month=OCTOBER)
        october = declare(unit, OCTOBER)
        pay(october.total_fen, october.number, payer=OTHER_BANK)
        run_posting()
        november = declare(unit, NOVEMBER)
    return unit, november


def told() -> list[tuple[Proposal, ...]]:
    """Proposals of everything open, by age."""
    open_items = queries.suspense_items(CENTRE, states=(SuspenseState.OPEN,))
    found = queries.proposals(CENTRE, open_items)
    return [found[one.suspense_id] for one in open_items]


def test_an_account_that_paid_a_month_is_known_the_next_time(paid_once: tuple[int, Declaration]) -> None:
    with wired():
        pay(paid_once[1].total_fen, "公积金", payer=OTHER_BANK, at=LATER)
    ((first, *_),) = told()
    assert first.act is Act.ALLOCATE and first.targets == (paid_once[1].remittance_id,) and first.certain
    assert "付过该单位 1 个月" in "".join(clue.text for clue in first.clues)


def test_what_a_treasurer_allocated_is_learned_as_well(paid_once: tuple[int, Declaration]) -> None:
    unit, november = paid_once
    with wired():
        pay(november.total_fen, "公积金", payer="777", at=LATER)
        assert told()[0][0].targets == (november.remittance_id,)  # by the amount, which no other open month has
        actions.allocate(items()[-1]["suspense_id"], november.remittance_id, actor=TREASURER, at=LATER)
        run_posting()
        december = declare(unit, NOVEMBER + 1, at=LATER)
        pay(december.total_fen, "公积金", payer="777", at=LATER + timedelta(days=20))
    assert Reason.ACCOUNT in {clue.reason for clue in told()[0][0].clues}
    assert broken() == {}


def test_a_month_the_bank_took_back_forgets_its_payer_and_is_recognised_again() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(2))
        declared = declare(unit)
        serial = pay(declared.total_fen, declared.number, payer=OTHER_BANK)
        assert remittance(declared.remittance_id)["payer_digest"] is not None
        pay(declared.total_fen, "", payer=OTHER_BANK, reversal_of=serial)
        assert remittance(declared.remittance_id)["payer_digest"] is None
        pay(declared.total_fen, "公积金", payer=OTHER_BANK)
    assert Reason.TAKEN_BACK in {clue.reason for clue in told()[0][0].clues}


def test_a_person_left_out_is_found_on_the_frozen_list(paid_once: tuple[int, Declaration]) -> None:
    with wired():
        pay(paid_once[1].total_fen - 206_400, "公积金", payer=OTHER_BANK, at=LATER)
    assert Reason.AMOUNT_LEFT_OUT in {clue.reason for clue in told()[0][0].clues}


def test_nothing_of_another_centre_is_ever_proposed(paid_once: tuple[int, Declaration]) -> None:
    """The same unit, month and payer stand in another centre's rows."""
    unit, november = paid_once
    copy = "INSERT INTO remittance SELECT (jsonb_populate_record(r, jsonb_build_object('centre_id', 777))).* FROM"
    execute(f"{copy} remittance r WHERE centre_id = %s", [CENTRE])  # noqa: S608  (constant)
    execute(
        "INSERT INTO unit SELECT (jsonb_populate_record(u, jsonb_build_object('centre_id', 777, 'uscc',"
        " '91330101MA00000778'))).* FROM unit u"
    )
    execute("DELETE FROM remittance WHERE centre_id = %s", [CENTRE])
    with wired():
        pay(november.total_fen, november.number[:-1], payer=OTHER_BANK, at=LATER)
    assert told() == [()]
    execute("UPDATE remittance SET centre_id = %s", [CENTRE])
    assert told()[0][0].targets == (november.remittance_id,)


def test_any_number_of_items_is_read_in_the_same_few_statements(paid_once: tuple[int, Declaration]) -> None:
    counts = []
    with wired():
        for n in range(12):
            pay(paid_once[1].total_fen - 206_400 + n, f"第{n}笔 HJ2611000{n:05d}", payer=f"62220{n}", at=LATER)
            if n in (0, 11):
                open_items = queries.suspense_items(CENTRE)
                with CaptureQueriesContext(connection) as caught:
                    queries.proposals(CENTRE, open_items)
                counts.append(len(caught))
    assert counts[1] <= counts[0] + 1 <= 9, counts


# ------------------------------------------------------------------------------------------ without a hand


def allow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The city has decided so."""
    monkeypatch.setattr(matching, "ALLOWED", "NO")


def test_without_the_parameter_even_certain_money_waits_for_a_person(paid_once: tuple[int, Declaration]) -> None:
    with wired():
        pay(paid_once[1].total_fen, "公积金", payer=OTHER_BANK, at=LATER)
    assert items()[0]["state"] == SuspenseState.OPEN
    share = queries.matched_share(CENTRE, since=date(2026, 1, 1))
    assert (share.receipts, share.untouched, share.percent) == (2, 1, 50)


def test_where_the_city_allows_it_certain_money_is_matched_and_posted(
    paid_once: tuple[int, Declaration], monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch)
    with wired():
        pay(paid_once[1].total_fen, "公积金", payer=OTHER_BANK, at=LATER)
        run_posting()
    assert remittance(paid_once[1].remittance_id)["state"] == RemittanceState.POSTED and items() == []
    assert queries.matched_share(CENTRE, since=AT.date()).percent == 100
    assert broken() == {}


@pytest.mark.parametrize(("payer", "more", "summary"), [
    ("777", 0, "公积金"), (OTHER_BANK, 1, "公积金"), (OTHER_BANK, 0, "HJ261100000000"),
])  # fmt: skip
def test_even_there_any_doubt_is_left_to_a_person(
    paid_once: tuple[int, Declaration], monkeypatch: pytest.MonkeyPatch, payer: str, more: int, summary: str
) -> None:
    allow(monkeypatch)
    with wired():
        pay(paid_once[1].total_fen + more, summary, payer=payer, at=LATER)
        assert run_posting() == 0
    assert items()[0]["state"] == SuspenseState.OPEN


def test_the_second_of_two_equal_receipts_is_not_matched_again(
    paid_once: tuple[int, Declaration], monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch)
    with wired():
        pay(paid_once[1].total_fen, "公积金", payer=OTHER_BANK, at=LATER)
        pay(paid_once[1].total_fen, "公积金", payer=OTHER_BANK, at=LATER)
        run_posting()
    (second,) = items()
    assert second["state"] == SuspenseState.OPEN
    assert told()[0][0].act is Act.REFUND
    assert broken() == {}
