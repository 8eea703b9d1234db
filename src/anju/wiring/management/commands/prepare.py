"""Reference data of an installation: rates, the first open business day. Runs at every start, changes nothing twice."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from anju import policy
from anju.accounts.actions import load_rates
from anju.database.sql import row
from anju.kernel import clock
from anju.ledger.actions import open_days


class Command(BaseCommand):
    """Prepare the centre's books."""

    help = "装入利率，打开第一个营业日"

    def handle(self, *args: Any, **options: Any) -> None:
        """Idempotent."""
        centre_id, at = settings.ANJU_CENTRE_ID, clock.now()
        load_rates(policy.book(settings.ANJU_CITY), centre_id=centre_id, at=at)
        if row("SELECT 1 AS one FROM centre_day WHERE centre_id = %s LIMIT 1", [centre_id]) is None:
            first = date(2024, 7, 1) if settings.ANJU_DEMO else clock.today()
            open_days(centre_id, first, first)
