"""What the bank says of the account in a file: taken whole, or refused whole where a line of it cannot be true."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from random import Random

from anju.command.simulation.acting import Violation, act
from anju.command.simulation.bank import debit_of, learn
from anju.command.simulation.plan import operation
from anju.command.simulation.town import CENTRE_ACCOUNT, Town
from anju.database.sql import rows
from anju.kernel.money import format_fen
from anju.treasury import actions as treasury
from anju.treasury.types import Direction, EntryNotice

HEADINGS = ("账号", "交易时间", "借方发生额（支取）", "贷方发生额（收入）", "余额", "币种", "对方户名", "对方账号",
            "记账日期", "摘要", "备注", "账户明细编号-交易流水号", "企业流水号", "冲正标志", "原流水号")  # fmt: skip
BROKEN = ("cut", "order", "balance", "currency", "hole")
MOST_LINES = 400
_OWN = "SELECT business_serial, amount_fen FROM payment_order WHERE business_serial <> ''"


@operation(3)
def take_statement(town: Town, chance: Random) -> None:
    """A treasurer takes the bank's statement since the last one and some days before; now and then a broken one."""
    _book_payments(town)
    if not town.lines or town.lines[-1].entry_date > town.today:
        return
    first = _day_begins(town.lines, max(min(town.stated, len(town.lines) - 1) - chance.randint(0, 20), 0))
    lines = town.lines[first : first + MOST_LINES]
    lines = [one for one in lines if len(lines) < MOST_LINES or one.entry_date < lines[-1].entry_date] or lines
    opening = sum(effect(one) for one in town.lines[:first])
    who = town.actor(chance.choice(("treasurer", "second_treasurer")))
    how = chance.choice(BROKEN) if chance.random() < 0.3 else ""
    if how and (content := _broken(how, lines, opening, town)) is not None:
        act(town, chance, lambda: treasury.import_statement(content, "a.csv", actor=who, at=town.at), refused=True)
        return
    whole = statement(lines, opening)
    done = act(town, chance, lambda: treasury.import_statement(whole, "b.csv", actor=who, at=town.at), whole=False)
    if not done.done:
        assert done.refusal is not None
        raise Violation(f"a true statement was refused: {done.refusal.code} {done.refusal.text}")
    town.stated = max(town.stated, first + len(lines))
    for reversals in (False, True):
        for one in lines:
            if one.reversal is reversals:
                learn(town, one)


def _book_payments(town: Town) -> None:
    """What the bank paid for us since it was last looked at."""
    known = {serial for serial, times in town.bank.executed.items() if times and serial not in town.debits}
    for order in rows(_OWN) if known else ():
        if order["business_serial"] in known:
            debit_of(town, order["business_serial"], order["amount_fen"])


def _day_begins(lines: Sequence[EntryNotice], place: int) -> int:
    """A statement begins with a day."""
    while place and lines[place - 1].entry_date == lines[place].entry_date:
        place -= 1
    return place


def effect(line: EntryNotice) -> int:
    """What a line does to the balance, in fen. A reversal undoes a credit here, on whichever side it is written."""
    came_in = line.direction is Direction.CREDIT and not line.reversal
    return line.amount_fen if came_in else -line.amount_fen


def statement(lines: Sequence[EntryNotice], opening: int, *, currency: str = "人民币", wrong_fen: int = 0,
              total: bool = True) -> bytes:  # fmt: skip
    """A file as a large bank exports it."""
    text, balance = io.StringIO(), opening
    sheet = csv.writer(text)
    sheet.writerow(HEADINGS)
    for place, one in enumerate(lines):
        fen = effect(one)
        balance += fen + (wrong_fen if place == len(lines) // 2 else 0)
        sheet.writerow([
            CENTRE_ACCOUNT, f"{one.entry_date:%Y%m%d} 10:05:30", _yuan(max(-fen, 0)), _yuan(max(fen, 0)),
            _yuan(balance), currency, one.counter_name, one.counter_account, f"{one.entry_date:%Y%m%d}", one.summary,
            "", one.host_serial, one.original_serial, "是" if one.reversal else "", one.original_host_serial,
        ])  # fmt: skip
    out, came = (sum(abs(effect(one)) for one in lines if (effect(one) < 0) is gone) for gone in (True, False))
    if total:
        sheet.writerow([f"合计 {len(lines)} 笔", "", _yuan(out), _yuan(came), _yuan(balance)])
    return text.getvalue().encode("gb18030")


def _broken(how: str, lines: Sequence[EntryNotice], opening: int, town: Town) -> bytes | None:
    """A file that cannot be true; None where these lines cannot be broken so."""
    match how:
        case "cut":
            return statement(lines, opening)[: -len(statement(lines, opening)) // 3]
        case "order" if len(lines) > 1 and effect(lines[0]) != effect(lines[-1]):
            return statement([lines[-1], *lines[1:-1], lines[0]], opening, wrong_fen=1)
        case "balance":
            return statement(lines, opening, wrong_fen=1)
        case "currency":
            return statement(lines, opening, currency="美元")
        case "hole" if town.stated and town.stated + 1 < len(town.lines):
            after = town.lines[town.stated + 1 :]
            return statement(after, sum(effect(one) for one in town.lines[: town.stated + 1]))
        case _:
            return None


def _yuan(fen: int) -> str:
    return format_fen(fen).replace(",", "")
