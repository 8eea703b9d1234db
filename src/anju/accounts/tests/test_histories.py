"""Random histories of a few members against a plain model that adds up days; the invariants hold after each one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from anju.accounts import actions, queries
from anju.accounts.tests.world import CENTRE, broken, contribute, moment, open_books, open_staff
from anju.accounts.types import FreezeKind, Statement
from anju.kernel.month import interest_year
from anju.kernel.refusal import Refusal
from anju.kernel.rounding import Rounding, round_fen
from anju.ledger.posting_rules import PostingRule
from anju.ledger.types import PostedVoucher

RATE = Fraction(15, 1000)  # the demo city's rate over all these years


@dataclass
class Member:
    """What one account should hold, kept the slow way: every movement with its value date."""

    opened: int = 0
    year: int = 2024
    moves: list[tuple[date, int]] = field(default_factory=list)
    held: int = 0
    own: int = 0
    unit: int = 0
    interest: int = 0
    lines: int = 0
    freeze: int = 0

    @property
    def balance(self) -> int:
        return self.opened + sum(fen for _, fen in self.moves)

    def move(self, on: date, fen: int) -> None:
        self.moves.append((on, fen))
        self.lines += 1

    def close_year(self) -> None:
        end = date(self.year + 1, 7, 1)
        days = (end - date(self.year, 7, 1)).days * self.opened
        days += sum((end - on).days * fen for on, fen in self.moves)
        earned = round_fen(days * RATE / 360, Rounding.CENT_HALF_UP)
        earned = max(earned, self.held - self.balance)
        self.opened, self.moves, self.year = self.balance + earned, [], self.year + 1
        self.interest += earned
        self.lines += earned != 0


@dataclass
class Posted:
    """A contribution as it was posted, for reversing."""

    voucher: PostedVoucher | None
    value_on: date
    shares: dict[int, tuple[int, int]]
    seqs: dict[int, int]


@dataclass
class Held:
    """An open hold."""

    member: int
    hold_id: int
    fen: int
    source_id: int = 0


@dataclass
class Drawn:
    """A statement as it was drawn on its day."""

    member: int
    at: datetime
    seen: Statement


class Life(RuleBasedStateMachine):
    """Members' money under contributions, payments, reversals, holds and the passing of years."""

    posted = Bundle("posted")
    holds = Bundle("holds")

    @initialize()
    def begin(self) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.day = date(2024, 7, 1)
        self.serial = 0
        open_books()
        self.ids = open_staff(3, on=self.day)
        self.members = [Member() for _ in self.ids]
        self.drawn: list[Drawn] = []

    def teardown(self) -> None:
        if not hasattr(self, "undo"):
            return
        try:
            self._compare()
            assert broken() == {}
            for one in self.drawn:
                self._compare_drawn(one)
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def _compare(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        self._settle_as_tried()
        for account_id, member in zip(self.ids, self.members, strict=True):
            seen = queries.overview(account_id)
            assert (seen.balance_fen, seen.held_fen, seen.last_seq) == (member.balance, member.held, member.lines)
            assert (seen.own_paid_fen, seen.unit_paid_fen) == (member.own, member.unit)
            assert seen.interest_fen == member.interest

    def _settle_as_tried(self) -> None:
        """A trial of the last year says what its settlement credits, to the total and to each receipt."""
        year = interest_year(self.day) - 1
        if year < 2024:
            return
        actions.settle_interest(CENTRE, year - 1, at=moment(self.day))
        run = actions.trial_interest(CENTRE, year, at=moment(self.day))
        settled = actions.settle_interest(CENTRE, year, at=moment(self.day))
        assert (settled.accounts, settled.interest_fen) == (run.accounts, run.interest_fen)
        assert run.accounts + run.settled_accounts == len(self.ids)
        assert queries.trial_differences(CENTRE, run.run_id) == ()
        for account_id in self.ids:
            credited = [one.change_fen for one in queries.movements(account_id, limit=1_000) if one.kind == 9
                        and one.period == year * 100 + 13]  # fmt: skip
            assert queries.trial_receipt(account_id, year).interest_fen == sum(credited)

    def _compare_drawn(self, drawn: Drawn) -> None:
        """What is said today of what was known then is what was said then; the rest was learned later."""
        account_id, then = self.ids[drawn.member], drawn.seen
        span = {"from_date": then.from_date, "to_date": then.to_date}
        known = queries.statement_as_known(account_id, **span, known_at=drawn.at)
        assert (known.opening_fen, known.closing_fen) == (then.opening_fen, then.closing_fen)
        assert known.movements == then.movements
        every = [line for line in reversed(queries.movements(account_id, limit=1_000)) if line.known_at > drawn.at]
        bearing = [
            line
            for line in every
            if any(then.from_date <= day <= then.to_date for day in (line.booked_on, line.value_on))
        ]
        learned = queries.learned_later(account_id, **span, known_at=drawn.at)
        assert [line.movement for line in learned] == bearing
        for line in learned:
            assert (line.movement.reverses_seq is None) == (line.reverses_known_at is None)
            if line.movement.reverses_seq:
                original = queries.movement(account_id, line.movement.reverses_seq)
                assert (line.reverses_known_at, line.reverses_booked_on) == (original.known_at, original.booked_on)

    @precondition(lambda self: self.day < date(2027, 1, 1))
    @rule(member=st.integers(0, 2), back=st.integers(-40, 500), length=st.integers(0, 800))
    def a_statement_is_drawn(self, member: int, back: int, length: int) -> None:
        first = max(self.day - timedelta(days=back), date(2024, 7, 1))
        seen = queries.statement(self.ids[member], from_date=first, to_date=first + timedelta(days=length))
        self.drawn.append(Drawn(member, moment(self.day, 20), seen))
        self.time_passes(days=1)

    @precondition(lambda self: self.day < date(2027, 1, 1))
    @rule(days=st.integers(1, 150))
    def time_passes(self, days: int) -> None:
        before, self.day = interest_year(self.day), self.day + timedelta(days=days)
        for _ in range(before, interest_year(self.day)):
            for member in self.members:
                member.close_year()

    @precondition(lambda self: interest_year(self.day) > 2024)
    @rule()
    def the_year_is_settled(self) -> None:
        actions.settle_interest(CENTRE, interest_year(self.day) - 1, at=moment(self.day))

    @rule(member=st.integers(0, 2))
    def an_account_is_frozen_or_freed(self, member: int) -> None:
        account_id, now = self.ids[member], moment(self.day)
        if self.members[member].freeze:
            actions.unfreeze(account_id, self.members[member].freeze, document="2", at=now)
            self.members[member].freeze = 0
        else:
            self.members[member].freeze = actions.freeze(
                account_id, kind=FreezeKind.FULL, authority="法院", document="1", at=now
            )

    @rule(
        target=posted,
        shares=st.dictionaries(
            st.integers(0, 2), st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)), min_size=1
        ),
        late=st.integers(0, 400),
    )
    def contribution(self, shares: dict[int, tuple[int, int]], late: int) -> Posted:
        self.serial += 1
        shares = {n: parts for n, parts in shares.items() if not self.members[n].freeze or late % 5 == 0}
        value_on = max(self.day - timedelta(days=late), date(2024, 7, 1))
        lines = [(self.ids[n], own, unit) for n, (own, unit) in shares.items()]
        try:
            with transaction.atomic():
                voucher = contribute(lines, on=self.day, value_on=value_on, key=f"c{self.serial}")
        except Refusal as refused:
            assert refused.code in ("accounts.batch_frozen", "accounts.empty_batch")
            assert not shares or any(self.members[n].freeze for n in shares)
            return Posted(None, value_on, {}, {})
        assert not any(self.members[n].freeze for n in shares)
        for n, (own, unit) in shares.items():
            self.members[n].move(value_on, own + unit)
            self.members[n].own += own
            self.members[n].unit += unit
        return Posted(voucher, value_on, shares, {n: self.members[n].lines for n in shares})

    @rule(target=holds, member=st.integers(0, 2), part=st.integers(1, 120))
    def money_is_held(self, member: int, part: int) -> Held:
        self.serial += 1
        free = self.members[member].balance - self.members[member].held
        fen = max(free * part // 100, 1)
        try:
            hold_id = actions.hold(
                self.ids[member], fen, purpose="withdrawal", source_id=self.serial, at=moment(self.day)
            )
        except Refusal as refused:
            frozen = self.members[member].freeze
            assert refused.code == ("accounts.frozen" if frozen else "accounts.not_available")
            assert frozen or fen > free
            return Held(member, 0, 0)
        assert fen <= free and not self.members[member].freeze
        self.members[member].held += fen
        return Held(member, hold_id, fen, self.serial)

    @rule(held=consumes(holds))
    def held_money_is_paid(self, held: Held) -> None:
        if held.fen == 0:
            return
        actions.post_withdrawal(
            self.ids[held.member], hold_id=held.hold_id, amount_fen=held.fen, key=f"w{held.hold_id}",
            value_on=self.day, reason="rent", source_id=held.source_id, maker=11, checker=None, at=moment(self.day),
        )  # fmt: skip
        self.members[held.member].held -= held.fen
        self.members[held.member].move(self.day, -held.fen)

    @rule(held=consumes(holds))
    def held_money_is_released(self, held: Held) -> None:
        if held.fen == 0:
            return
        actions.release_hold(self.ids[held.member], held.hold_id, at=moment(self.day))
        self.members[held.member].held -= held.fen

    @rule(posted=consumes(posted))
    def a_whole_contribution_is_reversed(self, posted: Posted) -> None:
        if posted.voucher is None:
            return
        try:
            with transaction.atomic():
                actions.reverse_contributions(
                    posted.voucher.voucher_id, centre_id=CENTRE, key=f"r{posted.voucher.voucher_id}", maker=11,
                    checker=12, reason="退票", at=moment(self.day),
                )  # fmt: skip
        except Refusal as refused:
            assert refused.code == "accounts.cannot_reverse"
            assert any(self._short(n, sum(shares)) for n, shares in posted.shares.items())
            return
        for n in posted.shares:
            self._take_back(posted, n)

    @rule(posted=consumes(posted))
    def one_line_is_reversed(self, posted: Posted) -> None:
        if posted.voucher is None:
            return
        n = min(posted.shares)
        try:
            with transaction.atomic():
                actions.reverse_line(
                    self.ids[n], posted.seqs[n], key=f"l{posted.voucher.voucher_id}",
                    rule=PostingRule.MEMBERS_TO_SUSPENSE, maker=11, checker=12, reason="错缴", at=moment(self.day),
                )  # fmt: skip
        except Refusal as refused:
            assert refused.code == "accounts.cannot_reverse" and self._short(n, sum(posted.shares[n]))
            return
        self._take_back(posted, n)

    def _short(self, n: int, fen: int) -> bool:
        return bool(self.members[n].freeze) or self.members[n].balance - self.members[n].held < fen

    def _take_back(self, posted: Posted, n: int) -> None:
        own, unit = posted.shares[n]
        assert not self._short(n, own + unit)
        self.members[n].move(posted.value_on, -own - unit)
        self.members[n].own -= own
        self.members[n].unit -= unit


@pytest.mark.django_db
def test_random_histories_agree_with_the_slow_model() -> None:
    run_state_machine_as_test(
        Life,
        # No shrinking: it would replay hundreds of histories on the database before it reports.
        settings=settings(
            max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )
