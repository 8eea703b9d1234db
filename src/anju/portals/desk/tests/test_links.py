"""No page of the desk offers a link or a button that the reader's role may not use."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from anju.contributions.tests import world as money
from anju.identity.table import allowed
from anju.identity.types import STAFF_ROLES, Role
from anju.portals.desk.tests.world import client_of, in_approval, in_review, login, offered, staff
from anju.support import actions as support

pytestmark = pytest.mark.django_db

NAVIGATION = {
    Role.CLERK: ["待办", "案件", "单位", "个人", "参数"],
    Role.REVIEWER: ["待办", "案件", "单位", "个人", "参数"],
    Role.TREASURER: ["待办", "资金", "账簿", "报表", "结账", "单位", "个人", "参数"],
    Role.ACCOUNTANT: ["待办", "资金", "账簿", "报表", "结账", "参数"],
    Role.AUDITOR: ["待办", "账簿", "报表", "结账", "审计", "参数"],
    Role.ADMINISTRATOR: ["待办", "参数", "管理"],
}
FINDS = {
    Role.CLERK: ("找案件", "/desk/cases/"), Role.REVIEWER: ("找案件", "/desk/cases/"),
    Role.TREASURER: ("找单位", "/desk/units/"), Role.ADMINISTRATOR: ("找参数", "/desk/parameters/"),
    Role.ACCOUNTANT: ("找凭证", "/desk/ledger/vouchers/"), Role.AUDITOR: ("找凭证", "/desk/ledger/vouchers/"),
}  # fmt: skip
_ADDRESS = re.compile(r'(?:href|action|formaction)="(/[^"#?]*)')


def page_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def navigation_of(page: str) -> list[str]:
    bar = re.search(r'<nav class="nav".*?</nav>', page, re.DOTALL)
    assert bar is not None
    return [re.sub(r"<b>\d+</b>|\s", "", link) for link in re.findall(r"<a [^>]*>(.*?)</a>", bar[0], re.DOTALL)]


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_the_navigation_shows_each_role_what_it_may_open_and_nothing_else(role: Role) -> None:
    _, client = staff(1, role)
    page = page_of(client, "/desk/")
    assert navigation_of(page) == NAVIGATION[role]
    word, target = FINDS[role]
    assert word in page and client.get("/desk/search/")["Location"] == target


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_every_link_of_every_page_a_role_can_reach_opens_for_it(role: Role) -> None:
    actor, client = staff(1, role)
    with money.wired(), offered() as world:
        clerk, member = login(2, Role.CLERK), login(5, Role.MEMBER)
        money.open_centre()
        unit_id = money.open_unit()
        money.apply(unit_id, money.staff_rows(2))
        declared = money.declare(unit_id)
        money.pay(declared.total_fen - 1, declared.number)
        in_review(world, login(6, Role.MEMBER), key="k2")
        in_approval(world, member, clerk)
        support.report_wrong(text="金额不对", page="/me/", login_id=None, centre_id=actor.centre_id, at=money.AT)
        reached, wanted = set(), ["/desk/"]
        while wanted:
            path = wanted.pop()
            reached.add(path)
            for found in set(_ADDRESS.findall(page_of(client, path))):
                needed = permission_of(found)
                assert needed is None or allowed(needed, role), f"{path} offers {found} to {role}"
                if found.startswith("/desk/") and found not in reached and is_read(client, found):
                    wanted.append(found)
    assert len(reached) >= len(NAVIGATION[role])


def permission_of(path: str) -> str | None:
    try:
        return getattr(resolve(path).func, "permission", None)
    except Resolver404:
        return None


def is_read(client: Client, path: str) -> bool:
    """A page that is shown by GET; an act's address answers 405, a redirect leads to a page of its own."""
    answer = client.get(path)
    return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")


def test_a_change_of_duty_changes_the_navigation_on_the_next_page() -> None:
    from anju.identity import actions as identity
    from anju.identity import queries
    from anju.kernel import clock
    from anju.portals.desk.tests.world import SYSTEM

    actor = login(1, Role.CLERK)
    client = client_of(actor)
    assert "资金" not in navigation_of(page_of(client, "/desk/"))
    held = queries.mandates_of(actor.login_id or 0)[0].mandate_id
    identity.end_mandate(held, why="轮岗", actor=SYSTEM, at=clock.now())
    identity.grant_mandate(actor.login_id or 0, Role.TREASURER, actor=SYSTEM, at=clock.now())
    assert navigation_of(page_of(client, "/desk/")) == NAVIGATION[Role.TREASURER]
