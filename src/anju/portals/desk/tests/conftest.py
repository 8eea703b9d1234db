"""What several files of the desk's tests begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.test import Client

from anju.contributions.tests import world as money
from anju.contributions.types import Declaration
from anju.identity.types import Role
from anju.kernel.actor import Actor
from anju.portals.desk.tests.world import staff


@pytest.fixture(autouse=True)
def inside_a_transaction(settings: LazySettings) -> None:
    """A test's transaction is never committed, so what must run outside one is allowed inside it here."""
    settings.ANJU_TESTING_ATOMIC = True


@pytest.fixture
def auditor() -> tuple[Actor, Client]:
    """One of the auditors, logged in."""
    return staff(9, Role.AUDITOR)


@pytest.fixture
def books() -> Iterator[Declaration]:
    """A centre with a unit whose two people were paid for, and their money in the books."""
    with money.wired():
        money.open_centre()
        unit_id = money.open_unit()
        money.apply(unit_id, money.staff_rows(2))
        declared = money.declare(unit_id)
        money.pay(declared.total_fen, declared.number)
        money.run_posting()
        yield declared
