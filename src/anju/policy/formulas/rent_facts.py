"""The facts a rent withdrawal (租房提取) is decided on, and the decision. Types only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from anju.kernel.explained import FactLine
from anju.kernel.month import Month

NORMAL, SEALED = 1, 2
MARRIED = "married"


class RentOutcome(StrEnum):
    GRANT = "grant"
    REFUSE = "refuse"
    REVIEW = "review"


@dataclass(frozen=True, kw_only=True)
class RentFacts:
    """None means: could not be known. It never counts as no.

    `held_fen` is what is reserved or frozen in part; `frozen` is a freeze of the whole account. `lines` gives the
    provenance of each fact by its field name.
    """

    account_state: int
    frozen: bool
    balance_fen: int
    held_fen: int
    continuous_months: int
    homes_own: int | None
    homes_spouse: int | None
    marital_status: str | None
    own_base_fen: int
    spouse_base_fen: int | None
    monthly_rent_fen: int
    period: Month
    periods_taken: frozenset[Month]
    other_case_running: bool
    card_ready: bool
    card_tail: str
    spouse_taken_fen: int = 0
    """What the spouse has taken of this month's rent: a household together never takes more than the rent."""
    lines: Mapping[str, FactLine] = field(default_factory=dict)
    district: str | None = None

    @property
    def has_spouse(self) -> bool | None:
        return None if self.marital_status is None else self.marital_status == MARRIED

    def line(self, name: str, text: str) -> FactLine:
        """The fact as it was found; `text` serves where nobody gave its provenance."""
        return self.lines.get(name) or FactLine(text, "", "", "")


@dataclass(frozen=True)
class RentDecision:
    """`reasons` are codes of the tests that failed or could not be made; `article` is what the answer rests on."""

    outcome: RentOutcome
    amount_fen: int
    sentence: str
    reasons: tuple[str, ...] = ()
    to_do: str = ""
    article: str = ""
    unknown: tuple[str, ...] = ()
    """Names of the facts that could not be known and would decide."""
