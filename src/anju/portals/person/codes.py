"""The code that fits one draft: what it is bound to, what its SMS says, when another may be asked for."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from anju.casework.types import Draft, Service
from anju.identity import actions as identity
from anju.identity.http import browser
from anju.identity.limits import LIMITS
from anju.kernel.identifiers import mask_phone
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.person import filing
from anju.portals.person.filing import CARD, Seen
from anju.treasury import queries as treasury
from anju.treasury.types import Card

RESEND_SECONDS = int(LIMITS.phone_pause.total_seconds())


def send_for(request: HttpRequest, service: Service, draft: Draft, seen: Seen) -> dict[str, str]:
    """Send the code for this draft; a sending limit is told on the page and costs nothing that was typed."""
    principal, at = principal_of(request), moment_of(request)
    card = card_of(request)
    try:
        identity.send_step_up_code(
            browser(request), principal.login_id or 0, at=at, confirm=confirmed(service, draft, seen, card),
            detail=_detail(service, draft, seen, card),
        )  # fmt: skip
    except Refusal as refusal:
        return {"problem": refusal.text}
    return {"mask": mask_phone(principal.phone), "at": at.isoformat()}


def seconds_left(sent: dict[str, str], at: datetime) -> int:
    """How long until another code may be asked for."""
    if "at" not in sent:
        return 0
    return max(0, RESEND_SECONDS - int((at - datetime.fromisoformat(sent["at"])).total_seconds()))


def card_of(request: HttpRequest) -> Card | None:
    person_id = actor_of(request).person_id
    return treasury.bound_card(person_id, at=moment_of(request)) if person_id is not None else None


def confirmed(service: Service, draft: Draft, seen: Seen, card: Card | None) -> bytes:
    """The code fits this draft with this answer of the rules, this amount and this card, and nothing else."""
    content = {
        "service": service.code, "draft": draft.draft_id, "seen": seen.digest, "amount_fen": seen.amount_fen,
        "tail": card.tail if card else "",
    }  # fmt: skip
    return identity.confirm_digest(content)


def _detail(service: Service, draft: Draft, seen: Seen, card: Card | None) -> str:
    """What the SMS says the code is for: amount and card where money moves."""
    if service.code == CARD:
        number = "".join(char for char in str(filing.plain_values(draft).get("card", "")) if char.isdigit())
        return f"绑定收款卡（尾号{number[-4:]}）" if number else f"办理{service.title}"
    if seen.amount_fen and card is not None:
        return f"{service.title}{format_fen(seen.amount_fen)}元至尾号{card.tail}"
    return f"申请{service.title}"
