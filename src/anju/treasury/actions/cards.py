"""Members' own cards. A card is bound only on the bank's word that it is the member's own, and pays after a wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from anju import policy
from anju.audit.actions import record
from anju.database.encryption import digest, seal
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.treasury.queries import bound_card
from anju.treasury.sql import insert_once, wait_turn
from anju.treasury.types import Card, CardCheck, CardStatus

_KIND = "member_card"


def card_number(text: str) -> str:
    """The digits of a card number as typed, or a refusal beside the field."""
    digits = text.replace(" ", "").replace("-", "")
    if not digits.isascii() or not digits.isdigit() or not 12 <= len(digits) <= 19:
        raise Refusal("card_number", "卡号应为 12 至 19 位数字，请对照卡面填写。", field="card")
    return digits


@transaction.atomic
def bind_card(person_id: int, *, card: str, holder: str, check: CardCheck, actor: Actor, at: datetime) -> Card:
    """Bind a card the bank confirmed; the card before it ends at once. The same card again changes nothing.

    Payments may use it after the wait of the rules (24 hours in the demo city), so that a stolen log-in cannot
    redirect a payout.
    """
    number = card_number(card)
    if check.status is not CardStatus.OK:
        raise Refusal("card_not_confirmed", check.reason or "银行没有核验通过这张卡。", field="card")
    wait_turn(f"card:{person_id}")
    number_digest = digest(_KIND, number)
    bound = row("SELECT n, card_digest FROM member_card WHERE person_id = %s AND ended_at IS NULL", [person_id])
    if bound is not None and bytes(bound["card_digest"]) == number_digest:
        return _read(person_id, at)
    if bound is not None:
        _end(person_id, at)
    n = _next(person_id)
    wait = timedelta(hours=policy.book(settings.ANJU_CITY).integer("card.wait_hours", at.date()))
    made = insert_once(
        "member_card",
        {
            "person_id": person_id, "n": n, "card_sealed": seal(number, where="member_card‖card_sealed"),
            "card_digest": number_digest, "holder_sealed": seal(holder, where="member_card‖holder_sealed"),
            "tail": number[-4:], "bank_name": check.bank_name, "bank_code": check.bank_code,
            "check_serial": check.serial, "bound_at": at, "usable_from": at + wait,
        },
        "n",
    )  # fmt: skip
    assert made == n
    record(
        "treasury.bind_card", actor=actor, at=at, subject="member_card", subject_id=n, person_id=person_id,
        details={"replaced": bound is not None},
    )  # fmt: skip
    return _read(person_id, at)


@transaction.atomic
def end_card(person_id: int, *, actor: Actor, at: datetime) -> None:
    """Unbind the card; nothing is paid to it from now on. Payments the bank already has are not touched."""
    wait_turn(f"card:{person_id}")
    if _end(person_id, at):
        record("treasury.end_card", actor=actor, at=at, subject="member_card", person_id=person_id)


def _end(person_id: int, at: datetime) -> int:
    return execute("UPDATE member_card SET ended_at = %s WHERE person_id = %s AND ended_at IS NULL", [at, person_id])


def _next(person_id: int) -> int:
    found = row("SELECT coalesce(max(n), 0) + 1 AS n FROM member_card WHERE person_id = %s", [person_id])
    assert found is not None
    return int(found["n"])


def _read(person_id: int, at: datetime) -> Card:
    card = bound_card(person_id, at=at)
    assert card is not None
    return card
