"""A small town is built once for all of these: what a visitor finds in it, and that its books are in order."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from anju.closing import queries as closing
from anju.closing.types import LevelState, RunKind, RunState
from anju.contributions.actions import check_upload
from anju.contributions.queries import suspense_items, unit_month
from anju.contributions.types import RemittanceState
from anju.database.checks import collect
from anju.database.sql import row, rows
from anju.database.testing import empty_tables
from anju.demo.build import build
from anju.demo.characters import BY_KEY, CHARACTERS, PASSWORD
from anju.demo.city import SIZES
from anju.demo.wrong_list import wrong_list_workbook
from anju.kernel.clock import ZONE
from anju.kernel.identifiers import IdKind
from anju.kernel.month import Month
from anju.parties.queries import person_by_document
from anju.support.building import STATE_FILE
from anju.treasury.queries import batch_offers, mandates

AT = datetime(2026, 11, 25, 14, 30, tzinfo=ZONE)
CENTRE = 990100

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def town(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The data folder of a town built at a fixed moment; emptied afterwards."""
    before, settings.DATA_DIR = settings.DATA_DIR, tmp_path_factory.mktemp("town")
    files, settings.ANJU_FILES_DIR = settings.ANJU_FILES_DIR, settings.DATA_DIR / "files"
    try:
        with django_db_blocker.unblock():
            build(seed=20261123, size=SIZES["small"], at=AT)
            yield settings.DATA_DIR
    finally:
        settings.DATA_DIR, settings.ANJU_FILES_DIR = before, files
        empty_tables(os.environ["OWNER_DATABASE_URL"])


def count(sql: str, *params: object) -> int:
    found = row(f"SELECT count(*) AS n FROM {sql}", list(params))  # noqa: S608  (written in the tests)
    assert found is not None
    return int(found["n"])


def test_its_books_are_in_order(town: Path) -> None:
    broken = [(room, check.name, found[:3]) for room, check in collect() if (found := rows(check.sql))]
    assert broken == []


def test_every_queue_of_the_desk_has_cases_in_every_state(town: Path) -> None:
    found = rows("SELECT service, state FROM casework_case WHERE state NOT IN ('closed', 'refused', 'withdrawn')")
    states = Counter((line["service"], line["state"]) for line in found)
    for service in ("rent_withdrawal", "member_opening", "employer_opening"):
        assert states[service, "review"] and states[service, "approval"] and states[service, "correction"], states
    assert states["bank_card", "review"] == 2
    assert states["member_opening", "decided"] == 1
    assert states["employer_remittance", "in_effect"] == 2


def test_cases_are_claimed_corrected_returned_and_one_is_past_its_promised_day(town: Path) -> None:
    waiting = "casework_case WHERE state = 'review'"
    assert count(f"{waiting} AND claimed_by IS NULL") >= 4 and count(f"{waiting} AND claimed_by IS NOT NULL") == 3
    assert count("casework_case WHERE state IN ('review', 'approval') AND promised_on < %s", AT.date()) >= 1
    assert count("case_correction WHERE answered_at IS NULL") >= 3 and count("case_file") == 1
    acts = {line["act"] for line in rows("SELECT DISTINCT act FROM case_review")}
    assert {"correction", "propose_agree", "propose_refuse", "return", "approve", "establish_fact"} <= acts


def test_rents_were_paid_returned_and_refused(town: Path) -> None:
    states = Counter(line["state"] for line in rows("SELECT state FROM withdrawal"))
    assert states[2] >= 10, "paid"
    assert states[3] == 1, "returned by the bank"
    assert states[5] == 1, "paid, and come back days later"
    assert states[1] == 1 + 6, "the bank has not answered; approved in the night and waiting for a batch"
    assert count("hold WHERE ended_at IS NULL") == 1 + 6
    assert count("casework_case WHERE service = 'rent_withdrawal' AND state = 'refused'") >= 2
    assert count("case_decision WHERE NOT by_rule") >= 1


def test_money_waits_for_every_reason(town: Path) -> None:
    reasons = Counter(item.reason.value for item in suspense_items(CENTRE))
    assert reasons == {"no_reference": 3, "short": 2, "double": 1, "cancelled": 1}, reasons
    orders = rows("SELECT state, amount_fen, releaser_person_id, last_answer FROM payment_order WHERE state IN (1, 3)")
    queued = [order["amount_fen"] for order in orders if order["state"] == 1 and order["releaser_person_id"] is None]
    limit = row("SELECT max(limit_fen) AS fen FROM treasury_mandate")
    assert limit is not None and len(queued) == 1 + 6 and sum(fen > limit["fen"] for fen in queued) == 1
    assert [order["last_answer"] for order in orders if order["state"] == 3] == ["none"]
    assert count("bank_notice WHERE state = 6") == 1


def test_one_treasurer_can_gather_a_batch_that_two_others_check_and_release(town: Path) -> None:
    people = {key: person_of(key) for key in ("treasurer", "accountant", "second_treasurer")}
    assert len(set(people.values())) == 3
    offer, = batch_offers(CENTRE, person_id=people["treasurer"], on=AT.date())
    assert len(offer.lines) == 6 and [one.amount_fen for one in offer.left_out] == [68_000_000]
    for person_id in people.values():
        seen, = batch_offers(CENTRE, person_id=person_id, on=AT.date())
        assert seen.lines == offer.lines, "the large refund goes into nobody's batch, so that nobody's part is in it"
    live = [one for one in mandates(CENTRE) if one.ended_at is None and one.starts_on <= AT.date() <= one.ends_on]
    assert len(live) == 1, "what a visitor asks for is paid at once"


