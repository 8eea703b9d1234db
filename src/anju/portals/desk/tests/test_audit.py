"""The auditor asks: stored questions, the same answer for the same question, a sample anybody can draw again."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from anju.audit.actions import looked
from anju.audit.models import AuditRecord
from anju.contributions.tests import world as money
from anju.database.sql import rows
from anju.identity.actions.activity import note_activity
from anju.identity.models import Login
from anju.identity.types import Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.portals.desk.tests.world import CENTRE, SYSTEM, in_approval, login, offered, person, staff, text_of
from anju.reports import actions as reports
from anju.reports.questions import QUESTIONS, SAMPLE_SIZE
from anju.reports.types import Answer, Asked, Show
from anju.treasury.types import Payee
from anju.withdrawals import actions as withdrawals
from anju.withdrawals.types import PayOut, Reason

pytestmark = pytest.mark.django_db


def asked(days: int = 400, *, seed: int = 7, ahead: int = 2) -> Asked:
    today = clock.now().date()
    return Asked(CENTRE, today - timedelta(days=days), today + timedelta(days=ahead), seed)


def ask(code: str, who: Actor, what: Asked | None = None) -> Answer:
    return reports.ask(code, what or asked(), actor=who, at=clock.now())


def pay_out(account: dict[str, Any], n: int, period: Month) -> None:
    """A rent of one yuan that is promised now."""
    order = PayOut(
        account_id=account["account_id"], centre_id=CENTRE, person_id=account["person_id"], case_id=n,
        reason=Reason.RENT, period=period, amount_fen=100,
        payee=Payee(name="员工", account="6217000010000006620", bank_name="安居银行"),
        card_tail="6620", maker_person_id=account["person_id"], checker_person_id=None, checker_release="test",
    )  # fmt: skip
    withdrawals.pay_out(order, at=clock.now())


def test_every_question_says_what_it_means_and_is_answered_where_nothing_is(auditor: tuple[Actor, Client]) -> None:
    actor, client = auditor
    money.open_centre()
    page = text_of(client.get("/desk/audit/"))
    for code, question in QUESTIONS.items():
        assert question.title in page and question.why
        assert ask(code, actor).lines == ()
        answer = text_of(client.get(f"/desk/audit/{code}/"))
        assert "这段时间没有这样的情况" in answer and "错误" not in answer
    assert "审计待办" in text_of(client.get("/desk/"))


def test_an_accountant_begins_with_what_waits_and_asks_no_audit_question() -> None:
    _, client = staff(3, Role.ACCOUNTANT)
    assert "到昨天都结了" in text_of(client.get("/desk/"))
    money.open_centre()
    assert "会计待办" in text_of(client.get("/desk/")) and "天未结" in text_of(client.get("/desk/"))
    assert client.get("/desk/ledger/").status_code == 200
    assert client.get("/desk/audit/").status_code == 403
    assert client.get("/desk/treasury/").status_code == 403


def test_the_same_seed_draws_the_same_vouchers_and_each_opens(books: None, auditor: tuple[Actor, Client]) -> None:
    actor, client = auditor
    first, again, other = ask("sample", actor), ask("sample", actor), ask("sample", actor, asked(seed=8))
    known = {line["id"] for line in rows("SELECT id FROM voucher")}
    assert first.lines and {line[0] for line in first.lines} <= known and len(first.lines) <= SAMPLE_SIZE
    assert first.digest == again.digest != other.digest
    assert client.get(f"/desk/ledger/{first.lines[0][0]}/").status_code == 200
    debit = {line["id"]: int(line["fen"]) for line in rows(
        "SELECT v.id, sum(l.debit_fen) AS fen FROM voucher v JOIN gl_line l ON l.voucher_id = v.id GROUP BY v.id")}
    assert all(line[3] == debit[line[0]] for line in first.lines)


def test_a_sample_depends_on_seed_and_number_alone(auditor: tuple[Actor, Client]) -> None:
    """Recomputed here, as an auditor with another program would."""
    import hashlib
    import struct

    actor, _ = auditor
    with money.wired():
        money.open_centre()
        for n in range(SAMPLE_SIZE + 10):
            money.pay(100 + n, "没有编号", serial=f"S{n}")
    ids = [line["id"] for line in rows("SELECT id FROM voucher")]
    drawn = sorted(ids, key=lambda one: (hashlib.sha256(struct.pack(">qq", 7, one)).digest(), one))[:SAMPLE_SIZE]
    assert [line[0] for line in ask("sample", actor).lines] == sorted(drawn)


def test_a_look_without_a_case_is_told_and_one_with_a_case_is_not(auditor: tuple[Actor, Client]) -> None:
    actor, client = auditor
    clerk, member = login(1, Role.CLERK), person(5)
    looked(actor=clerk, at=clock.now(), subject="person", person_id=member, case_id=77, purpose="办件")
    looked(actor=clerk, at=clock.now(), subject="person", person_id=member, purpose="电话核对")
    looked(actor=clerk, at=clock.now() - timedelta(days=500), subject="person", person_id=member)
    (line,) = ask("looks_without_case", actor).lines
    assert line[1:] == ("何静", "受理人员", f"王**（{member}）", "电话核对")
    assert "王国强" not in text_of(client.get("/desk/audit/looks_without_case/"))


def test_a_fact_established_by_hand_is_told_with_what_became_of_it(auditor: tuple[Actor, Client]) -> None:
    actor, _ = auditor
    with offered() as world:
        in_approval(world, login(6, Role.MEMBER), login(1, Role.CLERK))
    (line,) = ask("facts_by_hand", actor).lines
    assert line[1] == "何静" and "登记中心电话核实" in str(line[3]) and line[5] == "复核中"


def test_withdrawals_after_a_new_phone_and_in_pieces_are_told(books: None, auditor: tuple[Actor, Client]) -> None:
    actor, _ = auditor
    account, other = rows("SELECT account_id, person_id FROM account ORDER BY account_id")
    member = login(5, Role.MEMBER)
    Login.objects.filter(login_id=member.login_id).update(person_id=account["person_id"])
    for n in range(3):
        pay_out(account, n + 1, Month.parse("2026-08") + n)
    pay_out(other, 9, Month.parse("2026-08"))
    assert ask("paid_after_phone_change", actor).lines == ()
    note_activity(member.login_id or 0, "phone", "手机号更换", at=clock.now() - timedelta(days=3))
    note_activity(member.login_id or 0, "phone", "手机号更换", at=clock.now() + timedelta(hours=1))
    told = ask("paid_after_phone_change", actor).lines
    assert [line[4] for line in told] == [100, 100, 100]
    (pieces,) = ask("in_pieces", actor).lines
    assert pieces[3:] == (3, 300) and f"（{account['person_id']}）" in str(pieces[0])


def test_money_that_waits_too_long_is_told(auditor: tuple[Actor, Client]) -> None:
    actor, _ = auditor
    with money.wired():
        money.open_centre()
        money.pay(100, "没有编号")
    found = asked(ahead=0)
    assert ask("old_suspense", actor, found).lines == ()
    later = Asked(CENTRE, found.first, found.last + timedelta(days=60))
    (line,) = ask("old_suspense", actor, later).lines
    assert line[2] == 100 and "没有" in str(line[3])


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("first=2026-13-01", "first", "请写成"), ("last=昨天", "last", "请写成"), ("seed=abc", "seed", "种子号"),
        ("seed=1234567890", "seed", "种子号"), ("first=2026-11-20&last=2026-11-01", "last", "不能早于"),
        ("first=2010-01-01&last=2026-11-01", "first", "三年"), ("first=%00", "first", "请写成"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_beside_its_field_and_asks_nothing(
    auditor: tuple[Actor, Client], query: str, field: str, words: str
) -> None:
    _, client = auditor
    money.open_centre()
    refused = client.get(f"/desk/audit/sample/?{query}")
    assert refused.status_code == 422 and words in text_of(refused)
    assert f'id="{field}-error"' in text_of(refused) or "field--error" in text_of(refused)
    assert not AuditRecord.objects.filter(act="reports.ask").exists()
    assert client.get("/desk/audit/no-such-question/").status_code == 404


def test_an_answer_is_downloaded_with_all_that_is_needed_to_ask_again(
    books: None, auditor: tuple[Actor, Client]
) -> None:
    actor, client = auditor
    answer = ask("sample", actor)
    query = f"first={answer.asked.first}&last={answer.asked.last}&seed=7&as=xlsx"
    sent = client.get(f"/desk/audit/sample/?{query}")
    assert sent.status_code == 200 and "attachment" in sent["Content-Disposition"]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(sent.content)).get_sheet_by_index(0).to_python()
    told = "".join(str(cell) for row in sheet[:5] for cell in row)
    assert answer.question.title in told and answer.digest in told and "种子号 7" in told
    fen = next(at for at, column in enumerate(answer.question.columns) if column.show is Show.FEN)
    assert [round(float(row[fen]) * 100) for row in sheet[6:]] == [line[fen] for line in answer.lines]


def test_what_was_asked_is_itself_kept(auditor: tuple[Actor, Client]) -> None:
    actor, _ = auditor
    money.open_centre()
    answer = ask("reversals", actor)
    kept = AuditRecord.objects.get(act="reports.ask")
    assert (kept.login_id, kept.details["question"]) == (actor.login_id, "reversals")
    assert kept.details["digest"] == answer.digest
    with pytest.raises(Refusal):
        reports.ask("reversals", Asked(CENTRE, date(2026, 2, 1), date(2026, 1, 1)), actor=SYSTEM, at=clock.now())


@pytest.mark.parametrize("code", QUESTIONS)
def test_an_answer_costs_at_most_seven_statements(books: None, auditor: tuple[Actor, Client], code: str) -> None:
    _, client = auditor
    client.get("/desk/audit/")
    with CaptureQueriesContext(connection) as seen:
        assert client.get(f"/desk/audit/{code}/").status_code == 200
    assert len(seen) <= 7, [one["sql"][:90] for one in seen]
