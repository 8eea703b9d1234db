"""The book of rules of one city: its own pack laid over the national one, asked by handle and date.

Owns loading and look-up. Refuses to guess: a handle without a value on the date is `PolicyMissing`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from anju.kernel.explained import ArticleRef, ParameterRef
from anju.kernel.money import yuan_to_fen
from anju.kernel.rounding import Rounding
from anju.policy.calendar import Calendar, read_calendar
from anju.policy.law import LawVersion, find_article, read_law, refuse_overlapping_versions
from anju.policy.parameters import ParameterFile, read_parameter
from anju.policy.reader import read
from anju.policy.types import Article, Parameter, PolicyFileInvalid, PolicyMissing, Release

CITIES = Path(__file__).resolve().parent.parent / "cities"
NATIONAL = "national"


@dataclass(frozen=True)
class Book:
    """Rules of one city. Immutable; one per city and process."""

    city: str
    title: str
    centre: str
    parameters: Mapping[str, ParameterFile]
    laws: tuple[LawVersion, ...]
    calendar: Calendar
    release_facts: Release

    @property
    def release(self) -> str:
        return self.release_facts.id

    def find(self, handle: str, on: date, key: str | None = None) -> Parameter | None:
        file = self.parameters.get(handle)
        return file.on(on, key) if file else None

    def parameter(self, handle: str, on: date, key: str | None = None) -> Parameter:
        """The value in force on the legal date; `key` is the district, where a parameter differs by district."""
        found = self.find(handle, on, key)
        if found is None:
            raise PolicyMissing(f"{self.city}: no {handle} in force on {on.isoformat()}")
        return found

    def has(self, handle: str, on: date, key: str | None = None) -> bool:
        return self.find(handle, on, key) is not None

    def decimal(self, handle: str, on: date, key: str | None = None) -> Decimal:
        value = self.parameter(handle, on, key).value
        assert isinstance(value, Decimal), f"{handle} is not a decimal"
        return value

    def fen(self, handle: str, on: date, key: str | None = None) -> int:
        parameter = self.parameter(handle, on, key)
        assert parameter.unit == "元" and isinstance(parameter.value, Decimal), f"{handle} is not an amount"
        return yuan_to_fen(parameter.value)

    def integer(self, handle: str, on: date, key: str | None = None) -> int:
        value = self.parameter(handle, on, key).value
        assert isinstance(value, int), f"{handle} is not a whole number"
        return value

    def rounding(self, handle: str, on: date) -> Rounding:
        value = self.parameter(handle, on).value
        assert isinstance(value, Rounding), f"{handle} is not a rounding mode"
        return value

    def text(self, handle: str, on: date, key: str | None = None) -> str:
        value = self.parameter(handle, on, key).value
        assert isinstance(value, str), f"{handle} is not text"
        return value

    def choices(self, handle: str, on: date) -> tuple[str, ...]:
        value = self.parameter(handle, on).value
        assert isinstance(value, tuple), f"{handle} is not a list"
        return value

    def history(self, handle: str) -> tuple[Parameter, ...]:
        """Every dated value of a parameter in the highest pack that has it, oldest first."""
        if handle not in self.parameters:
            raise PolicyMissing(f"{self.city}: no parameter {handle}")
        return self.parameters[handle].values

    def find_article(self, handle: str, on: date) -> Article | None:
        return find_article(self.laws, handle, on)

    def article(self, handle: str, on: date) -> Article:
        """`regulation.24` by number, or by topic (`regulation.dispute`) where the number changed."""
        found = self.find_article(handle, on)
        if found is None:
            raise PolicyMissing(f"{self.city}: no article {handle} in force on {on.isoformat()}")
        return found

    def parameter_ref(self, handle: str, on: date, key: str | None = None) -> ParameterRef:
        return self.parameter(handle, on, key).ref

    def article_ref(self, handle: str, on: date) -> ArticleRef:
        return self.article(handle, on).ref


@cache
def book(city: str) -> Book:
    """The book of a city that ships with the product, read once."""
    return load_book(city, folder=CITIES)


def city_names() -> tuple[str, ...]:
    """Every city pack that ships with the product."""
    return tuple(sorted(path.parent.name for path in CITIES.glob("*/release.yaml") if path.parent.name != NATIONAL))


def load_book(city: str, *, folder: Path) -> Book:
    chain = (NATIONAL,) if city == NATIONAL else (NATIONAL, city)
    for pack in chain:
        if not pack.isidentifier() or not (folder / pack / "release.yaml").is_file():
            raise PolicyMissing(f"no city pack {pack!r} in {folder}")
    parameters: dict[str, ParameterFile] = {}
    laws: list[LawVersion] = []
    for pack in chain:
        for path in sorted((folder / pack / "parameters").glob("*.yaml")):
            file = read_parameter(path)
            beneath = parameters.get(file.handle)
            if beneath is not None and beneath.unit != file.unit:
                raise PolicyFileInvalid(path, 1, f"the national unit of {file.handle} is {beneath.unit}")
            parameters[file.handle] = replace(file, beneath=beneath)
        laws += [read_law(path) for path in sorted((folder / pack / "law").glob("*.yaml"))]
    refuse_overlapping_versions(laws)
    years = [read_calendar(path) for path in sorted((folder / NATIONAL / "calendar").glob("*.yaml"))]
    release, title, centre = _release(folder, chain)
    calendar = Calendar({year.year: year for year in years})
    return Book(city, title, centre, parameters, tuple(laws), calendar, release)


def _release(folder: Path, chain: tuple[str, ...]) -> tuple[Release, str, str]:
    """Four eyes on the rules: who drafted a release does not publish it."""
    node = read(folder / chain[-1] / "release.yaml")
    fields = node.fields(required=("label", "title", "centre", "published_on", "drafted_by", "published_by"))
    drafted_by, published_by = fields["drafted_by"].text, fields["published_by"].text
    if drafted_by == published_by:
        raise fields["published_by"].wrong("a release is published by another person than its drafter")
    digest = hashlib.sha256()
    for pack in chain:
        for path in sorted((folder / pack).rglob("*.yaml")):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    release = Release(
        label=fields["label"].quoted_text,
        digest=digest.hexdigest(),
        published_on=fields["published_on"].day,
        drafted_by=drafted_by,
        published_by=published_by,
        chain=chain,
    )
    return release, fields["title"].text, fields["centre"].text
