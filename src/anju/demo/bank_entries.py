"""What the bank does by itself: its fee, and each quarter the interest of the deposits; booked by two people.

Yesterday's fee is left for whoever visits.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from anju.demo.city import City, moment
from anju.demo.outside import CENTRE_ACCOUNT
from anju.kernel.month import Month
from anju.treasury import actions as treasury
from anju.treasury import queries
from anju.treasury.booking_types import BookingPurpose
from anju.treasury.types import Direction, EntryNotice

FEE_FEN = 3_500
QUARTER_SHARE = 2_000
"""A quarter's interest is this part of what lies in the account: 0.2 % a year, as a current account of this city."""
DAY, HOUR = 21, 6
CONFIRMED_AFTER = timedelta(minutes=40)


def plan_bank_entries(city: City, month: Month) -> None:
    """Interest and a fee on the 21st of the last month of a quarter that is over."""
    at = moment(month.first_day.replace(day=DAY), HOUR)
    if month.month % 3 == 0 and at < city.at - timedelta(days=2):
        city.agenda.put(at, partial(_quarter, city, at))


def _quarter(city: City, at: datetime) -> None:
    """What the bank tells in the morning is booked in the afternoon."""
    afternoon = at + timedelta(hours=9)
    told = [(bank_fee(city, at), BookingPurpose.BANK_FEE, "银行收费凭证")]
    interest_fen = sum(one.fen for one in city.outside.booked) // QUARTER_SHARE
    if interest_fen > 0:
        told.append((_interest(city, interest_fen, at), BookingPurpose.INTEREST, "银行结息清单"))
    for notice_id, purpose, paper in told:
        city.agenda.put(afternoon, partial(_book, city, notice_id, purpose, paper, afternoon))


def _interest(city: City, fen: int, at: datetime) -> int:
    return _tell(city, f"L{at:%Y%m%d}000001", Direction.CREDIT, fen, "单位活期存款结息", at)


def bank_fee(city: City, at: datetime) -> int:
    """The bank takes a fee that nobody ordered; its notice."""
    return _tell(city, f"F{at:%Y%m%d}000001", Direction.DEBIT, FEE_FEN, "回单打印费", at)


def _tell(city: City, serial: str, direction: Direction, fen: int, summary: str, at: datetime) -> int:
    notice = EntryNotice(
        account=CENTRE_ACCOUNT, host_serial=serial, direction=direction, amount_fen=fen, entry_date=at.date(),
        booked_time=f"{at:%H%M%S}", summary=summary, counter_name="安居银行", counter_account="9990001",
    )  # fmt: skip
    city.outside.book(notice, at)
    return treasury.receive_notice(notice, at=at).notice_id


def _book(city: City, notice_id: int, purpose: BookingPurpose, paper: str, at: datetime) -> None:
    """The treasurer says what it was with the bank's paper in hand; the accountant books it."""
    booking_id = treasury.propose_booking(
        notice_id, purpose, reason=f"{paper} {at:%Y%m%d} 号", actor=city.actor("treasurer"), at=at
    )
    proposed = queries.booking(booking_id, centre_id=city.centre_id)
    assert proposed is not None
    treasury.confirm_booking(
        booking_id, digest=proposed.digest, actor=city.actor("accountant"), at=at + CONFIRMED_AFTER
    )
