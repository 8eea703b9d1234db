"""The small centre, and what each of its people finds in it, once for each file of tests that walks through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from tests.house.centre import STARTS, Centre, small_centre
from tests.house.pages import Seen, explore


@pytest.fixture(scope="module")
def centre(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Centre]:
    """Built in one transaction that is never committed; each request of a walk is taken back by `undone`."""
    with django_db_blocker.unblock(), small_centre(tmp_path_factory.mktemp("files")) as made:  # type: ignore[attr-defined]
        yield made


@pytest.fixture(scope="module")
def seen(centre: Centre) -> Callable[[str], Seen]:
    """What a person finds by following every link; looked up once."""

    @cache
    def of(who: str) -> Seen:
        return explore(centre.client(who), STARTS[who], *centre.known[who], public=who == "nobody")

    return of
