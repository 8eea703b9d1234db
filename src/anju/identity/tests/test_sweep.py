"""The sweep throws away what only limits needed, and nothing that is still of use."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest

from anju.database.sql import rows
from anju.identity import actions, queries
from anju.identity.jobs import sweep
from anju.identity.tests.world import AT, browser, id_number, later, log_in, login, phone
from anju.kernel import clock
from anju.kernel.refusal import Refusal

COUNTED = ("identity_code", "identity_send", "identity_attempt", "identity_session")


def _counts() -> dict[str, int]:
    return {table: rows(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in COUNTED}  # noqa: S608


def _life() -> int:
    login_id = login()
    log_in()
    with pytest.raises(Refusal):
        actions.begin_log_in(browser(), name=phone(2), password="wrong", at=AT)
    actions.begin_registration(
        browser(), name="韩东", id_kind="01", id_number=id_number(3), phone=phone(3), at=AT
    )
    return login_id


@pytest.mark.django_db
def test_what_is_young_stays() -> None:
    _life()
    before = _counts()
    with patch.object(clock, "now", return_value=later(minutes=5)):
        sweep()
        sweep()
    assert _counts() == before and all(before.values())


@pytest.mark.django_db
def test_half_done_steps_are_forgotten_with_their_session() -> None:
    _life()
    with patch.object(clock, "now", return_value=later(days=1)):
        sweep()
    assert rows("SELECT 1 AS one FROM identity_session WHERE pending IS NOT NULL") == []


@pytest.mark.django_db
def test_network_records_are_kept_for_six_months_and_the_persons_activity_for_good() -> None:
    login_id = _life()
    lines = len(queries.activity(login_id))
    with patch.object(clock, "now", return_value=AT + timedelta(days=184)):
        sweep()
    assert _counts()["identity_send"] == 2 and _counts()["identity_session"] > 0 and _counts()["identity_code"] == 0
    with patch.object(clock, "now", return_value=AT + timedelta(days=191)):
        sweep()
    assert set(_counts().values()) == {0}
    assert len(queries.activity(login_id)) == lines
