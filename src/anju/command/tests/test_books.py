"""Exporting and verifying the books: an honest export has no violation; one changed fen is named, wherever it lies."""

# ruff: noqa: S608  names of tables are this file's constants

from __future__ import annotations

import csv
import hashlib
import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from anju.accounts import actions
from anju.accounts.actions._ground import DIGEST_V1
from anju.accounts.tests.world import CENTRE, contribute, moment, open_books, open_staff, withdraw
from anju.command import export_books, verify_books
from anju.command.tests.superuser import as_superuser
from anju.database.checks import violations
from anju.database.sql import rows
from anju.ledger.jobs import number

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = (*export_books.TABLES,)


@pytest.fixture
def town() -> list[int]:
    """Two settled years of a unit: remittances, late money, withdrawals, a reversal, interest; all of it sealed."""
    open_books()
    staff = open_staff(5, on=date(2024, 7, 1))
    chance = random.Random(7)
    day = date(2024, 7, 10)
    while day < date(2026, 9, 1):
        if day.month == 7 and day.year > 2024:
            actions.settle_interest(CENTRE, day.year - 1, at=moment(day))
        lines = [(one, chance.randrange(1, 90_000), chance.randrange(1, 90_000)) for one in staff]
        contribute(lines, on=day, value_on=day - timedelta(days=chance.randrange(0, 20)))
        if day.month % 3 == 0:
            withdraw(chance.choice(staff), 12_345, on=day + timedelta(days=5), source_id=day.year * 100 + day.month)
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=10)
    last = contribute([(one, 100, 50) for one in staff[:2]], on=day, key="wrong")
    actions.reverse_contributions(
        last.voucher_id, centre_id=CENTRE, key="back", maker=11, checker=12, reason="错汇", at=moment(day, 16)
    )
    number(CENTRE)
    return staff


def export(folder: Path) -> Path:
    export_books.export(folder, centre_id=CENTRE)
    return folder


def read(folder: Path, name: str) -> list[list[str]]:
    return list(verify_books.table(folder, name))


