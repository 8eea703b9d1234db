"""Fixtures of the member's portal."""

from anju.portals.person.tests.world import now as now
