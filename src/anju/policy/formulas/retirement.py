"""Statutory retirement age (法定退休年龄), rising step by step since 2025. Only year and month of birth count."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from anju.kernel.month import Month
from anju.policy.book import Book


class Category(StrEnum):
    MALE_60 = "MALE_60"
    FEMALE_55 = "FEMALE_55"
    FEMALE_50 = "FEMALE_50"

    @property
    def handle(self) -> str:
        return f"retirement.{self.value.lower()}"


def age_months(birth: Month, *, category: Category, book: Book, on: date) -> int:
    """The age in months: the former age, plus one month for each step of birth months, up to the most."""
    handle = category.handle
    former = book.integer(f"{handle}_age_years", on) * 12
    since = birth - Month.parse(book.text(f"{handle}_first_birth_month", on))
    if since < 0:
        return former
    steps = since // book.integer(f"{handle}_step_months", on) + 1
    return former + min(steps, book.integer(f"{handle}_most_months", on))


def retirement_month(birth: Month, *, category: Category, book: Book, on: date) -> Month:
    return birth + age_months(birth, category=category, book=book, on=on)


def age_text(months: int) -> str:
    """722 → 60y2m."""
    return f"{months // 12}y{months % 12}m"
