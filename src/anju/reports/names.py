"""Who is told by name in the books: the staff of the centre are, members and agents are masked (decision 0027)."""

from __future__ import annotations

from collections.abc import Iterable

from anju.identity import queries as identity
from anju.kernel.identifiers import mask_name
from anju.parties import queries as parties


def who_acted(person_ids: Iterable[int | None]) -> dict[int, str]:
    """Names of makers and checkers by natural person; at most two statements, none where nobody acted."""
    wanted = sorted({one for one in person_ids if one is not None})
    if not wanted:
        return {}
    staff = identity.staff_among(wanted)
    known = parties.people(wanted)
    return {one: found.name if one in staff else mask_name(found.name) for one, found in known.items()}