def test_an_honest_export_has_no_violation_and_is_verified_without_the_product(town: list[int], tmp_path: Path) -> None:
    folder = export(tmp_path / "books")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify_books.py"), str(folder)],
        capture_output=True, text=True, check=False, cwd="/", env={"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == f"{len(verify_books.CHECKS)} checks, 0 violations"
    empty = {name for name in NAMES if not read(folder, name)}
    assert empty == {"heads", "close_outs", "accruals", "periods", "distributions"}, "test_tampering has them"
    assert violations() == []


def test_the_program_and_the_database_make_the_same_digest(town: list[int], tmp_path: Path) -> None:
    folder = export(tmp_path / "books")
    lines: dict[str, list[list[str]]] = {}
    for line in read(folder, "gl_lines"):
        lines.setdefault(line[0], []).append(line)
    ours = {int(one[1]): verify_books.canonical_text(one, lines[one[1]]) for one in read(folder, "vouchers")}
    theirs = {one["voucher_id"]: one["canon"] for one in rows("SELECT voucher_id, canon FROM voucher_canon")}
    assert ours == theirs and len(ours) > 30
    for seal in rows("SELECT * FROM voucher_seal"):
        made = verify_books.seal_digest(bytes(seal["previous"]), ours[seal["voucher_id"]])
        assert made == bytes(seal["digest"])


def test_the_example_that_other_programs_are_tried_on_is_right() -> None:
    page = (Path(__file__).resolve().parents[4] / "docs" / "verify-books.md").read_text()
    (text,) = re.findall(r"^(V1\|990100.*?\n)```", page, re.M | re.S)
    voucher, *lines = (line.split("|") for line in text.splitlines())
    rebuilt = verify_books.canonical_text(voucher[1:], [[voucher[2], *line[1:]] for line in lines])
    assert rebuilt == text
    (example,) = re.findall(r"^990100000000001,.*$", page, re.M)
    line = verify_books.member_line_bytes([*example.split(","), "", "", ""], 2)
    assert f"`{line.decode().rstrip()}`" in page
    assert "02" + hashlib.sha256(line).hexdigest() == voucher[-1]
    assert f"`{hashlib.sha256(text.encode()).hexdigest()}`" in page
    assert f"`{verify_books.seal_digest(bytes(32), text).hex()}`" in page


@pytest.mark.parametrize(
    ("earned", "factor"), [(0, 1), (1, 1), (17_999_999, 1), (18_000_000, 150), (-18_000_000, 1), (-17_999_999, 1)]
)
def test_interest_is_rounded_as_the_database_rounds_it(earned: int, factor: int) -> None:
    found = rows("SELECT interest_of(%s, %s, 360::smallint) AS fen", [earned, factor])[0]["fen"]
    assert verify_books.interest_of(earned, factor, 360) == found


def test_a_chain_made_anew_whole_is_named_by_the_heads_that_were_given_away(town: list[int], tmp_path: Path) -> None:
    from anju.ledger.head_targets import AppendFile
    from anju.ledger.heads import give_out_heads, make_heads

    given = AppendFile(tmp_path / "heads.jsonl")
    make_heads(CENTRE, day=date(2026, 9, 10), at=moment(date(2026, 9, 11)))
    assert give_out_heads(CENTRE, targets=[given], at=moment(date(2026, 9, 11))) == []
    honest = verify_books.verify(export(tmp_path / "honest"), given.path)
    assert honest.total == 0 and len(given.path.read_text().splitlines()) == 27
    with as_superuser() as super_user:
        super_user.execute("DELETE FROM books_head_sent; DELETE FROM books_head; DELETE FROM voucher_seal")
        super_user.execute("UPDATE voucher SET maker_person_id = 99 WHERE number = 5")
    number(CENTRE)
    forged = export(tmp_path / "forged")
    assert violations() == [] and verify_books.verify(forged).total == 0, "nothing inside can know"
    assert verify_books.verify(forged, given.path).count["heads"] > 0
    make_heads(CENTRE, day=date(2026, 9, 10), at=moment(date(2026, 9, 11)))
    (told,) = give_out_heads(CENTRE, targets=[given], at=moment(date(2026, 9, 11)))
    assert "HeadDiffers" in told.reason


def test_vouchers_posted_with_the_first_version_of_the_digest_still_verify(town: list[int], tmp_path: Path) -> None:
    with as_superuser() as super_user:
        super_user.execute("DELETE FROM voucher_seal")
        super_user.execute(
            f"UPDATE voucher v SET lines_digest = (SELECT {DIGEST_V1} FROM member_line l"
            " WHERE l.centre_id = v.centre_id AND l.voucher_id = v.id) WHERE member_count > 0 AND id % 2 = 0"
        )
    number(CENTRE)
    assert violations() == [] and verify_books.verify(export(tmp_path / "old")).total == 0
    with as_superuser() as super_user:
        super_user.execute("UPDATE member_line SET own_fen = own_fen - 1, unit_fen = unit_fen + 1 WHERE own_fen > 1")
    assert any("凭证的个人明细摘要（第一版）等于其明细" in one for one in violations())
    assert verify_books.verify(export(tmp_path / "changed")).count["lines"] > 20


def test_a_head_that_lies_about_its_sum_or_its_place_is_named(town: list[int], tmp_path: Path) -> None:
    from anju.ledger.heads import latest_heads, make_heads

    make_heads(CENTRE, day=date(2026, 9, 10), at=moment(date(2026, 9, 11)))
    folder = export(tmp_path / "books")
    line = json.loads(latest_heads(CENTRE)[0].line)
    for change in ({"debit_fen": line["debit_fen"] + 1}, {"n": line["n"] + 1}, {"digest": "ab" * 32}):
        (tmp_path / "heads").write_text(json.dumps(line | change) + "\n")
        assert verify_books.verify(folder, tmp_path / "heads").count["heads"] == 1
    (tmp_path / "heads").write_text('{"torn\n')
    assert verify_books.verify(folder, tmp_path / "heads").count["heads"] == 1


def alter(folder: Path, name: str, change: Callable[[list[list[str]]], None], *, forge: bool) -> None:
    """Change the rows of a file; with ``forge`` the manifest is made to agree."""
    path = folder / f"{name}.csv"
    with path.open(newline="") as stream:
        lines = list(csv.reader(stream))
    change(lines)
    with path.open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(lines)
    if forge:
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["files"][path.name]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest))


