"""SMS codes: what they are bound to, how often they may be tried and sent."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from anju.database.sql import row, rows
from anju.identity import actions, queries
from anju.identity.limits import LIMITS, Limits
from anju.identity.tests.world import AT, browser, code_in, later, phone, text_of
from anju.identity.types import Browser, CodeSent, Purpose
from anju.kernel.refusal import Refusal

SUBJECT = b"login 1"
AMOUNT = actions.confirm_digest({"amount_fen": 300000, "payee": "6620"})


def _send(here: Browser, *, at: datetime = AT, to: str = phone(), **more: object) -> CodeSent:
    given = {"purpose": Purpose.STEP_UP, "subject": SUBJECT, **more}
    return actions.send_code(here, phone=to, at=at, **given)  # type: ignore[arg-type]


def _consume(here: Browser, code: str, *, at: datetime = AT, **more: object) -> None:
    given = {"purpose": Purpose.STEP_UP, "subject": SUBJECT, "phone": phone(), **more}
    actions.consume_code(here, code, at=at, **given)  # type: ignore[arg-type]


def _wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def _refused(here: Browser, code: str, **more: object) -> str:
    with pytest.raises(Refusal) as refused:
        _consume(here, code, **more)  # type: ignore[arg-type]
    return refused.value.code


@pytest.mark.django_db
def test_a_code_is_six_digits_and_says_purpose_validity_and_warning_within_seventy_characters() -> None:
    here = browser()
    text = text_of(_send(here, confirm=AMOUNT, purpose=Purpose.OPERATION, detail="提取3,000.00元至尾号6620"))
    assert len(text) <= 70
    for part in ("【", "提取3,000.00元至尾号6620", "5分钟", "工作人员不会索要验证码"):
        assert part in text


@pytest.mark.django_db
def test_the_table_keeps_no_code_that_could_be_read() -> None:
    here = browser()
    code = code_in(_send(here))
    kept = row("SELECT * FROM identity_code")
    assert kept is not None
    readable = [value for value in kept.values() if isinstance(value, str)]
    raw = [bytes(value) for value in kept.values() if isinstance(value, (bytes, memoryview))]
    assert len(raw) == 4
    assert all(code not in value for value in readable) and all(code.encode() not in value for value in raw)


@pytest.mark.django_db
def test_the_right_code_works_once() -> None:
    here = browser()
    code = code_in(_send(here))
    _consume(here, code)
    assert _refused(here, code) == "code_wrong"


@pytest.mark.django_db
def test_a_code_lives_five_minutes_and_not_a_moment_longer() -> None:
    here = browser()
    code = code_in(_send(here))
    assert _refused(here, code, at=later(minutes=5)) == "code_wrong"
    _consume(here, code, at=later(minutes=5) - timedelta(seconds=1))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other",
    [{"purpose": Purpose.RESET}, {"subject": b"login 2"}, {"phone": phone(2)}, {"confirm": AMOUNT}],
    ids=["purpose", "subject", "phone", "confirmed amount"],
)
def test_a_code_for_one_thing_is_worthless_for_another(other: dict[str, object]) -> None:
    here = browser()
    code = code_in(_send(here))
    assert _refused(here, code, **other) == "code_wrong"
    _consume(here, code)


@pytest.mark.django_db
def test_a_code_for_one_amount_does_not_confirm_another() -> None:
    here = browser()
    code = code_in(_send(here, purpose=Purpose.OPERATION, confirm=AMOUNT))
    dearer = actions.confirm_digest({"amount_fen": 900000, "payee": "6620"})
    assert _refused(here, code, purpose=Purpose.OPERATION, confirm=dearer) == "code_wrong"
    _consume(here, code, purpose=Purpose.OPERATION, confirm=AMOUNT)


@pytest.mark.django_db
def test_a_code_does_not_work_in_another_browser() -> None:
    here, thief = browser(), browser()
    code = code_in(_send(here))
    assert _refused(thief, code) == "code_wrong"


@pytest.mark.django_db
def test_an_earlier_code_dies_when_a_new_one_is_sent() -> None:
    here = browser()
    first = code_in(_send(here))
    second = code_in(_send(here, at=later(seconds=61)))
    assert first == second or _refused(here, first, at=later(seconds=61)) == "code_wrong"
    _consume(here, second, at=later(seconds=61))


@pytest.mark.django_db
def test_five_wrong_tries_are_evaluated_and_then_even_the_right_code_is_dead() -> None:
    here = browser()
    code = code_in(_send(here))
    for _ in range(5):
        assert _refused(here, _wrong(code)) == "code_wrong"
    assert _refused(here, code) == "code_wrong"


@pytest.mark.django_db
def test_four_wrong_tries_leave_one() -> None:
    here = browser()
    code = code_in(_send(here))
    for _ in range(4):
        _refused(here, _wrong(code))
    _consume(here, code)


@pytest.mark.django_db(transaction=True)
def test_consuming_inside_a_transaction_is_a_programming_error() -> None:
    from django.db import transaction

    here = browser()
    code = code_in(_send(here))
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        _consume(here, code)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６７８", "9" * 300, "1 2\u00003"])
def test_nonsense_for_a_code_is_refused_with_the_same_words(typed: str) -> None:
    here = browser()
    _send(here)
    assert _refused(here, typed) == "code_wrong"


@pytest.mark.django_db
def test_a_code_typed_full_width_or_with_spaces_is_the_same_code() -> None:
    here = browser()
    code = code_in(_send(here))
    _consume(here, " " + "".join(chr(ord(digit) + 0xFEE0) for digit in code) + " ")


def _in_threads(count: int, work: object) -> None:
    barrier = threading.Barrier(count)

    def run(n: int) -> None:
        try:
            barrier.wait()
            work(n)  # type: ignore[operator]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_sixty_parallel_wrong_guesses_five_are_evaluated() -> None:
    here = browser()
    code = code_in(_send(here))
    answers: list[str] = []

    def guess(n: int) -> None:
        answers.append(_refused(here, f"{(int(code) + 1 + n) % 1_000_000:06d}"))

    _in_threads(60, guess)
    assert len(answers) == 60
    kept = row("SELECT tries, consumed_at FROM identity_code")
    assert kept == {"tries": 5, "consumed_at": None}
    assert _refused(here, code) == "code_wrong"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_sixteen_parallel_uses_of_the_right_code_one_succeeds() -> None:
    here = browser()
    code = code_in(_send(here))
    answers: list[str] = []

    def use(_: int) -> None:
        try:
            _consume(here, code)
            answers.append("used")
        except Refusal as refusal:
            answers.append(refusal.code)

    _in_threads(16, use)
    assert sorted(set(answers)) == ["code_wrong", "used"] and answers.count("used") == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_twelve_parallel_requests_for_one_phone_one_is_sent() -> None:
    browsers = [browser(address=f"10.1.2.{n}") for n in range(12)]
    answers: list[str] = []

    def ask(n: int) -> None:
        try:
            _send(browsers[n])
            answers.append("sent")
        except Refusal as refusal:
            answers.append(refusal.code)

    _in_threads(12, ask)
    assert answers.count("sent") == 1 and answers.count("code_too_soon") == 11
    assert len(rows("SELECT 1 AS one FROM sms")) == 1


def _send_refused(here: Browser, **more: object) -> Refusal:
    with pytest.raises(Refusal) as refused:
        _send(here, **more)  # type: ignore[arg-type]
    assert refused.value.status == 429
    return refused.value


@pytest.mark.django_db
def test_one_phone_gets_one_code_a_minute_whatever_browser_asks() -> None:
    _send(browser())
    refused = _send_refused(browser(address="10.9.9.9"), at=later(seconds=59))
    assert refused.code == "code_too_soon" and "1 秒" in refused.text
    _send(browser(address="10.9.9.9"), at=later(seconds=60))


@pytest.mark.django_db
def test_one_phone_gets_five_codes_an_hour() -> None:
    for n in range(5):
        _send(browser(), at=later(minutes=2 * n))
    assert _send_refused(browser(), at=later(minutes=20)).code == "code_hour_limit"
    _send(browser(), at=later(minutes=61))


@pytest.mark.django_db
def test_one_phone_gets_ten_codes_a_day() -> None:
    for n in range(10):
        _send(browser(), at=later(minutes=30 * n))
    assert _send_refused(browser(), at=later(hours=10)).code == "code_day_limit"
    _send(browser(), at=later(hours=25))


@pytest.mark.django_db
def test_one_address_cannot_spray_many_phones() -> None:
    limits = Limits(address_hour=3)
    for n in range(3):
        _send(browser(), to=phone(n), limits=limits)
    assert _send_refused(browser(), to=phone(9), limits=limits).code == "code_address_limit"
    _send(browser(address="10.9.9.9"), to=phone(9), limits=limits)


@pytest.mark.django_db
def test_one_account_has_its_own_limit() -> None:
    limits = Limits(login_hour=2)
    for n in range(2):
        _send(browser(), to=phone(n), login_id=7, limits=limits)
    assert _send_refused(browser(), to=phone(5), login_id=7, limits=limits).code == "code_login_limit"
    _send(browser(), to=phone(5), login_id=8, limits=limits)


@pytest.mark.django_db
def test_the_days_budget_alarms_before_it_is_used_up() -> None:
    from anju.identity.types import SendingBudgetNear
    from anju.kernel import events

    heard: list[SendingBudgetNear] = []
    events.listen(SendingBudgetNear, heard.append)
    try:
        limits = Limits(budget_day=5)
        for n in range(5):
            _send(browser(), to=phone(n), limits=limits)
        assert [event.sent_today for event in heard] == [4]
        assert _send_refused(browser(), to=phone(6), limits=limits).code == "code_budget"
    finally:
        events.stop_listening(SendingBudgetNear, heard.append)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "1380000", "23800000001", "138000000011", "1380000000a", "138\x0000000001"])
def test_a_number_that_is_no_mobile_is_refused_beside_its_field(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        _send(browser(), to=typed)
    assert (refused.value.code, refused.value.field) == ("phone_bad", "phone")


def test_the_defaults_are_those_of_the_security_reference() -> None:
    assert (LIMITS.code_tries, LIMITS.code_life) == (5, timedelta(minutes=5))
    assert (LIMITS.phone_pause.total_seconds(), LIMITS.phone_hour, LIMITS.phone_day) == (60, 5, 10)
    assert (LIMITS.idle_member, LIMITS.idle_staff) == (timedelta(minutes=15), timedelta(minutes=30))
    assert (LIMITS.absolute, LIMITS.step_up_life) == (timedelta(hours=8), timedelta(minutes=5))


@pytest.mark.django_db
def test_a_browser_can_ask_what_became_of_its_newest_code_and_a_decoy_reads_alike() -> None:
    here = browser()
    assert queries.last_code(here, Purpose.RESET) is None
    for n, decoy in enumerate((False, True)):
        at = later(minutes=2 * n)
        sent = _send(here, purpose=Purpose.RESET, decoy=decoy, at=at)
        found = queries.last_code(here, Purpose.RESET)
        assert found is not None and (found.sms_id, found.sent_at) == (sent.sms_id, at)
    assert queries.last_code(browser(), Purpose.RESET) is None
    assert queries.last_code(here, Purpose.LOG_IN) is None
