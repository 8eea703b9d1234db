"""One message to many people, each with words of their own: written by one statement a part, once.

The list comes as a SELECT of the calling room and never passes through Python. A part is claimed in the transaction
that writes it, so a list can be stopped and gone on with, and nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from string import Formatter
from typing import Any

from django.db import transaction

from anju.database.sql import row, rows
from anju.notices import wording

_CLAIM = """
INSERT INTO notice_part (centre_id, key, part, notices, told_at) VALUES (%(centre)s, %(key)s, %(part)s, 0, %(at)s)
ON CONFLICT ON CONSTRAINT notice_part_once DO NOTHING RETURNING id
"""
_TELL = """
WITH told AS (
    INSERT INTO notice (centre_id, person_id, kind, title, text, case_number, created_at, line_seq)
    SELECT %(centre)s, s.person_id, %(kind)s, %(title)s, {text}, '', %(at)s, s.line_seq FROM ({source}) s
    RETURNING 1
)
UPDATE notice_part SET notices = (SELECT count(*) FROM told) WHERE id = %(claim)s RETURNING notices
"""


@transaction.atomic
def tell_many(
    kind: str, source: str, params: Mapping[str, Any], *, key: str, part: int, centre_id: int, at: datetime
) -> int | None:
    """Tell every person of a SELECT; how many, or None when this part of the list ``key`` had been told before.

    ``source`` gives ``person_id``, ``line_seq`` and, as text, a column for every blank of the kind's words; ``params``
    are named otherwise than centre, kind, title, text_N, at and claim. No SMS goes out: the inbox is the record.
    """
    claim = row(_CLAIM, {"centre": centre_id, "key": key, "part": part, "at": at})
    if claim is None:
        return None
    words = wording.wordings()[kind]
    pieces, given = _pieces(words.text)
    told = row(
        _TELL.format(text=pieces, source=source),
        dict(params) | given
        | {"centre": centre_id, "kind": kind, "title": words.title, "at": at, "claim": claim["id"]},
    )
    assert told is not None
    return int(told["notices"])


def _pieces(text: str) -> tuple[str, dict[str, str]]:
    """The template as an expression: its words as parameters, its blanks as columns; what fills one stays as it is."""
    parts: list[str] = []
    given: dict[str, str] = {}
    for n, (literal, blank, _, _) in enumerate(Formatter().parse(text)):
        if literal:
            given[f"text_{n}"] = literal
            parts.append(f"%(text_{n})s::text")
        if blank:
            assert blank.isidentifier(), blank
            parts.append(f"s.{blank}")
    return " || ".join(parts), given


def parts_told(centre_id: int, key: str) -> Sequence[int]:
    """Which parts of a list have been told, in their order."""
    found = rows("SELECT part FROM notice_part WHERE centre_id = %s AND key = %s ORDER BY part", [centre_id, key])
    return [int(one["part"]) for one in found]
