"""Forms filled in and sent, and what was written by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from anju.database.placement import PLACEMENT
from anju.database.sql import row
from tests.house.centre import STARTS
from tests.house.pages import Form, Seen, Value

See = Callable[[str], Seen]

# What is written whenever somebody knocks: traces, codes and their messages, sessions, questions to other agencies;
# and drafts, which are nothing done yet.
TRACES = ("audit_record", "identity_activity", "identity_attempt", "identity_code", "identity_session", "identity_send",
          "sms", "exchange_query", "case_draft")  # fmt: skip


def counts() -> dict[str, int]:
    """How many rows each table has that keeps something done."""
    tables = [name for name in PLACEMENT if not name.startswith(TRACES)]
    found = row("SELECT " + ", ".join(f"(SELECT count(*) FROM {name}) AS {name}" for name in tables))  # noqa: S608
    assert found is not None
    return dict(found)


def fillings(seen: See) -> Iterator[tuple[str, Form, dict[str, Value]]]:
    """Every form somebody finds, as it stands in the page; what is empty is filled in with something that may do."""
    known = set()
    for who in STARTS:
        for name, forms in seen(who).forms.items():
            for form in forms:
                for way in form.ways():
                    if (one := (who, name, *sorted(way))) not in known and not form.files:
                        known.add(one)
                        yield who, form, {field: value or something(field, form) for field, value in way.items()}


def something(field: str, form: Form) -> str:
    """What may stand in a field."""
    fitting = {"monthly_rent": "2600", "new_phone": "13800009999", "phone": "13800009998", "base": "8600"}
    return fitting.get(field, "1000" if field in form.numbers else "已经核对无误")


def key(page: Any) -> str:
    """The key a page's form bears."""
    found = re.search(r'name="key" value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]
