"""Every member is told of the year's interest (结息通知): amount, rate, balance, and the line that explains it.

Planned by interest day behind the settlement. Part by part, each one transaction and one statement over a range of
accounts; a part that was told is passed over, so the job may be stopped, repeated and run by two workers.
"""

from __future__ import annotations

from datetime import date, datetime

from anju import jobs
from anju.accounts import queries as accounts
from anju.accounts.types import InterestSettled
from anju.kernel import clock
from anju.notices.many import parts_told, tell_many

TELL_JOB = "wiring.tell_interest"

# Amounts as people read them: 1,234.50. A year whose interest was taken back says so by its sign.
_WORDS = """
SELECT c.person_id, c.line_seq, %(year_words)s::text AS year, %(rate_words)s::text AS rate, %(day_words)s::text AS day,
       trim(to_char(c.fen / 100.0, 'FM999,999,999,999,990.00')) AS amount,
       trim(to_char(c.balance_fen / 100.0, 'FM999,999,999,999,990.00')) AS balance
  FROM ({credited}) c
"""


def interest_settled(event: InterestSettled) -> None:
    """The settlement is over: its members are told soon, by one worker at a time."""
    jobs.plan(
        TELL_JOB, lock=f"{TELL_JOB}:{event.centre_id}", centre_id=event.centre_id, interest_year=event.interest_year
    )


@jobs.handler(TELL_JOB)
def tell_interest(centre_id: int, interest_year: int, *, at: datetime | None = None) -> None:
    """Tell a settled year's interest to everybody who has not been told."""
    tell(centre_id, interest_year, at=at or clock.now())


def tell(centre_id: int, interest_year: int, *, at: datetime) -> int:
    """Tell each part that was not told; how many messages were written."""
    parts = accounts.interest_parts(centre_id, interest_year)
    if parts is None:
        return 0
    key = f"interest:{interest_year}"
    known = set(parts_told(centre_id, key))
    words = {
        "year_words": f"{interest_year}—{interest_year + 1}", "rate_words": _rates(interest_year),
        "day_words": _day_zh(date(interest_year + 1, 6, 30)),
    }  # fmt: skip
    told = 0
    for part in range(parts[0], parts[1] + 1):
        if part in known:
            continue
        credited = accounts.interest_credited(centre_id, interest_year, part)
        assert isinstance(credited.params, dict)
        told += tell_many(
            "interest_posted", _WORDS.format(credited=credited.sql), credited.params | words, key=key, part=part,
            centre_id=centre_id, at=at,
        ) or 0  # fmt: skip
    return told


def _day_zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _rates(interest_year: int) -> str:
    """1.50%, or each with its first day where it changed within the year."""
    found = accounts.rates_of_year(interest_year)
    shown = [f"{bp // 100}.{bp % 100:02d}%" for _, bp in found]
    if len(found) == 1:
        return shown[0]
    return "，".join(f"{_day_zh(day)}起 {rate}" for (day, _), rate in zip(found, shown, strict=True))
