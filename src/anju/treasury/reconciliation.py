"""Reconciling an account (对账), levels 1 and 2: the bank's statement ↔ the journal ↔ the vouchers of 101 and 102.

Pure. The journal (银行存款日记账) is what the centre knows of its account: every notice understood so far, and every
payment the bank confirmed or sent back without a notice. A line of the bank and one of the journal are the same when
serial and day are; a line of the journal and a voucher when the voucher names the line's event and amount, else in
order of their days among equal amounts. What stands alone is an outstanding item (未达账项); what agrees in name and
not in money is named as differing, and no table hides it.

What agrees on all three sides up to a day need not be looked at again: `agreed_through` says which lines of a table
still matter after it, and `reconcile` goes on from there with the sums of the rest (docs/decisions/0022).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from anju.ledger.types import BankMovement


@dataclass(frozen=True, kw_only=True)
class BankLine:
    """One entry of the bank's statements, in the bank's order. Effects and balances in fen, signed."""

    entry_id: int
    serial: str
    on: date
    effect_fen: int
    balance_after_fen: int


@dataclass(frozen=True, kw_only=True)
class JournalLine:
    """One line of the journal. `effect_fen` is None for a reversal nobody has understood yet."""

    serial: str
    on: date
    effect_fen: int | None
    notice_id: int | None = None
    original_notice_id: int | None = None
    order_id: int | None = None

    @property
    def events(self) -> tuple[int, ...]:
        """What a voucher that books this line may name as its event."""
        named = (self.notice_id, self.original_notice_id, self.order_id)
        return tuple(one for one in named if one is not None)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line that needs an explanation, named by everything that is known of it."""

    on: date
    effect_fen: int
    text: str
    serial: str = ""
    entry_id: int | None = None
    notice_id: int | None = None
    order_id: int | None = None
    voucher_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class BooksComparison:
    """Level 2 of one account: journal ↔ vouchers. What explains the difference is in the two lists, to the fen."""

    bank_account_id: int
    on: date
    journal_fen: int
    books_fen: int
    unbooked: tuple[Item, ...]
    unjournaled: tuple[Item, ...]

    @property
    def difference_fen(self) -> int:
        return self.books_fen - self.journal_fen

    @property
    def agrees(self) -> bool:
        return not self.unbooked and not self.unjournaled and self.difference_fen == 0


@dataclass(frozen=True, kw_only=True)
class BankReconciliation:
    """Level 1 and the balance reconciliation table (余额调节表) of one account on one day.

    `bank_fen + books_only = bank_adjusted_fen` and `books_fen + bank_only = books_adjusted_fen`; both adjusted sides
    are equal unless something was changed behind the product's back, and then `differing` names it.
    `known_through` is the last day the bank's statements reach; None with `bank_fen` when there is no statement yet.
    """

    bank_account_id: int
    on: date
    known_through: date | None
    bank_fen: int | None
    journal_fen: int
    books_fen: int
    not_in_journal: tuple[Item, ...]
    not_at_bank: tuple[Item, ...]
    books_only: tuple[Item, ...]
    bank_only: tuple[Item, ...]
    differing: tuple[Item, ...]
    books: BooksComparison

    @property
    def bank_adjusted_fen(self) -> int | None:
        return None if self.bank_fen is None else self.bank_fen + _sum(self.books_only)

    @property
    def books_adjusted_fen(self) -> int:
        return self.books_fen + _sum(self.bank_only)

    @property
    def journal_difference_fen(self) -> int | None:
        """Level 1: what outstanding items do not explain between the bank and the journal."""
        if self.bank_fen is None:
            return None
        return self.bank_fen + _sum(self.not_at_bank) - self.journal_fen - _sum(self.not_in_journal)

    @property
    def difference_fen(self) -> int | None:
        """What the table does not explain between the bank and the books."""
        bank = self.bank_adjusted_fen
        return None if bank is None else bank - self.books_adjusted_fen

    @property
    def balanced(self) -> bool:
        """Both tables close and nothing contradicts itself; outstanding items may remain."""
        return self.difference_fen == 0 and self.journal_difference_fen == 0 and not self.differing

    @property
    def settled(self) -> bool:
        """Balanced, and nothing is outstanding either way."""
        return self.balanced and not (self.not_at_bank or self.not_in_journal) and self.books.agrees


