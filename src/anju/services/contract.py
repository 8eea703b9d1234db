"""The contract every service folder keeps, as checks that return what is wrong. Run by `tests/test_contract.py`."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from anju import policy
from anju.casework import registry, texts
from anju.casework.fields import ServiceForm
from anju.casework.types import Fact, Facts, Outcome, ReviewMode, Service, Verdict
from anju.policy.book import CITIES, NATIONAL
from anju.services.folders import read_service, service_folders

FILES = ("__init__.py", "service.py", "form.py", "facts.py", "decide.py", "effect.py", "guide.md", "faq.yaml",
         "examples.yaml", "tests.py")  # fmt: skip
FORBIDDEN = ("models.py", "views.py", "urls.py", "admin.py", "migrations", "templates")
HOME, REFERENCE_DAY = "anju", date(2026, 11, 23)
SHORTEST_GUIDE = 200
FEWEST_QUESTIONS = 3
FEWEST_EXAMPLES = 3
EXAMPLE_KEYS = {"title", "on", "city", "answers", "facts", "outcome", "amount_fen", "article", "text_contains"}


def problems(service: Service) -> list[str]:
    """Everything wrong with a service folder; empty is good."""
    return [*_files(service), *_imports(service), *_declaration(service), *_texts(service), *examples(service)]


def _files(service: Service) -> Iterator[str]:
    for name in FILES:
        if not (service.folder / name).is_file():
            yield f"{name} is missing"
    for name in FORBIDDEN:
        if (service.folder / name).exists():
            yield f"{name} has no place in a service"
    if (service.folder / "__init__.py").read_text().strip():
        yield "__init__.py is not empty, so decide.py cannot be imported alone"


def _imports(service: Service) -> Iterator[str]:
    for path in sorted(service.folder.glob("*.py")):
        for name in _imported(path):
            other = name.startswith("anju.services.") and not name.startswith(f"anju.services.{service.code}")
            if other and path.name != "tests.py":
                yield f"{path.name} imports another service: {name}"
            if name.startswith(("anju.portals", "anju.wiring", "anju.command")):
                yield f"{path.name} reaches up: {name}"
            if ".models" in name:
                yield f"{path.name} reaches into a room's tables: {name}"
    yield from _decide_is_pure(service)


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _decide_is_pure(service: Service) -> Iterator[str]:
    """Imported in a process of its own, `decide.py` must not bring Django or a clock with it."""
    code = (
        f"import sys, anju.services; anju.services.__path__.append({str(service.folder.parent)!r});"
        f"import anju.services.{service.code}.decide;"
        "print([m for m in sys.modules if m.split('.')[0] in ('django', 'psycopg') or m == 'anju.kernel.clock'])"
    )
    done = subprocess.run(  # noqa: S603  (our own interpreter and code)
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    if done.returncode != 0 or done.stdout.strip() != "[]":
        yield f"decide.py is not pure: {done.stdout.strip()}{done.stderr[-300:]}"


def _declaration(service: Service) -> Iterator[str]:
    if not (service.title and service.gives):
        yield "title or gives is empty"
    if not issubclass(service.form, ServiceForm):
        yield "form is not a ServiceForm"
    if not service.facts:
        yield "no facts are declared"
    names = [shown.name for shown in service.facts]
    if len(set(names)) != len(names) or not all(shown.label for shown in service.facts):
        yield "facts share a name or lack a label"
    if service.review is not ReviewMode.RULE and not service.refusal_articles:
        yield "people may refuse, but there is no article to refuse by"
    if service.review is not ReviewMode.RULE and not service.materials:
        yield "people look at it, but nothing can be asked for"
    fields = set(service.form.base_fields) | {"", "*"}
    for item in service.materials:
        if item.field not in fields or not (item.title and item.explanation):
            yield f"correction item {item.code} names no field of the form or lacks words"
    if not service.promised_limit and service.legal_limit is None:
        yield "neither the law's nor the promised limit is named"
    yield from _handles(service, policy.book(HOME))


def _handles(service: Service, book: policy.Book) -> Iterator[str]:
    """Every article and number the declaration names stands in the demo city's book."""
    for handle in service.refusal_articles:
        if book.find_article(handle, REFERENCE_DAY) is None:
            yield f"no article {handle}"
    yield from _limits(service, book)


def _limits(service: Service, book: policy.Book) -> Iterator[str]:
    numbers = [service.promised_limit] if service.promised_limit else []
    if service.legal_limit is not None:
        numbers.append(service.legal_limit.parameter)
        if book.find_article(service.legal_limit.article, REFERENCE_DAY) is None:
            yield f"no article {service.legal_limit.article}"
    for handle in numbers:
        if not book.has(handle, REFERENCE_DAY):
            yield f"no parameter {handle}"


def _texts(service: Service) -> Iterator[str]:
    found = texts.guide(service)
    if len(found.guide_markdown) < SHORTEST_GUIDE:
        yield "guide.md is too short to guide anybody"
    if len(found.questions) < FEWEST_QUESTIONS:
        yield f"faq.yaml answers fewer than {FEWEST_QUESTIONS} questions"
    if any(len(answer) < 10 for _, answer in found.questions):
        yield "an answer in faq.yaml says nothing"
    if service.agreement and len(texts.agreement(service).text_markdown) < SHORTEST_GUIDE:
        yield "the agreement has no text"


# ------------------------------------------------------------------------------------------- examples


