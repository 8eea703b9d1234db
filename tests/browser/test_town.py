"""The walk of the first slice, the four looks of its pages, and the same without a script."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from anju.design.testing import judged
from tests.browser.people import Person, Town, meet
from tests.browser.walk import Walk

PAGES = {
    "": ("/", "/services/", "/progress/", "/login/", "/reset/", "/open/", "/open/person/", "/open/unit/", "/verify/",
         "/help/", "/help/rent_withdrawal/", "/help/wrong/"),
    "16000000008": ("/me/", "/me/movements/", "/me/statement/", "/me/services/", "/me/services/rent/", "/me/cases/",
                    "/me/certificate/", "/me/card/", "/me/inbox/", "/me/settings/", "/me/activity/", "/me/drafts/"),
    "16000000023": ("/unit/", "/unit/people/", "/unit/payments/", "/unit/upload/", "/unit/people/change/",
                    "/unit/mandates/", "/unit/inbox/"),
    "16000000041": ("/desk/", "/desk/cases/", "/desk/people/", "/desk/units/"),
    "16000000043": ("/desk/treasury/", "/desk/treasury/payments/", "/desk/treasury/mandate/",
                    "/desk/treasury/notices/"),
    "16000000044": ("/desk/administration/", "/desk/parameters/"),
}  # fmt: skip

pytestmark = pytest.mark.browser


def test_one_life_through_the_house(town: Town, chromium: Browser, tmp_path: Path) -> None:
    walk = Walk(chromium, town, tmp_path)
    walk.members_log_in()
    walk.teach_agencies()
    walk.employer_applies()
    walk.staff_approve()
    walk.employer_signs_and_gets_in()
    walk.employer_uploads_staff()
    walk.employer_declares_and_pays()
    walk.member_opens()
    walk.member_sees_the_month()
    walk.renter_is_paid()
    walk.correction_goes_round()
    walk.member_takes_a_certificate()
    for person in (walk.agent, walk.member, walk.clerk, walk.reviewer, walk.renter, walk.other_member):
        assert person.complaints == []


@pytest.mark.parametrize("phone", PAGES, ids=lambda phone: phone or "nobody")
def test_no_page_of_the_city_has_a_fault_where_there_is_little_room(town: Town, chromium: Browser, phone: str) -> None:
    """Pages full of a city's data at 320 px; each portal's own tests judge its pages in every look."""
    person = meet(chromium, town, phone or "0")
    if phone:
        person.log_in()
        if phone == "16000000023":
            person.act_for("启明")
    person.page.set_viewport_size({"width": 320, "height": 900})
    faults = []
    for path in PAGES[phone]:
        answer = person.page.goto(town.web + path)
        assert answer is not None and answer.status == 200, (path, answer and answer.status)
        faults += judged(person.page, path)
    assert faults == []
    assert person.complaints == []


def test_the_rent_is_asked_for_without_a_script(town: Town, chromium: Browser) -> None:
    member = meet(chromium, town, "16000000004", script=False)
    member.log_in()
    _reaches_confirmation(member)


def _reaches_confirmation(member: Person) -> None:
    member.go("/me/services/rent/")
    member.page.fill("[name=monthly_rent]", "1500")
    member.press_main()
    assert "核对" in member.text() and "1,500.00" in member.text()


def test_the_invariants_hold_after_the_walk(town: Town, tmp_path_factory: pytest.TempPathFactory) -> None:
    data = next(path for path in tmp_path_factory.getbasetemp().glob("town*") if (path / "runtime.json").exists())
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANJU_", "DATABASE", "OWNER_"))}
    done = subprocess.run(
        [sys.executable, "-m", "anju.command.main", "check", "--data", str(data)], env=kept, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and done.stdout.rstrip().endswith("0 violations"), done.stdout[-3000:] + done.stderr
