"""The city's books, closed as they went: the bank's statements taken, days and months closed by two people.

Months that are over are closed whole on the first day of the next; the days of this month one by one, every morning.
Yesterday is left for whoever visits. What differs stops the building: it is a fault to be found.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial

from anju.closing import actions, queries
from anju.closing.types import Run
from anju.demo.city import City, moment
from anju.demo.outside import CENTRE_ACCOUNT, Booked
from anju.kernel.money import format_fen
from anju.kernel.month import Month
from anju.treasury import actions as treasury

OFFICE_OPENS = 8
HEADINGS = "交易日期,交易时间,流水号,借贷标志,发生额,余额,对方户名,对方账号,摘要,冲正标志,原流水号"


def plan_month_close(city: City, month: Month) -> None:
    """Close a month and its days on the morning after it, unless its last day is yesterday or later."""
    if month.last_day < city.at.date() - timedelta(days=1):
        at = moment((month + 1).first_day, OFFICE_OPENS)
        city.agenda.put(at, partial(close_month, city, month, at))


def plan_days_close(city: City) -> None:
    """Close the days since the last closed month, each on the morning after it; not yesterday."""
    yesterday = city.at.date() - timedelta(days=1)
    first = min(yesterday.replace(day=1), city.at.date().replace(day=1))
    for day in (first + timedelta(days=n) for n in range(1, (yesterday - first).days + 1)):
        at = moment(day, OFFICE_OPENS)
        city.agenda.put(at, partial(close_open_days, city, at))


def close_month(city: City, month: Month, at: datetime) -> None:
    """The bank's statement, the days, then the months up to this one."""
    take_statement(city, month.last_day, at)
    accountant = city.actor("accountant")
    finish(city, actions.start_day(city.centre_id, month.last_day, actor=accountant, at=at), at)
    while (due := queries.first_open_month(city.centre_id)) <= month:
        finish(city, actions.start_month(city.centre_id, due, actor=accountant, at=at), at)


def close_open_days(city: City, at: datetime) -> None:
    """Every stretch of days that is over by this morning."""
    while (stretch := queries.next_stretch(city.centre_id, at=at)) is not None:
        take_statement(city, stretch.last_on, at)
        run = actions.start_day(city.centre_id, stretch.last_on, actor=city.actor("accountant"), at=at)
        finish(city, run, at)


def finish(city: City, run: Run, at: datetime) -> Run:
    """Take a run to its signature: in this city's past nothing differs."""
    accountant, treasurer = city.actor("accountant"), city.actor("treasurer")
    run = actions.advance(city.centre_id, run.run_id, actor=accountant, at=at)
    assert run.ready, run.next_step
    at += timedelta(minutes=20)
    run = actions.submit(city.centre_id, run.run_id, actor=accountant, at=at)
    at += timedelta(minutes=25)
    return actions.sign(city.centre_id, run.run_id, digest=run.report_digest, actor=treasurer, at=at)


# ------------------------------------------------------------------------------------------------- statements


def take_statement(city: City, through: date, at: datetime) -> None:
    """The treasurer takes the bank's statement of the days since the last one."""
    outside = city.outside
    first = outside.stated_through + timedelta(days=1) if outside.stated_through else city.opened_on
    lines = sorted(one for one in outside.booked if first <= one.at.date() <= through)
    content = statement(lines, first=first, last=through, opening_fen=outside.stated_fen)
    treasury.import_statement(content, f"{through:%Y%m%d}.csv", actor=city.actor("treasurer"), at=at)
    city.outside.catch_up(at)
    outside.stated_through, outside.stated_fen = through, outside.stated_fen + sum(one.fen for one in lines)


def statement(lines: Iterable[Booked], *, first: date, last: date, opening_fen: int) -> bytes:
    """A file as the bank hands it out: account and balances above, then each entry with the balance after it."""
    rows, balance = [], opening_fen
    for one in lines:
        balance += one.fen
        mark = "贷" if one.fen > 0 else "借"
        rows.append(
            f"{one.at:%Y-%m-%d},{one.at:%H%M%S},{one.serial},{mark},{_yuan(abs(one.fen))},{_yuan(balance)},{one.name},"
            f"{one.account},{one.summary},0,"
        )
    head = [
        "安居银行 账户明细", f"账号：{CENTRE_ACCOUNT},,币种：人民币", f"起止日期,{first}至{last}",
        f"期初余额,{_yuan(opening_fen)},期末余额,{_yuan(balance)},总笔数,{len(rows)}", HEADINGS,
    ]  # fmt: skip
    return "\n".join([*head, *rows, ""]).encode()


def _yuan(fen: int) -> str:
    return f'"{format_fen(fen)}"'
