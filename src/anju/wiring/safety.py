"""What touches somebody's safety: «不是我操作», a changed phone, the day's SMS nearly used up."""

from __future__ import annotations

from datetime import datetime

from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.accounts.types import FreezeKind
from anju.identity import queries as identity
from anju.identity.types import NotMe, PhoneChanged, Role, SendingBudgetNear
from anju.identity.words import day_zh, time_zh
from anju.kernel.refusal import Refusal
from anju.notices.actions import send
from anju.parties import actions as parties
from anju.parties import queries as people
from anju.parties.types import ContactSource
from anju.support import actions as support
from anju.support.types import SELF_REPORT


def not_me(event: NotMe) -> None:
    """«不是我操作»: nothing leaves the account, and a colleague finds it on top of the desk's list."""
    frozen = event.person_id is not None and _freeze(event.person_id, event.activity_id, at=event.at)
    line = identity.activity_line(event.login_id, event.activity_id)
    what = f"{time_zh(line.at)}“{line.text}”" if line else "账户动态里的一行"
    support.report_danger(
        text=f"本人报告不是他操作：{what}。登录已全部退出，{'支取已停用' if frozen else '没有可以停用的账户'}。"
             "请用登记的电话联系本人，问清后答复。",
        page="/me/activity/", login_id=event.login_id, centre_id=event.centre_id, at=event.at,
    )  # fmt: skip
    login = identity.login(event.login_id)
    if frozen and login is not None:
        send(
            "account_frozen", person_id=event.person_id, at=event.at, centre_id=event.centre_id, phone=login.phone,
            values={"day": day_zh(event.at), "authority": SELF_REPORT},
        )  # fmt: skip


def _freeze(person_id: int, activity_id: int, *, at: datetime) -> bool:
    account_id = account_queries.account_of_person(person_id)
    if account_id is None:
        return False
    try:
        accounts.freeze(
            account_id, kind=FreezeKind.RECEIVE_ONLY, authority=SELF_REPORT, document=f"账户动态 {activity_id}", at=at
        )
    except Refusal:
        # Closed already: nothing can leave it.
        return False
    return True


def phone_changed(event: PhoneChanged) -> None:
    """The number a person proved is the one the centre reaches them by. Old and new were told by identity."""
    if event.person_id is not None and people.person(event.person_id) is not None:
        parties.set_contact(event.person_id, "phone", event.phone, source=ContactSource.SELF, at=event.at)


def sending_budget_near(event: SendingBudgetNear) -> None:
    """Every administrator reads it; the figure itself stands on their home page all day."""
    values = {"sent": f"{event.sent_today:,}", "budget": f"{event.budget:,}"}
    for _, login in identity.staff([Role.ADMINISTRATOR]):
        send("sending_budget_near", login_id=login.login_id, at=event.at, values=values)
