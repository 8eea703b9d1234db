"""Nonsense in any address, query, field, file, header or body is a plain no (4xx) and never a fault of ours (5xx)."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anju.identity.http import COOKIE
from anju.identity.table import EVERYBODY, MACHINE, PERMISSIONS
from tests.house.centre import STARTS, Centre
from tests.house.pages import Form, Route, Seen, Value, ask, routes

See = Callable[[str], Seen]

NO_NUMBERS = ("0", "-1", str(2**63 - 1), str(2**63), str(10**30), "9" * 5000, "abc", "1%00")
NO_WORDS = ("%00", "%FF", "..", "x" * 3000, "%E4%B8%AD", "'%20OR%201=1--", "{{7*7}}", "%E2%80%AE")
NO_VALUES = ("-1", "9" * 31, "²", "a\x00b", "2026-13", "x" * 5000)
NO_FIELDS = ("a\x00b", "9" * 31, "²", "-1", "1e400")
NO_BODIES = (
    ("application/json", b'{"amount": 1}'), ("text/xml", b"<a/>"), ("", b"\x00\xff" * 50),
    ("multipart/form-data", b"--x\r\n"), ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
    ("application/x-www-form-urlencoded; charset=nonsense", b"a=%ZZ&b=%FF%00"),
    ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(6000))),
)  # fmt: skip
ROUTES = {route.name: route for route in routes()}


def let_in(who: str, route: Route) -> bool:
    entry = PERMISSIONS[route.permission]
    role = who.removeprefix("other_")
    return entry.open_to in (EVERYBODY, MACHINE) or role in {str(one.value) for one in entry.roles}


def somebody_at(route: Route, seen: See) -> tuple[str, str]:
    """Who comes to this route, and to which address: a real one if anybody knows one."""
    may = [who for who in STARTS if let_in(who, route)]
    known = ((who, seen(who).addresses.get(route.name, [])) for who in may)
    return next(((who, paths[0]) for who, paths in known if paths), (may[0], route.address()))


def _faults(asked: Iterator[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(what, status) for what, status in asked if status >= 500]


# ----------------------------------------------------------------------------------------- addresses and queries


def _odd_addresses(route: Route, path: str) -> Iterator[str]:
    kept = route.values_of(path)
    for name, kind in route.converters.items():
        for odd in NO_NUMBERS if kind in ("int", "row") else NO_WORDS:
            yield route.address(**{**kept, name: odd})


def _shown_or_sent(client: Client, address: str) -> int:
    """An address that is not looked at is one that something is sent to."""
    status = ask(client, "get", address)
    return ask(client, "post", address) if status == 405 else status


@pytest.mark.parametrize("who", [who for who in STARTS if not who.startswith("other_")])
def test_an_address_that_cannot_be_is_never_a_fault(centre: Centre, seen: See, who: str) -> None:
    asked = (
        (odd, _shown_or_sent(centre.client(who), odd))
        for route in ROUTES.values()
        if who == "nobody" or let_in(who, route) and PERMISSIONS[route.permission].open_to != EVERYBODY
        for odd in _odd_addresses(route, (seen(who).addresses.get(route.name) or [route.address()])[0])
    )
    assert _faults(asked) == []


def _query_names(route: Route) -> set[str]:
    """The words a view's own module reads from the query."""
    module = inspect.getmodule(inspect.unwrap(route.pattern.callback))
    assert module is not None
    return set(re.findall(r"GET(?:\.get(?:list)?\(|\[)[\"'](\w+)", inspect.getsource(module)))


def test_a_query_that_cannot_be_is_never_a_fault(centre: Centre, seen: See) -> None:
    every = set().union(*(_query_names(route) for route in ROUTES.values()))
    assert {"page", "before", "draft", "q"} <= every

    def asked() -> Iterator[tuple[str, int]]:
        for route in ROUTES.values():
            who, path = somebody_at(route, seen)
            for odd in NO_VALUES:
                yield f"{path} all {odd[:20]!r}", ask(centre.client(who), "get", path, data=dict.fromkeys(every, odd))
                for name in _query_names(route):
                    yield f"{path}?{name}={odd[:20]!r}", ask(centre.client(who), "get", path, data={name: odd})

    assert _faults(asked()) == []


