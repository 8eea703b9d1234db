"""The words of each kind of notice, from templates.yaml, and filling them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

import yaml

PLAIN_TITLE = "业务通知"
PLAIN_SMS = "您有一条新消息，请登录网上业务查看。"


@dataclass(frozen=True)
class Wording:
    """Title and text for the inbox; `sms` is empty where no phone is troubled."""

    kind: str
    title: str
    text: str
    sms: str

    @property
    def blanks(self) -> frozenset[str]:
        """The names that must be filled in."""
        return frozenset(name for part in (self.text, self.sms) for _, name, _, _ in Formatter().parse(part) if name)


@cache
def wordings() -> dict[str, Wording]:
    """All kinds by handle."""
    content = (Path(__file__).parent / "templates.yaml").read_text(encoding="utf-8")
    found = {}
    for kind, entry in yaml.safe_load(content).items():
        assert set(entry) <= {"title", "text", "sms"}, f"templates.yaml: {kind}"
        found[kind] = Wording(kind, entry["title"], entry["text"], entry.get("sms", ""))
    return found


def title_of(kind: str) -> str:
    """The title of a kind; a plain one for a kind whose sender writes its own words."""
    known = wordings().get(kind)
    return known.title if known else PLAIN_TITLE


def text_of(kind: str, values: Mapping[str, str]) -> str:
    """The inbox text, filled in. Every blank must be given."""
    return wordings()[kind].text.format_map(values)


def sms_of(kind: str, values: Mapping[str, str]) -> str:
    """The SMS of a kind without its signature; a plain pointer where the kind or its values are not given."""
    known = wordings().get(kind)
    if known is None or not known.sms:
        return PLAIN_SMS
    try:
        return known.sms.format_map(values)
    except KeyError:
        return PLAIN_SMS
