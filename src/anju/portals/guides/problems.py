"""Common problems (常见问题), each as problem, what one sees, and how to solve it: data in `problems.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Problem:
    """One problem; `link_name` is the address that mends it, where there is one."""

    id: str
    problem: str
    seen: str
    solve: tuple[str, ...]
    link_name: str = ""
    link_label: str = ""

    def says(self, word: str) -> bool:
        """Whether a word stands anywhere in it."""
        return any(word in text for text in (self.problem, self.seen, *self.solve))


@cache
def problems() -> tuple[Problem, ...]:
    """Every problem, in the order a person meets them."""
    raw = yaml.safe_load(Path(__file__).with_name("problems.yaml").read_text(encoding="utf-8"))
    return tuple(
        Problem(
            one["id"], one["problem"], one["seen"], tuple(one["solve"]), one.get("link", {}).get("name", ""),
            one.get("link", {}).get("label", ""),
        )
        for one in raw
    )  # fmt: skip
