"""A city says which services are on; what is off is neither offered nor accepted, and its running cases go on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from anju.casework import actions as cases
from anju.casework import queries, registry
from anju.casework.types import CaseState
from anju.exchange.fakes import FakeAgencies
from anju.exchange.types import Kind
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind
from anju.kernel.refusal import Refusal
from anju.policy.book import CITIES
from anju.services.contract import switches
from anju.services.folders import service_folders
from anju.services.tests.world import AT, NAME, PHONE, RENTER_ID, city_without, log_in, outside, sign

pytestmark = pytest.mark.django_db
FILE = Path("anju/parameters/services.on.yaml")
SwitchOff = Callable[..., None]


@pytest.fixture
def agencies() -> Iterator[FakeAgencies]:
    with outside() as (made, _):
        made.knows(Kind.IDENTITY, {"match": True, "phone_match": True})
        yield made


@pytest.fixture
def switch_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SwitchOff:
    """The demo city's rules, less some services."""
    return lambda *codes: monkeypatch.setattr(registry, "book", city_without(tmp_path, *codes))


def applicant() -> Actor:
    return log_in(NAME, IdKind.ID18, RENTER_ID, PHONE)


def test_everything_installed_is_on_in_the_demo_city() -> None:
    on_offer = {found.code for found in registry.services_on_offer(on=AT.date())}
    assert on_offer == {folder.name for folder in service_folders()}


def test_a_service_that_is_off_is_neither_listed_nor_begun_nor_kept_nor_accepted(switch_off: SwitchOff) -> None:
    switch_off("member_opening")
    actor = applicant()
    assert "member_opening" not in {found.code for found in registry.services_on_offer(on=AT.date())}
    for refused in (
        lambda: cases.begin("member_opening", actor=actor, at=AT),
        lambda: cases.preview("member_opening", {}, actor=actor, at=AT),
        lambda: cases.save_draft("member_opening", {}, actor=actor, at=AT),
        lambda: cases.submit("member_opening", {}, actor=actor, key="k", at=AT),
    ):
        with pytest.raises(Refusal, match="service_unknown") as wrong:
            refused()
        assert wrong.value.status == 404
    assert queries.cases_of(actor) == ()


def test_a_case_filed_before_the_switch_is_followed_and_signed(agencies: FakeAgencies, switch_off: SwitchOff) -> None:
    actor = applicant()
    case_id = cases.submit("member_opening", {}, actor=actor, key="k", at=AT).case_id
    switch_off("member_opening")
    sign(actor, case_id)
    assert queries.case_for(actor, case_id).state is CaseState.CLOSED


def test_before_the_list_begins_nothing_is_on() -> None:
    assert registry.services_on_offer(on=date(2020, 1, 1)) == ()


def test_every_citys_list_names_folders_and_what_they_need() -> None:
    assert switches() == []


def test_a_wrong_list_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "cities"
    shutil.copytree(CITIES, folder)
    text = (folder / FILE).read_text(encoding="utf-8")
    (folder / FILE).write_text(text.replace('"bank_card"', '"lottery"'), encoding="utf-8")
    for other in ("beijing", "hangzhou"):
        (folder / other / "parameters" / FILE.name).unlink()
    (folder / "national" / "parameters" / "promise.rent_withdrawal.yaml").unlink()
    (folder / "anju" / "parameters" / "promise.rent_withdrawal.yaml").unlink()
    wrong = switches(folder)
    assert any("anju switches on lottery" in one for one in wrong)
    assert any("bank_card is on in no city" in one for one in wrong)
    assert any("beijing says nothing" in one for one in wrong)
    assert any("rent_withdrawal in anju: no parameter promise.rent_withdrawal" in one for one in wrong)
