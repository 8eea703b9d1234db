"""Registration: every field's refusal, resuming, and that a number alone is worth nothing."""

from __future__ import annotations

from typing import Any

import pytest

from anju.database.sql import row
from anju.identity import actions, queries
from anju.identity.principal import load_principal
from anju.identity.tests.world import AT, PASSWORD, browser, code_in, id_number, later, login, phone
from anju.identity.types import UNIT_CODE_KIND, Browser, CodeSent, Role
from anju.kernel.refusal import Refusal

USCC = "91350100M000100Y43"


def _begin(here: Browser, **more: Any) -> CodeSent:
    stated = {"name": "林晓雨", "id_kind": "01", "id_number": id_number(), "phone": phone(), "at": AT, **more}
    return actions.begin_registration(here, **stated)


@pytest.mark.django_db
def test_registration_makes_a_log_in_that_may_only_apply() -> None:
    here = browser()
    actions.prove_registration_phone(here, code_in(_begin(here)), at=AT)
    opened = actions.finish_registration(here, PASSWORD, at=AT)
    principal = load_principal(opened.key, at=AT)
    assert principal.role is Role.APPLICANT and principal.person_id is None
    assert principal.can("opening.apply") and not principal.can("me.view") and not principal.can("unit.view")


@pytest.mark.django_db
def test_a_units_applicant_registers_with_the_units_code() -> None:
    here = browser()
    actions.prove_registration_phone(here, code_in(_begin(here, id_kind=UNIT_CODE_KIND, id_number=USCC.lower())), at=AT)
    opened = actions.finish_registration(here, PASSWORD, at=AT)
    assert opened.login_id is not None
    known = queries.login(opened.login_id)
    assert known is not None and (known.id_kind, known.id_number, known.person_id) == (UNIT_CODE_KIND, USCC, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stated", "code", "field", "words"),
    [
        ({"id_number": "700100199001010011"}, "id_number", "id_number", "校验"),
        ({"id_number": "70010019900101001"}, "id_number", "id_number", "18 位"),
        ({"id_number": "7001001990010100ZX"}, "id_number", "id_number", "字符"),
        ({"id_number": "700100199013010010"}, "id_number", "id_number", "出生日期"),
        ({"id_kind": UNIT_CODE_KIND, "id_number": "91350100M000100Y44"}, "id_number", "id_number", "统一社会信用代码"),
        ({"id_kind": "77"}, "id_kind", "id_kind", "证件类型"),
        ({"id_number": "9" * 4000}, "id_number", "id_number", "18 位"),
        ({"name": ""}, "text_missing", "name", "填写"),
        ({"name": "林" * 61}, "text_length", "name", "60"),
        ({"name": "林晓雨3"}, "name_character", "name", "3"),
        ({"name": "林\x00晓雨"}, "text_characters", "name", "字符"),
        ({"phone": "12345"}, "phone_bad", "phone", "11 位"),
    ],
)
def test_wrong_data_is_refused_beside_its_field_before_anything_is_sent(
    stated: dict[str, str], code: str, field: str, words: str
) -> None:
    with pytest.raises(Refusal) as refused:
        _begin(browser(), **stated)
    assert (refused.value.code, refused.value.field) == (code, field) and words in refused.value.text
    assert row("SELECT 1 FROM identity_send") is None


@pytest.mark.django_db
def test_a_birth_in_the_future_is_refused() -> None:
    from anju.kernel.identifiers import check_id18

    body = "70010020270101001"
    with pytest.raises(Refusal) as refused:
        _begin(browser(), id_number=body + str(check_id18(body + "0").correct_char))
    assert "晚于今天" in refused.value.text


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["阿卜杜拉·买买提", "𠮷𡈽", "Marie-Anne O’Neil", "欧阳〇", "\U00031350三", "诺"])
def test_names_of_rare_characters_dots_and_latin_are_kept(name: str) -> None:
    here = browser()
    _begin(here, name=name)
    kept = queries.pending_registration(here)
    assert kept is not None and kept.name == name


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "kept_as"),
    [
        ("林 晓　雨", "林晓雨"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉 ・ 买买提", "阿卜杜拉·买买提"),
        (" Marie  Anne ", "Marie Anne"),
    ],
)
def test_names_have_one_spelling(typed: str, kept_as: str) -> None:
    here = browser()
    _begin(here, name=typed)
    kept = queries.pending_registration(here)
    assert kept is not None and kept.name == kept_as


