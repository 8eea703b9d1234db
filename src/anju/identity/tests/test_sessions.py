"""Sessions, cookies, step-up, phone, activity: what ends when, and what never travels."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from anju.database.sql import row, rows
from anju.identity import actions, http, queries
from anju.identity.middleware import PrincipalMiddleware, came_from_here
from anju.identity.permissions import permission
from anju.identity.principal import load_principal
from anju.identity.tests.world import (
    AT,
    PASSWORD,
    SYSTEM,
    browser,
    code_in,
    later,
    log_in,
    login,
    member,
    phone,
    staff,
    text_of,
)
from anju.identity.types import NotMe, PhoneChanged, Purpose, Role
from anju.kernel import clock, events
from anju.kernel.refusal import Refusal


@permission("public")
def _open_page(request: HttpRequest) -> HttpResponse:
    http.browser(request)
    return HttpResponse("open")


@permission("public")
def _enter(request: HttpRequest) -> HttpResponse:
    """Log-in in one step, as the pages do it in two."""
    here = http.browser(request)
    at: datetime = request.at  # type: ignore[attr-defined]
    step = actions.begin_log_in(here, name=request.POST["name"], password=PASSWORD, at=at)
    http.adopt(request, actions.finish_log_in(here, code_in(step.sent), at=at))
    return HttpResponse("in")


@permission("me.view")
def _mine(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.principal.login_id))  # type: ignore[attr-defined]


@permission("login.own")
def _leave(request: HttpRequest) -> HttpResponse:
    actions.log_out(http.browser(request), at=request.at)  # type: ignore[attr-defined]
    http.forget(request)
    return HttpResponse("out")


@permission("machine")
def _machine(request: HttpRequest) -> HttpResponse:
    return HttpResponse("signed")


urlpatterns = [
    path("open", _open_page), path("enter", _enter), path("mine", _mine), path("leave", _leave), path("call", _machine),
]  # fmt: skip
here_urls = override_settings(
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware", "anju.identity.middleware.PrincipalMiddleware"],
)


def _client(**more: Any) -> Client:
    return Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0"}, **more)


def _entered(at: datetime = AT, n: int = 1) -> Client:
    client = _client()
    with patch.object(clock, "now", return_value=at):
        assert client.post("/enter", {"name": phone(n)}).content == b"in"
    return client


def _get(client: Client, address: str, at: datetime, **headers: str) -> HttpResponse:
    with patch.object(clock, "now", return_value=at):
        return client.get(address, headers=headers)  # type: ignore[return-value]


@here_urls
@pytest.mark.django_db
def test_the_cookie_is_for_this_host_alone_and_closed_to_scripts() -> None:
    client = _client()
    client.post("/open")
    cookie = client.cookies["__Host-anju"]
    assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax"
    assert cookie["path"] == "/" and cookie["domain"] == "" and cookie["max-age"] == ""


@here_urls
@pytest.mark.django_db
def test_a_get_makes_no_session() -> None:
    client = _client()
    client.get("/open")
    assert "__Host-anju" not in client.cookies and row("SELECT 1 FROM identity_session") is None


@here_urls
@pytest.mark.django_db
def test_a_planted_key_is_never_adopted() -> None:
    client = _client()
    client.cookies["__Host-anju"] = "planted-by-somebody-else"
    client.post("/open")
    assert client.cookies["__Host-anju"].value != "planted-by-somebody-else"


@here_urls
@pytest.mark.django_db
def test_the_key_changes_at_log_in_and_the_old_one_is_dead() -> None:
    member()
    client = _client()
    with patch.object(clock, "now", return_value=AT):
        client.post("/open")
        before = client.cookies["__Host-anju"].value
        client.post("/enter", {"name": phone()})
    assert client.cookies["__Host-anju"].value != before
    thief = _client()
    thief.cookies["__Host-anju"] = before
    assert _get(thief, "/mine", AT).status_code == 302


@here_urls
@pytest.mark.django_db
def test_the_csrf_token_changes_at_log_in() -> None:
    from django.middleware.csrf import get_token

    member()
    seen: list[str] = []
    request = RequestFactory().post("/enter", {"name": phone()})
    request.COOKIES["__Host-csrf"] = "a" * 32
    request.META["CSRF_COOKIE"] = "a" * 32

    def answer(inner: HttpRequest) -> HttpResponse:
        _enter(inner)
        seen.append(inner.META["CSRF_COOKIE"])
        return HttpResponse(get_token(inner))

    with patch.object(clock, "now", return_value=AT):
        PrincipalMiddleware(answer)(request)
    assert seen[0] != "a" * 32


@here_urls
@pytest.mark.django_db
def test_a_request_reads_session_login_and_mandates_in_one_query(django_assert_num_queries: Any) -> None:
    member()
    client = _entered()
    with django_assert_num_queries(1):
        assert _get(client, "/mine", later(minutes=1)).status_code == 200
    with django_assert_num_queries(0):
        _get(_client(), "/mine", AT)


@here_urls
@pytest.mark.django_db
def test_a_member_idle_for_fifteen_minutes_is_out_and_told_so() -> None:
    member()
    client = _entered()
    assert _get(client, "/mine", later(minutes=14, seconds=59)).status_code == 200
    answer = _get(client, "/mine", later(minutes=29, seconds=59))
    assert answer.status_code == 302 and answer["Location"] == "/login/?next=%2Fmine&ended=1"
    assert client.cookies["__Host-anju"].value == "", "the dead key is taken back"


@here_urls
@pytest.mark.django_db
def test_staff_may_sit_for_thirty_minutes() -> None:
    staff(1, Role.CLERK, 501)
    opened, _ = log_in()
    assert not load_principal(opened.key, at=later(minutes=29)).is_anonymous
    assert load_principal(opened.key, at=later(minutes=60)).is_anonymous


@here_urls
@pytest.mark.django_db
def test_a_polling_page_does_not_keep_a_session_alive() -> None:
    member()
    client = _entered()
    for minute in range(1, 15):
        assert _get(client, "/mine", later(minutes=minute), **{"X-Anju-Poll": "1"}).status_code == 200
    assert _get(client, "/mine", later(minutes=15)).status_code == 302


@here_urls
@pytest.mark.django_db
def test_nobody_stays_longer_than_eight_hours_however_busy() -> None:
    member()
    opened, _ = log_in()
    at = AT
    while at < later(hours=8) - timedelta(minutes=10):
        at += timedelta(minutes=10)
        assert not load_principal(opened.key, at=at).is_anonymous
    assert load_principal(opened.key, at=later(hours=8)).is_anonymous


@pytest.mark.django_db
def test_a_renewed_key_does_not_lengthen_the_eight_hours() -> None:
    login_id = member()
    opened, here = log_in()
    sent = actions.send_step_up_code(here, login_id, at=later(minutes=10))
    renewed = actions.step_up(here, login_id, code_in(sent), at=later(minutes=10))
    assert renewed.expires_at == opened.expires_at


@here_urls
@pytest.mark.django_db
def test_after_log_out_the_key_opens_nothing() -> None:
    member()
    client = _entered()
    key = client.cookies["__Host-anju"].value
    with patch.object(clock, "now", return_value=AT):
        client.post("/leave")
    assert client.cookies["__Host-anju"].value == ""
    thief = _client()
    thief.cookies["__Host-anju"] = key
    assert _get(thief, "/mine", AT).status_code == 302


@here_urls
@pytest.mark.django_db
def test_private_answers_are_not_stored() -> None:
    member()
    assert _get(_entered(), "/mine", AT)["Cache-Control"] == "no-store"


@here_urls
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "fine"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://testserver.evil.example", "HX-Request": "true"}, False),
    ],
)
def test_unsafe_requests_from_elsewhere_are_refused_also_with_a_forged_fragment_header(
    headers: dict[str, str], fine: bool
) -> None:
    request = RequestFactory().post("/enter", headers=headers)
    assert came_from_here(request) is fine
    member()
    with patch.object(clock, "now", return_value=AT):
        answer = _client().post("/enter", {"name": phone()}, headers=headers)
    assert answer.status_code == (200 if fine else 403)


@here_urls
@pytest.mark.django_db
def test_without_the_csrf_token_nothing_is_done() -> None:
    strict = _client(enforce_csrf_checks=True)
    with patch("django.middleware.csrf.CsrfViewMiddleware._reject", return_value=HttpResponse(status=403)):
        assert strict.post("/enter", {"name": phone()}).status_code == 403
    assert row("SELECT 1 FROM identity_session") is None


@here_urls
@pytest.mark.django_db
def test_a_signed_call_of_a_system_needs_no_browser() -> None:
    assert _client().post("/call", headers={"Origin": "http://bank.example"}).content == b"signed"


@here_urls
@pytest.mark.django_db
def test_an_absurd_cookie_is_nobody() -> None:
    client = _client()
    client.cookies["__Host-anju"] = "x" * 3000
    assert client.get("/mine").status_code == 302


@pytest.mark.django_db
def test_the_key_is_kept_only_as_digest() -> None:
    opened = actions.open_anonymous_session(address="10.1.2.3", agent="", at=AT)
    kept = row("SELECT * FROM identity_session")
    assert kept is not None and opened.key not in str(kept)


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [("/me/", "/me/"), ("https://evil.example/", "/home/"), ("//evil.example", "/home/"), ("/\\evil.example", "/home/"),
     ("javascript:alert(1)", "/home/"), ("", "/home/"), ("/me/?a=1", "/me/?a=1")],
)  # fmt: skip
def test_after_log_in_one_goes_to_this_host_only(wanted: str, goes_to: str) -> None:
    assert http.safe_next(RequestFactory().get("/login/", {"next": wanted}), "/home/") == goes_to


@override_settings(ANJU_TRUSTED_PROXIES=1)
def test_behind_one_proxy_the_address_it_saw_counts_and_not_what_was_claimed() -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "1.1.1.1, 10.7.7.7"}, REMOTE_ADDR="127.0.0.1")
    assert http.address_of(request) == "10.7.7.7"


def test_without_a_proxy_a_claimed_address_is_ignored() -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "1.1.1.1"}, REMOTE_ADDR="10.7.7.7")
    assert http.address_of(request) == "10.7.7.7"


@pytest.mark.django_db
def test_step_up_lasts_five_minutes_under_a_new_key() -> None:
    login_id = member()
    opened, here = log_in()
    at = later(minutes=2)
    assert not load_principal(opened.key, at=at).stepped_up
    raised = actions.step_up(here, login_id, code_in(actions.send_step_up_code(here, login_id, at=at)), at=at)
    assert load_principal(opened.key, at=at).is_anonymous
    assert load_principal(raised.key, at=later(minutes=6, seconds=59)).stepped_up
    assert not load_principal(raised.key, at=later(minutes=7)).stepped_up


@pytest.mark.django_db
def test_a_step_up_over_one_operation_is_none_over_another() -> None:
    login_id = member()
    _, here = log_in()
    at = later(minutes=2)
    rent = actions.confirm_digest({"amount_fen": 180000, "payee": "6620"})
    sent = actions.send_step_up_code(here, login_id, confirm=rent, detail="提取1,800.00元至尾号6620", at=at)
    assert "1,800.00" in text_of(sent)
    for other in (b"", actions.confirm_digest({"amount_fen": 180001, "payee": "6620"})):
        with pytest.raises(Refusal) as refused:
            actions.step_up(here, login_id, code_in(sent), confirm=other, at=at)
        assert refused.value.code == "code_wrong"
    assert actions.step_up(here, login_id, code_in(sent), confirm=rent, at=at)


@pytest.mark.django_db
def test_a_session_that_has_ended_cannot_be_raised() -> None:
    login_id = member()
    _, here = log_in()
    actions.log_out(here, at=AT)
    with pytest.raises(Refusal) as refused:
        actions.renew_session(here, at=AT)
    assert refused.value.code == "session_ended"
    assert queries.sessions(login_id, at=AT) == []


@pytest.mark.django_db
def test_a_phone_is_changed_with_a_code_on_both_and_both_are_told() -> None:
    login_id, heard = member(), []
    other, _ = log_in()
    mine, here = log_in(at=later(minutes=2))
    at = later(minutes=4)
    events.listen(PhoneChanged, heard.append)
    try:
        old, new = actions.begin_phone_change(here, login_id, phone(9), at=at)
        renewed = actions.finish_phone_change(
            here, login_id, old_code=code_in(old), new_code=code_in(new), at=at
        )
    finally:
        events.stop_listening(PhoneChanged, heard.append)
    known = queries.login(login_id)
    assert known is not None and known.phone == phone(9)
    told = rows("SELECT phone_digest FROM sms WHERE purpose = 'phone_changed'")
    assert {bytes(line["phone_digest"]) for line in told} == {queries.phone_digest(phone(n)) for n in (1, 9)}
    assert load_principal(other.key, at=at).is_anonymous and load_principal(mine.key, at=at).is_anonymous
    assert load_principal(renewed.key, at=at).phone == phone(9)
    assert [(event.login_id, event.phone) for event in heard] == [(login_id, phone(9))]


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["old", "new"])
def test_one_code_alone_changes_no_phone(missing: str) -> None:
    login_id = member()
    _, here = log_in()
    at = later(minutes=2)
    old, new = (code_in(sent) for sent in actions.begin_phone_change(here, login_id, phone(9), at=at))
    codes = {"old_code": old, "new_code": new, f"{missing}_code": ""}
    with pytest.raises(Refusal) as refused:
        actions.finish_phone_change(here, login_id, at=at, **codes)
    assert refused.value.field == f"{missing}_code"
    known = queries.login(login_id)
    assert known is not None and known.phone == phone(1)
    actions.finish_phone_change(here, login_id, old_code=old, new_code=new, at=at)


@pytest.mark.django_db
def test_a_code_for_one_new_phone_does_not_serve_another() -> None:
    login_id = member()
    _, here = log_in()
    old, _ = (code_in(sent) for sent in actions.begin_phone_change(here, login_id, phone(8), at=later(minutes=2)))
    actions.begin_phone_change(here, login_id, phone(9), at=later(minutes=4))
    with pytest.raises(Refusal) as refused:
        actions.finish_phone_change(here, login_id, old_code=old, new_code="000000", at=later(minutes=4))
    assert refused.value.field == "old_code"


@pytest.mark.django_db
def test_a_phone_of_another_log_in_is_told_only_after_its_code() -> None:
    login_id, _ = member(1), member(2, 502)
    _, here = log_in()
    at = later(minutes=2)
    old, new = actions.begin_phone_change(here, login_id, phone(2), at=at)
    with pytest.raises(Refusal) as refused:
        actions.finish_phone_change(here, login_id, old_code=code_in(old), new_code=code_in(new), at=at)
    assert refused.value.code == "phone_of_another"


@pytest.mark.django_db
def test_the_same_phone_is_no_change_and_another_code_can_be_asked_for() -> None:
    login_id = member()
    _, here = log_in()
    with pytest.raises(Refusal) as refused:
        actions.begin_phone_change(here, login_id, " 138 0000 0001", at=later(minutes=2))
    assert refused.value.code == "phone_same"
    actions.begin_phone_change(here, login_id, phone(9), at=later(minutes=2))
    for which in (Purpose.PHONE_OLD, Purpose.PHONE_NEW):
        assert actions.resend_phone_codes(here, login_id, which=which, at=later(minutes=4))


@pytest.mark.django_db
def test_not_me_ends_every_session_closes_the_password_and_is_published_once() -> None:
    login_id, heard = member(), []
    opened, here = log_in()
    line = queries.activity(login_id)[0]
    events.listen(NotMe, heard.append)
    try:
        assert actions.report_not_me(login_id, line.activity_id, at=AT, browser=here)
        assert not actions.report_not_me(login_id, line.activity_id, at=AT)
    finally:
        events.stop_listening(NotMe, heard.append)
    assert [(event.login_id, event.person_id) for event in heard] == [(login_id, 501)]
    assert heard[0].activity_id == line.activity_id
    assert load_principal(opened.key, at=AT).is_anonymous
    with pytest.raises(Refusal):
        actions.begin_log_in(browser(), name=phone(), password=PASSWORD, at=later(minutes=2))
    lines = queries.activity(login_id)
    assert [entry.reported for entry in lines if entry.activity_id == line.activity_id] == [True]
    assert lines[0].kind == "not_me"


@pytest.mark.django_db
def test_a_line_of_anothers_activity_is_not_found() -> None:
    member(1), login(2)
    log_in(1)
    line = rows("SELECT activity_id FROM identity_activity ORDER BY activity_id DESC LIMIT 1")[0]
    with pytest.raises(Refusal) as refused:
        actions.report_not_me(999_999, line["activity_id"], at=AT)
    assert refused.value.status == 404


@pytest.mark.django_db
def test_the_greeting_refuses_what_cannot_be_shown() -> None:
    login_id = login()
    for typed, code in (("长" * 31, "text_length"), ("a\x00b", "text_characters")):
        with pytest.raises(Refusal) as refused:
            actions.set_greeting(login_id, typed, at=AT)
        assert refused.value.code == code
    assert actions.set_greeting(login_id, " 山高水长 ", at=AT) == "山高水长"


@pytest.mark.django_db
def test_the_look_is_remembered() -> None:
    login_id = login()
    actions.set_look(login_id, elder=True, theme="dark")
    opened, _ = log_in()
    principal = load_principal(opened.key, at=AT)
    assert (principal.elder, principal.theme) == (True, "dark")


@pytest.mark.django_db
def test_disabling_a_log_in_works_on_the_next_request() -> None:
    login_id = member()
    opened, _ = log_in()
    actions.disable_login(login_id, why="挂失", actor=SYSTEM, at=AT)
    assert load_principal(opened.key, at=AT).is_anonymous


@pytest.mark.django_db
def test_whose_session_ran_out_is_known_for_a_while_and_only_then() -> None:
    login_id = member()
    key = log_in()[0].key
    assert queries.who_ran_out(key, at=later(minutes=5)) is None
    late = queries.who_ran_out(key, at=later(minutes=40))
    assert late is not None and (late.login_id, late.role) == (login_id, Role.MEMBER.value)
    assert queries.who_ran_out(key, at=later(hours=13)) is None
    assert queries.who_ran_out("of nobody", at=later(minutes=40)) is None
    actions.end_sessions(login_id, why="not_me", at=later(minutes=1))
    assert queries.who_ran_out(key, at=later(minutes=40)) is None
