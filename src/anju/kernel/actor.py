"""Who acts. Owns the identity an act is recorded under; says nothing about what the actor may do."""

from __future__ import annotations

from dataclasses import dataclass

MACHINE = "machine"


@dataclass(frozen=True)
class Actor:
    login_id: int | None
    person_id: int | None
    role: str
    unit_id: int | None
    name: str
    centre_id: int

    @classmethod
    def machine(cls, centre_id: int, release: str) -> Actor:
        """The rule of a published policy release, as maker of a decision by rule."""
        return cls(None, None, MACHINE, None, f"规则 {release}", centre_id)

    @property
    def is_machine(self) -> bool:
        return self.role == MACHINE
