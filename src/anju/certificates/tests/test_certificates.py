"""Issuing, keeping, revoking and checking papers."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from anju.certificates import actions, queries
from anju.certificates.checks import CHECKS
from anju.certificates.numbers import make_number
from anju.certificates.tests.world import AT, CENTRE, MEMBER, SELF, facts, issue
from anju.certificates.types import CheckStatus
from anju.database.encryption import SealBroken
from anju.database.sql import execute, row, rows
from anju.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)


def code_of(certificate_id: int) -> str:
    seen = queries.certificate_of(MEMBER, certificate_id, centre_id=CENTRE)
    assert seen is not None
    return seen.code


def test_a_paper_is_checked_by_number_and_code_and_shows_what_stands_on_it() -> None:
    issued = issue()
    answer = queries.verify(issued.number, code_of(issued.certificate_id), at=AT)
    assert answer.status is CheckStatus.GENUINE
    shown = dict(answer.shown)
    assert shown["姓名"] == "林晓雨" and shown["证件"] == "居民身份证 330***********002X"
    assert "68,502.06" in shown["个人账户余额（截至 2026年11月23日）"]
    assert shown["连续缴存"] == "41 个月" and shown["用途"] == "异地购房贷款"


def test_a_wrong_code_an_altered_number_and_an_unknown_one_are_told_apart_and_show_nothing() -> None:
    issued = issue()
    code = code_of(issued.certificate_id)
    altered_code = ("2" if code[0] != "2" else "3") + code[1:]
    wrong_digit = issued.number[:-1] + str((int(issued.number[-1]) + 1) % 10)
    never = make_number(AT.date(), 999_999)
    answers = {
        "code": queries.verify(issued.number, altered_code, at=AT),
        "digit": queries.verify(wrong_digit, code, at=AT),
        "never": queries.verify(never, code, at=AT),
        "nonsense": queries.verify("缴存", code, at=AT),
        "nul": queries.verify("\x00" * 10, "\x00", at=AT),
    }
    found = {name: answer.status for name, answer in answers.items()}
    assert found == {"code": CheckStatus.ALTERED, "digit": CheckStatus.ALTERED, "never": CheckStatus.UNKNOWN,
                     "nonsense": CheckStatus.UNKNOWN, "nul": CheckStatus.UNKNOWN}  # fmt: skip
    assert all(answer.shown == () for answer in answers.values())
    assert "校验位" in answers["digit"].text


def test_the_code_of_one_paper_does_not_open_another() -> None:
    first, second = issue("case:1"), issue("case:2")
    answer = queries.verify(second.number, code_of(first.certificate_id), at=AT)
    assert answer.status is CheckStatus.ALTERED


def test_an_amount_that_does_not_stand_on_the_paper_is_an_alteration() -> None:
    issued = issue()
    code = code_of(issued.certificate_id)
    read_off = {6_850_206: CheckStatus.GENUINE, 167_700: CheckStatus.GENUINE, 9_850_206: CheckStatus.ALTERED}
    for amount_fen, status in read_off.items():
        assert queries.verify(issued.number, code, at=AT, amount_fen=amount_fen).status is status


def test_an_uploaded_file_is_genuine_to_the_byte_or_altered() -> None:
    issued = issue()
    paper = queries.paper_of(MEMBER, issued.certificate_id, centre_id=CENTRE)
    assert paper is not None
    assert queries.verify_file(paper.content, at=AT).status is CheckStatus.GENUINE
    changed = paper.content.replace(b"%%EOF", b"%%EOF ")
    assert changed != paper.content
    answer = queries.verify_file(changed, at=AT)
    assert (answer.status, answer.number, answer.shown) == (CheckStatus.ALTERED, issued.number, ())
    assert queries.verify_file(b"%PDF-1.7 something else", at=AT).status is CheckStatus.UNKNOWN
    assert queries.verify_file(b"", at=AT).status is CheckStatus.UNKNOWN


def test_every_download_gives_the_same_bytes() -> None:
    issued = issue()
    first, second = (queries.paper_of(MEMBER, issued.certificate_id, centre_id=CENTRE) for _ in range(2))
    assert first is not None and second is not None and first.content == second.content
    assert first.file_name == f"住房公积金缴存证明-{issued.number}.pdf"


def test_a_paper_expires_after_its_last_day_and_not_on_it() -> None:
    issued = issue()
    code = code_of(issued.certificate_id)
    last_minute = AT.replace(month=12, day=23, hour=23, minute=59)
    assert queries.verify(issued.number, code, at=last_minute).status is CheckStatus.GENUINE
    expired = queries.verify(issued.number, code, at=last_minute + timedelta(minutes=1))
    assert expired.status is CheckStatus.EXPIRED and expired.shown


def test_a_revoked_paper_says_so_and_shows_nothing() -> None:
    issued = issue()
    code = code_of(issued.certificate_id)
    for _ in range(2):
        actions.revoke_certificate(issued.certificate_id, centre_id=CENTRE, reason="信息有误", actor=SELF, at=AT)
    answer = queries.verify(issued.number, code, at=AT)
    assert answer.status is CheckStatus.REVOKED and answer.shown == ()
    paper = queries.paper_of(MEMBER, issued.certificate_id, centre_id=CENTRE)
    assert paper is not None and queries.verify_file(paper.content, at=AT).status is CheckStatus.REVOKED
    assert len(rows("SELECT 1 FROM audit_record WHERE act = 'certificates.revoke'")) == 1


def test_the_same_case_gets_one_paper_even_from_four_requests_at_once() -> None:
    issued: list[int] = []

    def ask() -> None:
        try:
            issued.append(issue("case:7").certificate_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(issued) == 4 and len(set(issued)) == 1
    assert len(rows("SELECT 1 FROM certificate")) == 1


def test_another_persons_paper_is_not_found() -> None:
    issued = issue()
    assert queries.paper_of(MEMBER + 1, issued.certificate_id, centre_id=CENTRE) is None
    assert queries.certificate_of(MEMBER + 1, issued.certificate_id, centre_id=CENTRE) is None
    assert queries.certificates_of(MEMBER + 1, centre_id=CENTRE) == []


def test_a_refused_name_leaves_nothing_behind() -> None:
    with pytest.raises(Refusal):
        issue(said=facts(person_name="王𪚥"))
    assert rows("SELECT 1 FROM certificate") == []


def test_issued_papers_are_never_changed_or_deleted() -> None:
    issue()
    for statement in ("UPDATE certificate SET valid_until = '2099-01-01'", "DELETE FROM certificate_paper",
                      "UPDATE certificate_paper SET content_sealed = ''"):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            execute(statement)


def test_what_a_paper_says_cannot_be_given_to_another_paper() -> None:
    first, second = issue("case:1"), issue("case:2", said=facts(balance_fen=1))
    sealed = row("SELECT facts_sealed, number FROM certificate WHERE number = %s", [first.number])
    assert sealed is not None
    with pytest.raises(SealBroken):
        queries._facts({"facts_sealed": sealed["facts_sealed"], "number": second.number})


def test_neither_name_nor_code_nor_amount_stands_in_the_table_in_plain() -> None:
    issued = issue()
    code = code_of(issued.certificate_id).replace("-", "")
    (raw,) = rows("SELECT * FROM certificate")
    plain = repr({name: bytes(value) if isinstance(value, memoryview) else value for name, value in raw.items()})
    assert "林晓雨" not in plain and code not in plain and "6850206" not in plain


def test_the_invariants_hold() -> None:
    issue()
    for check in CHECKS:
        assert rows(check.sql) == [], check.name
