"""The treasury (资金): the centre's accounts at its banks, notices of entries, payment orders, members' own cards."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anju.treasury.types import CardCheck


def ask_card_owner(card: str, name: str, id_number: str, *, at: datetime) -> CardCheck:
    """Ask the bank whether the card is this person's own; see `actions.ask_card_owner`."""
    from anju.treasury import actions

    return actions.ask_card_owner(card, name, id_number, at=at)
