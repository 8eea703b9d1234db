"""Frames, components and sample pages: what every page must and must not contain."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import RequestFactory, override_settings

from anju.design import context, fields, gallery, views
from anju.design.forms import DesignForm, form_page
from anju.design.templatetags.anju import STYLES
from anju.kernel.refusal import Refusal

ROOT = Path(views.__file__).parent
PAGES = sorted(gallery.PAGES)


class Page(HTMLParser):
    """Ids, references and attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.labels: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.depth_of_label = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if given.get("id"):
            self.ids.append(str(given["id"]))
        for name in ("aria-describedby", "aria-labelledby"):
            self.references += str(given.get(name) or "").split()
        if tag == "label":
            self.depth_of_label += 1
            self.labels.add(str(given.get("for")))
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.controls.append({**given, "in-label": "1" if self.depth_of_label else ""})

    def handle_endtag(self, tag: str) -> None:
        self.depth_of_label -= tag == "label"


def shown(show: str = "") -> str:
    with override_settings(ANJU_DEMO=True):
        return views.gallery(RequestFactory().get("/design/", {"show": show})).content.decode()


@pytest.mark.parametrize("show", PAGES)
def test_no_page_carries_inline_script_style_or_handlers(show: str) -> None:
    html = shown(show)
    names = {name for _, name, _ in Page(html).attributes}
    assert "style" not in names
    assert not [name for name in names if name.startswith(("on", "hx-on"))]
    assert "<style" not in html
    assert not re.findall(r"<script(?![^>]*\bsrc=)", html)
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//(?!gjj\.anju|localhost)""", html)


@pytest.mark.parametrize("show", [page for page in PAGES if page])
def test_ids_are_unique_and_references_lead_somewhere(show: str) -> None:
    page = Page(shown(show))
    assert len(page.ids) == len(set(page.ids))
    assert set(page.references) <= set(page.ids)


@pytest.mark.parametrize("show", PAGES)
def test_every_control_has_a_label(show: str) -> None:
    page = Page(shown(show))
    for control in page.controls:
        assert control["in-label"] or control.get("aria-label") or control.get("id") in page.labels, control


@pytest.mark.parametrize("show", PAGES)
def test_no_template_syntax_and_no_component_is_left_unrendered(show: str) -> None:
    html = shown(show)
    assert "<c-" not in html
    assert "{{" not in html and "{%" not in html


def test_the_gallery_is_there_in_the_demo_only() -> None:
    with override_settings(ANJU_DEMO=False), pytest.raises(Http404):
        views.gallery(RequestFactory().get("/design/"))


def test_every_component_is_used_in_the_gallery_or_in_a_frame() -> None:
    text = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    text += (ROOT.parents[2] / "docs" / "design.md").read_text()
    unused = [
        path.stem
        for path in (ROOT / "templates" / "cotton").glob("*.html")
        if not re.search(rf"<c-{path.stem.replace('_', '-')}[\s/>]", text)
    ]
    assert unused == []


def test_colours_stand_in_the_tokens_only() -> None:
    for path in (ROOT / "static" / "anju").glob("*.css"):
        if path.stem not in ("tokens", "dark", "print"):
            assert not re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", path.read_text()), path.name


def test_every_token_that_is_read_is_named() -> None:
    css = {path.stem: path.read_text() for path in (ROOT / "static" / "anju").glob("*.css")}
    named = set(re.findall(r"(--[a-z0-9-]+):", css["tokens"]))
    read = set(re.findall(r"var\((--[a-z0-9-]+)", "".join(css.values())))
    assert read <= named
    assert set(re.findall(r"(--[a-z0-9-]+):", css["dark"])) <= named


def test_the_entry_file_and_the_frames_link_the_same_styles() -> None:
    entry = (ROOT / "static" / "anju" / "anju.css").read_text()
    assert tuple(re.findall(r'@import url\("(\w+)\.css"\)', entry)) == STYLES


def test_every_icon_that_is_used_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z0-9-]+)"', (ROOT / "static" / "anju" / "icons.svg").read_text()))
    text = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    used = set(re.findall(r'{% icon "([a-z0-9-]+)"', text)) | set(re.findall(r'icon="([a-z0-9-]+)"', text))
    assert used <= drawn


# ---- the look


def post_look(**data: str) -> HttpResponse:
    return views.look(RequestFactory().post("/look/", data))


def test_a_chosen_look_is_kept_and_leads_back() -> None:
    answer = post_look(mode="elder", next="/me/cases/")
    assert (answer.status_code, answer["Location"]) == (302, "/me/cases/")
    assert answer.cookies[context.MODE_COOKIE].value == "elder"
    assert context.THEME_COOKIE not in answer.cookies


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "evil", ""]
)
def test_a_look_never_leads_to_another_host(target: str) -> None:
    assert post_look(theme="dark", next=target)["Location"] == "/"


