"""The small world of the certificates' tests."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from anju.certificates import actions
from anju.certificates.types import ContributionFacts, Issued, MonthlyTerms
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.month import Month

CENTRE, MEMBER, ACCOUNT = 990100, 11, 9901000000023117
AT = datetime(2026, 11, 23, 10, 41, 53, tzinfo=ZONE)
UNTIL = date(2026, 12, 23)
SELF = Actor(110, MEMBER, "member", None, "林晓雨", CENTRE)


def facts(**changes: Any) -> ContributionFacts:
    monthly = MonthlyTerms(
        month=Month(2026, 11), base_fen=860_000, own_ratio=Decimal("0.12"), unit_ratio=Decimal("0.075"),
        own_fen=103_200, unit_fen=64_500,
    )  # fmt: skip
    said: dict[str, Any] = {
        "person_name": "林晓雨", "document_kind": "居民身份证", "document_masked": "330***********002X",
        "centre_name": "安居市住房公积金管理中心", "account_number": "9901 0000 0002 3117",
        "unit_name": "安居市云栖软件有限公司", "state": "正常", "opened_on": date(2023, 4, 3),
        "paid_to": Month(2026, 11), "months_total": 44, "months_continuous": 41, "balance_fen": 6_850_206,
        "as_of": date(2026, 11, 23), "monthly": monthly,
    }  # fmt: skip
    return ContributionFacts(**{**said, **changes})


def issue(key: str = "case:1", person_id: int = MEMBER, said: ContributionFacts | None = None) -> Issued:
    return actions.issue_contribution_certificate(
        said or facts(), centre_id=CENTRE, person_id=person_id, account_id=ACCOUNT, purpose="异地购房贷款",
        valid_until=UNTIL, key=key, actor=SELF, at=AT,
    )  # fmt: skip