def one_more(row: int, column: int) -> Callable[[list[list[str]]], None]:
    def change(lines: list[list[str]]) -> None:
        lines[row][column] = str(int(lines[row][column] or 0) + 1)

    return change


# Every column of money or order, changed by one in the files, with a manifest that agrees.
COLUMNS = [
    ("vouchers", 2, "seal"), ("vouchers", 3, "seal"), ("vouchers", 5, "seal"), ("vouchers", 12, "control"),
    ("gl_lines", 1, "seal"), ("gl_lines", 6, "seal"), ("member_lines", 1, "sequence"), ("member_lines", 8, "lines"),
    ("member_lines", 2, "lines"), ("member_lines", 7, "lines"), ("member_lines", 15, "running"),
    ("member_lines", 16, "lines"),
    ("balances", 2, "opening"), ("balances", 3, "balance"), ("balances", 7, "weighted"), ("balances", 9, "sequence"),
    ("seals", 3, "chain"), ("seals", 2, "seal"),
    ("rate_index", 2, "rates"), ("subjects", 0, "control"),
]  # fmt: skip


def test_every_column_changed_in_the_files_is_named(town: list[int], tmp_path: Path) -> None:
    honest = {path.name: path.read_bytes() for path in export(tmp_path / "books").iterdir()}
    folder = tmp_path / "books"
    for name, column, check in COLUMNS:
        row = -1 if name in ("balances", "rate_index") else 4 if name != "subjects" else None
        if name == "subjects":
            alter(folder, name, lambda lines: lines.remove(next(one for one in lines if one[0] == "201")), forge=True)
        else:
            assert row is not None
            alter(folder, name, one_more(row, column), forge=True)
        found = verify_books.verify(folder)
        assert found.count[check] > 0, (name, column, found.found)
        for path, content in honest.items():
            (folder / path).write_bytes(content)
    alter(folder, "balances", one_more(1, 3), forge=False)
    assert verify_books.verify(folder).count["manifest"] == 1


@pytest.mark.parametrize("harm", ["missing", "cut", "other format", "no manifest", "other manifest", "words"])
def test_a_damaged_export_is_refused_clearly(town: list[int], tmp_path: Path, harm: str) -> None:
    folder = export(tmp_path / "books")
    path = folder / "member_lines.csv"
    match harm:
        case "missing":
            path.unlink()
        case "cut":
            path.write_bytes(path.read_bytes()[:-9])
        case "other format":
            text = (folder / "manifest.json").read_text()
            (folder / "manifest.json").write_text(text.replace("anju-books-2", "anju-books-9"))
        case "no manifest":
            (folder / "manifest.json").unlink()
        case "other manifest":
            (folder / "manifest.json").write_text("[]")
        case _:
            path.write_text(path.read_text().replace(",202", ",x202"))
    found = verify_books.verify(folder)
    assert found.count["manifest"] + found.count["readable"] > 0


def test_nothing_in_an_export_names_a_person(town: list[int], tmp_path: Path) -> None:
    folder = export(tmp_path / "books")
    heading = {name: (folder / f"{name}.csv").read_text().splitlines()[0].split(",") for name in NAMES}
    columns = {column for columns in heading.values() for column in columns}
    # A subject's name is the chart's; keys and texts that people typed are left out or only digested.
    assert not columns & {"idempotency_key", "phone", "id_number", "summary", "reason", "payer_name"}
    assert [name for name in NAMES if "name" in heading[name]] == ["subjects"]
    assert oct((folder / "vouchers.csv").stat().st_mode & 0o777) == "0o600"


def test_a_folder_that_holds_something_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("mine")
    assert export_books.run(tmp_path) == 1
    assert "已经有文件" in capsys.readouterr().out
