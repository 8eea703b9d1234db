"""Fixtures of the employer's portal."""

from anju.portals.unit.tests.world import now as now