@dataclass(frozen=True, kw_only=True)
class BankSide:
    """The bank's word on an account up to a day: what its statements cover, and the balance before them."""

    first: date
    through: date
    opening_fen: int
    lines: tuple[BankLine, ...]
    start: Start | None = None

    @property
    def balance_fen(self) -> int:
        lines = self.fresh
        return lines[-1].balance_after_fen if lines else self.known_fen

    @property
    def known_fen(self) -> int:
        """The balance before the first line that is looked at in its order."""
        return self.start.balance_fen if self.start else self.opening_fen

    @property
    def fresh(self) -> tuple[BankLine, ...]:
        """The lines whose balances follow one another: after a start those of later days."""
        start = self.start
        return self.lines if start is None else tuple(line for line in self.lines if line.on > start.on)


@dataclass(frozen=True, kw_only=True)
class Start:
    """What an earlier table left behind: the bank's balance of its day, and the sums of what agreed on all sides.

    `paired_fen`: lines of the journal within the statements that have their entry and their voucher. `before_fen`:
    those from before the statements, with a voucher. Neither needs to be read again.
    """

    on: date
    balance_fen: int
    paired_fen: int
    before_fen: int


@dataclass(frozen=True, kw_only=True)
class Left:
    """The lines of a table that still matter after its day, by their ids, and the sums of all others."""

    start: Start
    entry_ids: tuple[int, ...]
    notice_ids: tuple[int, ...]
    order_ids: tuple[int, ...]
    voucher_ids: tuple[int, ...]

    @property
    def count(self) -> int:
        return len(self.entry_ids) + len(self.notice_ids) + len(self.order_ids) + len(self.voucher_ids)


@dataclass
class _Pairs:
    """Which journal line each voucher books, by their places; -1 for a voucher taken back by another one.

    `taken_back`: lines nobody booked, which take each other back.
    """

    of_book: dict[int, int] = field(default_factory=dict)
    of_journal: dict[int, int] = field(default_factory=dict)
    taken_back: dict[int, int] = field(default_factory=dict)

    def join(self, line: int, book: int) -> None:
        self.of_book[book], self.of_journal[line] = line, book


def compare_books(
    bank_account_id: int, *, on: date, journal: Sequence[JournalLine], books: Sequence[BankMovement],
    start: Start | None = None,
) -> BooksComparison:  # fmt: skip
    """Level 2: every journal line has its voucher and every voucher its line, or is named."""
    known = [line for line in journal if line.effect_fen is not None]
    agreed_fen = start.paired_fen + start.before_fen if start else 0
    return _comparison(bank_account_id, on, known, books, _pair(known, books), agreed_fen)


