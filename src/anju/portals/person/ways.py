"""Where a service's two screens lie, where a case is followed and where a draft goes on."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from anju.casework import registry
from anju.casework.types import Audience, CaseLine
from anju.portals.person.account import address
from anju.portals.person.filing import CARD, CERTIFICATE, RENT


@dataclass(frozen=True)
class Face:
    """How one service's two screens look and where they lie."""

    code: str
    start: str
    confirm: str
    template: str

    def start_url(self, draft_id: int | None = None) -> str:
        args = [self.code] if self.start == "me-apply" else []
        return reverse(self.start, args=args) + (f"?draft={draft_id}" if draft_id else "")

    def confirm_url(self, draft_id: int) -> str:
        args = [self.code, draft_id] if self.start == "me-apply" else [draft_id]
        return reverse(self.confirm, args=args)


RENT_FACE = Face(RENT, "me-rent", "me-rent-confirm", "person/rent.html")
CARD_FACE = Face(CARD, "me-card", "me-card-confirm", "person/card.html")
OWN_FACES = {RENT: RENT_FACE, CARD: CARD_FACE}
#: What is asked for most stands first; the rest follows in its own order.
ORDER = {RENT: 0, CERTIFICATE: 1, CARD: 2}
ICONS = {RENT: "house-plug", CARD: "wallet", CERTIFICATE: "award"}


def face_of(code: str) -> Face:
    """The face of a service; a service without one of its own has the plain one."""
    return OWN_FACES.get(code, Face(code, "me-apply", "me-apply-confirm", "person/apply.html"))


def service_url(code: str) -> str:
    """Where a member begins with a service."""
    return reverse("me-certificate") if code == CERTIFICATE else face_of(code).start_url()


def draft_url(service: str, draft_id: int) -> str:
    """Where a draft goes on."""
    if registry.service(service).audience is not Audience.MEMBER:
        return address("open", fallback="/open/")
    return service_url(service) if service == CERTIFICATE else face_of(service).start_url(draft_id)


def is_opening(line: CaseLine) -> bool:
    """Whether a case opens the online service: anybody with a log-in may have one, and follows it in public."""
    return registry.service(line.service).audience is Audience.ANY_LOGIN


def case_url(line: CaseLine) -> str:
    """Where a case is followed: an opening on the public portal, the rest here."""
    own = reverse("me-case", args=[line.case_id])
    if registry.service(line.service).audience is Audience.ANY_LOGIN:
        return address("open-case", line.case_id, fallback=own)
    return own
