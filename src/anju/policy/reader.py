"""Reads policy YAML strictly. Owns the rules of the format; knows nothing of what the values mean.

Refuses, with file and line: a number, date or boolean that is not quoted, a key twice, a key nobody knows, a key
missing, an alias, anything that is not text, list or mapping.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from anju.policy.types import PolicyFileInvalid, Source

_TEXT_TAG = "tag:yaml.org,2002:str"
# The same language either way; the C parser reads a hundred files in a quarter of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Node:
    """A piece of a policy file that remembers where it stands."""

    path: Path
    line: int
    value: str | tuple[Node, ...] | Mapping[str, Node]
    quoted: bool = False

    def wrong(self, problem: str) -> PolicyFileInvalid:
        return PolicyFileInvalid(self.path, self.line, problem)

    @property
    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.wrong("text expected")
        if not self.value.strip():
            raise self.wrong("text is empty")
        return self.value

    @property
    def quoted_text(self) -> str:
        if not self.quoted:
            raise self.wrong("the value must be quoted")
        return self.text

    @property
    def day(self) -> date:
        try:
            return date.fromisoformat(self.quoted_text)
        except ValueError:
            raise self.wrong(f"not a date like 2026-09-20: {self.value}") from None

    @property
    def items(self) -> tuple[Node, ...]:
        if not isinstance(self.value, tuple) or not self.value:
            raise self.wrong("a list with at least one entry expected")
        return self.value

    def fields(self, *, required: Iterable[str], optional: Iterable[str] = ()) -> Mapping[str, Node]:
        """The mapping, once every key is known and every required one is there."""
        if not isinstance(self.value, Mapping):
            raise self.wrong("keys and values expected")
        known = {*required, *optional}
        for key, node in self.value.items():
            if key not in known:
                raise node.wrong(f"unknown key {key!r}")
        for key in required:
            if key not in self.value:
                raise self.wrong(f"missing key {key!r}")
        return self.value


def read(path: Path) -> Node:
    """The whole file as one node."""
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=_LOADER)
    except UnicodeDecodeError:
        raise PolicyFileInvalid(path, 1, "not UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PolicyFileInvalid(path, line, f"not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise PolicyFileInvalid(path, 1, f"not YAML: {error}") from None
    if root is None:
        raise PolicyFileInvalid(path, 1, "the file is empty")
    return _node(path, root, seen=set())


def _node(path: Path, raw: yaml.Node, seen: set[int]) -> Node:
    line = raw.start_mark.line + 1
    if id(raw) in seen:
        raise PolicyFileInvalid(path, line, "aliases are not allowed")
    seen.add(id(raw))
    if isinstance(raw, yaml.ScalarNode):
        if raw.tag != _TEXT_TAG:
            raise PolicyFileInvalid(path, line, f"{raw.value!r} must be quoted")
        return Node(path, line, raw.value, quoted=raw.style in ("'", '"'))
    if isinstance(raw, yaml.SequenceNode):
        return Node(path, line, tuple(_node(path, item, seen) for item in raw.value))
    assert isinstance(raw, yaml.MappingNode)
    fields: dict[str, Node] = {}
    for raw_key, raw_value in raw.value:
        key = raw_key.value
        if not isinstance(key, str):
            raise PolicyFileInvalid(path, line, "a key must be text")
        if key in fields:
            raise PolicyFileInvalid(path, raw_key.start_mark.line + 1, f"key {key!r} stands twice")
        fields[key] = _node(path, raw_value, seen)
    return Node(path, line, fields)


def read_source(node: Node) -> Source:
    """title, and where known number and url. An address must be https or http."""
    fields = node.fields(required=("title",), optional=("number", "url"))
    url = fields["url"].text if "url" in fields else ""
    if url and not url.startswith(("https://", "http://")):
        raise fields["url"].wrong("an address starts with https://")
    number = fields["number"].text if "number" in fields else ""
    return Source(fields["title"].text, number, url)
