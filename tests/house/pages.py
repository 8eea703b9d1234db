"""Reading pages as a browser would: addresses to follow, forms to fill in, and the routes they belong to."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.db import transaction
from django.test import Client
from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver, get_resolver, resolve

Value = str | list[str]


@dataclass(frozen=True)
class Route:
    """One line of the URL table, with the whole path it answers to."""

    path: str
    pattern: URLPattern

    @property
    def name(self) -> str:
        return str(self.pattern.name)

    @property
    def permission(self) -> str:
        return str(self.pattern.callback.permission)  # type: ignore[attr-defined]

    @property
    def converters(self) -> dict[str, str]:
        """Of each part of the address that varies, the name and the kind."""
        found = {}
        for piece in self.path.split("<")[1:]:
            kind, _, name = piece.split(">")[0].rpartition(":")
            found[name] = kind or "str"
        return found

    @property
    def ids(self) -> list[str]:
        """The parts that hold a number."""
        return [name for name, kind in self.converters.items() if kind in ("int", "row")]

    def values_of(self, path: str) -> dict[str, str]:
        """What stands in a real address of this route, part by part."""
        found = re.fullmatch(re.sub(r"<(?:\w+:)?(\w+)>", r"(?P<\1>[^/]+)", self.path), path.lstrip("/"))
        return found.groupdict() if found else {}

    def address(self, **values: object) -> str:
        """The address with these values, written as they are; what is not given is filled in somehow."""
        somehow = {"int": "1", "row": "1", "slug": "rent_withdrawal", "str": "person"}
        path = self.path
        for name, kind in self.converters.items():
            value = str(values.get(name, somehow[kind]))
            for written in (f"<{kind}:{name}>", f"<{name}>"):
                path = path.replace(written, value)
        return "/" + path


def routes() -> list[Route]:
    """The whole URL table."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Route]:
        for found in patterns:
            path = prefix + str(found.pattern)
            if isinstance(found, URLResolver):
                yield from walk(found.url_patterns, path)
            else:
                yield Route(path, found)

    return sorted(walk(get_resolver().url_patterns, ""), key=lambda one: one.path)


@dataclass
class Form:
    """A form as it stands in a page, filled in as the page fills it in."""

    action: str
    method: str
    page: str
    fields: dict[str, Value] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    """Named buttons: each is another way to send the form."""
    files: list[str] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    """The fields a person writes in."""
    numbers: set[str] = field(default_factory=set)
    """Those of them that ask for digits."""

    def ways(self) -> list[dict[str, Value]]:
        """What the page itself puts into the form, for each way to send it."""
        kept = {name: value for name, value in self.fields.items() if name != "csrfmiddlewaretoken"}
        return [{**kept, name: value} if name else kept for name, value in self.buttons or [("", "")]]


