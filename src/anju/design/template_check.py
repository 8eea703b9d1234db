"""Reads templates and names what is misused: components that do not exist, parameters nobody reads.

A component ignores a parameter it does not know, so a slip of the pen would stay unseen on the page. Text only:
nothing is rendered and no view is imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

COMPONENTS = Path(__file__).parent / "templates" / "cotton"
_OPENING = re.compile(r"<c-([a-z0-9-]+)\b")
_ATTRIBUTE = re.compile(r"""\s*(?:(:?[A-Za-z][\w.-]*)(?:=("[^"]*"|'[^']*'|[^\s"'>]+))?|(/?>))""", re.DOTALL)
_PASSED_ON = re.compile(r"(data-|hx-|aria-).+|(name|value|id|form|formaction|formnovalidate|rel|target|download|role)")


@dataclass(frozen=True)
class Component:
    parameters: frozenset[str]
    passes_on: bool


@cache
def component(name: str) -> Component | None:
    """What the component declares; None when there is no such component."""
    path = COMPONENTS / f"{name.replace('-', '_')}.html"
    if not path.exists():
        return None
    text = path.read_text()
    declared = re.match(r"<c-vars (.*?)/>", text, re.DOTALL)
    names = re.findall(r'([\w-]+)="', declared[1]) if declared else []
    read = re.findall(r"{{ (\w+) }}", text) + re.findall(r"\b(view|condition)\b", text)
    return Component(frozenset(names) | frozenset(read), "{{ attrs }}" in text)


def _misuses(text: str) -> Iterator[tuple[int, str]]:
    for opening in _OPENING.finditer(text):
        name, line, at = opening[1], text.count("\n", 0, opening.start()) + 1, opening.end()
        if name in ("slot", "vars"):
            continue
        known = component(name)
        if known is None:
            yield line, f"<c-{name}> does not exist"
            continue
        while found := _ATTRIBUTE.match(text, at):
            at = found.end()
            if found[3]:
                break
            yield from ((line, fault) for fault in _faults(name, known, found[1], found[2]))
        else:
            yield line, f"<c-{name}> is not closed or has a parameter that cannot be read"


def _faults(name: str, known: Component, attribute: str, value: str | None) -> Iterator[str]:
    plain = attribute.removeprefix(":")
    if plain not in known.parameters and not (known.passes_on and _PASSED_ON.fullmatch(plain)):
        yield f"<c-{name}> does not know {plain}"
    if value and value[0] not in "\"'":
        yield f"<c-{name}> {plain}: write the value in quotes"


def misuses(root: Path) -> list[str]:
    """Every misuse in the templates below a folder, as path:line: what."""
    return [
        f"{path}:{line}: {fault}" for path in sorted(root.rglob("*.html")) for line, fault in _misuses(path.read_text())
    ]
