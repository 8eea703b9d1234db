"""Log-in: password then code, the same words for known and unknown, limits that parallel tries do not pass."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anju.database.sql import row, rows
from anju.identity import actions, queries
from anju.identity.models import Login
from anju.identity.principal import load_principal
from anju.identity.tests.world import (
    AT,
    PASSWORD,
    SYSTEM,
    browser,
    code_in,
    id_number,
    later,
    log_in,
    login,
    member,
    phone,
    text_of,
)
from anju.identity.types import Browser, LogInStep
from anju.kernel.refusal import Refusal


def _begin(here: Browser, *, name: str = phone(), password: str = PASSWORD, **more: Any) -> LogInStep:
    return actions.begin_log_in(here, name=name, password=password, at=more.pop("at", AT), **more)


def _refused(here: Browser, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        _begin(here, **more)
    return refused.value


@pytest.mark.django_db
def test_password_and_code_open_a_session_under_a_new_key() -> None:
    login_id = login()
    before = actions.open_anonymous_session(address="10.1.2.3", agent="", at=AT)
    here = Browser(before.session_id, "10.1.2.3")
    opened = actions.finish_log_in(here, code_in(_begin(here).sent), at=AT)
    assert opened.key != before.key and opened.session_id != before.session_id
    assert load_principal(opened.key, at=AT).login_id == login_id
    assert load_principal(before.key, at=AT).is_anonymous, "the key from before the log-in opens nothing"


@pytest.mark.django_db
def test_the_password_alone_opens_nothing() -> None:
    login()
    before = actions.open_anonymous_session(address="10.1.2.3", agent="", at=AT)
    _begin(Browser(before.session_id, "10.1.2.3"))
    assert load_principal(before.key, at=AT).is_anonymous


@pytest.mark.django_db
def test_the_greeting_is_shown_after_the_password_and_never_before() -> None:
    login_id, here = login(), browser()
    actions.set_greeting(login_id, "春江水暖鸭先知", at=AT)
    assert "春江" not in _refused(here, password="wrong-" + PASSWORD).text
    assert _begin(here).greeting == "春江水暖鸭先知"


@pytest.mark.django_db
def test_passwords_mind_upper_and_lower_case_and_the_refusal_says_so() -> None:
    login()
    refused = _refused(browser(), password=PASSWORD.upper())
    assert "大写锁定" in refused.text and "区分大小写" in refused.text


@pytest.mark.django_db
def test_a_name_of_phone_number_or_account_opens_the_same_log_in() -> None:
    member()
    Login.objects.filter(person_id=501).update(account_name="linxiaoyu")
    for n, name in enumerate((phone(), " 138 0000 0001 ", id_number().lower(), "LinXiaoYu")):
        at = later(minutes=2 * n)
        assert _begin(browser(), name=name, at=at).sent.phone_mask == "138****0001"


@pytest.mark.django_db
def test_whoever_registers_with_anothers_number_cannot_stand_in_its_way() -> None:
    actions.register(name="某某", id_kind="01", id_number=id_number(1), phone=phone(9), password=PASSWORD, at=AT)
    assert _refused(browser(), name=id_number(1)).code == "log_in_wrong"
    member(1)
    assert _begin(browser(), name=id_number(1)).sent.phone_mask == "138****0001"


@pytest.mark.django_db
@pytest.mark.parametrize("name", [phone(8), id_number(8), "nobody", "", "x" * 5000, "18000\x00000000"])
def test_unknown_names_get_the_words_and_status_of_a_wrong_password(name: str) -> None:
    login()
    known, unknown = _refused(browser(), password="wrong"), _refused(browser(), name=name)
    assert (unknown.text, unknown.code, unknown.status, unknown.field) == (
        known.text, known.code, known.status, known.field,
    )  # fmt: skip


@pytest.mark.django_db
def test_known_and_unknown_names_cost_the_same_hashing_and_the_same_statements() -> None:
    login()
    costs, hasher = [], Argon2PasswordHasher
    for name in (phone(1), phone(2), id_number(3), "nobody"):
        here = browser()
        with (
            CaptureQueriesContext(connection) as seen,
            patch.object(hasher, "verify", autospec=True, side_effect=hasher.verify) as looked,
            patch.object(hasher, "encode", autospec=True, side_effect=hasher.encode) as made,
        ):
            _refused(here, name=name, password="wrong-password")
        costs.append((len(seen), looked.call_count + made.call_count))
    assert set(costs) == {(costs[0][0], 1)}


@pytest.mark.django_db
def test_a_log_in_without_a_password_answers_like_a_wrong_one() -> None:
    login(password=None)
    assert _refused(browser(), password="").code == "log_in_wrong"


@pytest.mark.django_db
def test_five_wrong_passwords_lock_the_name_for_a_quarter_of_an_hour_known_or_not() -> None:
    login()
    for name in (phone(1), phone(2)):
        for _ in range(5):
            assert _refused(browser(), name=name, password="wrong").code == "log_in_wrong"
        refused = _refused(browser(), name=name)
        assert (refused.code, refused.status) == ("password_locked", 429)
        assert "15 分钟" in refused.text and "找回密码" in refused.text
    assert _begin(browser(), at=later(minutes=15))


@pytest.mark.django_db
def test_the_right_password_forgives_the_wrong_ones_before() -> None:
    login()
    for _ in range(4):
        _refused(browser(), password="wrong")
    _begin(browser())
    for _ in range(4):
        assert _refused(browser(), password="wrong").code == "log_in_wrong"


@pytest.mark.django_db
def test_an_address_that_tries_many_names_is_stopped() -> None:
    for n in range(60):
        with patch("anju.identity.actions.log_in._password_fits", return_value=False):
            assert _refused(browser(), name=f"name{n}").code == "log_in_wrong"
    assert _refused(browser(), name="name60").code == "address_locked"
    with patch("anju.identity.actions.log_in._password_fits", return_value=False):
        assert _refused(browser(address="10.8.8.8"), name="name60").code == "log_in_wrong"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_thirty_parallel_wrong_passwords_five_are_looked_at() -> None:
    login()
    looked: list[int] = []
    answers: list[str] = []
    barrier = threading.Barrier(30)
    browsers = [browser(address=f"10.3.0.{n}") for n in range(30)]

    def fits(*_: object) -> bool:
        looked.append(1)
        return False

    def guess(n: int) -> None:
        try:
            barrier.wait()
            answers.append(_refused(browsers[n], password=f"guess-{n}").code)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(30)]
    with patch("anju.identity.actions.log_in._password_fits", fits):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(looked) == 5
    assert answers.count("password_locked") == 25 and answers.count("log_in_wrong") == 5


@pytest.mark.django_db
def test_a_half_done_log_in_is_forgotten_after_ten_minutes() -> None:
    login()
    here = browser()
    _begin(here)
    with pytest.raises(Refusal) as refused:
        actions.resend_log_in_code(here, at=later(minutes=10))
    assert refused.value.code == "step_lost"


@pytest.mark.django_db
def test_the_code_may_be_asked_for_again_after_a_minute() -> None:
    login()
    here = browser()
    _begin(here)
    again = actions.resend_log_in_code(here, at=later(seconds=60))
    assert actions.finish_log_in(here, code_in(again), at=later(seconds=61))


@pytest.mark.django_db
def test_whoever_goes_back_a_page_types_the_code_already_sent() -> None:
    login_id = login()
    here = browser()
    actions.set_greeting(login_id, "山高水长", at=AT)
    first = _begin(here)
    again = _begin(here, at=later(seconds=20))
    assert again.sent is None and first.sent is not None
    assert queries.log_in_greeting(here) == again.greeting == "山高水长"
    assert queries.log_in_greeting(browser()) is None
    assert actions.finish_log_in(here, code_in(first.sent), at=later(seconds=30))


@pytest.mark.django_db
def test_another_browser_waits_the_minute() -> None:
    login()
    _begin(browser())
    assert _refused(browser(), at=later(seconds=20)).code == "code_too_soon"


@pytest.mark.django_db
def test_a_log_in_disabled_between_password_and_code_does_not_open() -> None:
    login_id, here = login(), browser()
    code = code_in(_begin(here).sent)
    actions.disable_login(login_id, why="test", actor=SYSTEM, at=AT)
    with pytest.raises(Refusal):
        actions.finish_log_in(here, code, at=AT)
    assert _refused(browser(), at=later(minutes=2)).code == "log_in_wrong"


@pytest.mark.django_db
def test_each_log_in_is_written_into_the_activity_with_shortened_place_and_device() -> None:
    login_id = login()
    log_in()
    line = queries.activity(login_id)[0]
    assert (line.kind, line.text, line.place, line.device) == ("log_in", "登录", "10.1.*.*", "Windows · Chrome")


@pytest.mark.django_db
def test_a_log_in_from_a_new_kind_of_device_is_told_to_the_owner() -> None:
    login_id = login()
    log_in()
    log_in(at=later(minutes=2), where=browser(agent="Mozilla/5.0 (Linux; Android 16) Firefox/140.0"))
    assert queries.activity(login_id)[0].text == "在新设备上登录"
    assert rows("SELECT kind FROM notice WHERE login_id = %s", [login_id]) == [{"kind": "new_device"}]


@pytest.mark.django_db
def test_reset_by_phone_code_and_number_ends_every_session_and_tells_the_owner() -> None:
    login_id = login()
    opened, _ = log_in()
    here, at = browser(), later(minutes=2)
    sent = actions.begin_reset(here, phone=phone(), id_number=id_number(), at=at)
    actions.finish_reset(here, code_in(sent), "xin-mima-2026-ok", at=at)
    assert load_principal(opened.key, at=at).is_anonymous
    assert rows("SELECT kind FROM notice WHERE login_id = %s", [login_id]) == [{"kind": "password_changed"}]
    assert _refused(browser(), at=later(minutes=4)).code == "log_in_wrong"
    assert _begin(browser(), password="xin-mima-2026-ok", at=later(minutes=4))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "document"), [(phone(2), id_number(1)), (phone(1), id_number(2)), (phone(2), id_number(2))],
    ids=["unknown phone", "another number", "both unknown"],
)  # fmt: skip
def test_reset_answers_the_same_whether_or_not_phone_and_number_are_known(number: str, document: str) -> None:
    login()
    known = actions.begin_reset(browser(), phone=phone(1), id_number=id_number(1), at=AT)
    here, at = browser(), later(minutes=2)
    unknown = actions.begin_reset(here, phone=number, id_number=document, at=at)
    assert type(unknown) is type(known) and unknown.again_at - at == known.again_at - AT
    assert unknown.expires_at - at == known.expires_at - AT
    assert re.search(r"\d{6}", text_of(unknown)) is None and "不一致" in text_of(unknown)
    with pytest.raises(Refusal) as refused:
        actions.finish_reset(here, "000000", "xin-mima-2026-ok", at=at)
    assert refused.value.code == "code_wrong"


@pytest.mark.django_db
def test_reset_writes_the_same_rows_for_known_and_unknown() -> None:
    login()
    counts = []
    for n, number in enumerate((phone(1), phone(2))):
        here = browser()
        with CaptureQueriesContext(connection) as seen:
            actions.begin_reset(here, phone=number, id_number=id_number(1), at=later(minutes=2 * n))
        counts.append([query["sql"].split()[0] for query in seen])
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_a_weak_new_password_costs_no_code() -> None:
    login()
    here = browser()
    code = code_in(actions.begin_reset(here, phone=phone(), id_number=id_number(), at=AT))
    with pytest.raises(Refusal) as refused:
        actions.finish_reset(here, code, "short", at=AT)
    assert refused.value.code == "password_short"
    with pytest.raises(Refusal) as refused:
        actions.finish_reset(here, code, "我叫林晓雨林晓雨林晓", at=AT)
    assert refused.value.code == "password_about_owner"
    actions.finish_reset(here, code, "xin-mima-2026-ok", at=AT)


@pytest.mark.django_db
def test_reset_unlocks_a_name_locked_by_wrong_tries() -> None:
    login()
    for _ in range(6):
        _refused(browser(), password="wrong")
    here = browser()
    sent = actions.begin_reset(here, phone=phone(), id_number=id_number(), at=AT)
    actions.finish_reset(here, code_in(sent), "xin-mima-2026-ok", at=AT)
    assert _begin(browser(), password="xin-mima-2026-ok", at=later(minutes=2))


@pytest.mark.django_db
def test_changing_the_password_needs_the_old_one_and_ends_the_other_sessions() -> None:
    login_id = login()
    other, _ = log_in()
    mine, here = log_in(at=later(minutes=2))
    at = later(minutes=3)
    with pytest.raises(Refusal) as refused:
        actions.change_password(here, login_id, old="wrong", new="xin-mima-2026-ok", at=at)
    assert (refused.value.code, refused.value.field) == ("password_wrong", "old")
    with pytest.raises(Refusal) as refused:
        actions.change_password(here, login_id, old=PASSWORD, new=PASSWORD, at=at)
    assert (refused.value.code, refused.value.field) == ("password_same", "new")
    renewed = actions.change_password(here, login_id, old=PASSWORD, new="xin-mima-2026-ok", at=at)
    assert load_principal(other.key, at=at).is_anonymous and load_principal(mine.key, at=at).is_anonymous
    assert load_principal(renewed.key, at=at).login_id == login_id


@pytest.mark.django_db
def test_staff_need_twelve_characters_and_members_ten() -> None:
    from anju.identity.passwords import check_password_rules

    assert check_password_rules("shui-77-xy", staff=False) == "shui-77-xy"
    with pytest.raises(Refusal) as refused:
        check_password_rules("shui-77-xy", staff=True)
    assert refused.value.code == "password_short" and "12" in refused.value.text


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("a" * 65, "password_long"),
        ("password123", "password_common"),
        ("1234567890", "password_common"),
        ("qwertyuiop", "password_common"),
        ("abababababab", "password_common"),
        ("aaaaaaaaaaaaa", "password_common"),
        ("13800000001a", "password_about_owner"),
        ("gongjijin13800000001", "password_about_owner"),
        ("住房公积金公积金公积金", "password_about_owner"),
        ("shan\x00shui-77-xy", "password_characters"),
    ],
)
def test_passwords_that_are_guessed_first_are_refused_with_a_reason(password: str, code: str) -> None:
    from anju.identity.passwords import check_password_rules

    with pytest.raises(Refusal) as refused:
        check_password_rules(password, staff=False, about=("13800000001", id_number(), "林晓雨"))
    assert refused.value.code == code and refused.value.field == "password"


@pytest.mark.parametrize(
    "password", ["春江水暖鸭先知也要知", "correct horse battery", "é" * 3 + "-shanshui-77", "𠮷" * 4 + "shuishan"]
)
def test_any_script_and_spaces_make_a_password(password: str) -> None:
    from anju.identity.passwords import check_password_rules

    assert check_password_rules(password, staff=False)


@pytest.mark.django_db
def test_composed_and_decomposed_letters_are_the_same_password() -> None:
    composed = "caf\u00e9-shanshui-77"
    actions.register(name="甲", id_kind="01", id_number=id_number(), phone=phone(), password=composed, at=AT)
    assert _begin(browser(), password="cafe\u0301-shanshui-77")


@pytest.mark.django_db
def test_passwords_are_hashed_with_argon2id(settings: Any) -> None:
    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"], "at Django's full cost"
    login()
    kept = row("SELECT password FROM identity_login")
    assert kept is not None and kept["password"].startswith("argon2$argon2id$")


@pytest.mark.django_db
def test_an_agents_password_must_be_changed_after_ninety_days_a_member_is_reminded_later() -> None:
    member()
    opened, _ = log_in(at=later(days=179))
    assert load_principal(opened.key, at=later(days=179)).password_due == ""
    opened, _ = log_in(at=later(days=181))
    assert load_principal(opened.key, at=later(days=181)).password_due == "remind"
    from anju.identity.tests.world import staff
    from anju.identity.types import Role

    staff(2, Role.CLERK, 502)
    opened, _ = log_in(2, at=later(days=91))
    assert load_principal(opened.key, at=later(days=91) + timedelta(seconds=1)).password_due == "must"
