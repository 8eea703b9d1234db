"""``anju demo-year``: a centre's year from opening the books to the distribution, on a database of its own.

Remittances, suspense, refunds, rents, a payment taken back months later, statements of the bank, days and months closed
and signed by two persons, the interest of 30 June, accruals, the year's end. Then every statement of the books stands
beside figures that were added up apart, and the books are proven; 1 where anything differs.
"""

from __future__ import annotations

import time
from datetime import date, datetime
from datetime import time as hour

from anju.command.bench import own_database

DATABASE = "demo_year"
YEAR = 2025


def run(*, people: int) -> int:
    """Live, print, prove."""
    with own_database(DATABASE):
        import django

        django.setup()
        from anju.command import simulate

        simulate.empty()
        began = time.monotonic()
        told, wrong = live(people)
        for line in (*told, *wrong):
            print(line)
        print(f"{YEAR}: {len(wrong)} differences, {time.monotonic() - began:.0f} s")
        return 1 if wrong else 0


def live(people: int) -> tuple[list[str], list[str]]:
    """A year of two units on the empty database Django is connected to: what happened, and what differs at its end."""
    from anju import jobs
    from anju.command.demo_year_books import differences, happened
    from anju.command.demo_year_story import Story
    from anju.command.simulation.plan import LAST_DAY
    from anju.command.simulation.proving import numbering
    from anju.command.simulation.town import town
    from anju.database.checks import violations

    begin = datetime.combine(date(YEAR, 1, 1), hour(9))
    with town(datetime.combine(LAST_DAY, hour(9)) - begin) as here:
        story = Story(here, YEAR, people)
        story.live()
        jobs.perform(numbering(here))
        return happened(story), differences(story) + violations()
