"""Sealing: numbered vouchers only, in the order of numbers, chained within the month, once, and never changed."""

from __future__ import annotations

import os
import re
import threading
from datetime import date, timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction

from anju.database.sql import execute, row, rows
from anju.ledger import actions, seals
from anju.ledger.jobs import number
from anju.ledger.seal_checks import SEALS
from anju.ledger.tests.test_posting import AT, CENTRE, DAY, broken, draft, settle_constraints
from anju.ledger.types import GlLine, VoucherKind

NOTHING = bytes(32)


@pytest.fixture
def books(db: None) -> None:
    actions.open_days(CENTRE, date(2026, 1, 1), date(2026, 12, 31))


def post(key: str, *, on: date = DAY, **changes: object) -> int:
    # Interest may be dated a day that is not today's: it is the way to post into two months at once.
    return actions.post_voucher(
        draft(key, business_date=on, kind=VoucherKind.INTEREST, **changes), at=AT
    ).voucher_id


def chain(period: int) -> list[dict[str, object]]:
    return rows("SELECT * FROM voucher_seal WHERE centre_id = %s AND period = %s ORDER BY n", [CENTRE, period])


def test_what_is_numbered_is_sealed_once_and_the_rest_waits(books: None) -> None:
    first = post("a")
    assert seals.seal_vouchers(CENTRE, at=AT) == 0, "a voucher without a number was sealed"
    actions.number_vouchers(CENTRE)
    second = post("b")
    assert seals.seal_vouchers(CENTRE, at=AT) == 1
    assert seals.seal_vouchers(CENTRE, at=AT) == 0
    assert [line["voucher_id"] for line in chain(202603)] == [first]
    number(CENTRE)
    found = [(line["voucher_id"], line["n"], line["number"]) for line in chain(202603)]
    assert found == [(first, 1, 1), (second, 2, 2)]
    settle_constraints()
    assert broken(SEALS) == []


def test_each_month_has_its_own_chain_in_the_order_of_numbers(books: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "CHUNK", 2)
    months = [3, 4, 3, 3, 4, 3]
    ids = [post(f"k{n}", on=date(2026, month, 5)) for n, month in enumerate(months)]
    actions.number_vouchers(CENTRE)
    assert seals.seal_vouchers(CENTRE, at=AT) == 6
    for month in (3, 4):
        found = chain(202600 + month)
        assert [line["voucher_id"] for line in found] == [one for one, m in zip(ids, months, strict=True) if m == month]
        assert [bytes(line["previous"]) for line in found] == [NOTHING, *(bytes(line["digest"]) for line in found[:-1])]
    assert broken(SEALS) == []


def test_chunks_of_any_size_make_the_same_chain(books: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        post(f"k{n}")
    actions.number_vouchers(CENTRE)
    made = []
    for size in (1, 2, 5, 100):
        monkeypatch.setattr(seals, "CHUNK", size)
        with transaction.atomic():
            seals.seal_vouchers(CENTRE, at=AT)
            made.append([bytes(line["digest"]) for line in chain(202603)])
            transaction.set_rollback(True)
    assert made[0] and all(one == made[0] for one in made)


def test_a_line_more_or_another_amount_makes_another_digest(books: None) -> None:
    one = row("SELECT canon FROM voucher_canon WHERE voucher_id = %s", [post("a")])
    lines = (GlLine("101", 1000), GlLine("219", 0, 999, 7), GlLine("219", 0, 1, 7))
    other = row("SELECT canon FROM voucher_canon WHERE voucher_id = %s", [post("b", lines=lines)])
    assert one is not None and other is not None
    assert one["canon"].splitlines()[1:] == ["L|1|||1000|0|101", "L|2|7||0|1000|219-01"]
    assert other["canon"].splitlines()[1:] == ["L|1|||1000|0|101", "L|2|7||0|999|219", "L|3|7||0|1|219"]


def test_the_canonical_form_covers_every_column_of_vouchers_and_lines(db: None) -> None:
    covered = rows("SELECT table_name, column_name FROM information_schema.columns"
                   " WHERE table_schema = 'public' AND table_name IN ('voucher', 'gl_line')")  # fmt: skip
    definition = rows("SELECT pg_get_viewdef('voucher_canon') AS text")[0]["text"]
    letter = {"voucher": "v", "gl_line": "l"}
    missing = [line for line in covered
               if not re.search(rf"\b{letter[line['table_name']]}\.{line['column_name']}\b", definition)]  # fmt: skip
    assert missing == [], "a new column needs a version 2 of the canonical form, see docs/decisions/0020"


@pytest.mark.parametrize("table", ["voucher_seal", "books_head", "books_head_sent"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET centre_id = 1", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_serving_role_can_change_no_seal(books: None, table: str, statement: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        execute(statement.format(table))


@pytest.mark.django_db(transaction=True)
def test_even_the_owner_changes_no_seal_while_the_trigger_stands() -> None:
    actions.open_days(CENTRE, DAY, DAY)
    actions.post_voucher(draft(), at=AT)
    number(CENTRE)
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"]) as owner:
        for statement in ("UPDATE voucher_seal SET n = 2", "DELETE FROM voucher_seal"):
            with pytest.raises(psycopg.errors.RestrictViolation), owner.transaction():
                owner.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_sealers_side_by_side_and_postings_meanwhile_leave_one_whole_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "CHUNK", 3)
    actions.open_days(CENTRE, DAY, DAY)
    errors: list[Exception] = []

    def work(one: int) -> None:
        try:
            for n in range(12):
                actions.post_voucher(draft(f"{one}:{n}"), at=AT)
                number(CENTRE)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(one,)) for one in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    number(CENTRE)
    assert errors == []
    assert [line["n"] for line in chain(202603)] == list(range(1, 37))
    assert broken(SEALS) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_a_sealer_that_is_killed_leaves_whole_chunks_and_the_next_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "CHUNK", 2)
    actions.open_days(CENTRE, DAY, DAY)
    for n in range(7):
        actions.post_voucher(draft(f"k{n}"), at=AT)
    actions.number_vouchers(CENTRE)
    ours = rows("SELECT pg_backend_pid() AS pid")[0]["pid"]
    real = seals._seal_chunk
    calls: list[int] = []

    def dies_in_the_second(centre_id: int, at: object) -> int:
        calls.append(1)
        if len(calls) == 2:
            with transaction.atomic():
                row("SELECT seal_vouchers(%s, %s, 2) AS n", [centre_id, at])
                with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
                    other.execute("SELECT pg_terminate_backend(%s)", [ours])
                execute("SELECT 1")
        return real(centre_id, at)

    monkeypatch.setattr(seals, "_seal_chunk", dies_in_the_second)
    with pytest.raises(DatabaseError):
        seals.seal_vouchers(CENTRE, at=AT)
    connection.close()
    monkeypatch.setattr(seals, "_seal_chunk", real)
    assert [line["n"] for line in chain(202603)] == [1, 2]
    assert seals.seal_vouchers(CENTRE, at=AT + timedelta(hours=1)) == 5
    assert [line["n"] for line in chain(202603)] == list(range(1, 8))
    assert broken(SEALS) == []
