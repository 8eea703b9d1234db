"""Facts and verdicts: what was found out, and what `decide` answers. Pure; `decide.py` of a service imports these."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from anju.casework.states import Outcome
from anju.kernel.explained import FactLine, Working

Answers = Mapping[str, Any]
"""What the applicant stated: JSON values only (str, int, bool, None, list, dict), by form field name."""


@dataclass(frozen=True)
class Fact:
    """One thing found out, with its source, receipt and reading time. `known=False`: could not be found out."""

    name: str
    label: str
    value: Any
    text: str
    source: str
    serial: str = ""
    read_at: str = ""
    known: bool = True
    stated: str | None = None
    """What the applicant said about the same thing, where he said something; shown when it differs."""

    @property
    def differs(self) -> bool:
        return self.stated is not None and self.stated != self.text

    def line(self) -> FactLine:
        """The fact as one line of a receipt (依据链)."""
        return FactLine(text=self.text, source=self.source, serial=self.serial, read_at=self.read_at)


@dataclass(frozen=True)
class Facts:
    """All facts of one case, by name. What is missing counts as unknown, never as false."""

    items: tuple[Fact, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Fact]:
        return {fact.name: fact for fact in self.items}

    def known(self, *names: str) -> bool:
        return all(name in self.by_name and self.by_name[name].known for name in names)

    def value(self, name: str) -> Any:
        """The value of a known fact; asking for an unknown one is a programming error."""
        fact = self.by_name[name]
        assert fact.known, f"fact {name} is unknown; test facts.known() first"
        return fact.value

    def get(self, name: str, default: Any = None) -> Any:
        """The value when it is known, else `default`."""
        return self.by_name[name].value if self.known(name) else default

    def line(self, name: str) -> FactLine:
        return self.by_name[name].line()

    def with_fact(self, fact: Fact) -> Facts:
        """The same facts with this one put in place of the one of the same name."""
        others = tuple(item for item in self.items if item.name != fact.name)
        return Facts((*others, fact))

    def to_json(self) -> list[dict[str, Any]]:
        return [dict(vars(item)) for item in self.items]

    @classmethod
    def from_json(cls, raw: Iterable[Mapping[str, Any]]) -> Facts:
        return cls(tuple(Fact(**item) for item in raw))


@dataclass(frozen=True)
class Verdict:
    """What `decide` answers. It is kept for ever with the facts it was made from, and never computed again.

    `text` is read by the applicant: for GRANT the amount sentence, for REFUSE why and what to do now, for
    REVIEW which fact is missing. `article` is the policy handle of the article the answer rests on; a REFUSE
    without it is not accepted. `can_be_agreed` matters for REVIEW only: False means a person must first
    establish the missing fact, True means people may agree as it stands.
    """

    outcome: Outcome
    text: str
    article: str = ""
    to_do: str = ""
    amount_fen: int | None = None
    working: Working | None = None
    can_be_agreed: bool = False
    agreed_text: str = ""
    """For REVIEW with `can_be_agreed`: what the applicant reads when people agree."""
    unknown: tuple[str, ...] = ()
    """Names of the facts that could not be found out."""
    result: Answers = field(default_factory=dict)
    """Further JSON values that `effect` needs (for example the month and the payee's card)."""


def digest_of(content: Any) -> str:
    """A stable SHA-256 over JSON content: what an approval and a repeated submission are compared by."""
    raw = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(raw.encode()).hexdigest()
