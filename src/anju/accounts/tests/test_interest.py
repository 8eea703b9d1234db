"""Interest by the cumulative index: the law's worked examples, the product method, settlement and touch."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anju.accounts import actions, queries
from anju.accounts.actions import carrying, settlement
from anju.accounts.actions._ground import enter, ids_source
from anju.accounts.actions.rates import breakpoints
from anju.accounts.tests.world import (
    CENTRE,
    book_with_rates,
    broken,
    contribute,
    moment,
    open_books,
    open_staff,
    standing_on_subjects,
    withdraw,
)
from anju.accounts.types import FreezeKind, LineKind
from anju.database.sql import row, rows
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger import actions as book_actions
from anju.ledger import queries as books
from anju.ledger.posting_rules import PostingRule
from anju.policy import book
from anju.policy.formulas.interest import Movement, RateChange, RateSegment, accrue

MIDSUMMER = date(2026, 7, 1)


@pytest.fixture
def staff(db: None) -> list[int]:
    open_books()
    return open_staff(3)


def settle(year: int, *, on: date) -> object:
    return actions.settle_interest(CENTRE, year, at=moment(on))


def test_the_worked_year_earns_476_68(staff: list[int]) -> None:
    contribute([(staff[0], 1_000_000, 1_000_000)], on=date(2025, 7, 1))
    for n in range(12):
        month = Month(2025, 7) + n
        day = date(month.year, month.month, 15)
        contribute([(staff[0], 120_000, 120_000)], on=day)
        if month == Month(2026, 2):
            withdraw(staff[0], 1_000_000, on=date(2026, 3, 10))
    assert queries.preview_interest(CENTRE, 2025).interest_fen == 47_668
    run = settle(2025, on=MIDSUMMER)
    assert (run.accounts, run.lines, run.interest_fen, run.vouchers) == (3, 1, 47_668, 1)
    seen = queries.overview(staff[0])
    assert (seen.balance_fen, seen.carried_fen, seen.interest_fen) == (3_927_668, 3_927_668, 47_668)
    line = queries.movement(staff[0], seen.last_seq)
    assert (line.kind, line.period, line.booked_on, line.value_on) == (
        LineKind.INTEREST, 202513, date(2026, 6, 30), MIDSUMMER)  # fmt: skip
    totals = standing_on_subjects()
    assert (totals["411-01"], totals["211"], totals["201"]) == (47_668, 0, -3_927_668)
    assert broken() == {}


def test_a_closing_on_25_september_would_pay_171_37(staff: list[int]) -> None:
    contribute([(staff[0], 4_567_890, 0)], on=MIDSUMMER)
    contribute([(staff[0], 75_000, 75_000)], on=date(2026, 7, 10))
    contribute([(staff[0], 75_000, 75_000)], on=date(2026, 8, 10))
    accrued = queries.accrued_interest(staff[0], date(2026, 9, 25))
    assert (accrued.fen, accrued.since, accrued.rate_bp) == (17_137, MIDSUMMER, 150)


def test_a_year_is_settled_once_and_only_when_it_is_over(staff: list[int]) -> None:
    contribute([(one, 500_000, 500_000) for one in staff], on=date(2025, 7, 1))
    with pytest.raises(Refusal, match="year_not_over"):
        settle(2025, on=date(2026, 6, 30))
    assert settle(2025, on=MIDSUMMER).interest_fen == 3 * 15_208
    again = settle(2025, on=date(2026, 7, 2))
    assert (again.accounts, again.interest_fen, again.vouchers) == (0, 0, 0)
    assert len(rows("SELECT 1 FROM member_line WHERE period = 202513")) == 3
    assert broken() == {}


def test_an_account_touched_in_the_new_year_is_carried_first_and_left_out_later(staff: list[int]) -> None:
    contribute([(one, 500_000, 500_000) for one in staff], on=date(2025, 7, 1))
    contribute([(staff[0], 10_000, 10_000)], on=date(2026, 7, 3))
    actions.hold(staff[1], 1_015_208, purpose="withdrawal", source_id=9, at=moment(date(2026, 7, 3)))
    assert [queries.overview(one).interest_fen for one in staff] == [15_208, 15_208, 0]
    run = settle(2025, on=date(2026, 7, 4))
    assert (run.accounts, run.interest_fen) == (1, 15_208)
    assert [queries.overview(one).balance_fen for one in staff] == [1_035_208, 1_015_208, 1_015_208]
    assert broken() == {}


def test_one_account_is_carried_as_the_settlement_and_a_set_would_carry_it(staff: list[int]) -> None:
    for day, fen in ((date(2025, 7, 1), 500_003), (date(2025, 11, 20), 77_777), (date(2026, 6, 30), 1)):
        contribute([(one, fen, fen) for one in staff], on=day)
    for one in staff:
        actions.hold(one, 40_000, purpose="withdrawal", source_id=one, at=moment(date(2026, 1, 5)))
        withdraw(one, 123_456, on=date(2026, 3, 10), source_id=one + 1_000_000)
    with transaction.atomic():
        day = enter(CENTRE, at=moment(MIDSUMMER))
        assert carrying.carry_one(staff[0], book=day) and carrying.carry_one(staff[0], book=day)
        assert not carrying.carry_one(987_654_321, book=day)
        assert carrying.carry(ids_source([staff[1]]), book=day, cause="test") == 1
    settle(2025, on=MIDSUMMER)
    lines = rows(
        "SELECT account_id, to_jsonb(l) - '{account_id,voucher_id,known_at}'::text[] AS line FROM member_line l"
        " WHERE kind = 9 ORDER BY 1"
    )
    kept = rows("SELECT to_jsonb(b) - 'account_id' AS balance FROM balance b WHERE interest_year = 2026")
    assert len(lines) == 3 and all(one["line"] == lines[0]["line"] for one in lines)
    assert len(kept) == 3 and len({str(one["balance"]) for one in kept}) == 1
    assert broken() == {}


def test_an_account_left_alone_for_years_is_carried_year_by_year(staff: list[int]) -> None:
    contribute([(staff[0], 500_000, 500_000)], on=date(2025, 7, 1))
    contribute([(staff[0], 5_000, 5_000)], on=date(2027, 8, 3))
    first = 15_208
    second = round(Decimal(1_015_208) * 365 * 150 / 3_600_000)
    assert queries.overview(staff[0]).interest_fen == first + second
    assert [line.kind for line in queries.movements(staff[0])] == [1, 9, 9, 1]
    assert broken() == {}


def test_the_old_year_takes_no_posting_once_an_account_is_carried(staff: list[int]) -> None:
    contribute([(staff[0], 5_000, 5_000)], on=date(2026, 7, 3))
    with pytest.raises(Refusal, match="batch_year"):
        contribute([(staff[0], 5_000, 5_000)], on=date(2026, 6, 3))
    with pytest.raises(Refusal, match="year_closed"):
        actions.hold(staff[0], 1, purpose="w", source_id=1, at=moment(date(2026, 6, 3)))


def test_after_settlement_a_late_posting_of_june_is_booked_in_july_and_earns_from_june(staff: list[int]) -> None:
    settle(2025, on=MIDSUMMER)
    contribute([(staff[0], 500_000, 500_000)], on=date(2026, 6, 21))
    line = queries.movement(staff[0], 1)
    assert (line.booked_on, line.value_on) == (MIDSUMMER, date(2026, 6, 21))
    assert queries.accrued_interest(staff[0], MIDSUMMER).fen == round(Decimal(1_000_000) * 10 * 150 / 3_600_000)
    receipt = queries.trial_receipt(staff[0], 2026)
    late, *year = receipt.pieces
    assert (late.from_day, late.days, late.balance_fen) == (date(2026, 6, 21), 10, 1_000_000)
    assert [sum(one.days for one in year), *{one.balance_fen for one in year}] == [365, 1_000_000]
    assert receipt.interest_fen == 15_625, "416.67 for June's ten days and 15,208.33 for the year, rounded once"
    assert len(queries.movements(staff[0])) == 1, "the settled year's lines stay as they are"
    assert broken() == {}


def test_interest_wrongly_credited_is_taken_back_by_the_next_settlement(staff: list[int]) -> None:
    contribute([(staff[0], 500_000, 500_000)], on=date(2025, 7, 1))
    settle(2025, on=MIDSUMMER)
    actions.reverse_line(
        staff[0], 1, key="c", rule=PostingRule.MEMBERS_TO_SUSPENSE, maker=11, checker=12, reason="错缴",
        at=moment(date(2026, 7, 1)), unit_id=7,
    )  # fmt: skip
    assert queries.overview(staff[0]).balance_fen == 15_208
    receipt = queries.trial_receipt(staff[0], 2026)
    wrong, *year = receipt.pieces
    assert (wrong.from_day, wrong.days, wrong.balance_fen) == (date(2025, 7, 1), 365, -1_000_000)
    assert [sum(one.days for one in year), *{one.balance_fen for one in year}] == [365, 15_208]
    assert receipt.interest_fen == 231 - 15_208, "the year's own interest, less what was credited for the wrong money"
    settle(2026, on=date(2027, 7, 1))
    seen = queries.overview(staff[0])
    assert (seen.balance_fen, seen.interest_fen) == (231, 231)
    assert broken() == {}


def test_interest_is_taken_back_also_where_a_withdrawal_comes_before_the_settlement(staff: list[int]) -> None:
    contribute([(staff[0], 500_000, 500_000)], on=date(2025, 7, 1))
    settle(2025, on=MIDSUMMER)
    actions.reverse_line(
        staff[0], 1, key="c", rule=PostingRule.MEMBERS_TO_SUSPENSE, maker=11, checker=12, reason="错缴",
        at=moment(date(2026, 7, 1)), unit_id=7,
    )  # fmt: skip
    hold_id = actions.hold(staff[0], 200, purpose="withdrawal", source_id=3, at=moment(date(2027, 6, 30)))
    actions.post_withdrawal(
        staff[0], hold_id=hold_id, amount_fen=200, key="w", value_on=date(2027, 7, 3), reason="rent", source_id=3,
        maker=11, checker=None, at=moment(date(2027, 7, 3)),
    )  # fmt: skip
    seen = queries.overview(staff[0])
    assert (seen.interest_year, seen.balance_fen, seen.interest_fen) == (2027, 31, 231)
    touched = books.voucher(queries.movement(staff[0], 4).voucher_id, centre_id=CENTRE)
    assert [(line.subject, line.debit_fen, line.credit_fen) for line in touched.lines] == [
        ("201", 14_977, 0), ("211", 0, 14_977), ("211", 14_977, 0), ("411-01", 0, 14_977),
    ]  # fmt: skip
    assert broken() == {}


def test_sealed_and_frozen_accounts_earn_like_all_others(staff: list[int]) -> None:
    contribute([(one, 500_000, 500_000) for one in staff], on=date(2025, 7, 1))
    actions.seal_accounts(staff[:1], reason="离职", on=date(2025, 8, 1), at=moment(date(2025, 8, 1)))
    actions.freeze(staff[1], kind=FreezeKind.FULL, authority="法院", document="1", at=moment(date(2025, 8, 1)))
    settle(2025, on=MIDSUMMER)
    assert [queries.overview(one).interest_fen for one in staff] == [15_208] * 3
    assert [queries.overview(one).state for one in staff] == [2, 1, 1]
    assert queries.overview(staff[1]).frozen
    assert broken() == {}


def test_a_hold_goes_over_into_the_new_year(staff: list[int]) -> None:
    contribute([(staff[0], 500_000, 500_000)], on=date(2025, 7, 1))
    hold_id = actions.hold(staff[0], 900_000, purpose="w", source_id=1, at=moment(date(2026, 6, 30)))
    settle(2025, on=MIDSUMMER)
    actions.post_withdrawal(
        staff[0], hold_id=hold_id, amount_fen=900_000, key="w1", value_on=date(2026, 6, 30), reason="rent",
        source_id=1, maker=11, checker=None, at=moment(MIDSUMMER),
    )  # fmt: skip
    assert queries.overview(staff[0]).balance_fen == 115_208
    assert broken() == {}


def test_chunks_settle_each_account_once(staff: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "CHUNK", 2)
    more = open_staff(4, first_person=100)
    contribute([(one, 500_000, 500_000) for one in (*staff, *more)], on=date(2025, 7, 1))
    run = settle(2025, on=MIDSUMMER)
    assert (run.accounts, run.interest_fen) == (7, 7 * 15_208)
    assert run.vouchers >= 4
    assert broken() == {}


def test_a_settlement_that_was_cut_off_goes_on_where_it_stopped(
    staff: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "CHUNK", 1)
    contribute([(one, 500_000, 500_000) for one in staff], on=date(2025, 7, 1))
    whole, seen = settlement._settle_chunk, []

    def cut_off(*arguments: object, **keywords: object) -> object:
        seen.append(arguments)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return whole(*arguments, **keywords)

    monkeypatch.setattr(settlement, "_settle_chunk", cut_off)
    with pytest.raises(KeyboardInterrupt):
        settle(2025, on=MIDSUMMER)
    assert [queries.overview(one).interest_fen for one in staff] == [15_208, 0, 0]
    assert settle(2025, on=MIDSUMMER).accounts == 2
    assert broken() == {}


def test_a_forgotten_year_is_settled_with_the_next(staff: list[int]) -> None:
    contribute([(one, 500_000, 500_000) for one in staff[:2]], on=date(2025, 7, 1))
    contribute([(staff[0], 1, 1)], on=date(2026, 7, 2))
    settle(2026, on=date(2027, 7, 1))
    assert {queries.overview(one).interest_year for one in staff} == {2027}
    assert len(queries.movements(staff[1])) == 3
    assert broken() == {}


def test_interest_cannot_be_reversed(staff: list[int]) -> None:
    contribute([(staff[0], 500_000, 500_000)], on=date(2025, 7, 1))
    settle(2025, on=MIDSUMMER)
    line = queries.movement(staff[0], 2)
    for reverse in (
        lambda **how: actions.reverse_contributions(line.voucher_id, centre_id=CENTRE, **how),
        lambda **how: actions.reverse_line(staff[0], 2, rule=PostingRule.MEMBERS_TO_SUSPENSE, **how),
    ):
        with pytest.raises(Refusal, match="not_reversible"):
            reverse(key="r", maker=11, checker=12, reason="", at=moment(MIDSUMMER))
    assert broken() == {}


def test_rates_are_loaded_once_and_never_rewritten(db: None) -> None:
    open_books()
    assert actions.load_rates(book("anju"), centre_id=CENTRE, at=moment(MIDSUMMER)) == 0
    changed = book_with_rates([RateSegment(date(2016, 2, 21), Decimal("0.0200"))])
    with pytest.raises(Refusal, match="rate_rewritten"):
        actions.load_rates(changed, centre_id=CENTRE, at=moment(MIDSUMMER))


def test_a_rate_for_days_that_lines_already_count_from_is_refused(staff: list[int]) -> None:
    contribute([(staff[0], 500_000, 500_000)], on=date(2026, 10, 1))
    known = [RateSegment(one.starts_on, one.value) for one in book("anju").history("interest.rate")]
    for start, refused in ((date(2026, 9, 25), True), (date(2026, 10, 1), False)):
        later = book_with_rates([*known, RateSegment(start, Decimal("0.0100"))])
        if refused:
            with pytest.raises(Refusal, match="rate_rewritten"):
                actions.load_rates(later, centre_id=CENTRE, at=moment(MIDSUMMER))
        else:
            assert actions.load_rates(later, centre_id=CENTRE, at=moment(MIDSUMMER)) == 1


YEAR = (date(2025, 7, 1), date(2026, 7, 1))
DAYS = st.integers(0, 364).map(lambda n: YEAR[0] + timedelta(days=n))


@given(
    opening=st.integers(0, 10**11),
    movements=st.lists(st.tuples(DAYS, st.integers(-(10**9), 10**9)), max_size=20),
    turns=st.lists(st.tuples(DAYS, st.integers(0, 300) | st.integers(0, 2)), max_size=3, unique_by=lambda one: one[0]),
    mode=st.sampled_from(list(RateChange)),
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_index_equals_the_product_method(
    db: None, opening: int, movements: list[tuple[date, int]], turns: list[tuple[date, int]], mode: RateChange
) -> None:
    rates = [RateSegment(date(2016, 2, 21), Decimal("0.0150"))]
    rates += [RateSegment(day, Decimal(bp) / 10_000) for day, bp in sorted(turns) if day > YEAR[0]]
    expected = accrue(
        opening, start=YEAR[0], end=YEAR[1], movements=[Movement(on, fen) for on, fen in movements], rates=rates,
        day_base=360, rate_change=mode,
    )  # fmt: skip
    with transaction.atomic():
        for one in breakpoints(book_with_rates(rates, mode.value)):
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO rate_index VALUES (9, %s, %s, %s, %s, %s, %s)",
                    [one.day, one.value, one.rate_bp, one.daily_step, one.factor, one.day_base],
                )
        dated = [(YEAR[0], opening), *movements]
        found = row(
            "WITH m AS (SELECT sum(fen)::bigint AS balance, sum(fen * rate_index_at(9::smallint, day))::bigint AS w"
            " FROM unnest(%s::date[], %s::bigint[]) AS t (day, fen))"
            " SELECT interest_of(m.balance * rate_index_at(9::smallint, %s) - m.w, r.factor, r.day_base) AS fen"
            " FROM m, (SELECT * FROM rate_index WHERE product = 9 AND day < %s ORDER BY day DESC LIMIT 1) r",
            [[day for day, _ in dated], [fen for _, fen in dated], YEAR[1], YEAR[1]],
        )
        transaction.set_rollback(True)
    assert found == {"fen": expected.interest_fen}


def test_settlement_days_are_closed_for_good(staff: list[int]) -> None:
    settle(2025, on=MIDSUMMER)
    assert books.business_date(CENTRE, moment(date(2026, 6, 30))) == MIDSUMMER
    book_actions.open_days(CENTRE, date(2026, 7, 2), date(2026, 7, 2))
    assert books.business_date(CENTRE, moment(date(2026, 6, 1))) == MIDSUMMER