def test_an_unknown_look_changes_nothing() -> None:
    assert not post_look(mode="huge", theme="neon").cookies


def look_with(**cookies: str) -> context.Look:
    request = RequestFactory().get("/")
    request.COOKIES.update(cookies)
    return context.look_of(request)


def test_dark_colours_follow_the_person_then_the_system() -> None:
    assert look_with(**{context.THEME_COOKIE: "dark"}).dark_media == "screen"
    assert look_with(**{context.THEME_COOKIE: "light"}).dark_media == ""
    assert "prefers-color-scheme" in look_with().dark_media
    assert look_with(**{context.MODE_COOKIE: "<script>"}).mode == "normal"


# ---- forms


class Small(DesignForm):
    phone = fields.PhoneField(label="手机号", help_text="用来收验证码")
    how = fields.ChoiceField(label="怎样提取", choices=[("once", "只提本月"), ("monthly", "自动")])


def asked(data: dict[str, str] | None, refusal: Refusal | None = None) -> tuple[HttpResponse, str]:
    request: HttpRequest = RequestFactory().post("/x/", data or {})
    form = Small(data) if data is not None else Small()
    if refusal and form.is_valid():
        form.refuse(refusal)
    answer = form_page(request, "design/sample_form.html", form=form)
    return answer, answer.content.decode()


def test_a_fresh_form_answers_200_without_a_summary() -> None:
    answer, html = asked(None)
    assert answer.status_code == 200
    assert 'role="alert"' not in html
    assert "<title>错误" not in html


def test_a_wrong_form_answers_422_says_so_in_the_title_and_keeps_the_input() -> None:
    answer, html = asked({"phone": "138"})
    page = Page(html)
    assert answer.status_code == 422
    assert "<title>错误：" in html
    assert 'value="138"' in html
    assert html.count("手机号应为 11 位数字") == 2  # in the summary and beside the field
    assert 'href="#id_phone"' in html and 'href="#id_how_0"' in html
    assert ("input", "aria-describedby", "id_phone-hint id_phone-error") in page.attributes
    assert ("input", "aria-invalid", "true") in page.attributes
    assert set(page.references) <= set(page.ids)


def test_a_refusal_stands_beside_its_field_or_on_top() -> None:
    good = {"phone": "13800138000", "how": "once"}
    _, beside = asked(good, Refusal("phone_taken", "这个手机号不能用。", law="条例第一条", field="phone"))
    assert 'href="#id_phone">这个手机号不能用。（条例第一条）' in beside
    answer, on_top = asked(good, Refusal("frozen", "账户已冻结，请联系中心。", field="elsewhere"))
    assert answer.status_code == 422
    assert "<li>账户已冻结，请联系中心。</li>" in on_top


def test_what_a_person_typed_is_escaped() -> None:
    _, html = asked({"phone": '"><script>alert(1)</script>'})
    assert "<script>alert" not in html


# ---- frames


class FakeRole:
    zh = "复核人员"


class FakePrincipal:
    actor, name, role, idle_seconds, elder, theme = object(), "何静", FakeRole(), 1800, True, "dark"


def framed(template: str, principal: object = None, **values: object) -> str:
    request = RequestFactory().get("/desk/")
    request.principal = principal  # type: ignore[attr-defined]
    return render(request, template, values).content.decode()


@pytest.mark.parametrize("name", ["public", "me", "unit", "desk", "desk_case", "plain", "print"])
def test_every_frame_has_title_skip_link_and_main(name: str) -> None:
    html = framed(f"anju/{name}.html")
    assert '<html lang="zh-Hans"' in html
    assert 'href="#main"' in html
    assert html.count("<main") == 1
    assert "安居公积金" in html


def test_every_frame_but_print_offers_help_and_a_way_to_say_that_something_is_wrong() -> None:
    for name in ("public", "me", "unit", "desk", "desk_case", "plain"):
        html = framed(f"anju/{name}.html")
        assert "这一页有不对的地方" in html, name
        assert "?from=%2Fdesk%2F" in html, name


def test_a_person_logged_in_is_named_warned_and_seen_in_the_chosen_look() -> None:
    html = framed("anju/desk.html", FakePrincipal())
    assert "何静 · 复核人员" in html
    assert 'data-idle-seconds="1800"' in html
    assert 'data-mode="elder" data-theme="dark"' in html
    assert 'dark.css" media="screen"' in html
    assert "session-warning" not in framed("anju/desk.html")


@pytest.mark.parametrize("name", ["404", "403", "500"])
def test_error_pages_say_what_to_do(name: str) -> None:
    html = framed(f"{name}.html")
    assert 'href="/"' in html
    assert "<h1>" in html


def test_one_message_is_shown_with_its_law() -> None:
    html = framed("anju/message.html", title="不能提取", text="还差 1 个月。", law="条例第二十四条")
    assert "<h1>不能提取</h1>" in html
    assert "依据：条例第二十四条" in html