def test_a_path_a_cookie_or_a_header_that_cannot_be_is_never_a_fault(centre: Centre) -> None:
    def asked() -> Iterator[tuple[str, int]]:
        for path in ("/%00", "/%FF/", "//evil.example/", "/me/../desk/", "/" + "a/" * 2000, "/me/%2e%2e/", "/\u202e"):
            yield path, ask(centre.client("nobody"), "get", path)
        for key in ("x" * 90, "x" * 9000, "\x00", "é" * 40, "%00", "'; --"):
            for name in (COOKIE, "anju-mode", "anju-theme", "__Host-csrf"):
                odd = centre.client("nobody")
                odd.cookies[name] = key
                yield f"{name}={key[:10]!r}", ask(odd, "get", "/me/")
                yield f"{name}={key[:10]!r}", ask(odd, "get", "/")
        for name in ("HX-Request", "HX-Target", "X-Forwarded-For", "X-Anju-Poll", "Accept-Language", "User-Agent"):
            for value in ("x" * 9000, "é" * 20, "2147483648", "'"):
                yield name, ask(centre.client("member"), "get", "/me/", headers={name: value})

    assert _faults(asked()) == []


# ------------------------------------------------------------------------------------------------------- bodies


def _forms(seen: See) -> Iterator[tuple[str, Form, dict[str, Value]]]:
    """Every form somebody finds, in every way it can be sent, once."""
    known = set()
    for who in STARTS:
        for name, forms in seen(who).forms.items():
            for form in forms:
                for way in form.ways():
                    if (key := (name, form.page.count("?"), *sorted(way), *form.files)) not in known:
                        known.add(key)
                        yield who, form, way


def _odd_fillings(form: Form, way: dict[str, Value]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in way:
        for odd in NO_FIELDS:
            yield f"{name}={odd[:12]!r}", {**way, name: odd}
        yield f"{name} thrice", {**way, name: ["1", "2", "a"]}
    for odd in ("", "x" * 1_000_000, "\u202e", "NaN"):
        yield f"all {odd[:12]!r}", dict.fromkeys(way, odd)
    yield "nothing", {}
    yield "files for words", {name: SimpleUploadedFile("a.pdf", b"%PDF-") for name in way}
    for name in form.files:
        yield f"{name} is a word", {**way, name: "x"}
        for filename in ("a\x00.pdf", "../../etc/passwd", "\u202efdp.exe", "x" * 5000 + ".xlsx", "名" * 300 + ".csv"):
            for content in (b"x", b"PK\x03\x04" + b"\x00" * 60, "姓名\t\x00\n".encode()):
                yield f"{name} {filename[:12]!r}", {**way, name: SimpleUploadedFile(filename, content)}


def test_a_form_filled_in_with_nonsense_is_never_a_fault(centre: Centre, seen: See) -> None:
    forms = list(_forms(seen))
    assert len({form.action for _, form, _ in forms}) > 60, "the walk does not find the forms any more"

    def asked() -> Iterator[tuple[str, int]]:
        for who, form, way in forms:
            for what, body in _odd_fillings(form, way):
                yield f"{who} {form.action} {what}", ask(centre.client(who), "post", form.action, data=body)

    assert _faults(asked()) == []


def test_a_body_of_the_wrong_kind_is_never_a_fault(centre: Centre, seen: See) -> None:
    def asked() -> Iterator[tuple[str, int]]:
        for route in ROUTES.values():
            who, path = somebody_at(route, seen)
            for kind, body in NO_BODIES:
                status = ask(centre.client(who), "generic", "POST", path, body, kind)
                yield f"{who} {path} {kind} {body[:12]!r}", status

    assert _faults(asked()) == []
