"""The certificate through casework: one choice, one submission, a paper that checks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.accounts.types import FreezeKind
from anju.casework import actions as cases
from anju.casework.types import Case, CaseState
from anju.certificates import queries as certificates
from anju.certificates.types import CheckStatus
from anju.database.encryption import seal
from anju.database.sql import execute
from anju.kernel.money import format_fen
from anju.kernel.month import Month
from anju.services.deposit_certificate.form import CertificateForm
from anju.services.deposit_certificate.service import SERVICE
from anju.services.tests.world import AT, CENTRE, Renter, renter

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Any) -> Iterator[Renter]:
    settings.ANJU_TESTING_ATOMIC = True
    with renter() as made:
        yield made


def ask(world: Renter, *, key: str = "k", purpose: str = "loan_elsewhere") -> Case:
    made = cases.submit("deposit_certificate", {"purpose": purpose}, actor=world.actor, key=key, at=AT)
    return world.case(made)


def test_one_submission_gives_a_paper_whose_number_and_code_check(world: Renter) -> None:
    case = ask(world)
    assert case.state is CaseState.CLOSED
    seen = certificates.certificate_of(world.person_id, case.result["certificate_id"], centre_id=CENTRE)
    assert seen is not None and seen.purpose == "异地购房贷款"
    assert seen.valid_until == AT.date() + timedelta(days=30)
    answer = certificates.verify(seen.number, seen.code, at=AT)
    shown = dict(answer.shown)
    assert answer.status is CheckStatus.GENUINE
    assert shown["姓名"] == "林晓雨" and shown["账户状态"] == "正常"
    assert shown["累计缴存"] == shown["连续缴存"] == "12 个月"
    balance = format_fen(account_queries.overview(world.account_id).balance_fen)
    assert shown["个人账户余额（截至 2026年11月23日）"].startswith(f"{balance} 元")


def test_the_page_submitted_twice_gives_one_paper_and_a_new_page_another(world: Renter) -> None:
    first, again, other = ask(world), ask(world), ask(world, key="k2")
    assert first.result["certificate_id"] == again.result["certificate_id"] != other.result["certificate_id"]
    assert len(certificates.certificates_of(world.person_id, centre_id=CENTRE)) == 2


def test_the_monthly_terms_are_those_of_the_last_posted_list(world: Renter) -> None:
    execute(
        "INSERT INTO remittance_line (account_id, remittance_id, centre_id, month, base_fen, unit_ratio, person_ratio,"
        " own_fen, unit_fen) VALUES (%s, 1, %s, 202610, 860000, 0.12, 0.075, 64500, 103200)",
        [world.account_id, CENTRE],
    )
    case = ask(world)
    monthly = case.decision.facts.value("monthly") if case.decision else None
    assert monthly == {"month": str(Month.of(AT.date()) - 1), "base_fen": 860000, "own_ratio": "0.0750",
                       "unit_ratio": "0.1200", "own_fen": 64500, "unit_fen": 103200}  # fmt: skip
    seen = certificates.certificate_of(world.person_id, case.result["certificate_id"], centre_id=CENTRE)
    assert seen is not None
    shown = dict(certificates.verify(seen.number, seen.code, at=AT).shown)
    assert shown["2026年10月个人缴存"] == "基数 8,600.00 元，比例 7.5%，月缴存额 645.00 元"
    assert shown["月缴存额合计"] == "1,677.00 元（人民币壹仟陆佰柒拾柒元整）"


def test_a_frozen_account_says_so_on_the_paper(world: Renter) -> None:
    accounts.freeze(
        world.account_id, kind=FreezeKind.RECEIVE_ONLY, authority="安居市法院", document="（2026）1号", at=AT
    )
    case = ask(world)
    seen = certificates.certificate_of(world.person_id, case.result["certificate_id"], centre_id=CENTRE)
    assert seen is not None
    shown = dict(certificates.verify(seen.number, seen.code, at=AT).shown)
    assert shown["账户状态"] == "正常，已冻结"


def test_a_name_the_font_lacks_is_refused_with_the_counters_way_and_no_paper(world: Renter) -> None:
    execute("UPDATE person SET name = %s WHERE person_id = %s", [seal("王𪚥", where="person‖name"), world.person_id])
    case = ask(world)
    assert case.state is CaseState.REFUSED and case.decision is not None
    assert case.decision.article == "online_measure.rare_character"
    assert "U+2A6A5" in case.decision.text and "网点" in case.decision.to_do
    assert certificates.certificates_of(world.person_id, centre_id=CENTRE) == []


@pytest.mark.parametrize("purpose", ["", "nothing", "loan_elsewhere\x00", "9" * 4000])
def test_a_purpose_that_is_not_offered_is_refused_beside_the_field(purpose: str) -> None:
    form = CertificateForm({"purpose": purpose})
    assert not form.is_valid() and "purpose" in form.errors


def test_there_is_exactly_one_thing_to_choose() -> None:
    assert list(SERVICE.form.base_fields) == ["purpose"]
