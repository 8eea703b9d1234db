"""The employer's pages in a real browser, in every look: axe, width, security policy; and a month without a script.

Needs Chromium. With ANJU_SHOTS naming a folder, a picture of every page in every look is left there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from anju.design.testing import CHROMIUM, LOOKS, chromium, judged, listen, says, shot, show, window
from anju.identity.http import COOKIE
from anju.portals.unit.tests.world import (
    NOVEMBER,
    OCTOBER,
    Clock,
    apply,
    book,
    checked,
    confirm_fields,
    latest,
    money,
    open_books,
    paid,
    sheet,
    staff_id,
    staff_row,
    unit_of,
    upload,
    wrong_digit,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
    pytest.mark.django_db(transaction=True),
]


def enter(browser: Any, site: str, client: Any, **options: Any) -> Any:
    """A window with the session of a test client."""
    context = window(browser, site, **options)
    secure = site.replace("http:", "https:")
    context.add_cookies([
        {"name": COOKIE, "value": client.cookies[COOKIE].value, "url": secure, "secure": True, "httpOnly": True}
    ])  # fmt: skip
    return context


def seen_in_every_look(browser: Any, site: str, client: Any, pages: dict[str, str]) -> list[str]:
    """Every page in every look; what is wrong with them."""
    wrong: list[str] = []
    for look, (width, cookies) in LOOKS.items():
        context = enter(browser, site, client, width=width, cookies=cookies)
        page = context.new_page()
        listen(page, wrong)
        for name, path in pages.items():
            show(page, f"{site}{path}")
            assert "/login/" not in page.url, path
            shot(page, f"{name}-{look}")
            wrong += judged(page, f"{name} {look}")
        context.close()
    return wrong


WRONG_ROWS = (
    staff_row(1), ("员工二", staff_id(2), "13910000002", 86_000), ("员工三", staff_id(3), "", "八千六"),
    ("周小满", wrong_digit(staff_id(41)), "", 7200), ("周小满", staff_id(42), "123", 2000), staff_row(43, 9000),
    staff_row(43, 9000), ("外籍", "P1234567X", "", 8000),
)  # fmt: skip


def test_every_page_of_a_month_is_sound_in_every_look(now: Clock, site: str) -> None:
    open_books()
    unit = unit_of(first_month=OCTOBER, second_approval=True, staff=6, ratios=("0.12", "0.08"))
    paid(unit, OCTOBER)
    agent, admin = unit.client(), unit.client("admin")
    wrong_list, _ = checked(agent, sheet(WRONG_ROWS))
    several = str(upload(agent, book({"十月": [("姓名", "证件号码", "缴存基数"), staff_row(1)],
                                      "十一月": [("姓名", "证件号码", "缴存基数"), staff_row(1)],
                                      "说明": [("填表说明",)]}))["Location"])  # fmt: skip
    right, _ = checked(agent, sheet([*(staff_row(n) for n in range(1, 5)), staff_row(5, 9900), staff_row(51)]))
    with chromium() as browser:
        found = seen_in_every_look(browser, site, agent, {
            "unit-home": "/unit/", "unit-wrong-list": wrong_list, "unit-sheets": several, "unit-right-list": right,
            "unit-upload": "/unit/upload/", "unit-people": "/unit/people/", "unit-people-none": "/unit/people/?q=zz",
            "unit-change": "/unit/people/change/", "unit-mandates": "/unit/mandates/", "unit-inbox": "/unit/inbox/",
            "unit-payments": "/unit/payments/",
        })  # fmt: skip
        apply(agent, right, agent.get(right))
        agent.post("/unit/confirm/", confirm_fields(agent.get("/unit/")))
        declared = latest(unit)
        month = f"/unit/months/{declared.remittance_id}/"
        found += seen_in_every_look(browser, site, agent, {
            "unit-home-waits": "/unit/", "unit-approve-own": f"{month}approve/",
        })  # fmt: skip
        found += seen_in_every_look(browser, site, admin, {
            "unit-home-approver": "/unit/", "unit-approve": f"{month}approve/",
            "unit-mandates-admin": "/unit/mandates/",
        })  # fmt: skip
        admin.post(f"{month}approve/", {})
        money(unit, declared.total_fen - 1, declared.number)
        money(unit, 5_000_00, "公积金")
        found += seen_in_every_look(browser, site, agent, {
            "unit-home-pay": "/unit/", "unit-month": month, "unit-notice": f"{month}notice/",
            "unit-payments-suspense": "/unit/payments/", "unit-case": f"/unit/cases/{declared.case_id}/",
        })  # fmt: skip
    assert found == []


def test_a_changed_month_goes_through_without_a_script(now: Clock, site: str, tmp_path: Path) -> None:
    open_books()
    unit = unit_of(first_month=OCTOBER)
    paid(unit, OCTOBER)
    path = tmp_path / "十一月.xlsx"
    path.write_bytes(sheet([staff_row(1), staff_row(2), ("员工三", staff_id(3), "", 86_000), staff_row(9)]))
    with chromium() as browser:
        page = enter(browser, site, unit.client(), width=390, java_script_enabled=False).new_page()
        page.goto(f"{site}/unit/")
        page.click("text=有变化，上传名册")
        page.set_input_files("[name=file]", str(path))
        page.click("text=检查这份名册")
        assert says(page, "高于上限")
        page.click("text=改好，重新检查")
        page.click("text=按这份名册办理")
        assert says(page, "进来 1 人")
        page.click("text=确认申报")
        assert says(page, "已申报", "请缴款")
        page.click("text=打开缴款通知")
        assert says(page, latest(unit).number)
    assert (latest(unit).month, latest(unit).headcount) == (NOVEMBER, 4)


def test_the_page_keeps_what_is_typed_before_the_session_runs_out(now: Clock, site: str) -> None:
    open_books()
    unit = unit_of(first_month=OCTOBER)
    with chromium() as browser:
        complaints: list[str] = []
        page = enter(browser, site, unit.client()).new_page()
        listen(page, complaints)
        page.clock.install()
        page.goto(f"{site}/unit/people/change/")
        page.fill("[name=name]", "何安")
        with page.expect_response(lambda answer: answer.url.endswith("/unit/drafts/")) as kept:
            page.clock.fast_forward(14 * 60 * 1000)
        assert kept.value.status == 204 and page.locator("#session-warning").is_visible()
        page.goto(f"{site}/unit/")
        assert says(page, "没办完的", "何安")
        assert complaints == []