def examples(service: Service) -> Iterator[str]:
    """Every example run through `decide`; what differs."""
    content = read_examples(service)
    if len(content) < FEWEST_EXAMPLES:
        yield f"examples.yaml has fewer than {FEWEST_EXAMPLES} examples"
    for example in content:
        if set(example) - EXAMPLE_KEYS:
            yield f"{example.get('title')}: unknown keys {sorted(set(example) - EXAMPLE_KEYS)}"
            continue
        yield from (f"{example['title']}: {wrong}" for wrong in _wrong(service, example))
    if content:
        yield from _unknown_never_refuses(service, content[0])


def read_examples(service: Service) -> list[dict[str, Any]]:
    """The examples as written. YAML reads a bare `on` as a truth value; here it is the acceptance date."""
    content = yaml.safe_load((service.folder / "examples.yaml").read_text(encoding="utf-8")) or []
    return [{"on" if key is True else key: value for key, value in example.items()} for example in content]


def run_example(service: Service, example: dict[str, Any]) -> Verdict:
    """One example's verdict."""
    book = policy.book(example.get("city", HOME))
    facts = facts_from_values(service, example.get("facts") or {})
    verdict: Verdict = service.decide(
        facts, answers=example.get("answers") or {}, book=book, on=date.fromisoformat(example["on"])
    )
    return verdict


def facts_from_values(service: Service, values: dict[str, Any]) -> Facts:
    """Facts of plain values; a declared fact without a value is unknown."""
    stray = set(values) - {shown.name for shown in service.facts}
    assert not stray, f"{service.code} declares no fact {sorted(stray)}"
    return Facts(
        tuple(
            Fact(shown.name, shown.label, values.get(shown.name), str(values.get(shown.name)), "示例",
                 known=shown.name in values)
            for shown in service.facts
        )
    )  # fmt: skip


def _wrong(service: Service, example: dict[str, Any]) -> Iterator[str]:
    verdict = run_example(service, example)
    if verdict.outcome.value != example["outcome"]:
        yield f"{verdict.outcome.value} instead of {example['outcome']} ({verdict.text})"
    if "amount_fen" in example and verdict.amount_fen != example["amount_fen"]:
        yield f"{verdict.amount_fen} fen instead of {example['amount_fen']}"
    if "article" in example and verdict.article != example["article"]:
        yield f"article {verdict.article} instead of {example['article']}"
    if example.get("text_contains", "") not in verdict.text:
        yield f"the text does not say {example['text_contains']}: {verdict.text}"
    if verdict.outcome is Outcome.REFUSE and not (verdict.article and verdict.to_do):
        yield "a refusal without an article or without what to do now"
    if verdict.outcome is Outcome.REVIEW and service.review is ReviewMode.RULE:
        yield "asks for people although the rule always decides"
    if verdict.outcome is Outcome.REVIEW and verdict.can_be_agreed and not verdict.agreed_text:
        yield "people may agree, but there are no words for it"


def _unknown_never_refuses(service: Service, example: dict[str, Any]) -> Iterator[str]:
    """Take every fact away, then one after the other: what is unknown may lead to people, never to a refusal."""
    values = example.get("facts") or {}
    for gone in [set(values), *({name} for name in values)]:
        less = {name: value for name, value in values.items() if name not in gone}
        try:
            verdict = run_example(service, {**example, "facts": less})
        except (AssertionError, KeyError) as error:
            yield f"without {sorted(gone)} decide breaks: {error}"
            continue
        if verdict.outcome is Outcome.REFUSE and example["outcome"] == "grant":
            yield f"without {sorted(gone)} the case is refused"


# ------------------------------------------------------------------------------------------- switches


def switches(folder: Path = CITIES) -> list[str]:
    """Everything wrong with the cities' lists of services that are on (`services.on`); empty is good.

    A list names folders only; every folder is on somewhere; and a city that has a service on has the numbers and
    articles the service needs, so that no applicant finds out that one is missing.
    """
    known = {path.name: read_service(path) for path in service_folders()}
    cities = sorted(path.parent.name for path in folder.glob("*/release.yaml") if path.parent.name != NATIONAL)
    lists: dict[str, tuple[str, ...]] = {}
    wrong: list[str] = []
    for city in cities:
        book = policy.load_book(city, folder=folder)
        if not book.has(registry.SWITCHES, REFERENCE_DAY):
            wrong.append(f"{city} says nothing of {registry.SWITCHES}")
            continue
        lists[city] = book.choices(registry.SWITCHES, REFERENCE_DAY)
        wrong += [f"{city} switches on {code}, which is no folder" for code in lists[city] if code not in known]
        services = [known[code] for code in lists[city] if code in known]
        wrong += [f"{found.code} in {city}: {one}" for found in services for one in _lacks(found, book)]
    everywhere = {code for listed in lists.values() for code in listed}
    return wrong + [f"{code} is on in no city" for code in sorted(known) if code not in everywhere]


def _lacks(service: Service, book: policy.Book) -> Iterator[str]:
    """What a service needs of a city and does not find."""
    yield from _limits(service, book)
    asks_people = service.review is not ReviewMode.RULE
    if asks_people and not any(book.find_article(one, REFERENCE_DAY) for one in service.refusal_articles):
        yield "none of the articles a refusal may rest on"
    for example in read_examples(service):
        on = date.fromisoformat(example["on"])
        facts = facts_from_values(service, example.get("facts") or {})
        try:
            service.decide(facts, answers=example.get("answers") or {}, book=book, on=on)
        except policy.PolicyMissing as missing:
            yield f"{example['title']}: {missing}"
