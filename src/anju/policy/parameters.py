"""One file, one parameter: reads `parameters/<handle>.yaml` into dated values.

Refuses a file whose name is not its handle, a unit nobody knows, a value that does not fit its unit, a value
without source, status or checker, and two values in force on one day.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from anju.kernel.rounding import Rounding
from anju.policy.reader import Node, read, read_source
from anju.policy.types import Parameter, ParameterValue, PolicyFileInvalid, Status

_HANDLE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_DECIMAL = re.compile(r"\d{1,12}(\.\d{1,8})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,6}", re.ASCII)


def _decimal(node: Node) -> Decimal:
    if not _DECIMAL.fullmatch(node.quoted_text):
        raise node.wrong(f"not a plain number: {node.value!r}")
    return Decimal(node.quoted_text)


def _money(node: Node) -> Decimal:
    amount = _decimal(node)
    if amount != amount.quantize(Decimal("0.01")):
        raise node.wrong("an amount has at most two places")
    return amount.quantize(Decimal("0.01"))


def _share(node: Node) -> Decimal:
    share = _decimal(node)
    if share > 1:
        raise node.wrong("a ratio is at most 1; write 12 % as 0.12")
    return share


def _whole(node: Node) -> int:
    if not _WHOLE.fullmatch(node.quoted_text):
        raise node.wrong(f"not a whole number: {node.value!r}")
    return int(node.quoted_text)


def _rounding(node: Node) -> Rounding:
    try:
        return Rounding(node.quoted_text)
    except ValueError:
        raise node.wrong(f"no rounding mode {node.value!r}") from None


def _text(node: Node) -> str:
    return node.quoted_text


def _list(node: Node) -> tuple[str, ...]:
    return tuple(item.quoted_text for item in node.items)


UNITS: dict[str, Callable[[Node], ParameterValue]] = {
    "元": _money, "比例": _share, "年利率": _share, "倍": _decimal,
    "个月": _whole, "日": _whole, "天": _whole, "个工作日": _whole, "小时": _whole, "分钟": _whole,
    "年": _whole, "次": _whole, "岁": _whole, "%": _decimal,
    "取整方式": _rounding, "选项": _text, "文字": _text, "清单": _list,
}  # fmt: skip
"""How a value of each unit is read. A new unit is a new line here, never a guess."""


@dataclass(frozen=True)
class ParameterFile:
    """All dated values of one parameter, oldest first; `beneath` is the same parameter of the national pack."""

    handle: str
    title: str
    unit: str
    values: tuple[Parameter, ...]
    beneath: ParameterFile | None = None

    def on(self, day: date, key: str | None = None) -> Parameter | None:
        """The value in force: the district's, else the city's, else the national one of that day."""
        for wanted in dict.fromkeys((key, None)):
            for value in self.values:
                inside = value.starts_on <= day and (value.ends_on is None or day <= value.ends_on)
                if value.key == wanted and inside:
                    return value
        return self.beneath.on(day, key) if self.beneath else None


def read_parameter(path: Path) -> ParameterFile:
    root = read(path)
    fields = root.fields(required=("handle", "title", "unit", "values"))
    handle = fields["handle"].text
    if not _HANDLE.fullmatch(handle):
        raise fields["handle"].wrong(f"a handle looks like group.name, not {handle!r}")
    if path.name != f"{handle}.yaml":
        raise fields["handle"].wrong(f"the file of {handle!r} must be named {handle}.yaml")
    unit = fields["unit"].text
    if unit not in UNITS:
        raise fields["unit"].wrong(f"unknown unit {unit!r}")
    title = fields["title"].text
    values = [_value(node, handle=handle, title=title, unit=unit) for node in fields["values"].items]
    _refuse_overlaps(list(zip(fields["values"].items, values, strict=True)))
    return ParameterFile(handle, title, unit, tuple(sorted(values, key=lambda value: value.starts_on)))


def _value(node: Node, *, handle: str, title: str, unit: str) -> Parameter:
    fields = node.fields(
        required=("from", "value", "source", "status", "checker"), optional=("until", "district", "note")
    )
    starts_on = fields["from"].day
    ends_on = fields["until"].day if "until" in fields else None
    if ends_on is not None and ends_on < starts_on:
        raise fields["until"].wrong("the last day lies before the first")
    try:
        status = Status(fields["status"].text)
    except ValueError:
        raise fields["status"].wrong(f"unknown status {fields['status'].value!r}") from None
    return Parameter(
        handle=handle,
        title=title,
        unit=unit,
        value=UNITS[unit](fields["value"]),
        starts_on=starts_on,
        ends_on=ends_on,
        source=read_source(fields["source"]),
        status=status,
        checker=fields["checker"].text,
        key=fields["district"].text if "district" in fields else None,
        note=fields["note"].text if "note" in fields else "",
    )


def _refuse_overlaps(values: list[tuple[Node, Parameter]]) -> None:
    last: dict[str | None, Parameter] = {}
    for node, value in sorted(values, key=lambda pair: pair[1].starts_on):
        before = last.get(value.key)
        if before is not None and (before.ends_on is None or before.ends_on >= value.starts_on):
            raise PolicyFileInvalid(
                node.path, node.line, f"two values are in force on {value.starts_on.isoformat()}"
            )
        last[value.key] = value
