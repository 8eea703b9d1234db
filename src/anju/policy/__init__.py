"""policy: the rules. Dated parameters with their sources, law in its versions, the calendar, pure formulas.

Pure Python; knows neither Django nor the database. No number of law or policy stands in code here.
"""

from anju.policy.book import Book, book, city_names, load_book
from anju.policy.calendar import Calendar
from anju.policy.types import (
    Article,
    CalendarUnknown,
    Parameter,
    PolicyFileInvalid,
    PolicyMissing,
    Release,
    Source,
    Status,
)

__all__ = [
    "Article",
    "Book",
    "Calendar",
    "CalendarUnknown",
    "Parameter",
    "PolicyFileInvalid",
    "PolicyMissing",
    "Release",
    "Source",
    "Status",
    "book",
    "city_names",
    "load_book",
]
