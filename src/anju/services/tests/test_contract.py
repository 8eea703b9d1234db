"""Every service folder keeps the contract of docs/services.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from anju.services.contract import examples, problems
from anju.services.folders import read_service, service_folders


@pytest.mark.parametrize("folder", service_folders(), ids=lambda folder: folder.name)
def test_the_folder_keeps_the_contract(folder: Path) -> None:
    assert problems(read_service(folder)) == []


def test_a_wrong_example_is_found(tmp_path: Path) -> None:
    from dataclasses import replace

    service = read_service(next(folder for folder in service_folders() if folder.name == "rent_withdrawal"))
    text = (service.folder / "examples.yaml").read_text(encoding="utf-8")
    text = text.replace("outcome: grant", "outcome: refuse", 1)
    (tmp_path / "examples.yaml").write_text(text, encoding="utf-8")
    assert any("grant instead of refuse" in wrong for wrong in examples(replace(service, folder=tmp_path)))
