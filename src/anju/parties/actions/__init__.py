"""All writes of the parties room."""

from __future__ import annotations

from anju.parties.actions.people import find_or_create_people, rename_person, set_contact, set_tie
from anju.parties.actions.units import change_unit_terms, register_unit, set_second_approval, set_unit_state

__all__ = [
    "change_unit_terms",
    "find_or_create_people",
    "register_unit",
    "rename_person",
    "set_contact",
    "set_second_approval",
    "set_tie",
    "set_unit_state",
]
