"""The one question of binding a card: its number."""

from __future__ import annotations

from anju.casework.fields import CardField, ServiceForm


class CardForm(ServiceForm):
    """Name and document are the member's own and are never typed."""

    card = CardField(label="银行卡号")
