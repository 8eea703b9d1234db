"""A bank in this process, for tests, the demo's building and the simulation: right, slow, silent, lying or down.

Unlike a real one it does not know a repeated serial: whoever sends twice has paid twice. That is what the tests
count on.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import Any

from anju.treasury.bank import Balance, BankDown
from anju.treasury.batch_types import BatchAnswer, BatchFile, BatchInstruction, BatchTold, LineTold
from anju.treasury.deposit_types import MoveInstruction, MoveKind
from anju.treasury.types import BankResult, CardCheck, CardStatus, EntryNotice, Instruction, ResultState


class PayMood(StrEnum):
    """How the next payment is met."""

    OK = "ok"
    REFUSE = "refuse"
    EXECUTE_THEN_SILENT = "execute_then_silent"
    LOSE = "lose"
    """Never arrives, and nobody says so."""
    LATE = "late"
    """Answers "not yet"; carried out after `delay`."""
    LATE_SILENT = "late_silent"
    """Answers nothing; carried out after `delay`."""
    LATE_REFUSE = "late_refuse"
    DOWN = "down"
    """By all signs not taken, and indeed not taken."""


class AskMood(StrEnum):
    """How the next question is met."""

    TRUTH = "truth"
    SILENT = "silent"
    UNKNOWN = "unknown"
    """Says "not yet" although it may know better."""


class FileLie(StrEnum):
    """How the next downloaded result of a batch reads."""

    TRUTH = "truth"
    SILENT = "silent"
    NOT_YET = "not_yet"
    """Says it is still at work although it has finished."""
    PARTIAL = "partial"
    """Leaves out the first line."""
    TWICE = "twice"
    """Tells the first line twice."""
    STRANGER = "stranger"
    """Tells of a payment nobody sent."""
    AMOUNT = "amount"
    """Tells the first line with one fen less."""
    EMPTY = "empty"


@dataclass
class FakeBank:
    """`executed` counts the payments really made, by serial. `moods` are used up in order, then all is well."""

    moods: deque[PayMood] = field(default_factory=deque)
    ask_moods: deque[AskMood] = field(default_factory=deque)
    delay: timedelta = timedelta(seconds=30)
    cards: dict[str, tuple[str, str]] = field(default_factory=dict)
    down: bool = False
    executed: Counter[str] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)
    sent: list[Instruction] = field(default_factory=list)
    under_way: list[tuple[datetime, str, bool]] = field(default_factory=list)
    booked: list[EntryNotice] = field(default_factory=list)
    returned: dict[str, date] = field(default_factory=dict)
    file_lies: deque[FileLie] = field(default_factory=deque)
    refuse_lines: frozenset[int] = frozenset()
    """Places of the lines every batch is refused at."""
    batches: list[tuple[datetime, datetime, BatchInstruction]] = field(default_factory=list)
    """When a batch arrives, when it is done, and the batch; one sent twice stands here twice."""
    refused_batches: set[str] = field(default_factory=set)
    sent_batches: list[BatchInstruction] = field(default_factory=list)
    moves: list[MoveInstruction] = field(default_factory=list)
    interest_fen: int = 0
    """What it pays over the principal when a deposit is drawn."""
    _carried_out: set[int] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def will(self, *moods: PayMood) -> FakeBank:
        self.moods.extend(moods)
        return self

    def will_answer(self, moods: Iterable[AskMood]) -> FakeBank:
        self.ask_moods.extend(moods)
        return self

    def pay(self, payment: Instruction, *, at: datetime) -> BankResult:
        with self._lock:
            self._catch_up(at)
            self.sent.append(payment)
            mood = self.moods.popleft() if self.moods else PayMood.OK
            return self._meet(mood, payment.business_serial, at)

    def ask(self, business_serial: str, *, amount_fen: int, at: datetime) -> BankResult:
        with self._lock:
            self._catch_up(at)
            mood = self.ask_moods.popleft() if self.ask_moods else AskMood.TRUTH
            if mood is AskMood.SILENT:
                return BankResult(state=ResultState.SILENT)
            if mood is AskMood.UNKNOWN:
                return BankResult(state=ResultState.UNKNOWN)
            return self._truth(business_serial, at)

    def move(self, move: MoveInstruction, *, at: datetime) -> BankResult:
        with self._lock:
            self._catch_up(at)
            self.moves.append(move)
            mood = self.moods.popleft() if self.moods else PayMood.OK
            return self._meet(mood, move.business_serial, at)

    def pay_batch(self, batch: BatchInstruction, *, at: datetime) -> BatchAnswer:
        with self._lock:
            self._catch_up(at)
            self.sent_batches.append(batch)
            mood = self.moods.popleft() if self.moods else PayMood.OK
            if mood is PayMood.DOWN:
                return BatchAnswer(state=BatchTold.UNSENT)
            if mood is PayMood.REFUSE:
                self.refused_batches.add(batch.batch_serial)
                return BatchAnswer(state=BatchTold.REFUSED, reason_code="E2009")
            later = at + self.delay
            if mood in (PayMood.LATE_SILENT, PayMood.LATE_REFUSE):
                self.batches.append((later, later, batch))
            elif mood is not PayMood.LOSE:
                self.batches.append((at, later if mood is PayMood.LATE else at, batch))
            self._catch_up(at)
            heard = mood in (PayMood.OK, PayMood.LATE)
            return BatchAnswer(state=BatchTold.ACCEPTED if heard else BatchTold.UNKNOWN)

    def ask_batch(self, batch_serial: str, *, at: datetime) -> BatchAnswer:
        with self._lock:
            self._catch_up(at)
            mood = self.ask_moods.popleft() if self.ask_moods else AskMood.TRUTH
            if mood is AskMood.SILENT:
                return BatchAnswer(state=BatchTold.SILENT)
            if batch_serial in self.refused_batches:
                return BatchAnswer(state=BatchTold.REFUSED, reason_code="E2009")
            known = [one for one in self.batches if one[2].batch_serial == batch_serial and one[0] <= at]
            if not known:
                return BatchAnswer(state=BatchTold.NONE)
            done = mood is not AskMood.UNKNOWN and all(one[1] <= at for one in known)
            if done and self.file_lies and self.file_lies[0] is FileLie.NOT_YET:
                self.file_lies.popleft()
                done = False
            sent = known[0][2]
            state = BatchTold.FINISHED if done else BatchTold.PROCESSING
            return BatchAnswer(state=state, count=len(sent.lines), total_fen=sent.total_fen)

    def batch_file(self, batch_serial: str, *, at: datetime) -> BatchFile | None:
        with self._lock:
            self._catch_up(at)
            lie = self.file_lies.popleft() if self.file_lies else FileLie.TRUTH
            sent = next((one[2] for one in self.batches if one[2].batch_serial == batch_serial), None)
            if sent is None or lie is FileLie.SILENT:
                return None
            lines = [
                LineTold(line.business_serial, line.amount_fen, self._truth(line.business_serial, at))
                for line in sent.lines
            ]
            told = _lied(lines, lie)
            return BatchFile(len(told), tuple(told))

    def card_owner(self, account: str, name: str, id_number: str, *, id_kind: str, at: datetime) -> CardCheck:
        if self.down:
            return CardCheck(status=CardStatus.DOWN, serial="", read_at=at, reason="银行现在没有回答，请稍后再试。")
        owner = self.cards.get(account)
        if owner is None or owner[0] != name or id_number not in ("", owner[1]):
            return CardCheck(status=CardStatus.DIFFERS, serial="F2", read_at=at, reason="这张卡不是您本人的。")
        return CardCheck(status=CardStatus.OK, serial="F1", read_at=at, bank_name="安居银行")

    def balance(self, account: str, *, at: datetime) -> Balance:
        raise BankDown("this fake keeps no balance")

    def entries(self, account: str, first: date, last: date, *, at: datetime) -> Sequence[EntryNotice]:
        if self.down:
            raise BankDown("down")
        return tuple(entry for entry in self.booked if first <= entry.entry_date <= last)

    def finish(self) -> None:
        """Let everything that is still under way arrive, however late."""
        with self._lock:
            for due in [*(one[0] for one in self.under_way), *(one[1] for one in self.batches)]:
                self._catch_up(due)

    def _meet(self, mood: PayMood, serial: str, at: datetime) -> BankResult:
        if mood is PayMood.DOWN:
            return BankResult(state=ResultState.UNSENT)
        if mood in (PayMood.LATE, PayMood.LATE_SILENT, PayMood.LATE_REFUSE):
            self.under_way.append((at + self.delay, serial, mood is not PayMood.LATE_REFUSE))
        elif mood in (PayMood.OK, PayMood.EXECUTE_THEN_SILENT):
            self.executed[serial] += 1
        elif mood is PayMood.REFUSE:
            self.refused.add(serial)
        if mood in (PayMood.OK, PayMood.REFUSE):
            return self._truth(serial, at)
        return BankResult(state=ResultState.UNKNOWN)

    def _catch_up(self, at: datetime) -> None:
        for entry in [entry for entry in self.under_way if entry[0] <= at]:
            self.under_way.remove(entry)
            if entry[2]:
                self.executed[entry[1]] += 1
            else:
                self.refused.add(entry[1])

        for one in self.batches:
            if one[1] > at or id(one) in self._carried_out:
                continue
            self._carried_out.add(id(one))
            for place, line in enumerate(one[2].lines):
                if place in self.refuse_lines:
                    self.refused.add(line.business_serial)
                else:
                    self.executed[line.business_serial] += 1

    def _of_move(self, serial: str) -> dict[str, Any]:
        """What the answer to a move of the centre's own money tells besides."""
        move = next((one for one in self.moves if one.business_serial == serial), None)
        if move is None or move.kind is MoveKind.TRANSFER:
            return {}
        return {"deposit_number": f"D{serial}"} if move.kind is MoveKind.MAKE else {"interest_fen": self.interest_fen}

    def _truth(self, serial: str, at: datetime) -> BankResult:
        if self.executed[serial]:
            return BankResult(
                state=ResultState.SUCCESS, host_serial=f"H{serial}", value_on=at.date(),
                returned_on=self.returned.get(serial), **self._of_move(serial),
            )  # fmt: skip
        if serial in self.refused:
            return BankResult(state=ResultState.FAILED, reason_code="E2004", reason="收款账户已销户")
        if any(arrived <= at and any(line.business_serial == serial for line in batch.lines)
               for arrived, _, batch in self.batches):  # fmt: skip
            return BankResult(state=ResultState.UNKNOWN)
        # A message still under way is one the bank has not seen.
        return BankResult(state=ResultState.NONE)


def _lied(lines: list[LineTold], lie: FileLie) -> list[LineTold]:
    """What a result reads like under a lie."""
    first = lines[0]
    if lie is FileLie.PARTIAL:
        return lines[1:]
    if lie is FileLie.EMPTY:
        return []
    if lie is FileLie.TWICE:
        return [first, *lines]
    if lie is FileLie.STRANGER:
        paid = BankResult(state=ResultState.SUCCESS, host_serial="H0", value_on=date(2026, 1, 5))
        return [*lines, LineTold("W2000010100000001", first.amount_fen, paid)]
    if lie is FileLie.AMOUNT:
        return [LineTold(first.business_serial, (first.amount_fen or 1) - 1, first.result), *lines[1:]]
    return lines
