"""Texts of a service folder: its guide, its questions, and the agreement in force with the digest that is signed."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import yaml

from anju.casework.types import Agreement, GuideText, Service


def guide(service: Service) -> GuideText:
    """The guide and the questions of a service."""
    return _guide(service.folder)


@lru_cache(maxsize=64)
def _guide(folder: Path) -> GuideText:
    entries = yaml.safe_load((folder / "faq.yaml").read_text(encoding="utf-8")) or []
    questions = tuple((entry["question"], entry["answer"]) for entry in entries)
    return GuideText((folder / "guide.md").read_text(encoding="utf-8"), questions)


def agreement(service: Service) -> Agreement:
    """The version in force: the highest by number. Earlier files stay, because people signed them."""
    assert service.agreement, f"{service.code} has no agreement"
    return _agreement(service.folder, service.agreement, newest_version(service.folder))


def agreement_of_version(service: Service, version: str) -> Agreement:
    """The text somebody signed, for download."""
    return _agreement(service.folder, service.agreement, version)


def newest_version(folder: Path) -> str:
    versions = [path.stem.removeprefix("agreement-") for path in folder.glob("agreement-*.md")]
    assert versions, f"no agreement text in {folder}"
    return max(versions, key=lambda version: tuple(int(part) for part in version.split(".")))


@lru_cache(maxsize=64)
def _agreement(folder: Path, code: str, version: str) -> Agreement:
    raw = (folder / f"agreement-{version}.md").read_bytes()
    return Agreement(code, version, raw.decode(), hashlib.sha256(raw).hexdigest())
