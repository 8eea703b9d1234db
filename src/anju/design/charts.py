"""Drawn figures (图): the geometry of server SVGs. Templates draw what is computed here and choose nothing.

A chart starts at zero, is drawn once wide and once narrow, and always stands above its data table.
Coordinates are whole tenths of a unit written as text, so that nothing depends on the reader's number format.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anju.kernel.money import format_fen
from anju.kernel.month import Month

Point = tuple[Any, int]


@dataclass(frozen=True)
class Tick:
    at: str
    text_at: str
    label: str
    anchor: str = "middle"
    minor: bool = False


@dataclass(frozen=True)
class Note:
    x: str
    y: str
    text: str
    text_x: str
    text_y: str
    anchor: str
    is_line: bool


@dataclass(frozen=True)
class Drawing:
    size: str
    view_box: str
    left: str
    right: str
    base: str
    top: str
    grid: tuple[Tick, ...]
    ticks: tuple[Tick, ...]
    curve: str
    area: str
    notes: tuple[Note, ...]
    last_x: str
    last_y: str
    last_text: str
    last_text_y: str


@dataclass(frozen=True)
class Row:
    label: str
    fen: int


@dataclass(frozen=True)
class BalanceChart:
    title: str
    description: str
    drawings: tuple[Drawing, ...]
    rows: tuple[Row, ...]
    is_empty: bool


@dataclass(frozen=True)
class Bar:
    label: str
    fen: int
    kind: str
    y: int
    text_y: int
    length: int
    text_x: int
    value: str


@dataclass(frozen=True)
class BarChart:
    bars: tuple[Bar, ...]
    view_box: str
    height: int
    description: str


def label_of(key: Any) -> str:
    return key.zh if isinstance(key, Month) else str(key)


def short_fen(fen: int) -> str:
    """An amount as an axis or a bar says it: 2万, 2.18万, 872."""
    yuan = abs(fen) // 100
    sign = "−" if fen < 0 else ""
    if yuan < 10_000:
        return f"{sign}{yuan:,}"
    hundredths = yuan // 100
    whole, rest = divmod(hundredths, 100)
    decimals = f"{rest:02d}".rstrip("0")
    return f"{sign}{whole:,}{'.' + decimals if decimals else ''}万"


def nice_top(most: int) -> tuple[int, int]:
    """Top of the axis and the step of its lines, in fen: at most five lines of 1, 2 or 5 times ten."""
    step = 100
    while True:
        for factor in (1, 2, 5):
            if most <= step * factor * 4:
                lines = max(1, -(-most // (step * factor)))
                return step * factor * lines, step * factor
        step *= 10


def _text(tenths: int) -> str:
    whole, rest = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else ''}{whole}.{rest}" if rest else str(tenths // 10)


class _Frame:
    """One drawing's plane, in tenths: from a point's number and amount to coordinates."""

    def __init__(self, size: str, width: int, left: int, right: int, count: int, top_fen: int) -> None:
        self.size, self.width, self.height = size, width, 248
        self.left, self.right, self.top, self.base = left * 10, right * 10, 280, 2150
        self.count, self.top_fen = count, top_fen

    def x(self, index: int) -> int:
        if self.count == 1:
            return (self.left + self.right) // 2
        return self.left + (self.right - self.left) * index // (self.count - 1)

    def y(self, fen: int) -> int:
        return self.base - (self.base - self.top) * max(fen, 0) // self.top_fen


def _ticks(frame: _Frame, points: Sequence[Point], wanted: int) -> tuple[Tick, ...]:
    last = len(points) - 1
    step = max(1, -(-last // (wanted - 1)))
    # Even steps from the start; the last point always has its label, so one too near to it gives way.
    places = [place for place in range(0, last, step) if last - place > step // 2 or place == 0] + [last]
    places = sorted(set(places))
    made = []
    for index in places:
        anchor = "middle"
        if last > 0:
            anchor = {0: "start", last: "end"}.get(index, "middle")
        x = _text(frame.x(index))
        made.append(Tick(x, "240", label_of(points[index][0]), anchor, minor=index not in (0, last)))
    return tuple(made)


def _notes(frame: _Frame, points: Sequence[Point], notes: Iterable[Mapping[str, Any]]) -> tuple[Note, ...]:
    places = {label_of(key): index for index, (key, _) in enumerate(points)}
    made = []
    for note in notes:
        index = places.get(label_of(note["at"]))
        if index is None:
            continue
        x, y = frame.x(index), frame.y(points[index][1])
        is_line = bool(note.get("line"))
        in_left = x < (frame.left + frame.right) // 2
        text = str(note.get("short", note["text"]) if frame.size == "narrow" else note["text"])
        if frame.size == "narrow" and not is_line:
            text = ""
        anchor = ("start" if in_left else "end") if is_line else "middle"
        shift = (80 if in_left else -80) if is_line else 0
        text_y = frame.base - 100 if is_line else min(y + 220, frame.base - 60)
        made.append(Note(_text(x), _text(y), text, _text(x + shift), _text(text_y), anchor, is_line))
    return tuple(made)


def _drawing(
    frame: _Frame, points: Sequence[Point], notes: Iterable[Mapping[str, Any]], step: int, ticks: int
) -> Drawing:
    places = [(frame.x(index), frame.y(fen)) for index, (_, fen) in enumerate(points)]
    line = "L".join(f"{_text(x)} {_text(y)}" for x, y in places)
    last_x, last_y = places[-1]
    levels = range(0, frame.top_fen + 1, step)
    grid = tuple(
        Tick(_text(frame.y(level)), _text(frame.y(level) + 40), short_fen(level), "end", minor=bool(n % 2))
        for n, level in enumerate(levels)
    )
    return Drawing(
        size=frame.size,
        view_box=f"0 0 {frame.width} {frame.height}",
        left=_text(frame.left),
        right=_text(frame.right),
        base=_text(frame.base),
        top=_text(frame.top),
        grid=grid,
        ticks=_ticks(frame, points, ticks),
        curve=f"M{line}",
        area=f"M{_text(places[0][0])} {_text(frame.base)}L{line}V{_text(frame.base)}Z",
        notes=_notes(frame, points, notes),
        last_x=_text(last_x),
        last_y=_text(last_y),
        last_text=format_fen(points[-1][1]),
        last_text_y=_text(max(last_y - 140, 120)),
    )


def balance_chart(points: Iterable[Point], notes: Iterable[Mapping[str, Any]] = ()) -> BalanceChart:
    """A balance over time. `points`: (Month or text, fen), oldest first.

    A note is {"at": Month or text, "text": "结息 +540.70"}; with "line": True it is a dashed line at a
    turning point; "short" is its text where there is little room.
    """
    known, marks = list(points), list(notes)
    if not known:
        return BalanceChart("余额变化", "还没有数据。", (), (), is_empty=True)
    top, step = nice_top(max(fen for _, fen in known) or 100)
    frames = (
        (_Frame("wide", 720, 56, 712, len(known), top), 5),
        (_Frame("narrow", 358, 56, 354, len(known), top), 3),
    )
    first, last = label_of(known[0][0]), label_of(known[-1][0])
    told = "；".join(f"{label_of(note['at'])}：{note['text']}" for note in marks)
    return BalanceChart(
        title=f"余额变化，{first}至{last}",
        description=f"从 {format_fen(known[0][1])} 元到 {format_fen(known[-1][1])} 元。"
        f"{told + '。' if told else ''}数据见下表。",
        drawings=tuple(_drawing(frame, known, marks, step, ticks) for frame, ticks in frames),
        rows=tuple(Row(label_of(key), fen) for key, fen in reversed(known)),
        is_empty=False,
    )


def bar_chart(bars: Iterable[Mapping[str, Any]]) -> BarChart:
    """Amounts side by side. A bar is {"label", "fen", "kind": "in"|"out"|"quiet"}; money out is drawn red."""
    given = list(bars)
    most = max((abs(int(bar["fen"])) for bar in given), default=0) or 1
    made = []
    for number, bar in enumerate(given):
        length = max(2, 210 * abs(int(bar["fen"])) // most)
        kind = {"out": "bar--out", "quiet": "bar--quiet"}.get(str(bar.get("kind", "in")), "")
        top = number * 40 + 2
        made.append(
            Bar(str(bar["label"]), int(bar["fen"]), kind, top, top + 13, length, 72 + length, short_fen(bar["fen"]))
        )
    height = max(len(made) * 40 - 12, 28)
    told = "，".join(f"{bar.label} {format_fen(bar.fen)}" for bar in made)
    return BarChart(tuple(made), f"0 0 358 {height}", height, f"{told} 元。数据见下表。")