def reconcile(
    bank_account_id: int, *, on: date, bank: BankSide | None, journal: Sequence[JournalLine],
    books: Sequence[BankMovement],
) -> BankReconciliation:  # fmt: skip
    """Both levels of one account. Everything handed in is dated `on` or before."""
    told = {(line.serial, line.on): line for line in (bank.lines if bank else ())}
    known = [placed for line in journal if (placed := _placed(line, told)) is not None]
    pairs = _pair(known, books, bank.first if bank else date.min)
    by_key = {(line.serial, line.on): place for place, line in enumerate(known) if line.notice_id is not None}
    at_bank = {by_key[key]: line for key, line in told.items() if key in by_key}
    before = {place for place, line in enumerate(known) if bank is not None and line.on < bank.first}
    inside = [line for place, line in enumerate(known) if place not in before]
    start = bank.start if bank else None
    opening = bank.opening_fen if bank else 0
    paired, earlier = (start.paired_fen, start.before_fen) if start else (0, 0)
    not_in_journal = tuple(_bank_item(line, "银行已记，日记账未记") for key, line in told.items() if key not in by_key)
    not_at_bank = tuple(
        _journal_item(line, "日记账已记，银行未记")
        for place, line in enumerate(known)
        if place not in at_bank and place not in before and bank is not None
    )
    return BankReconciliation(
        bank_account_id=bank_account_id, on=on, known_through=bank.through if bank else None,
        bank_fen=bank.balance_fen if bank else None, journal_fen=opening + paired + sum(_fen(line) for line in inside),
        books_fen=paired + earlier + sum(book.effect_fen for book in books),
        not_in_journal=not_in_journal, not_at_bank=not_at_bank,
        books_only=_books_only(books, pairs, at_bank, before, bank),
        bank_only=not_in_journal + _bank_only(known, pairs, at_bank, before),
        differing=_broken(bank) + _differing(known, at_bank),
        books=_comparison(bank_account_id, on, known, books, pairs, paired + earlier),
    )  # fmt: skip