def person_of(key: str) -> int:
    found = person_by_document(IdKind.ID18, BY_KEY[key].id_number, centre_id=CENTRE)
    assert found is not None
    return found.person_id


def test_one_unit_waits_for_its_second_person_and_one_is_in_arrears(town: Path) -> None:
    units = {line["name"]: line["unit_id"] for line in rows("SELECT name, unit_id FROM unit")}
    waiting = unit_month(CENTRE, units["安居江南机电有限公司"], at=AT)
    assert waiting.remittance is not None and waiting.remittance.state is RemittanceState.AWAITING_APPROVAL
    late = {name: unit_month(CENTRE, unit_id, at=AT).arrears.months for name, unit_id in units.items()}
    owing = [months for months in late.values() if months]
    assert len(owing) == 1 and [(str(one.month), one.total_fen is None) for one in owing[0]][:2] == [
        ("2026-09", False), ("2026-10", True),
    ]  # fmt: skip
    ready = unit_month(CENTRE, units["安居市临湖中学"], at=AT)
    assert ready.can_declare and ready.month == Month(2026, 11) and ready.joined == ready.left == 0


def test_accounts_stand_in_every_state_of_this_slice(town: Path) -> None:
    assert count("account WHERE state = 2") == 5
    freezes = rows("SELECT kind, document FROM account_freeze WHERE ended_at IS NULL ORDER BY kind")
    assert [line["kind"] for line in freezes] == [1, 2] and all("演示" in line["document"] for line in freezes)
    moved = row("SELECT count(DISTINCT unit_id) AS n FROM account_spell GROUP BY account_id ORDER BY 1 DESC LIMIT 1")
    assert moved is not None and moved["n"] == 2


def test_only_the_named_have_passwords_and_every_one_of_them_has(town: Path) -> None:
    usable = "identity_login WHERE password NOT LIKE '!%%'"
    assert count(usable) == len(CHARACTERS)
    assert count("identity_login") > len(CHARACTERS)


def test_nothing_is_left_for_later(town: Path) -> None:
    assert count("procrastinate_jobs") == 0
    assert count("sms WHERE state <> 'delivered'") == 0
    assert json.loads((town / STATE_FILE).read_text())["finished"] is True


def test_nothing_happened_after_the_moment_it_was_built_at(town: Path) -> None:
    for table, column in (("casework_case", "updated_at"), ("remittance", "matched_at"), ("suspense", "received_at"),
                          ("voucher", "known_at"), ("notice", "created_at"), ("audit_record", "at")):  # fmt: skip
        assert count(f"{table} WHERE {column} > %s", AT.replace(minute=35)) == 0, table


def test_building_again_changes_nothing(town: Path) -> None:
    before = count("audit_record")
    build(seed=20261123, size=SIZES["small"], at=AT)
    assert count("audit_record") == before


def test_building_on_half_a_town_is_refused(town: Path, tmp_path: Path) -> None:
    with override_settings(DATA_DIR=tmp_path), pytest.raises(RuntimeError, match="half-built"):
        build(seed=20261123, size=SIZES["small"], at=AT)


def test_the_wrong_list_is_wrong_in_three_places_for_its_agent(town: Path) -> None:
    unit = row("SELECT unit_id FROM unit WHERE name = '安居启明软件有限公司'")
    assert unit is not None
    answer = check_upload(
        wrong_list_workbook(), "名册.xlsx", centre_id=CENTRE, unit_id=unit["unit_id"], month=Month(2026, 11), at=AT,
        asking_seconds=0.0,
    )  # fmt: skip
    assert sorted(problem.place for problem in answer.checked.errors) == ["B3", "C6", "D5"]


def test_the_page_of_the_characters_names_them_all_and_only_where_the_demo_runs(client: Client) -> None:
    with override_settings(ANJU_DEMO=True):
        page = client.get("/demo/").content.decode()
        listed = client.get("/demo/wrong-list.xlsx")
    assert PASSWORD in page and all(one.name in page and one.phone in page for one in BY_KEY.values())
    assert listed.status_code == 200 and listed.content.startswith(b"PK")
    with override_settings(ANJU_DEMO=False):
        assert client.get("/demo/").status_code == 404 and client.get("/demo/wrong-list.xlsx").status_code == 404


def test_its_past_is_closed_level_by_level_and_yesterday_is_left_for_a_visitor(town: Path) -> None:
    stretch = closing.next_stretch(CENTRE, at=AT)
    assert stretch is not None and stretch.first_on == stretch.last_on == AT.date() - timedelta(days=1)
    assert closing.first_open_month(CENTRE) == Month(2026, 11)
    runs = [one for kind in RunKind for one in closing.runs(CENTRE, kind, limit=100)]
    assert all(one.state is RunState.SIGNED for one in runs)
    differed = {one["text"] for run in runs for one in run.report["explained"]}
    assert differed == set(), "what the bank did by itself was booked on its day"
    levels = [one for run in runs for one in run.report.get("levels", ())]
    apart = {one["number"] for one in levels if one["state"] == LevelState.DIFFERS}
    assert apart == set()
    booked = rows("SELECT DISTINCT purpose FROM bank_booking WHERE state = 2 ORDER BY purpose")
    assert [one["purpose"] for one in booked] == [1, 3], "fees and interest of the quarters that are over"
    (fee,) = rows("SELECT entry_date FROM bank_notice WHERE state = 6 AND direction = 1")
    assert fee["entry_date"] == AT.date() - timedelta(days=1), "yesterday's waits for two people"
