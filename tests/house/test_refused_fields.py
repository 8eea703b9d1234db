"""What cannot be kept is refused beside its field (4xx), in every form of every page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.house.centre import STARTS, Centre
from tests.house.pages import Form, Seen, Value, ask

# Pressed to get another code, or to leave the wrong rows out: what stands in the other fields is not sent anywhere.
UNREAD = {"resend", "without"}
# A draft keeps what was typed, whatever it is; filing it is what is refused.
DRAFTS = ("/unit/drafts/",)


def _forms(seen: Callable[[str], Seen]) -> Iterator[tuple[str, Form, dict[str, Value]]]:
    """Every form somebody finds, in every way it can be sent, once."""
    known = set()
    for who in STARTS:
        for name, forms in seen(who).forms.items():
            for form in forms:
                for way in form.ways():
                    key = (name, form.page.count("?"), *sorted(way), *form.files)
                    if key not in known and not UNREAD & set(way) and form.action not in DRAFTS:
                        known.add(key)
                        yield who, form, way


def _refused_fields(form: Form) -> Iterator[tuple[str, str]]:
    """What nobody may write: a character that cannot be kept in any field, a number no table holds in one of digits."""
    for name in sorted(form.words):
        yield name, "a\x00b"
        yield name, "\x00"
    for name in sorted(form.numbers):
        yield name, "9" * 31


def test_what_cannot_be_kept_is_refused_in_whichever_field_it_stands(
    centre: Centre, seen: Callable[[str], Seen]
) -> None:
    forms = list(_forms(seen))
    assert len({form.action for _, form, _ in forms}) > 60, "the walk does not find the forms any more"
    taken = []
    for who, form, way in forms:
        for name, odd in _refused_fields(form):
            filled = {one: way.get(one) or "1" for one in way}
            status = ask(centre.client(who), "post", form.action, data={**filled, name: odd})
            if not 400 <= status < 500:
                taken.append((who, form.action, sorted(way), name, odd[:4], status))
    assert taken == [], "\n".join(map(str, taken))
