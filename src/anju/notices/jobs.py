"""Handing SMS to the gateway and asking what became of them. Every handler may run twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from anju import jobs
from anju.kernel import clock
from anju.notices.actions import settle_sms
from anju.notices.gateway import GatewayDown, Told, gateway
from anju.notices.models import Sms
from anju.notices.types import SmsState

# Seconds between tries of a gateway that does not answer, and between questions about delivery.
SEND_AGAIN = (2, 5, 15, 60, 300, 900)
ASK_AGAIN = (5, 15, 60, 300, 1800, 7200, 43200)


@jobs.handler("notices.deliver_sms")
def deliver_sms(sms_id: int) -> None:
    """Hand one SMS over. A code whose time is up is not sent any more."""
    sms = Sms.objects.get(id=sms_id)
    now = clock.now()
    if sms.state != SmsState.QUEUED:
        return
    if sms.text_sealed is None or (sms.valid_until is not None and sms.valid_until <= now):
        settle_sms(sms_id, SmsState.FAILED, at=now, problem="expired")
        return
    line = gateway()
    if line is None:
        settle_sms(sms_id, SmsState.FAILED, at=now, problem="no gateway")
        return
    try:
        told = line.send(str(sms.message_id), str(sms.phone_sealed), str(sms.text_sealed))
    except GatewayDown as problem:
        _try_again(sms, str(problem))
        return
    _note(sms_id, told)
    if told is Told.ACCEPTED:
        jobs.plan("notices.ask_delivery", at=_in(ASK_AGAIN[0]), sms_id=sms_id, turn=1)


@jobs.handler("notices.ask_delivery")
def ask_delivery(sms_id: int, turn: int) -> None:
    """Ask what became of an SMS the gateway has taken; after the last turn it stays sent."""
    sms = Sms.objects.get(id=sms_id)
    line = gateway()
    if sms.state != SmsState.SENT or line is None:
        return
    try:
        told = line.status(str(sms.message_id))
    except GatewayDown:
        told = Told.UNKNOWN
    if told in (Told.DELIVERED, Told.FAILED):
        _note(sms_id, told)
    elif turn < len(ASK_AGAIN):
        jobs.plan("notices.ask_delivery", at=_in(ASK_AGAIN[turn]), sms_id=sms_id, turn=turn + 1)


@jobs.handler("notices.forget_code")
def forget_code(sms_id: int) -> None:
    """A code's time is up: whatever became of it, its text is erased."""
    sms = Sms.objects.get(id=sms_id)
    if sms.text_sealed is not None:
        settle_sms(sms_id, SmsState.FAILED, at=clock.now(), problem="expired")


def _note(sms_id: int, told: Told) -> None:
    state = {
        Told.ACCEPTED: SmsState.SENT,
        Told.DELIVERED: SmsState.DELIVERED,
        Told.FAILED: SmsState.FAILED,
    }[told]
    problem = "refused or undelivered" if state is SmsState.FAILED else ""
    settle_sms(sms_id, state, at=clock.now(), problem=problem)


def _try_again(sms: Sms, problem: str) -> None:
    """Sending the same number again is safe: the gateway keeps one message per number."""
    if sms.attempts >= len(SEND_AGAIN):
        settle_sms(sms.id, SmsState.FAILED, at=clock.now(), problem=problem)
        return
    Sms.objects.filter(id=sms.id).update(attempts=sms.attempts + 1, problem=problem[:60])
    raise jobs.Retry(SEND_AGAIN[sms.attempts])


def _in(seconds: int) -> datetime:
    return clock.now() + timedelta(seconds=seconds)
