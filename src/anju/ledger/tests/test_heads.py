"""Daily heads: made once a day from the chains, given to every place that keeps them, never lost when one is down."""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import LazySettings

from anju import jobs
from anju.database.sql import rows
from anju.ledger import actions, heads
from anju.ledger import jobs as ledger_jobs
from anju.ledger.head_targets import AppendFile, Print, SecondDatabase, UnknownTarget, targets_of
from anju.ledger.jobs import number
from anju.ledger.seal_checks import SEALS
from anju.ledger.tests.test_posting import AT, CENTRE, DAY, broken, draft
from anju.ledger.types import VoucherKind

pytestmark = pytest.mark.django_db(transaction=True)
NEXT = DAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def books() -> None:
    actions.open_days(CENTRE, date(2026, 1, 1), date(2026, 1, 1))


def post(key: str, *, on: date = DAY) -> None:
    actions.post_voucher(draft(key, business_date=on, kind=VoucherKind.INTEREST), at=AT)


def made(day: date) -> list[tuple[int, int, int]]:
    heads.make_heads(CENTRE, day=day, at=AT)
    found = rows("SELECT period, n, debit_fen FROM books_head WHERE day = %s ORDER BY period", [day])
    return [(one["period"], one["n"], one["debit_fen"]) for one in found]


def test_a_day_has_the_head_of_its_month_and_of_every_month_that_grew() -> None:
    assert made(DAY) == [(202603, 0, 0)], "a day without a voucher has its head too"
    post("a")
    post("b", on=date(2026, 2, 27))
    number(CENTRE)
    assert made(DAY) == [(202603, 0, 0)], "a head is made once"
    assert made(NEXT) == [(202602, 1, 1000), (202603, 1, 1000)]
    post("c")
    number(CENTRE)
    assert made(NEXT + timedelta(days=1)) == [(202603, 2, 2000)]
    assert broken(SEALS) == []
    with (
        psycopg.connect(os.environ["OWNER_DATABASE_URL"]) as owner,
        pytest.raises(psycopg.errors.RestrictViolation),
    ):
        owner.execute("UPDATE books_head SET n = 7")


def test_every_place_gets_every_head_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, second = AppendFile(tmp_path / "heads.jsonl"), SecondDatabase(os.environ["OWNER_DATABASE_URL"])
    post("a")
    number(CENTRE)
    try:
        for day in (DAY, NEXT):
            heads.make_heads(CENTRE, day=day, at=AT)
            for _ in range(2):
                assert heads.give_out_heads(CENTRE, targets=[file, Print(), second], at=AT) == []
        printed = capsys.readouterr().out.splitlines()
        assert printed == file.path.read_text().splitlines() and len(printed) == 2
        assert json.loads(printed[0])["n"] == 1
        with psycopg.connect(second.url) as other:
            assert other.execute("SELECT n, debit_fen FROM anju_books_head ORDER BY day").fetchall() == [(1, 1000)] * 2
            other.execute("UPDATE anju_books_head SET digest = 'other'")
        with pytest.raises(Exception, match="2026-03-10"):
            second.write(printed)
    finally:
        with psycopg.connect(second.url) as other:
            other.execute("DROP TABLE IF EXISTS anju_books_head")


def test_a_place_that_is_down_is_told_and_written_later(tmp_path: Path) -> None:
    far, near = AppendFile(tmp_path / "not mounted" / "heads"), AppendFile(tmp_path / "heads")
    post("a")
    number(CENTRE)
    heads.make_heads(CENTRE, day=DAY, at=AT)
    (told,) = heads.give_out_heads(CENTRE, targets=[far, near], at=AT)
    assert told.target == far.name and told.waiting == 1 and "FileNotFoundError" in told.reason
    assert len(near.path.read_text().splitlines()) == 1
    (tmp_path / "not mounted").mkdir()
    assert heads.give_out_heads(CENTRE, targets=[far, near], at=AT) == []
    assert far.path.read_text() == near.path.read_text()


def test_the_job_asks_to_be_run_again_until_every_place_is_written(
    tmp_path: Path, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ANJU_HEADS = f"file:{tmp_path}/later/heads"
    post("a")
    with pytest.raises(jobs.Retry):
        ledger_jobs.heads(CENTRE, DAY.isoformat())
    assert "could not be written" in caplog.text
    (tmp_path / "later").mkdir()
    ledger_jobs.heads(CENTRE, DAY.isoformat())
    assert json.loads((tmp_path / "later" / "heads").read_text())["n"] == 1


def test_half_a_line_left_by_a_machine_that_died_stays_on_its_own(tmp_path: Path) -> None:
    file = AppendFile(tmp_path / "heads")
    file.path.write_text('{"day": "2026-0')
    file.write(['{"day": "2026-03-10"}'])
    assert file.path.read_text().splitlines() == ['{"day": "2026-0', '{"day": "2026-03-10"}']


def test_a_password_stands_in_no_name() -> None:
    (target,) = targets_of("postgresql://books:secret@archive:6432/heads")
    assert target.name == "postgresql://archive:6432/heads"


def test_places_are_named_by_the_setting_and_unknown_ones_are_refused() -> None:
    assert targets_of("") == []
    assert [one.name for one in targets_of("file:/var/heads; print;")] == ["file:/var/heads", "print"]
    for wrong in ("file:heads", "ftp://x", "/var/heads"):
        with pytest.raises(UnknownTarget):
            targets_of(wrong)
