"""The employer's month: one screen when nothing changed, taken back, sent back, paid."""

from __future__ import annotations

import re

import pytest

from anju.portals.unit.tests.world import (
    NOVEMBER,
    OCTOBER,
    Clock,
    answered,
    confirm_fields,
    latest,
    open_books,
    paid,
    text_of,
    unit_of,
)

pytestmark = pytest.mark.django_db


def test_an_unchanged_month_is_one_screen_no_field_and_one_confirmation(now: Clock) -> None:
    open_books()
    unit = unit_of(first_month=OCTOBER)
    paid(unit, OCTOBER)
    client = unit.client()
    page = client.get("/unit/")
    text = text_of(page)
    assert "和上月一样，确认一次即可" in text and "全部 3 人和上月一样" in text
    form = re.search(r'<form[^>]*action="/unit/confirm/".*?</form>', page.content.decode(), re.DOTALL)
    assert form is not None
    fields = re.findall(r"<(?:input|select|textarea)\b[^>]*>", form[0])
    assert [field for field in fields if 'type="hidden"' not in field] == []
    after = answered(client, client.post("/unit/confirm/", confirm_fields(page)))
    assert "已申报" in text_of(after) and "请缴款" in text_of(after)
    assert (latest(unit).month, latest(unit).headcount) == (NOVEMBER, 3)
