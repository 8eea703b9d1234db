"""«不是我操作»: what a person can do at once about a line of their activity log."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from anju.identity import words
from anju.identity.actions.sessions import end_sessions
from anju.identity.models import Activity, Login
from anju.identity.types import Browser, NotMe
from anju.kernel import events
from anju.kernel.refusal import Refusal


def report_not_me(login_id: int, activity_id: int, *, at: datetime, browser: Browser | None = None) -> bool:
    """«不是我操作»: every session of the log-in ends at once, its password no longer opens it, and ``NotMe`` is
    published so that payouts are frozen and a case is opened in the same transaction.

    The way back is 找回密码 (phone and document). A line of another log-in answers 404; a second report of the
    same line changes nothing and returns False.
    """
    with transaction.atomic():
        line = Activity.objects.filter(activity_id=activity_id, login_id=login_id).first()
        if line is None:
            raise Refusal("activity_unknown", words.NOT_FOUND, status=404)
        login = Login.objects.select_for_update().get(login_id=login_id)
        if Activity.objects.filter(concerns=activity_id).exists():
            return False
        Activity.objects.create(
            login_id=login_id, at=at, kind="not_me", concerns=activity_id,
            text=f"您报告“{line.text}”不是本人操作，已退出全部登录", session_id=browser.session_id if browser else None,
        )  # fmt: skip
        login.set_unusable_password()
        login.save(update_fields=["password"])
        end_sessions(login_id, why="not_me", at=at)
        events.publish(NotMe(login_id, login.person_id, activity_id, settings.ANJU_CENTRE_ID, at))
    return True


