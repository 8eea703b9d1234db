"""Files of statements: read to the fen, or refused whole with the line and column that is wrong."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.kernel.refusal import Refusal
from anju.treasury.statements import Statement, read_statement
from anju.treasury.tests.statement_files import (
    DAY,
    LINES,
    Line,
    camt,
    ledger_csv,
    ledger_xlsx,
    signed_csv,
    signed_xlsx,
)
from anju.treasury.tests.world import ACCOUNT
from anju.treasury.types import Direction

FORMATS: dict[str, Callable[..., bytes]] = {
    "ledger.csv": ledger_csv, "signed.csv": signed_csv, "ledger.xlsx": ledger_xlsx, "signed.xlsx": signed_xlsx,
    "statement.xml": camt,
}  # fmt: skip


def refused(content: bytes, name: str = "statement.csv") -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_statement(content, name)
    assert caught.value.text.endswith("。") and caught.value.text.count("。") <= 2
    return caught.value


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_the_same_statement(name: str) -> None:
    seen = read_statement(FORMATS[name](opening=100_00), name)
    assert (seen.account, seen.first, seen.last) == (ACCOUNT, DAY, date(2026, 11, 24))
    assert (seen.opening_fen, seen.closing_fen) == (100_00, 100_00 + 4_128_000 - 180_000 + 5_00)
    first, second, third = seen.entries
    assert (first.host_serial, first.direction, first.amount_fen) == ("H1", Direction.CREDIT, 4_128_000)
    assert (second.direction, second.effect_fen, second.balance_after_fen) == (Direction.DEBIT, -180_000, 3_958_000)
    assert (third.entry_date, first.counter_name) == (date(2026, 11, 24), "安居市云栖软件有限公司")
    assert (second.counter_account, second.summary) == ("6217000010000006620", "租房提取")
    assert name == "statement.xml" or first.booked_time == "100530"


def test_both_encodings_of_csv_are_read() -> None:
    for encoding in ("gb18030", "utf-8", "utf-8-sig", "utf-16"):
        assert len(read_statement(ledger_csv(encoding=encoding), "a.csv").entries) == 3


def test_a_statement_without_entries_is_whole_when_its_balances_say_so() -> None:
    empty = {"opening": 7_00, "first": DAY, "last": DAY}
    for name in ("signed.csv", "statement.xml"):
        seen = read_statement(FORMATS[name]((), **empty), name)
        assert (seen.entries, seen.opening_fen, seen.closing_fen) == ((), 7_00, 7_00)


def test_an_overdrawn_account_keeps_its_sign() -> None:
    lines = (Line("H1", -5_00), Line("H2", 2_00))
    for name, make in FORMATS.items():
        assert read_statement(make(lines), name).closing_fen == -3_00


def test_a_reversal_in_red_ink_takes_back_on_its_originals_side() -> None:
    red = ledger_csv((Line("H1", 50_00), Line("H2", -50_00, reversal=True, original="H1")), encoding="utf-8")
    text = red.decode().replace(",50.00,0.00,0.00,人民币", ",0.00,-50.00,0.00,人民币")
    back = read_statement(text.encode(), "a.csv").entries[1]
    assert (back.reversal, back.effect_fen, back.original_host_serial) == (True, -50_00, "H1")
    plain = text.replace(",是,H1", ",,")
    assert refused(plain.encode()).code == "statement_amount_negative"


@settings(max_examples=60, deadline=None)
@given(
    opening=st.integers(-(10**9), 10**12),
    amounts=st.lists(st.integers(-(10**11), 10**11).filter(bool), min_size=1, max_size=12),
    name=st.sampled_from(sorted(FORMATS)),
)
def test_every_fen_of_every_format_arrives(opening: int, amounts: list[int], name: str) -> None:
    lines = tuple(Line(f"S{n}", fen, DAY + timedelta(days=n // 3)) for n, fen in enumerate(amounts))
    seen = read_statement(FORMATS[name](lines, opening=opening), name)
    assert [entry.effect_fen for entry in seen.entries] == amounts
    assert (seen.opening_fen, seen.closing_fen) == (opening, opening + sum(amounts))


# ------------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_cut_anywhere_is_refused_or_tells_the_whole(name: str) -> None:
    content = FORMATS[name]()
    whole = read_statement(content, name)
    for end in range(0, len(content), 7 if name.endswith("xlsx") else 1):
        try:
            seen = read_statement(content[:end], name)
        except Refusal:
            continue
        assert replace(seen, digest=whole.digest) == whole, end


def test_a_file_in_the_wrong_order_names_the_first_line_that_stands_wrong() -> None:
    for name, make in FORMATS.items():
        said = refused(make((LINES[2], LINES[0])), name)
        assert said.code == "statement_order" and "顺序颠倒" in said.text, name
    text = ledger_csv(encoding="utf-8").decode().split("\r\n")
    text[1], text[2] = text[2], text[1]
    said = refused("\r\n".join(text).encode())
    assert said.code == "statement_balance_jumps" and "第 3 行" in said.text


def test_another_currency_is_refused_by_its_cell() -> None:
    assert "第 2 行 F 列" in refused(ledger_csv(currency="美元")).text
    assert refused(camt(currency="USD"), "a.xml").code == "statement_currency"


def test_balances_that_do_not_add_up_are_refused_by_their_line() -> None:
    text = ledger_csv(encoding="utf-8").decode()
    said = refused(text.replace('"39,480.00"', '"39,480.01"').encode())
    assert said.code == "statement_balance_jumps" and "第 3 行" in said.text and "39,480.00" in said.text
    assert refused(camt(closing=1), "a.xml").code == "statement_balance_differs"
    fewer = text.replace("合计 3 笔", "合计 4 笔")
    assert refused(fewer.encode()).code == "statement_cut"
    totals = text.replace('"41,285.00"', '"41,286.00"')  # the line of totals
    assert refused(totals.encode()).code == "statement_totals_differ"


def test_unknown_doubled_and_missing_columns_are_refused_by_name() -> None:
    text = ledger_csv(encoding="utf-8").decode()
    said = refused(text.replace("备注", "星座").encode())
    assert said.code == "statement_column_unknown" and "第 1 行 K 列“星座”" in said.text
    assert refused(text.replace("备注", "摘要").encode()).code == "statement_column_twice"
    assert refused(text.replace("余额", "户名").encode()).code == "statement_column_missing"
    assert refused(text.replace("余额", "余额（万元）").encode()).code == "statement_column_unknown"
    assert refused(b"a,b\r\n1,2\r\n").code == "statement_heading_missing"


def test_cells_that_mean_nothing_are_refused_by_place() -> None:
    text = ledger_csv(encoding="utf-8").decode()
    for old, new, code, place in (
        ('"41,280.00"', '"4,12,80.00"', "amount", "第 2 行 D 列"),
        ('"41,280.00"', "41280.001", "amount", "第 2 行 D 列"),
        ("20261124,", "20261131,", "date", "第 4 行 I 列"),
        (",H2,", ",,", "serial_missing", "第 3 行 L 列"),
        (",H2,", ",H1,", "serial_twice", "第 3 行"),
        ("1,800.00", "0.00", "amount_missing", "第 3 行"),
        (f"{ACCOUNT},20261124", "123456,20261124", "account_mixed", "第 4 行 A 列"),
        ("20261123 10:05:30", "25:00:00", "time", "第 2 行 B 列"),
        (",H3,,,", ",H3,,也许,", "reversal_mark", "第 4 行 N 列"),
    ):
        changed = text.replace(old, new, 1)
        assert changed != text, old
        said = refused(changed.encode())
        assert said.code == f"statement_{code}" and place in said.text, (old, said)


def test_long_numbers_that_a_spreadsheet_rounded_are_refused() -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, ("账号", "记账日期", "流水号", "借方发生额", "贷方发生额", "余额"))
    page.write_row(1, 0, (ACCOUNT, "20261123", 1234567890123456789, 0, 0.3, 0.3))
    page.write_row(2, 0, ("合计", "", "", 0, 0.3, 0.3))
    book.close()
    said = refused(target.getvalue(), "a.xlsx")
    assert said.code == "statement_digits_lost" and "第 2 行 C 列" in said.text


def test_bombs_and_oversize_files_are_refused_before_they_are_read() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("xl/worksheets/sheet1.xml", b"\x00" * 200_000_000)
    assert refused(target.getvalue(), "a.xlsx").code == "statement_workbook_bomb"
    assert refused(b"1," * 6_000_000 + b"\n").code == "statement_upload_too_large"
    assert refused(b"<a>" + b"x" * 11_000_000, "a.xml").code == "statement_upload_too_large"


def test_xml_that_attacks_its_reader_is_refused() -> None:
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]>'
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">&c;</Document>'
    )
    assert refused(laughs, "a.xml").code == "statement_xml_unsafe"
    outside = b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><Document/>'
    assert refused(outside, "a.xml").code == "statement_xml_unsafe"
    deep = b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">' + b"<a>" * 5000
    assert refused(deep, "a.xml").code == "statement_too_large"
    assert refused(b"<html></html>", "a.xml").code == "statement_not_camt"


def test_pending_entries_and_several_statements_are_refused() -> None:
    text = camt().decode()
    pending = text.replace("<Sts>BOOK</Sts>", "<Sts>PDNG</Sts>", 1)
    assert refused(pending.encode(), "a.xml").code == "statement_not_booked"
    start, end = text.index("<Stmt>"), text.index("</BkToCstmrStmt>")
    twice = text[:end] + text[start:end] + text[end:]
    assert refused(twice.encode(), "a.xml").code == "statement_several"


@settings(max_examples=150, deadline=None)
@given(noise=st.binary(max_size=60), at=st.integers(0, 800), name=st.sampled_from(sorted(FORMATS)))
def test_noise_is_refused_in_words_or_read_as_a_proven_statement(noise: bytes, at: int, name: str) -> None:
    content = FORMATS[name]()
    try:
        seen = read_statement(content[:at] + noise + content[at:], name)
    except Refusal:
        return
    assert isinstance(seen, Statement)
    assert seen.opening_fen + sum(entry.effect_fen for entry in seen.entries) == seen.closing_fen
