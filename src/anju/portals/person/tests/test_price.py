"""What each page of the member's portal costs: pinned one by one, and the same however long the lists are.

Session, log-in and rights are one of the queries. A page that is added without a price here fails the first test.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from anju.accounts import queries as accounts
from anju.audit.actions import looked
from anju.kernel.actor import Actor
from anju.notices import actions as notices
from anju.portals.person.tests.walks import filed, first_screen, issued, reviewed, told_wrong
from anju.portals.person.tests.world import (
    CENTRE,
    Clock,
    Member,
    bank_and_agencies,
    logged_in,
    member_with_history,
    pay_out,
    sign_mandate,
)
from anju.portals.person.urls import urlpatterns

MOST = 6
CLERK = Actor(7, 70, "clerk", None, "许文博", CENTRE)
#: Pages by the name of their route. Several forms of one page stand under one name.
PRICES: dict[str, dict[str, int]] = {
    "me-home": {"/me/": 6},
    "me-side": {"/me/side/": 6},
    "me-movements": {"/me/movements/": 5, "/me/movements/?year=2026": 5},
    "me-movement": {"/me/movements/2/": 6, "/me/movements/{paid}/": 5},
    "me-statement": {"/me/statement/": 4, "/me/statement/?period=12m&as=print": 4},
    "me-services": {"/me/services/": 1},
    "me-rent": {"/me/services/rent/": 3},
    "me-rent-confirm": {"/me/services/rent/{draft}/confirm/": 3},
    "me-card": {"/me/card/": 2},
    "me-cases": {"/me/cases/": 3},
    "me-case": {"/me/cases/{case}/": 6, "/me/cases/{waiting}/": 2},
    "me-case-timeline": {"/me/cases/{case}/timeline/": 2},
    "me-decision": {"/me/cases/{case}/decision/": 6},
    "me-drafts": {"/me/drafts/": 2},
    "me-certificate": {"/me/certificate/": 2},
    "me-certificate-done": {"/me/certificate/{certificate}/": 2},
    "me-certificate-pdf": {"/me/certificate/{certificate}/pdf/": 3},
    "me-inbox": {"/me/inbox/": 3},
    "me-message": {"/me/inbox/{notice}/": 2},
    "me-settings": {"/me/settings/": 3},
    "me-phone": {"/me/settings/phone/": 1},
    "me-password": {"/me/settings/password/": 1},
    "me-activity": {"/me/activity/": 4},
    "me-not-me": {"/me/activity/{activity}/not-me/": 3},
    "me-looks": {"/me/looks/": 1},
    "me-wrong": {
        "/me/wrong/": 2, "/me/wrong/?movement=2": 5, "/me/wrong/?case={case}": 3, "/me/wrong/?report={report}": 3,
    },
    "me-report": {"/me/wrong/{report}/": 2},
}  # fmt: skip
#: Routes without a page of their own: presses, and what is drawn by the faces above.
NO_PAGE = {
    "me-offer", "me-case-cancel", "me-case-mistake", "me-case-supplement", "me-case-paper", "me-draft-discard",
    "me-inbox-read", "me-message-read", "me-apply", "me-apply-confirm", "me-card-confirm", "me-password-later",
}  # fmt: skip



def _named() -> set[str]:
    return {str(route.name) for route in urlpatterns if isinstance(route, URLPattern)}


def test_every_page_has_its_price_and_none_is_over_six() -> None:
    assert set(PRICES) | NO_PAGE == _named()
    assert not set(PRICES) & NO_PAGE
    assert max(price for pages in PRICES.values() for price in pages.values()) <= MOST


def _filled(member: Member, now: Clock, much: int) -> tuple[Client, dict[str, str]]:
    """Something in every list, `much` times; and the numbers that addresses name."""
    sign_mandate()
    for _ in range(much - 1):
        client = logged_in(member)
        client.post(f"{reviewed(client)}cancel/", {"reason": ""})
        now.later(hours=5)
    client = logged_in(member)
    with bank_and_agencies():
        case_id = filed(client)["Location"].split("/")[3]
        pay_out(member, int(case_id), at=now.at)
    now.later(days=8)
    client = logged_in(member)
    waiting = reviewed(client).split("/")[3]
    for _ in range(much):
        now.later(hours=5)
        client = logged_in(member)
        with bank_and_agencies():
            draft = first_screen(client, "1900")["Location"].split("/")[4]
        now.later(minutes=2)
        certificate = issued(client)["Location"].split("/")[3]
        notice = notices.send("case_accepted", at=now.at, login_id=member.login_id, title="业务已受理", text="已受理。")
        report = told_wrong(client)["Location"].split("/")[3]
        looked(actor=CLERK, at=now.at, subject="person", person_id=member.person_id, purpose="审核案件")
    activity = re.search(r"/me/activity/(\d+)/not-me/", client.get("/me/activity/").content.decode())
    assert activity is not None
    return client, {
        "case": case_id, "waiting": waiting, "draft": draft, "certificate": certificate, "notice": str(notice),
        "report": report,
        "activity": activity[1], "paid": str(accounts.overview(member.account_id).last_seq),
    }  # fmt: skip


MONTHS = {1: 3, 5: 14}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("much", [1, 5])
def test_pages_cost_the_same_however_long_the_lists_are(now: Clock, much: int) -> None:
    member = member_with_history(MONTHS[much])
    client, numbers = _filled(member, now, much)
    found: dict[str, dict[str, int]] = {}
    for name, pages in PRICES.items():
        found[name] = {}
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(page.format(**numbers))
            assert answer.status_code in (200, 302), page
            found[name][page] = len(queries)
    assert found == PRICES