class _Reader(HTMLParser):
    """Links and forms of one page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.links, self.forms, self.by_id = page, [], [], {}  # type: ignore[var-annotated]
        self._form: Form | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name in ("href", "hx-get"):
            if given.get(name) and tag != "link":
                self.links.append(urljoin(self.page, given[name]))
        if given.get("hx-post"):
            self.forms.append(Form(urljoin(self.page, given["hx-post"]), "post", self.page))
        if tag == "form":
            action = urljoin(self.page, given.get("action") or self.page)
            self._form = Form(action, given.get("method", "get").lower(), self.page)
            self.forms.append(self._form)
            self.by_id[given.get("id", "")] = self._form
        elif tag in ("input", "select", "textarea", "button"):
            self._control(tag, given)
        elif tag == "option" and self._select:
            self._option(given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        form = self.by_id.get(given["form"]) if given.get("form") else self._form
        name, kind = given.get("name", ""), given.get("type", "text") if tag == "input" else tag
        if form is None:
            return
        if tag == "button" or kind == "submit":
            self._button(form, given)
        elif kind == "file":
            form.files.append(name)
        elif kind in ("radio", "checkbox"):
            if "checked" in given or name not in form.fields:
                form.fields[name] = given.get("value", "on")
        elif name:
            form.fields[name] = given.get("value", "")
            if kind not in ("hidden", "select"):
                form.words.add(name)
            if given.get("inputmode") in ("numeric", "decimal"):
                form.numbers.add(name)
            self._select = name if tag == "select" else ""
            self._area = name if tag == "textarea" else ""

    def _button(self, form: Form, given: dict[str, str]) -> None:
        if given.get("type") == "button":
            return
        if given.get("formaction"):
            # The same fields on their way to another address.
            action = urljoin(self.page, given["formaction"])
            elsewhere = replace(form, action=action, method=given.get("formmethod", form.method), buttons=[])
            self.forms.append(elsewhere)
            form = elsewhere
        if given.get("name"):
            form.buttons.append((given["name"], given.get("value", "")))
        else:
            form.buttons.append(("", ""))

    def _option(self, given: dict[str, str]) -> None:
        if self._form is not None and ("selected" in given or not self._form.fields.get(self._select)):
            self._form.fields[self._select] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.fields[self._area] = str(self._form.fields[self._area]) + data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


@dataclass
class Seen:
    """What one person finds by following every link: addresses by route, forms by route, query names by route."""

    addresses: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    forms: dict[str, list[Form]] = field(default_factory=lambda: defaultdict(list))
    queries: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    broken: list[tuple[str, str, int]] = field(default_factory=list)
    """Links that lead nowhere: the page they stand on, where they lead, the status."""


def match_of(address: str) -> ResolverMatch | None:
    """The route an address leads to, if it is one of ours."""
    try:
        return resolve(urlsplit(address).path)
    except Resolver404:
        return None


def explore(client: Client, *starts: str, public: bool = False) -> Seen:
    """Follow every link from these pages, twice at most to each route; public pages only for who asks for them."""
    seen, queue, found_on = Seen(), deque(starts), dict.fromkeys(starts, "")
    visits: dict[str, int] = defaultdict(int)
    while queue:
        address = queue.popleft()
        match, name = match_of(address), ""
        if match is not None:
            name = str(match.url_name)
        skipped = match is not None and match.func.permission == "public" and not public
        if skipped or visits[name] >= 2:
            continue
        visits[name] += 1
        with undone(client):
            answer = client.get(address)
        if answer.status_code >= 400:
            seen.broken.append((found_on[address], address, answer.status_code))
            continue
        path = urlsplit(address).path
        if path not in seen.addresses[name]:
            seen.addresses[name].append(path)
        seen.queries[name].update(parse_qsl(urlsplit(address).query))
        onward = [urljoin(address, answer["Location"])] if answer.has_header("Location") else []
        if answer["Content-Type"].startswith("text/html"):
            onward += _read(seen, answer.content.decode(), address)
        for link in onward:
            link = link.split("#")[0]
            if link.startswith("/") and not link.startswith("//") and link not in found_on:
                found_on[link] = address
                queue.append(link)
    return seen


def _read(seen: Seen, page: str, address: str) -> list[str]:
    reader = _Reader(address)
    reader.feed(page)
    for form in reader.forms:
        match = match_of(form.action)
        if match is None:
            continue
        name = str(match.url_name)
        if form.method == "post":
            path = urlsplit(form.action).path
            if path not in seen.addresses[name]:
                seen.addresses[name].append(path)
            seen.forms[name].append(form)
        else:
            seen.queries[name].update({key: str(value) for key, value in form.fields.items()})
    return list(reader.links)


def ask(client: Client, method: str, address: str, *values: Any, **more: Any) -> int:
    """The status of the answer; the browser and the world are afterwards what they were before."""
    with undone(client):
        return int(getattr(client, method)(address, *values, **more).status_code)


@contextmanager
def undone(*clients: Client) -> Iterator[None]:
    """Whatever is done in here is taken back, also in these browsers: the next one finds the world as it was."""
    cookies = [deepcopy(client.cookies) for client in clients]
    block = transaction.atomic()
    # As Django's own TestCase marks its blocks: what insists on the outermost block may stand inside this one.
    block._from_testcase = True  # type: ignore[attr-defined]
    try:
        with block:
            yield
            transaction.set_rollback(True)
    finally:
        for client, kept in zip(clients, cookies, strict=True):
            client.cookies = kept