@pytest.mark.django_db
def test_an_interrupted_registration_goes_on_in_the_same_browser_and_in_no_other() -> None:
    here = browser()
    code = code_in(_begin(here))
    assert queries.pending_registration(browser()) is None
    kept = queries.pending_registration(here)
    assert kept is not None and (kept.phone, kept.id_number, kept.phone_proved) == (phone(), id_number(), False)
    actions.prove_registration_phone(here, code, at=AT)
    kept = queries.pending_registration(here)
    assert kept is not None and kept.phone_proved
    assert actions.finish_registration(here, PASSWORD, at=later(minutes=30)).login_id


@pytest.mark.django_db
def test_what_was_typed_is_kept_even_when_no_code_may_be_sent_now() -> None:
    _begin(browser())
    here = browser()
    with pytest.raises(Refusal) as refused:
        _begin(here, name="韩东")
    assert refused.value.code == "code_too_soon"
    kept = queries.pending_registration(here)
    assert kept is not None and kept.name == "韩东"


@pytest.mark.django_db
def test_a_wrong_phone_is_mended_in_place() -> None:
    here = browser()
    old = code_in(_begin(here, phone=phone(7)))
    new = code_in(actions.resend_registration_code(here, phone=phone(8), at=AT))
    with pytest.raises(Refusal):
        actions.prove_registration_phone(here, old if old != new else "000000", at=AT)
    assert actions.prove_registration_phone(here, new, at=AT).phone == phone(8)


@pytest.mark.django_db
def test_what_half_done_steps_remember_is_not_readable_in_the_table() -> None:
    here = browser()
    _begin(here)
    kept = row("SELECT pending FROM identity_session WHERE session_id = %s", [here.session_id])
    assert kept is not None and id_number().encode() not in bytes(kept["pending"])


@pytest.mark.django_db
def test_a_known_phone_is_told_only_to_whoever_holds_it() -> None:
    login()
    here, other = browser(), browser()
    known = _begin(here, id_number=id_number(2))
    unknown = _begin(other, phone=phone(2), id_number=id_number(3), at=AT)
    assert (known.again_at, known.expires_at) == (unknown.again_at, unknown.expires_at)
    with pytest.raises(Refusal) as refused:
        actions.prove_registration_phone(here, "000000", at=AT)
    assert refused.value.code == "code_wrong"
    with pytest.raises(Refusal) as refused:
        actions.prove_registration_phone(here, code_in(known), at=AT)
    assert (refused.value.code, refused.value.status) == ("phone_known", 409)
    with pytest.raises(Refusal):
        actions.finish_registration(here, PASSWORD, at=AT)


@pytest.mark.django_db
def test_a_known_number_is_never_told() -> None:
    login(person_id=501)
    here = browser()
    actions.prove_registration_phone(here, code_in(_begin(here, phone=phone(2))), at=AT)
    opened = actions.finish_registration(here, PASSWORD, at=AT)
    assert load_principal(opened.key, at=AT).person_id is None, "a number typed is no proof of being that person"


@pytest.mark.django_db
def test_no_password_before_the_phone_is_proved() -> None:
    here = browser()
    _begin(here)
    with pytest.raises(Refusal) as refused:
        actions.finish_registration(here, PASSWORD, at=AT)
    assert refused.value.code == "phone_not_proved"
    with pytest.raises(Refusal) as refused:
        actions.finish_registration(browser(), PASSWORD, at=AT)
    assert refused.value.code == "step_lost"


@pytest.mark.django_db
def test_a_weak_password_is_refused_and_nothing_typed_is_lost() -> None:
    here = browser()
    actions.prove_registration_phone(here, code_in(_begin(here)), at=AT)
    with pytest.raises(Refusal) as refused:
        actions.finish_registration(here, "13800000001", at=AT)
    assert refused.value.field == "password"
    assert actions.finish_registration(here, PASSWORD, at=AT).login_id


@pytest.mark.django_db
def test_two_registrations_of_one_phone_make_one_log_in() -> None:
    here, other = browser(), browser()
    actions.prove_registration_phone(here, code_in(_begin(here)), at=AT)
    actions.prove_registration_phone(other, code_in(_begin(other, at=later(minutes=2))), at=later(minutes=2))
    actions.finish_registration(here, PASSWORD, at=later(minutes=3))
    with pytest.raises(Refusal) as refused:
        actions.finish_registration(other, PASSWORD, at=later(minutes=3))
    assert refused.value.code == "phone_known"


@pytest.mark.django_db
def test_an_account_name_is_given_once_whatever_its_case() -> None:
    def enrol(n: int, name: str) -> int:
        return actions.register(
            name="何静", id_kind="01", id_number=id_number(n), phone=phone(n), account_name=name, at=AT, staff=True
        )

    enrol(1, "hejing")
    with pytest.raises(Refusal) as refused:
        enrol(2, "HeJing")
    assert refused.value.code == "account_name_taken"
