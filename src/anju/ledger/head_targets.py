"""Places outside the database that keep daily heads: a file, a second database, a printed line.

Named by the setting ``ANJU_HEADS``, separated by semicolons: ``file:/path``, ``postgresql://…``, ``print``. A place
that holds another head for the same day and month refuses to be written: then one of the two was changed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import psycopg


class Target(Protocol):
    """A place that keeps heads. ``name`` tells it apart, without a password."""

    @property
    def name(self) -> str:
        """How it is called in messages and in ``books_head_sent``."""
        ...

    def write(self, lines: Sequence[str]) -> None:
        """Keep these lines for good, or raise."""
        ...


class HeadDiffers(Exception):
    """The place holds another head for the same day and month."""


class UnknownTarget(ValueError):
    """A place that the setting names and nobody knows how to write."""


@dataclass(frozen=True)
class Print:
    """A line on standard output, for a printer or whoever collects the log."""

    name: str = "print"

    def write(self, lines: Sequence[str]) -> None:
        """Print and flush."""
        for line in lines:
            print(line)
        sys.stdout.flush()


@dataclass(frozen=True)
class AppendFile:
    """A file that only grows, one head a line."""

    path: Path

    @property
    def name(self) -> str:
        """The path."""
        return f"file:{self.path}"

    def write(self, lines: Sequence[str]) -> None:
        """Append what the file does not hold, and wait until the disk has it."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        with os.fdopen(descriptor, "r+b") as stream:
            held = stream.read()
            known = {_place(one): one for one in map(_parse, held.decode().splitlines()) if one}
            fresh = [line for line in lines if _is_new(_parse(line), known)]
            # A machine that died while writing left half a line: the next one begins on its own.
            torn = b"\n" if held and not held.endswith(b"\n") else b""
            stream.write(torn + "".join(f"{line}\n" for line in fresh).encode())
            stream.flush()
            os.fsync(stream.fileno())
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


_TABLE = """CREATE TABLE IF NOT EXISTS anju_books_head (centre_id bigint, day date, period integer, n bigint,
    debit_fen bigint, digest text, kept_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (centre_id, day, period))"""
_KEEP = """INSERT INTO anju_books_head (centre_id, day, period, n, debit_fen, digest)
    VALUES (%(centre_id)s, %(day)s, %(period)s, %(n)s, %(debit_fen)s, %(digest)s) ON CONFLICT DO NOTHING"""
_HELD = """SELECT n, debit_fen, digest FROM anju_books_head
    WHERE centre_id = %(centre_id)s AND day = %(day)s AND period = %(period)s"""


@dataclass(frozen=True)
class SecondDatabase:
    """A table ``anju_books_head`` in another PostgreSQL, made there when it is missing."""

    url: str

    @property
    def name(self) -> str:
        """Machine and database, without user and password."""
        parts = urlsplit(self.url)
        return f"postgresql://{parts.hostname}:{parts.port or 5432}{parts.path}"

    def write(self, lines: Sequence[str]) -> None:
        """Insert what the table does not hold, and commit."""
        with psycopg.connect(self.url, connect_timeout=10) as connection:
            if connection.execute("SELECT to_regclass('anju_books_head')").fetchone() == (None,):
                connection.execute(_TABLE)
            for head in map(_parse, lines):
                connection.execute(_KEEP, head)
                held = connection.execute(_HELD, head).fetchone()
                if held != (head["n"], head["debit_fen"], head["digest"]):
                    raise HeadDiffers(f"{head['day']} {head['period']}")


def targets_of(setting: str) -> list[Target]:
    """The places a setting names; raises UnknownTarget for one that nobody knows."""
    return [_target(one.strip()) for one in setting.split(";") if one.strip()]


def _target(text: str) -> Target:
    if text == "print":
        return Print()
    if text.startswith("file:") and Path(text[5:]).is_absolute():
        return AppendFile(Path(text[5:]))
    if text.startswith(("postgresql://", "postgres://")):
        return SecondDatabase(text)
    kind = text.split(":", 1)[0]
    raise UnknownTarget(f"ANJU_HEADS 里的“{kind}”无法识别：请写成 file:/绝对路径、postgresql://… 或 print。")


def _parse(line: str) -> dict[str, Any]:
    try:
        return dict(json.loads(line))
    except ValueError:
        return {}


def _place(head: dict[str, Any]) -> tuple[Any, ...]:
    return head.get("centre_id"), head.get("day"), head.get("period")


def _is_new(head: dict[str, Any], known: dict[tuple[Any, ...], dict[str, Any]]) -> bool:
    held = known.get(_place(head))
    if held is not None and held != head:
        raise HeadDiffers(f"{head['day']} {head['period']}")
    return held is None
