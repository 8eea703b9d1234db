"""docs/services.md tells the truth: what `make new-service` makes runs, and the documented service works."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

import anju.services
from anju.casework import actions as cases
from anju.casework import queries, registry
from anju.casework.types import CaseState, Service
from anju.command.new_service import run
from anju.database.encryption import unseal
from anju.database.sql import rows
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.services.contract import FILES, examples, problems
from anju.services.folders import read_service
from anju.services.tests.world import AT, CENTRE, Renter, renter

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "services.md"
FILE = re.compile(r"^`(?P<name>[a-z_]+\.(?:py|md|yaml))`\n\n```[a-z]+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = "mail_address"


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of services beside the installed ones."""
    monkeypatch.setattr(anju.services, "__path__", [*anju.services.__path__, str(tmp_path)])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("anju.services."):
            del sys.modules[name]


def documented(services: Path) -> Service:
    """Made by `make new-service`, then filled with what the document says."""
    assert run(NAME, services=services) == 0
    found = {match["name"]: match["text"] for match in FILE.finditer(DOCUMENT.read_text(encoding="utf-8"))}
    assert set(found) == set(FILES) - {"__init__.py"} | {"labels.py"}
    for name, text in found.items():
        (services / NAME / name).write_text(text, encoding="utf-8")
    return read_service(services / NAME)


def test_a_fresh_folder_runs_and_the_contract_names_what_only_its_author_knows(
    services: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("first_try", services=services) == 0
    told = capsys.readouterr().out
    for word in ("promise.first_try.yaml", "services.on.yaml", "docs/services.md"):
        assert word in told, word
    assert problems(read_service(services / "first_try")) == [
        "title or gives is empty", "no parameter promise.first_try", "guide.md is too short to guide anybody",
        "faq.yaml answers fewer than 3 questions", "examples.yaml has fewer than 3 examples",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["", "Upper", "with-dash", "class", "9lives", "中文", "../up"])
def test_what_is_no_name_makes_no_folder(services: Path, name: str) -> None:
    assert run(name, services=services) == 1
    assert list(services.iterdir()) == []


def test_a_folder_that_is_there_is_never_written_over(services: Path) -> None:
    assert run("first_try", services=services) == 0
    (services / "first_try" / "guide.md").write_text("mine", encoding="utf-8")
    assert run("first_try", services=services) == 1
    assert (services / "first_try" / "guide.md").read_text(encoding="utf-8") == "mine"


def test_the_documented_service_keeps_the_contract_and_passes_its_own_tests(services: Path) -> None:
    service = documented(services)
    assert problems(service) == []
    code = (
        f"import sys, anju.services; anju.services.__path__.append({str(services)!r});"
        "import pytest; sys.exit(pytest.main(['-q', '-c', 'pyproject.toml', '-p', 'no:cacheprovider', sys.argv[1]]))"
    )
    done = subprocess.run(  # noqa: S603  (our own interpreter and code)
        [sys.executable, "-c", code, str(service.folder / "tests.py")], capture_output=True, text=True, check=False,
        cwd=DOCUMENT.parents[1], env={"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def world() -> Iterator[Renter]:
    with renter() as made:
        yield made


@pytest.mark.django_db
def test_a_member_files_the_documented_service_once_it_is_on(world: Renter, services: Path) -> None:
    service = documented(services)
    registry.install(service)
    try:
        with pytest.raises(Refusal, match="service_unknown"):
            cases.submit(NAME, {"address": "安和路 88 号"}, actor=world.actor, key="off", at=AT)
        registry.offer(service)
        form = service.form({"address": "安居市临湖区安和路 88 号"})
        assert form.is_valid()
        made = cases.submit(NAME, service.answers(form), actor=world.actor, key="on", at=AT)
        case = queries.case_for(world.actor, made.case_id)
        assert case.state is CaseState.CLOSED and "通信地址已登记" in str([step.text for step in case.steps])
        assert _addresses(world.person_id) == ["安居市临湖区安和路 88 号"]
        nobody = Actor(world.actor.login_id, 424242, "member", None, "何清", CENTRE)
        refused = cases.submit(NAME, service.answers(form), actor=nobody, key="none", at=AT)
        assert refused.state is CaseState.REFUSED
        page = Client().get(f"/help/{NAME}/").content.decode()
        assert "登记通信地址" in page and f'href="/me/services/{NAME}/"' in page
        assert "登记通信地址" in Client().get("/services/").content.decode()
    finally:
        registry.withdraw_offer(NAME)


def _addresses(person_id: int) -> list[str]:
    found = rows("SELECT value_sealed FROM person_contact WHERE person_id = %s AND kind = 'address'", [person_id])
    return [unseal(bytes(line["value_sealed"]), where="person_contact‖value_sealed") for line in found]


def test_the_documented_example_of_the_rent_is_true(tmp_path: Path) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    found: Any = re.search(r"One of `rent_withdrawal`:\n\n```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(yaml.safe_load(found[1])) == 1
    (tmp_path / "examples.yaml").write_text(found[1], encoding="utf-8")
    wrong = list(examples(replace(registry.service("rent_withdrawal"), folder=tmp_path)))
    assert wrong == ["examples.yaml has fewer than 3 examples"]


def test_every_name_the_document_uses_is_real() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for name in re.findall(r"casework\.actions\.([a-z_]+)", text):
        assert hasattr(cases, name), name
    acts = re.findall(r"`(request_correction|ask_again|establish_fact|propose|approve|return_to_clerk|refuse)`", text)
    assert len(acts) == 7 and all(hasattr(cases, name) for name in acts)
    for wrong in ("city: demo", "R26.24", "{account_state: 1, months"):
        assert wrong not in text
