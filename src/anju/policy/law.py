"""Law in its versions: reads `law/<law>-<year>.yaml`, one file for each version in force for a span of days.

Articles carry a gist in the project's own words. Refuses an article twice and versions of a law that overlap.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from anju.policy.reader import read, read_source
from anju.policy.types import Article, PolicyFileInvalid


@dataclass(frozen=True)
class LawVersion:
    path: Path
    law: str
    title: str
    valid_from: date
    valid_to: date | None
    articles: tuple[Article, ...]

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def read_law(path: Path) -> LawVersion:
    fields = read(path).fields(
        required=("law", "title", "order_no", "valid_from", "source", "articles"),
        optional=("valid_to", "published_on"),
    )
    law, title = fields["law"].text, fields["title"].text
    valid_from = fields["valid_from"].day
    valid_to = fields["valid_to"].day if "valid_to" in fields else None
    source = read_source(fields["source"])
    articles: list[Article] = []
    names: set[str] = set()
    for node in fields["articles"].items:
        entry = node.fields(required=("number", "number_zh", "gist"), optional=("topic",))
        topic = entry["topic"].text if "topic" in entry else ""
        number = entry["number"].quoted_text
        if {number, topic} & names:
            raise node.wrong(f"article {number} or topic {topic!r} stands twice")
        names |= {number, topic} - {""}
        articles.append(
            Article(
                handle=f"{law}.{number}",
                law_title=title,
                number_zh=entry["number_zh"].text,
                gist=entry["gist"].text,
                valid_from=valid_from,
                valid_to=valid_to,
                order_no=fields["order_no"].text,
                topic=topic,
                source=source,
            )
        )
    return LawVersion(path, law, title, valid_from, valid_to, tuple(articles))


def refuse_overlapping_versions(versions: Iterable[LawVersion]) -> None:
    last: dict[str, LawVersion] = {}
    for version in sorted(versions, key=lambda one: (one.law, one.valid_from)):
        before = last.get(version.law)
        if before is not None and (before.valid_to is None or before.valid_to >= version.valid_from):
            raise PolicyFileInvalid(version.path, 1, f"overlaps {before.path.name}")
        last[version.law] = version


def find_article(versions: Iterable[LawVersion], handle: str, day: date) -> Article | None:
    """By number (`regulation.24`) or by topic (`regulation.dispute`), in the version of the day."""
    law, _, name = handle.partition(".")
    for version in versions:
        if version.law == law and version.in_force(day):
            for article in version.articles:
                if name in (article.handle.partition(".")[2], article.topic):
                    return article
    return None
