"""Sixty guesses at one code at the same moment, through the pages and on sixty connections: five are looked at."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie

import pytest
from django.db import connection
from django.test import Client

from anju.casework import queries as cases
from anju.database.sql import rows
from anju.kernel.actor import Actor
from anju.portals.person.tests.world import (
    CENTRE,
    PASSWORD,
    Clock,
    bank_and_agencies,
    browser,
    hidden,
    logged_in,
    member_with_history,
    newest_code,
    phone,
    register,
)
from anju.portals.person.tests.world import now as now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
GUESSES = 60


def _guessed(client: Client, path: str, right: str, **fields: str) -> Counter[int]:
    """Sixty wrong codes from the same browser at once; how often each status was answered."""
    cookies = client.cookies.output(header="", sep=";")
    start = threading.Barrier(GUESSES)

    def guess(n: int) -> int:
        mine = browser()
        mine.cookies = SimpleCookie(cookies)
        try:
            connection.ensure_connection()
            start.wait(60)
            return mine.post(path, {**fields, "code": f"{(int(right) + 1 + n) % 1_000_000:06d}"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(GUESSES) as pool:
        return Counter(pool.map(guess, range(GUESSES)))


def test_sixty_guesses_at_the_code_of_a_log_in_open_nothing(now: Clock) -> None:
    register(1)
    client = browser()
    assert client.post("/login/", {"name": phone(1), "password": PASSWORD}).status_code == 302
    code = newest_code()
    assert _guessed(client, "/login/code/", code) == {422: GUESSES}
    assert rows("SELECT tries, consumed_at FROM identity_code") == [{"tries": 5, "consumed_at": None}]
    assert client.post("/login/code/", {"code": code}).status_code == 422, "the right one is dead by now"
    assert rows("SELECT 1 FROM identity_session WHERE login_id IS NOT NULL") == []


def test_sixty_guesses_at_the_code_of_a_withdrawal_pay_nothing(now: Clock) -> None:
    member = member_with_history()
    client = logged_in(member)
    with bank_and_agencies():
        confirm = client.post("/me/services/rent/", {"monthly_rent": "2600"})["Location"]
        key, code = hidden(client.get(confirm), "key"), newest_code()
        assert set(_guessed(client, confirm, code, key=key)) == {422}
        right = client.post(confirm, {"code": code, "key": key})
    assert right.status_code == 422, "the right one is dead by now"
    asked = rows("SELECT tries, consumed_at FROM identity_code WHERE purpose = 'operation'")
    assert asked == [{"tries": 5, "consumed_at": None}]
    actor = Actor(member.login_id, member.person_id, "member", None, member.name, CENTRE)
    assert cases.cases_of(actor) == ()
    assert rows("SELECT 1 FROM hold") == [] and rows("SELECT 1 FROM payment_order") == []
