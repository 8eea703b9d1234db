"""Reconciling a day on its seven levels (对账, rules.md 6.3): two figures come by different ways, and what differs.

Reads only. Every figure is of the end of the day, which is cut by then, so it stands still while postings go on. Where
there is nothing to compare yet, the level says so from the books themselves; it is never green because nobody looked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from anju.accounts.queries import levels as members
from anju.closing.types import Difference, LevelResult, LevelState
from anju.contributions.queries import levels as units
from anju.kernel.money import format_fen
from anju.ledger import levels as books
from anju.parties import queries as parties
from anju.treasury import queries as treasury
from anju.treasury.reconciliation import BankReconciliation, BooksComparison, Item
from anju.withdrawals import queries as withdrawals

TITLES = {
    1: "银行对账单和银行存款日记账", 2: "银行存款日记账和存款科目凭证", 3: "个人余额、暂收款和 201、219 科目",
    4: "贷款余额和 121、122 科目", 5: "单位账户和其职工、未分配款", 6: "应计利息和 211 科目",
    7: "上报数据和本中心数据",
}  # fmt: skip
LOANS = ("121", "122")
MEMBERS, INTEREST_PAYABLE = "201", "211"
NOBODY = "未认定单位"
UNDER_WAY = timedelta(days=10)
"""So many days later a line may be booked and was under way: a long holiday and its weekends. Later it is explained."""


def reconcile_day(centre_id: int, day: date, *, first: date | None = None) -> tuple[LevelResult, ...]:
    """All seven levels at the end of a day; ``first``: the first of several days that are closed together.

    The number of statements grows with the bank accounts alone, not with members, units or vouchers.
    """
    labels = _labels(centre_id)
    balances = books.balances_on(centre_id, day)
    return (
        _bank(centre_id, day, labels),
        _journal(centre_id, day, labels),
        _members(centre_id, day, balances),
        _loans(balances),
        _units(centre_id, first or day, day),
        _interest(centre_id, day, balances),
        LevelResult(7, TITLES[7], LevelState.NOT_APPLICABLE, "本中心还没有向部级平台上报数据，没有可以核对的总数。"),
    )


def reconcile_books(centre_id: int, day: date) -> tuple[LevelResult, ...]:
    """Levels 3, 4 and 6 at the end of a day, which hold one part of our records against another; the bank is not read.

    A fixed number of statements.
    """
    balances = books.balances_on(centre_id, day)
    return (_members(centre_id, day, balances), _loans(balances), _interest(centre_id, day, balances))


def _labels(centre_id: int) -> dict[int, str]:
    return {
        one.bank_account_id: f"{one.bank_name}尾号 {one.tail}" for one in treasury.bank_accounts(centre_id)
    }


def _level(number: int, differences: list[Difference], text: str, **figures: int | None) -> LevelResult:
    state = LevelState.DIFFERS if differences else LevelState.AGREES
    return LevelResult(number, TITLES[number], state, text, differences=tuple(differences), **figures)


# ------------------------------------------------------------------------------------------ 1 and 2: the bank


def _bank(centre_id: int, day: date, labels: Mapping[int, str]) -> LevelResult:
    found: list[Difference] = []
    known, outstanding, bank_fen, journal_fen = 0, 0, 0, 0
    for account, label in labels.items():
        compared = treasury.reconcile_bank(centre_id, account, day)
        late = [one for one in compared.not_at_bank if compared.known_through and one.on > compared.known_through]
        if compared.bank_fen is None and compared.journal_fen == compared.books_fen == 0:
            continue
        if compared.bank_fen is None or late:
            found.append(_no_statement(compared, label, late))
        if compared.bank_fen is None:
            continue
        known += 1
        bank_fen, journal_fen = bank_fen + compared.bank_fen, journal_fen + compared.journal_fen
        alone = [one for one in compared.not_at_bank if one not in late]
        alone += [*compared.not_in_journal, *compared.differing]
        outstanding += len(alone)
        found += [_of_item(1, label, one, page="desk-notices") for one in alone]
        rest = compared.journal_difference_fen or 0
        if rest:
            found.append(Difference(1, "银行存款", label, rest, 0, "列出的未达账项解释不了的差额"))
    text = f"{known} 个账户按对账单核对"
    text += f"，{outstanding} 笔未达账项列入余额调节表。" if outstanding else "，没有未达账项。"
    return _level(1, found, text, left_fen=bank_fen if known else None, right_fen=journal_fen if known else None)


def _no_statement(compared: BankReconciliation, label: str, late: Sequence[Item]) -> Difference:
    """What the journal moved after the bank's last word; without any statement, all that lies in it."""
    through = compared.known_through
    text = f"对账单只到 {through}，之后的发生额没有核对" if through else "还没有导入过银行对账单，日记账没有核对"
    unproven = sum(one.effect_fen for one in late) if through else compared.journal_fen
    return Difference(
        1, "银行存款", label, 0, unproven, text, item=f"no statement:{compared.bank_account_id}:{through}",
        page="desk-statements",
    )  # fmt: skip


