"""The books' pages: from the trial balance down to a member's line, vouchers found and printed, statements."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from anju.audit.models import AuditRecord
from anju.contributions.tests import world as money
from anju.database.sql import rows
from anju.identity.types import Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.money import format_fen
from anju.kernel.month import Month
from anju.ledger import periods
from anju.ledger import queries as books
from anju.ledger.financial_statements import trial_balance
from anju.ledger.queries import Step, VoucherSearch
from anju.portals.desk.statements import REPORTS
from anju.portals.desk.tests.world import CENTRE, login, staff

pytestmark = pytest.mark.django_db
LONG_AGO, FAR_ON = date(2000, 1, 1), date(2099, 12, 31)
SPAN = f"first={LONG_AGO}&last={FAR_ON}"


@pytest.fixture
def accountant() -> tuple[Actor, Client]:
    return staff(3, Role.ACCOUNTANT)


@pytest.fixture
def declared() -> Iterator[Any]:
    """A unit whose two people were paid for, and money of nobody in suspense."""
    with money.wired():
        money.open_centre()
        unit_id = money.open_unit()
        money.apply(unit_id, money.staff_rows(2))
        made = money.declare(unit_id)
        money.pay(made.total_fen, made.number)
        money.pay(777, "没有编号", serial="N1")
        money.run_posting()
        yield made


def text_of(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return str(answer.content.decode())


def statements_of(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def remitted() -> dict[str, Any]:
    return rows("SELECT id, business_date FROM voucher WHERE member_count > 0")[0]


def test_a_subject_leads_down_to_the_line_of_a_member(accountant: tuple[Actor, Client], declared: Any) -> None:
    _, client = accountant
    voucher = remitted()
    trial = text_of(client, f"/desk/ledger/?{SPAN}")
    assert "借贷相等" in trial and "/desk/ledger/subjects/201/?year=2099" in trial
    year = text_of(client, f"/desk/ledger/subjects/201/?year={voucher['business_date'].year}")
    month = Month.of(voucher["business_date"])
    assert f"/desk/ledger/subjects/201/?month={month}" in year and f"贷 {format_fen(declared.total_fen)}" in year
    days = text_of(client, f"/desk/ledger/subjects/201/?month={month}")
    wanted = f"/desk/ledger/subjects/201/lines/?first={voucher['business_date']}&amp;last={voucher['business_date']}"
    assert wanted in days
    assert f"/desk/ledger/{voucher['id']}/" in text_of(client, wanted.replace("&amp;", "&"))
    assert f"/desk/ledger/{voucher['id']}/members/" in text_of(client, f"/desk/ledger/{voucher['id']}/")
    lines = text_of(client, f"/desk/ledger/{voucher['id']}/members/")
    assert "2 笔" in lines and "员*" in lines and "员工" not in lines.replace("员*", "")
    assert AuditRecord.objects.filter(act="books.member_lines", subject_id=voucher["id"]).count() == 1


def test_the_book_of_a_subject_runs_on_from_what_was_before_and_agrees_with_the_trial_balance(declared: Any) -> None:
    for line in trial_balance(CENTRE, from_date=LONG_AGO, to_date=FAR_ON).lines:
        for step in Step:
            book = books.subject_book(CENTRE, line.subject, from_date=LONG_AGO, to_date=FAR_ON, step=step)
            assert (book.debit_fen, book.credit_fen) == (line.debit_fen, line.credit_fen)
            assert book.closing_fen == line.closing_fen == book.turnovers[-1].balance_fen
        late = books.subject_book(CENTRE, line.subject, from_date=FAR_ON, to_date=FAR_ON, step=Step.DAY)
        assert (late.opening_fen, late.turnovers) == (line.closing_fen, ())
        found = books.subject_lines(CENTRE, line.subject, from_date=LONG_AGO, to_date=FAR_ON, limit=100)
        assert found[-1].balance_fen == line.closing_fen
        assert books.subject_lines(CENTRE, line.subject, from_date=LONG_AGO, to_date=FAR_ON, limit=1, offset=1)[
            :1
        ] == found[1:2]


def test_a_voucher_names_what_caused_it_and_is_found_by_it(accountant: tuple[Actor, Client], declared: Any) -> None:
    _, client = accountant
    voucher = remitted()
    page = text_of(client, f"/desk/ledger/{voucher['id']}/")
    assert declared.number in page and "银行流水" in page and "附件 2 张" in page
    by_remittance = text_of(client, f"/desk/ledger/vouchers/?reference={declared.number}")
    assert f"/desk/ledger/{voucher['id']}/" in by_remittance
    other = rows("SELECT id FROM voucher WHERE member_count = 0")[0]["id"]
    assert f"/desk/ledger/{other}/" not in by_remittance
    by_serial = text_of(client, "/desk/ledger/vouchers/?reference=N1")
    assert f"/desk/ledger/{other}/" in by_serial and f"/desk/ledger/{voucher['id']}/" not in by_serial
    assert "没有这样的凭证" in text_of(client, "/desk/ledger/vouchers/?reference=nothing")


def test_a_search_finds_exactly_what_it_names(declared: Any) -> None:
    voucher = remitted()
    whole = books.whole_vouchers(CENTRE, [voucher["id"]])[0]
    (unit_id,) = {line.unit_id for line in whole.lines if line.unit_id}
    assert whole == books.voucher(voucher["id"], centre_id=CENTRE)
    day = voucher["business_date"]
    for wanted in (
        VoucherSearch(voucher_id=whole.voucher_id), VoucherSearch(subject="201"), VoucherSearch(kind=whole.kind),
        VoucherSearch(amount_fen=declared.total_fen), VoucherSearch(unit_id=unit_id, subject="201"),
        VoucherSearch(first=day, last=day, subject="201"), VoucherSearch(keys=(f"{whole.idempotency_key}%",)),
    ):  # fmt: skip
        assert [one.voucher_id for one in books.vouchers(CENTRE, wanted, limit=9)] == [whole.voucher_id], wanted
    for wanted in (
        VoucherSearch(amount_fen=1), VoucherSearch(makers=()), VoucherSearch(number=987_654), VoucherSearch(unit_id=1),
        VoucherSearch(last=LONG_AGO), VoucherSearch(bank_account_id=987_654),
    ):  # fmt: skip
        assert books.vouchers(CENTRE, wanted, limit=9) == [], wanted


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("number=abc", "请只写数字"), ("first=2026-13-01", "请写成 2026-11-23"), ("amount=-3", "请写成 1234.56"),
        ("amount=99999999999999999999", "请写成 1234.56"), ("first=2026-11-20&last=2026-11-01", "不能早于"),
        ("subject=999", "没有这个科目"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_said_beside_its_field(
    accountant: tuple[Actor, Client], query: str, words: str
) -> None:
    _, client = accountant
    money.open_centre()
    page = text_of(client, f"/desk/ledger/vouchers/?{query}", 422)
    assert words in page and "field--error" in page
    assert "错误：" in page.split("</title>")[0]


def test_vouchers_are_printed_one_or_many_with_the_sum_in_words(
    accountant: tuple[Actor, Client], declared: Any
) -> None:
    _, client = accountant
    one = text_of(client, f"/desk/ledger/{remitted()['id']}/?print=1")
    assert one.count("记账凭证</h1>") == 1 and "制单" in one and "复核" in one and "元整" in one or "分" in one
    many = text_of(client, "/desk/ledger/vouchers/print/")
    assert many.count("记账凭证</h1>") == len(rows("SELECT id FROM voucher"))
    assert "总账科目" in many and "明细科目" in many and "附件" in many
    assert text_of(client, "/desk/ledger/vouchers/print/?number=987654").count("记账凭证</h1>") == 0


def test_money_in_suspense_is_told_by_source_and_age_and_agrees_with_the_ledger(
    accountant: tuple[Actor, Client], declared: Any
) -> None:
    _, client = accountant
    page = text_of(client, "/desk/ledger/suspense/")
    assert "与总账相等" in page and "未明来款" in page and format_fen(777) in page
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/desk/ledger/suspense/?as=xlsx").content))
    lines = sheet.get_sheet_by_index(0).to_python()
    assert lines[4][1] == "未明来款" and round(float(lines[4][4]) * 100) == 777


def test_members_money_is_told_by_unit(accountant: tuple[Actor, Client], declared: Any) -> None:
    _, client = accountant
    page = text_of(client, "/desk/ledger/units/")
    assert format_fen(declared.total_fen) in page and "2 个账户" in page
    assert "没有找到单位" in text_of(client, "/desk/ledger/units/?q=no-such-unit")


@pytest.mark.parametrize("code", REPORTS)
def test_a_statement_says_that_nobody_signed_it_until_somebody_did(
    accountant: tuple[Actor, Client], declared: Any, code: str
) -> None:
    actor, client = accountant
    month = Month.of(remitted()["business_date"])
    query = f"month={month}" if REPORTS[code].monthly else f"year={month.year}"
    page = text_of(client, f"/desk/reports/{code}/?{query}")
    assert "未结账" in page and "未签署" in text_of(client, f"/desk/reports/{code}/?{query}&print=1")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/desk/reports/{code}/?{query}&as=xlsx").content))
    lines = sheet.get_sheet_by_index(0).to_python()
    assert lines[0][0] == REPORTS[code].title and "未签署" in str(lines[2][0])
    assert "不平" not in page
    if REPORTS[code].monthly:
        after = clock.now().replace(year=2098)
        signer = login(4, Role.TREASURER)
        first = Month.of(books.first_day(CENTRE))
        for one in (first + n for n in range(month - first + 1)):
            periods.close_month(CENTRE, one, actor=actor, at=after)
            periods.sign_month(CENTRE, one, actor=signer, at=after)
        printed = text_of(client, f"/desk/reports/{code}/?{query}&print=1")
        assert "未签署" not in printed and signer.name in printed


@pytest.mark.parametrize("query", ["month=2026-13", "month=abc", "year=12", "year=二〇二六"])
def test_a_period_that_is_none_is_said_beside_its_field(accountant: tuple[Actor, Client], query: str) -> None:
    _, client = accountant
    money.open_centre()
    assert "请写成" in text_of(client, f"/desk/reports/sheet/?{query}", 422)
    assert client.get("/desk/reports/nothing/").status_code == 404
    assert client.get("/desk/ledger/subjects/999/").status_code == 404
    assert client.get("/desk/ledger/subjects/201/?year=abc").status_code == 422
    assert client.get("/desk/ledger/subjects/201/lines/?first=abc").status_code == 422


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/desk/ledger/", 2), ("/desk/ledger/subjects/201/", 2), ("/desk/ledger/subjects/201/lines/", 4),
        ("/desk/ledger/vouchers/", 5), ("/desk/ledger/vouchers/print/", 10), ("/desk/ledger/units/", 4),
        ("/desk/ledger/suspense/", 4), ("/desk/reports/", 4), ("/desk/reports/sheet/", 4),
        ("/desk/reports/income/", 4), ("/desk/reports/trial/", 3), ("/desk/reports/distribution/", 4),
    ],
)  # fmt: skip
def test_a_page_of_the_books_costs_a_fixed_number_of_statements(
    accountant: tuple[Actor, Client], declared: Any, path: str, most: int
) -> None:
    _, client = accountant
    before = statements_of(client, path)
    with money.wired():
        for n in range(6):
            money.pay(100 + n, "没有编号", serial=f"S{n}")
    assert statements_of(client, path) == before <= most


def test_one_voucher_and_its_members_cost_a_fixed_number_of_statements(
    accountant: tuple[Actor, Client], declared: Any
) -> None:
    _, client = accountant
    assert statements_of(client, f"/desk/ledger/{remitted()['id']}/") <= 10
    assert statements_of(client, f"/desk/ledger/{remitted()['id']}/members/") <= 6


@pytest.mark.parametrize("role", [Role.TREASURER, Role.AUDITOR])
def test_treasurer_and_auditor_read_the_same_books(role: Role, declared: Any) -> None:
    _, client = staff(4, role)
    for path in ("/desk/ledger/", "/desk/ledger/vouchers/", "/desk/reports/", f"/desk/ledger/{remitted()['id']}/"):
        text_of(client, path)
    assert client.post("/desk/ledger/").status_code == 405
