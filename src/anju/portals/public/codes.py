"""SMS codes as the public pages show them: when another may be sent, what became of the last, and sending again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from anju.design.forms import DesignForm
from anju.identity.limits import LIMITS
from anju.identity.queries import last_code
from anju.identity.types import Browser, Purpose
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.notices.queries import delivery
from anju.notices.types import SmsState

WATCHED = timedelta(minutes=2)
PURPOSES = (Purpose.REGISTER, Purpose.LOG_IN, Purpose.RESET, Purpose.STEP_UP)
WORDS = {
    SmsState.QUEUED: "短信正在排队，马上发出。",
    SmsState.SENT: "短信 {time} 已经发出，还没有收到送达回执。",
    SmsState.DELIVERED: "短信 {time} 已经送达手机。没看到的话，请找一找被拦截的短信。",
    SmsState.FAILED: "短信没有送达。请核对手机号后重新发送；还收不到，请拨打 12329 或到柜台办理。",
}


@dataclass(frozen=True)
class CodeState:
    """What became of the newest code of a browser, in words; `moving` while that may still change by itself."""

    purpose: Purpose
    text: str = ""
    failed: bool = False
    moving: bool = False
    resend_in: int = 0


def code_state(here: Browser, purpose: Purpose, *, at: datetime) -> CodeState:
    """Read it. The words are the same for a phone the centre knows and one it does not."""
    last = last_code(here, purpose)
    if last is None or last.sms_id is None:
        return CodeState(purpose)
    left = max(int((last.sent_at + LIMITS.phone_pause - at).total_seconds()) + 1, 0) if last.sent_at <= at else 0
    if last.expires_at <= at:
        return CodeState(purpose, "这条验证码已经过了有效期，请重新发送。", resend_in=0)
    state = delivery(last.sms_id).state
    text = WORDS[state].format(time=f"{last.sent_at.astimezone(ZONE):%H:%M}")
    on_its_way = state in (SmsState.QUEUED, SmsState.SENT) and at < last.sent_at + WATCHED
    return CodeState(purpose, text, state is SmsState.FAILED, on_its_way, min(left, LIMITS.phone_pause.seconds))


def resend(form: DesignForm, send: Callable[[], Any]) -> bool:
    """Send another code. A limit is said beside the code; what else was typed stays."""
    try:
        send()
    except Refusal as refusal:
        form.is_valid()
        form.errors.clear()
        form.add_error("code" if "code" in form.fields else None, refusal.text)
        return False
    finally:
        # It was left out of this press only: the page that follows must not call the code optional.
        if "code" in form.fields:
            form.fields["code"].required = True
    form.is_bound = False
    return True