def _journal(centre_id: int, day: date, labels: Mapping[int, str]) -> LevelResult:
    found: list[Difference] = []
    compared = treasury.journal_against_books(centre_id, day)
    later = _booked_since(centre_id, day) if any(one.unbooked or one.unjournaled for one in compared) else None
    under_way = 0
    for one in compared:
        label = labels.get(one.bank_account_id, f"账户 {one.bank_account_id}")
        alone = [*one.unbooked, *one.unjournaled]
        open_items = [item for item in alone if later is None or _key(item) in later]
        under_way += len(alone) - len(open_items)
        found += [_of_item(2, label, item, page="desk-notices") for item in open_items]
        rest = _unnamed(one)
        if rest:
            found.append(Difference(2, "101、102", label, 0, rest, "列出的账项解释不了的差额"))
    text = f"{len(compared)} 个账户逐笔核对" + (f"，{under_way} 笔在之后几日记账。" if under_way else "。")
    return _level(
        2, found, text, left_fen=sum(one.journal_fen for one in compared),
        right_fen=sum(one.books_fen for one in compared),
    )  # fmt: skip


def _unnamed(one: BooksComparison) -> int:
    """What the items that stand alone do not explain between journal and books."""
    named = sum(item.effect_fen for item in one.unjournaled) - sum(item.effect_fen for item in one.unbooked)
    return one.difference_fen - named


def _booked_since(centre_id: int, day: date) -> set[tuple[object, ...]]:
    """What still stands alone when the days that followed are counted in: the rest was booked a little later."""
    since = treasury.journal_against_books(centre_id, day + UNDER_WAY)
    return {_key(item) for one in since for item in (*one.unbooked, *one.unjournaled)}


def _key(item: Item) -> tuple[object, ...]:
    return (item.notice_id, item.order_id, item.voucher_id, item.effect_fen)


def _of_item(level: int, label: str, one: Item, *, page: str) -> Difference:
    """A line that stands alone. One thing has one name, so that one explanation serves every level that meets it."""
    if one.notice_id is not None:
        name, page, page_id = f"notice:{one.notice_id}:{one.effect_fen}", "desk-movement", one.notice_id
    elif one.voucher_id is not None:
        name, page, page_id = f"voucher:{one.voucher_id}:{one.effect_fen}", "desk-voucher", one.voucher_id
    elif one.order_id is not None:
        name, page, page_id = f"order:{one.order_id}:{one.effect_fen}", "desk-payment", one.order_id
    else:
        name, page_id = f"entry:{one.entry_id}:{one.serial}:{one.on}:{one.effect_fen}", None
    serial = f"，流水号 {one.serial}" if one.serial else ""
    in_books = one.voucher_id is not None
    left, right = (0, one.effect_fen) if in_books else (one.effect_fen, 0)
    return Difference(level, "银行存款", label, left, right, f"{one.on} {one.text}{serial}", name, page, page_id)


# ------------------------------------------------------------------------------- 3 to 6: members, units, interest