def agreed_through(
    on: date, *, bank: BankSide, journal: Sequence[JournalLine], books: Sequence[BankMovement]
) -> Left:  # fmt: skip
    """Of a table's three sides, what has to be looked at again on a later day; everything handed in is `on` or before.

    A line is left behind with its entry and its voucher when the entry says the same money, or when it lies before the
    statements; and only when the voucher names the line's event: a pair of equal amounts may turn out otherwise when
    later lines are known.
    """
    told = {(line.serial, line.on): line for line in bank.lines}
    known = [(line, placed) for line in journal if (placed := _placed(line, told)) is not None]
    lines = [placed for _, placed in known]
    pairs = _pair(lines, books, bank.first)
    paired, before = bank.start.paired_fen if bank.start else 0, bank.start.before_fen if bank.start else 0
    gone_lines, gone_entries = set(), set()
    alone = _orders_alone(lines, pairs, bank.first)
    for place, (line, placed) in enumerate(known):
        entry = told.get((line.serial, line.on)) if line.notice_id is not None else None
        book = pairs.of_journal.get(place)
        # A reversal nobody has understood may still come to mean something else.
        if book is None or line.effect_fen is None or books[book].event_id not in placed.events:
            continue
        if entry is not None and entry.effect_fen == placed.effect_fen:
            paired += _fen(placed)
            gone_entries.add(entry.entry_id)
            gone_lines.add(place)
        elif entry is None and line.on < bank.first and (line.notice_id is not None or line.order_id not in alone):
            before += _fen(placed)
            gone_lines.add(place)
    gone_books = {book for book, line in pairs.of_book.items() if line in gone_lines}
    left = [line for place, (line, _) in enumerate(known) if place not in gone_lines]
    left += [line for line in journal if line.effect_fen is None and (line.serial, line.on) not in told]
    return Left(
        start=Start(on=on, balance_fen=bank.balance_fen, paired_fen=paired, before_fen=before),
        entry_ids=tuple(line.entry_id for line in bank.lines if line.entry_id not in gone_entries),
        notice_ids=tuple(line.notice_id for line in left if line.notice_id is not None),
        order_ids=tuple(line.order_id for line in left if line.notice_id is None and line.order_id is not None),
        voucher_ids=tuple(book.voucher_id for place, book in enumerate(books) if place not in gone_books),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ pairing


def _placed(line: JournalLine, told: dict[tuple[str, date], BankLine]) -> JournalLine | None:
    """The line with its effect; the bank's statement tells the effect of a reversal nobody understood."""
    if line.effect_fen is not None:
        return line
    known = told.get((line.serial, line.on))
    if known is None:
        return None
    return JournalLine(
        serial=line.serial, on=line.on, effect_fen=known.effect_fen, notice_id=line.notice_id,
        original_notice_id=line.original_notice_id, order_id=line.order_id,
    )  # fmt: skip


def _pair(journal: Sequence[JournalLine], books: Sequence[BankMovement], first: date = date.min) -> _Pairs:
    """First by event and amount, then by amount in order of days, then vouchers that take each other back.

    A voucher from before the bank's statements lies in their opening balance: by amount alone it books a later line
    only when that is one of our payments, which the books may know a day before the bank.
    """
    pairs = _Pairs()
    by_event: dict[tuple[int | None, int], deque[int]] = defaultdict(deque)
    for place, book in enumerate(books):
        by_event[book.event_id, book.effect_fen].append(place)
    for place, line in enumerate(journal):
        found = next((by_event[e, _fen(line)] for e in line.events if by_event.get((e, _fen(line)))), None)
        if found:
            pairs.join(place, found.popleft())
    by_amount: dict[tuple[int, bool], deque[int]] = defaultdict(deque)
    for place, book in enumerate(books):
        if place not in pairs.of_book:
            by_amount[book.effect_fen, book.on_day < first].append(place)
    # Our own payments first: a strange entry of the same amount is the one that has no voucher.
    for place, line in sorted(enumerate(journal), key=lambda one: one[1].order_id is None):
        sides = (line.on < first,) if line.order_id is None else (line.on < first, True)
        waiting = next((by_amount[_fen(line), side] for side in sides if by_amount.get((_fen(line), side))), None)
        if waiting and place not in pairs.of_journal:
            pairs.join(place, waiting.popleft())
    free: dict[int | None, int] = {
        book.voucher_id: place for place, book in enumerate(books) if place not in pairs.of_book
    }
    for place in list(free.values()):
        other = free.get(books[place].reverses_id)
        if other is not None and books[place].effect_fen == -books[other].effect_fen:
            pairs.of_book[place] = pairs.of_book[other] = -1
    _leave_out_rebooked(books, pairs)
    _leave_out_taken_back(journal, pairs)
    return pairs


def _leave_out_rebooked(books: Sequence[BankMovement], pairs: _Pairs) -> None:
    """An entry booked, reversed and booked anew: its line has the first voucher, the other two cancel out."""
    free = [(place, book) for place, book in enumerate(books) if place not in pairs.of_book]
    anew: dict[tuple[int | None, int], deque[int]] = defaultdict(deque)
    for place, book in free:
        if book.reverses_id is None and book.event_id is not None:
            anew[book.event_id, book.effect_fen].append(place)
    for place, book in free:
        waiting = anew.get((book.event_id, -book.effect_fen)) if book.reverses_id is not None else None
        if waiting:
            pairs.of_book[place] = pairs.of_book[waiting.popleft()] = -1


def _leave_out_taken_back(journal: Sequence[JournalLine], pairs: _Pairs) -> None:
    """An entry the bank took back before anybody booked it: neither of its two lines wants a voucher."""
    free: dict[int | None, int] = {
        line.notice_id: place for place, line in enumerate(journal)
        if place not in pairs.of_journal and line.notice_id is not None
    }  # fmt: skip
    for place in list(free.values()):
        other = free.get(journal[place].original_notice_id)
        if other is not None and _fen(journal[place]) == -_fen(journal[other]):
            pairs.taken_back[place], pairs.taken_back[other] = other, place


def _comparison(
    bank_account_id: int, on: date, journal: Sequence[JournalLine], books: Sequence[BankMovement], pairs: _Pairs,
    agreed_fen: int = 0,
) -> BooksComparison:  # fmt: skip
    return BooksComparison(
        bank_account_id=bank_account_id, on=on, journal_fen=agreed_fen + sum(_fen(line) for line in journal),
        books_fen=agreed_fen + sum(book.effect_fen for book in books),
        unbooked=tuple(
            _journal_item(line, "日记账已记，没有凭证")
            for place, line in enumerate(journal)
            if place not in pairs.of_journal and place not in pairs.taken_back
        ),
        unjournaled=tuple(
            _book_item(book, "凭证已记，日记账没有这一笔")
            for place, book in enumerate(books)
            if place not in pairs.of_book
        ),
    )  # fmt: skip


def _orders_alone(lines: Sequence[JournalLine], pairs: _Pairs, first: date) -> set[int | None]:
    """Payments of which a line without a notice still matters; then all of their lines do."""
    return {
        line.order_id for place, line in enumerate(lines)
        if line.notice_id is None and (place not in pairs.of_journal or line.on >= first)
    }  # fmt: skip


# -------------------------------------------------------------------------------------------- the table


def _books_only(
    books: Sequence[BankMovement], pairs: _Pairs, at_bank: dict[int, BankLine], before: set[int], bank: BankSide | None
) -> tuple[Item, ...]:
    """Booked, and not on the bank's statements. What was booked before they begin lies in their opening balance."""
    if bank is None:
        return ()
    items = []
    for place, book in enumerate(books):
        line = pairs.of_book.get(place)
        if line is None and book.on_day < bank.first:
            continue
        if line is None or (line >= 0 and line not in at_bank and line not in before):
            items.append(_book_item(book, "单位已收，银行未收" if book.effect_fen > 0 else "单位已付，银行未付"))
    return tuple(items)


def _bank_only(
    journal: Sequence[JournalLine], pairs: _Pairs, at_bank: dict[int, BankLine], before: set[int]
) -> tuple[Item, ...]:
    """On the bank's statements, or in their opening balance, and not booked; but not what the bank undid there."""
    told = {place for place in range(len(journal)) if place in at_bank or place in before}
    return tuple(
        _bank_item(at_bank[place], _got_or_paid(at_bank[place].effect_fen), line)
        if place in at_bank
        else _journal_item(line, _got_or_paid(_fen(line)))
        for place, line in enumerate(journal)
        if place in told and place not in pairs.of_journal and pairs.taken_back.get(place) not in told
    )


def _got_or_paid(effect_fen: int) -> str:
    return "银行已收，单位未收" if effect_fen > 0 else "银行已付，单位未付"


def _differing(journal: Sequence[JournalLine], at_bank: dict[int, BankLine]) -> tuple[Item, ...]:
    return tuple(
        _bank_item(line, "同一流水号，对账单与日记账的金额不同", journal[place])
        for place, line in at_bank.items()
        if line.effect_fen != journal[place].effect_fen
    )


def _broken(bank: BankSide | None) -> tuple[Item, ...]:
    """Entries of the bank whose balance does not follow from the one before: somebody changed a stored line."""
    items, balance = [], bank.known_fen if bank else 0
    for line in bank.fresh if bank else ():
        if balance + line.effect_fen != line.balance_after_fen:
            items.append(_bank_item(line, "余额与上一笔接不上，已存的对账单明细被改动"))
        balance = line.balance_after_fen
    return tuple(items)


def _bank_item(line: BankLine, text: str, journal: JournalLine | None = None) -> Item:
    return Item(
        on=line.on, effect_fen=line.effect_fen, text=text, serial=line.serial, entry_id=line.entry_id,
        notice_id=journal.notice_id if journal else None, order_id=journal.order_id if journal else None,
    )  # fmt: skip


def _journal_item(line: JournalLine, text: str) -> Item:
    return Item(
        on=line.on, effect_fen=_fen(line), text=text, serial=line.serial, notice_id=line.notice_id,
        order_id=line.order_id,
    )  # fmt: skip


def _book_item(book: BankMovement, text: str) -> Item:
    return Item(on=book.on_day, effect_fen=book.effect_fen, text=text, voucher_id=book.voucher_id)


def _fen(line: JournalLine) -> int:
    assert line.effect_fen is not None
    return line.effect_fen


def _sum(items: Sequence[Item]) -> int:
    return sum(item.effect_fen for item in items)
