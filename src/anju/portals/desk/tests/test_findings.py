"""From a line of an answer to a finding that management answers and the auditor closes; and what auditors may read."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from anju.accounts.queries import voucher_lines as member_lines
from anju.audit.models import AuditRecord
from anju.casework.models import Case
from anju.contributions.tests import world as money
from anju.database.checks import violations
from anju.database.sql import execute, row, rows
from anju.identity.types import Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.portals.desk.masking import masked
from anju.portals.desk.tests.world import CENTRE, in_approval, login, offered, staff, text_of
from anju.reports import actions as reports
from anju.reports import findings as acts
from anju.reports.finding_queries import finding, finding_counts, findings
from anju.reports.finding_types import Addressee, FindingDraft, FindingState, Severity
from anju.reports.types import Asked

pytestmark = pytest.mark.django_db
SPAN = "first=2025-01-01&last=2027-01-01&seed=7"


def asked() -> Asked:
    return Asked(CENTRE, date(2025, 1, 1), date(2027, 1, 1), 7)


def draft(actor: Actor, **changes: Any) -> FindingDraft:
    digest = reports.ask("sample", asked(), actor=actor, at=clock.now()).digest
    known = {
        "question": "sample", "digest": digest, "line_number": 1, "severity": Severity.MAJOR,
        "addressee": Addressee.ACCOUNTANT, "text": "附件不全", "due_on": clock.now().date() + timedelta(days=10),
    }  # fmt: skip
    return FindingDraft(**{**known, **changes})


def test_a_finding_goes_to_its_duty_and_back_until_the_auditor_closes_it(
    books: Any, auditor: tuple[Actor, Client]
) -> None:
    who, client = auditor
    accountant, desk = staff(3, Role.ACCOUNTANT)
    answer = text_of(client.get(f"/desk/audit/sample/?{SPAN}"))
    assert "/desk/audit/sample/finding/?" in answer
    page = f"/desk/audit/sample/finding/?{SPAN}&line=1"
    form = text_of(client.get(page))
    digest = reports.ask("sample", asked(), actor=who, at=clock.now()).digest
    assert f'value="{digest}"' in form and "记账日" in form
    due = clock.now().date() + timedelta(days=10)
    words = {"text": "附件不全", "severity": "3", "addressee": "accountant", "digest": digest,
             "due_on_0": due.year, "due_on_1": due.month, "due_on_2": due.day}  # fmt: skip
    where = client.post(page, words)["Location"].split("?")[0]
    assert "待答复" in text_of(client.get(where)) and "附件不全" in text_of(client.get(where))
    assert client.post(page, words).status_code == 409
    shown = text_of(desk.get(where))
    assert "附件不全" in shown and "提交答复" in shown and "附件不全" in text_of(desk.get("/desk/audit/findings/"))
    assert desk.post(f"{where}answer/", {"text": "", "step": 0}).status_code == 422
    assert desk.post(f"{where}answer/", {"text": "已补齐", "step": 0}).status_code == 302
    assert desk.post(f"{where}answer/", {"text": "再答", "step": 0}).status_code == 409
    assert client.post(f"{where}review/", {"text": "", "step": 1, "send_back": "1"}).status_code == 422
    assert client.post(f"{where}review/", {"text": "还差一张", "step": 1, "send_back": "1"}).status_code == 302
    assert desk.post(f"{where}answer/", {"text": "这次齐了", "step": 2}).status_code == 302
    assert client.post(f"{where}review/", {"text": "", "step": 3}).status_code == 302
    done = text_of(desk.get(where))
    assert all(word in done for word in ("已了结", "还差一张", "这次齐了")) and "提交答复" not in done
    assert finding_counts(who, today=clock.now().date()) == {FindingState.CLOSED: (1, 0)}
    assert violations() == []


def test_a_finding_is_only_seen_by_auditors_and_by_the_duty_it_is_addressed_to(
    books: Any, auditor: tuple[Actor, Client]
) -> None:
    who, _ = auditor
    finding_id = acts.raise_finding(draft(who, addressee=Addressee.ADMINISTRATOR), asked(), actor=who, at=clock.now())
    accountant, desk = staff(3, Role.ACCOUNTANT)
    _, administrator = staff(4, Role.ADMINISTRATOR)
    _, treasurer = staff(5, Role.TREASURER)
    where = f"/desk/audit/findings/{finding_id}/"
    assert desk.get(where).status_code == 404 and findings(accountant, limit=9) == []
    assert administrator.get(where).status_code == 200
    assert treasurer.get(where).status_code == 403
    assert administrator.post(f"{where}review/", {"step": 0}).status_code == 403
    with pytest.raises(Refusal) as refused:
        acts.answer_finding(finding_id, text="我来答", step=0, actor=who, at=clock.now())
    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": " "}, "reports.no_words"), ({"text": "长" * 1001}, "text_length"),
        ({"due_on": date(2020, 1, 1)}, "reports.due_on"), ({"digest": "0" * 64}, "reports.answer_changed"),
        ({"line_number": 999}, "reports.no_line"), ({"line_number": 0}, "reports.no_line"),
    ],
)  # fmt: skip
def test_a_finding_that_says_nothing_or_of_nothing_is_refused(
    books: Any, auditor: tuple[Actor, Client], changes: dict[str, Any], code: str
) -> None:
    who, _ = auditor
    with pytest.raises(Refusal) as refused:
        acts.raise_finding(draft(who, **changes), asked(), actor=who, at=clock.now())
    assert refused.value.code == code and rows("SELECT 1 FROM audit_finding") == []


def test_only_an_auditor_writes_findings_and_nobody_answers_their_own(
    books: Any, auditor: tuple[Actor, Client]
) -> None:
    who, _ = auditor
    accountant = login(3, Role.ACCOUNTANT)
    with pytest.raises(Refusal) as refused:
        acts.raise_finding(draft(who), asked(), actor=accountant, at=clock.now())
    assert refused.value.status == 403
    finding_id = acts.raise_finding(draft(who), asked(), actor=who, at=clock.now())
    later = Actor(accountant.login_id, who.person_id, "accountant", None, who.name, CENTRE)
    with pytest.raises(Refusal) as refused:
        acts.answer_finding(finding_id, text="没问题", step=0, actor=later, at=clock.now())
    assert refused.value.code == "reports.own_finding"
    assert finding(who, finding_id).state is FindingState.OPEN


@pytest.mark.parametrize("act", ["UPDATE audit_finding SET text = 'x'", "DELETE FROM finding_step",
                                 "DELETE FROM audit_finding", "UPDATE finding_step SET text = 'x'"])  # fmt: skip
def test_postgresql_lets_nobody_rewrite_a_finding(books: Any, auditor: tuple[Actor, Client], act: str) -> None:
    who, _ = auditor
    finding_id = acts.raise_finding(draft(who), asked(), actor=who, at=clock.now())
    accountant = login(3, Role.ACCOUNTANT)
    acts.answer_finding(finding_id, text="已补齐", step=0, actor=accountant, at=clock.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        execute(act)


def test_pages_of_findings_cost_a_fixed_number_of_statements(books: Any, auditor: tuple[Actor, Client]) -> None:
    who, client = auditor
    finding_id = acts.raise_finding(draft(who), asked(), actor=who, at=clock.now())
    for path, most in (("/desk/audit/findings/", 2), (f"/desk/audit/findings/{finding_id}/", 5)):
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        assert len(seen) <= most, [one["sql"][:80] for one in seen]


# --------------------------------------------------------------------------------- statements, cases, samples


def test_a_statement_as_known_needs_a_purpose_and_leaves_a_record(books: Any, auditor: tuple[Actor, Client]) -> None:
    _, client = auditor
    account = rows("SELECT account_id, person_id FROM account ORDER BY account_id")[0]
    page = f"/desk/audit/statement/?account={account['account_id']}&first=2025-12-01&last=2026-12-31"
    assert "期末，当时所知" not in text_of(client.get(page))
    assert client.get(f"{page}&purpose=").status_code == 422
    assert not AuditRecord.objects.filter(subject="statement").exists()
    today = clock.now().date()
    known = text_of(client.get(f"{page}&purpose=audit&known={today}"))
    assert "期末，当时所知" in known and "员*" in known
    before = text_of(client.get(f"{page}&purpose=sample&known=2025-12-31"))
    assert "那时这段时间没有明细" in before and "后来才知道的明细" in before
    looks = AuditRecord.objects.filter(subject="statement", person_id=account["person_id"]).order_by("id")
    assert [look.details["purpose"] for look in looks] == [f"audit: {today}", "sample: 2025-12-31"]
    sheet = client.get(f"{page}&purpose=audit&known={today}&as=xlsx")
    lines = CalamineWorkbook.from_filelike(io.BytesIO(sheet.content)).get_sheet_by_index(0).to_python()
    assert lines[5][-1] == "知道"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("account=abc&purpose=audit", "请只写数字"), ("account=1&purpose=audit", "没有这个个人账户"),
        ("account=1&known=2099-01-01&purpose=audit", "今天为止"), ("purpose=audit", "请填写个人账号"),
        ("account=1&first=2026-02-01&last=2026-01-01&purpose=audit", "不能早于"),
        ("account=1&first=2019-02-01&last=2026-01-01&purpose=audit", "三年"),
    ],
)  # fmt: skip
def test_a_statement_that_cannot_be_is_said_beside_its_field(
    auditor: tuple[Actor, Client], query: str, words: str
) -> None:
    _, client = auditor
    money.open_centre()
    page = client.get(f"/desk/audit/statement/?{query}")
    assert page.status_code == 422 and words in text_of(page)
    assert not AuditRecord.objects.filter(subject="statement").exists()


def test_a_case_is_read_only_masked_and_each_look_is_recorded(auditor: tuple[Actor, Client]) -> None:
    who, client = auditor
    with offered() as world:
        case_id = in_approval(world, login(6, Role.MEMBER), login(1, Role.CLERK))
        page = text_of(client.get(f"/desk/audit/cases/{case_id}/?voucher=5"))
        own = in_approval(world, login(7, Role.MEMBER), login(2, Role.CLERK), key="k9")
        Case.objects.filter(pk=own).update(person_id=who.person_id)
        assert client.get(f"/desk/audit/cases/{own}/").status_code == 404
        assert client.get("/desk/audit/cases/987654/").status_code == 404
    assert "只读" in page and "建议同意" in page and "<form" not in page.split('id="main"')[1]
    look = AuditRecord.objects.get(act="look", subject="case", role="auditor")
    assert (look.case_id, look.details["purpose"]) == (case_id, "voucher 5")
    _, accountant = staff(3, Role.ACCOUNTANT)
    assert accountant.get(f"/desk/audit/cases/{case_id}/").status_code == 403


def test_numbers_of_people_inside_a_text_are_masked() -> None:
    text = masked("证件 110101199001011237，电话 13800001234，卡 6217009900000006620，案号 20261123-000417，1800.00")
    assert "110101199001011237" not in text and "13800001234" not in text and "6217009900000006620" not in text
    assert "20261123-000417" in text and "1800.00" in text


def test_a_sample_is_taken_away_whole(books: Any, auditor: tuple[Actor, Client]) -> None:
    who, client = auditor
    sent = client.get(f"/desk/audit/sample/file/?{SPAN}")
    assert sent.status_code == 200 and "attachment" in sent["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(sent.content)) as file:
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.read("样本.xlsx")))
    assert book.sheet_names == ["凭证", "分录", "依据", "决定", "材料"]
    drawn = reports.ask("sample", asked(), actor=who, at=clock.now())
    vouchers = book.get_sheet_by_name("凭证").to_python()
    assert [int(line[0]) for line in vouchers[6:]] == [line[0] for line in drawn.lines]
    causes = "".join(str(cell) for line in book.get_sheet_by_name("依据").to_python() for cell in line)
    assert books.number in causes
    taken = AuditRecord.objects.get(act="reports.sample_file")
    assert taken.details["digest"] == drawn.digest and taken.details["vouchers"] == len(drawn.lines)


def test_member_lines_are_paged_in_the_order_of_accounts(books: Any) -> None:
    voucher = row("SELECT id, business_date FROM voucher WHERE member_count > 0")
    assert voucher is not None
    on = voucher["business_date"]
    first = member_lines.voucher_lines(voucher["id"], booked_on=on, limit=1)
    after = (first[0].account_id, first[0].seq)
    second = member_lines.voucher_lines(voucher["id"], booked_on=on, limit=9, after=after)
    assert len(first) == len(second) == 1 and first[0].account_id < second[0].account_id


def test_both_begin_the_day_with_their_figures_in_a_fixed_number_of_statements(
    books: Any, auditor: tuple[Actor, Client]
) -> None:
    who, client = auditor
    _, desk = staff(3, Role.ACCOUNTANT)
    acts.raise_finding(draft(who), asked(), actor=who, at=clock.now())
    assert "1 条" in text_of(desk.get("/desk/")) and "附件不全" in text_of(client.get("/desk/"))
    assert "封存头都对得上" in text_of(client.get("/desk/"))
    for browser, most in ((desk, 13), (client, 5)):  # bookings and batches that wait are one each
        with CaptureQueriesContext(connection) as seen:
            assert browser.get("/desk/").status_code == 200
        assert len(seen) <= most, [one["sql"][:80] for one in seen]