def _members(centre_id: int, day: date, balances: Mapping[str, int]) -> LevelResult:
    total = members.members_total(centre_id, day)
    suspense = units.suspense_through(centre_id, day) + withdrawals.returns_waiting_through(centre_id, day)
    in_suspense = books.suspense_on(centre_id, day)
    on_members = -balances.get(MEMBERS, 0)
    found = []
    if total.fen != on_members:
        found.append(Difference(3, MEMBERS, "全体职工", total.fen, on_members, "个人余额合计和 201 科目不等",
                                page="desk-ledger"))  # fmt: skip
    if suspense != in_suspense:
        found.append(Difference(3, "219", "全部暂收款", suspense, in_suspense, "暂收款合计和 219 科目不等",
                                page="desk-treasury"))  # fmt: skip
    text = f"{total.accounts:,} 个有余额的账户，暂收款 {format_fen(suspense)} 元。"
    return _level(3, found, text, left_fen=total.fen + suspense, right_fen=on_members + in_suspense)


def _loans(balances: Mapping[str, int]) -> LevelResult:
    in_books = sum(balances.get(subject, 0) for subject in LOANS)
    if in_books:
        missing = Difference(4, "121、122", "全部贷款", 0, in_books, "科目有余额，但没有贷款台账", page="desk-ledger")
        return _level(4, [missing], "没有贷款台账。", left_fen=0, right_fen=in_books)
    return LevelResult(
        4, TITLES[4], LevelState.NOT_APPLICABLE, "还没有贷款：121 和 122 科目的余额是 0，没有贷款台账。", 0, 0
    )


def _units(centre_id: int, first: date, last: date) -> LevelResult:
    """A unit's account is its members' money and its unallocated money: what the days moved, and what lies there.

    A withdrawal or interest belongs to a member, whichever unit they are at: no line of the books names a unit for it.
    """
    by_source = members.contributed_by_source(centre_id, first, last)
    unit_of = units.units_of(centre_id, [source for source in by_source if source is not None])
    paid: dict[int | None, int] = {}
    for source, fen in by_source.items():
        unit = None if source is None else unit_of.get(source)
        paid[unit] = paid.get(unit, 0) + fen
    booked = books.credited_by_unit(centre_id, first, last)
    unlike = units.unlike_units(centre_id)
    wrong = [unit for unit in {*paid, *booked} if paid.get(unit, 0) != booked.get(unit, 0)]
    ids = sorted({unit for unit in (*wrong, *(one.unit_id for one in unlike)) if unit is not None})
    names = parties.unit_names(centre_id, ids) if ids else {}
    found = [
        Difference(5, MEMBERS, names.get(unit or 0, NOBODY), paid.get(unit, 0), booked.get(unit, 0),
                   "职工入账合计和单位名下的 201 发生额不等",
                   item=f"moved:{unit}:{first}:{last}:{paid.get(unit, 0) - booked.get(unit, 0)}", page="desk-ledger")
        for unit in sorted(wrong, key=lambda unit: unit or 0)
    ]  # fmt: skip
    found += [
        Difference(5, "219", names.get(one.unit_id or 0, NOBODY), one.suspense_fen, one.books_fen,
                   "未分配款和单位名下的 219 余额不等", page="desk-treasury")
        for one in unlike
    ]  # fmt: skip
    returned, returned_in_books = withdrawals.returns_beside_books(centre_id)
    if returned != returned_in_books:
        found.append(Difference(5, "219-04", NOBODY, returned, returned_in_books, "退回待付的提取和付款退回科目不等",
                                page="desk-returns"))  # fmt: skip
    text = f"{len({*paid, *booked})} 个单位有发生额；未分配款按单位、付款退回按笔逐个核对。"
    return _level(5, found, text, left_fen=sum(paid.values()), right_fen=sum(booked.values()))


def _interest(centre_id: int, day: date, balances: Mapping[str, int]) -> LevelResult:
    accrued, payable = members.accrued_through(centre_id, day), -balances.get(INTEREST_PAYABLE, 0)
    found = []
    if accrued != payable:
        found.append(Difference(6, INTEREST_PAYABLE, "应付利息", accrued, payable, "计提登记合计和 211 科目不等",
                                page="desk-ledger"))  # fmt: skip
    return _level(6, found, "按每月计提登记核对；年度结息以后应为 0。", left_fen=accrued, right_fen=payable)
