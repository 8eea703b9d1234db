"""The simulation itself: short histories hold, a seed repeats, and a fault that is planted is found and made short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from anju.accounts import actions as accounts
from anju.command import simulate
from anju.command.simulation.model import Model
from anju.command.simulation.plan import Step, span_of, steps_of
from anju.command.simulation.running import run
from anju.command.simulation.shrinking import shrink
from anju.database.sql import execute

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_database() -> Iterator[None]:
    """Rates published in a history are gone before the next test."""
    simulate.empty()
    yield
    simulate.empty()


@pytest.mark.parametrize("seed", [1, 12])
def test_a_short_history_holds(seed: int) -> None:
    failure = run(steps_of(seed, 150), span=span_of(150), check_every=50)
    assert failure is None, failure


def test_a_seed_does_the_same_again() -> None:
    assert list(steps_of(7, 50)) == list(steps_of(7, 50)) != list(steps_of(8, 50))
    seen = []
    for _ in range(2):
        simulate.empty()
        moments: list[tuple[object, ...]] = []
        run(
            steps_of(7, 50), span=span_of(50), check_every=0,
            progress=lambda done, town, to=moments: to.append((done, town.at, *town.said)),  # type: ignore[misc]
        )  # fmt: skip
        seen.append(moments)
    assert seen[0] == seen[1] and len(seen[0]) == 50


def test_a_lost_fen_is_found_and_its_history_made_short(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = accounts.post_contributions

    def careless(*arguments: Any, **named: Any) -> Any:
        posted = honest(*arguments, **named)
        execute(
            "UPDATE balance SET balance_fen = balance_fen - 1 WHERE account_id = (SELECT max(account_id) FROM"
            " member_line WHERE voucher_id = %s)",
            [posted.voucher_id],
        )
        return posted

    monkeypatch.setattr(accounts, "post_contributions", careless)
    assert simulate.live(12, 150, check_every=50, shrink_seconds=12) == 1
    said = capsys.readouterr().out
    assert "seed 12: violation at step" in said and "instead of" in said
    line = next(line for line in said.splitlines() if line.startswith("shortest history found"))
    assert int(line.split()[3]) <= 8, said


def test_what_does_not_matter_is_left_out() -> None:
    steps = [Step(number, "declare", number, 1) for number in range(100)]

    def fails(less: Sequence[Step]) -> bool:
        return {17, 60} <= {step.number for step in less}

    assert [step.number for step in shrink(steps, fails, seconds=5)] == [17, 60]
    assert shrink(steps, fails, seconds=0) == steps


def test_the_model_counts_interest_by_the_day() -> None:
    """10,000.00 yuan from 1 January on at 1.5 %, at 3 % from 1 April on: 90 and 91 days of 360."""
    model = Model(rates=[(date(2016, 2, 21), 150), (date(2026, 4, 1), 300)])
    model.open(1, date(2026, 1, 1))
    model.move(1, 1_000_000, booked_on=date(2026, 1, 1), value_on=date(2026, 1, 1))
    assert model.balance(1, 2025) == 1_000_000
    assert model.balance(1, 2026) == 1_000_000 + 3_750 + 7_583
    model.move(1, -400_000, booked_on=date(2026, 7, 2), value_on=date(2026, 7, 1))
    assert model.balance(1, 2026) == 611_333
