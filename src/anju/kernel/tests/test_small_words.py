from dataclasses import dataclass

import pytest

from anju.kernel import events
from anju.kernel.actor import Actor
from anju.kernel.explained import (
    ArticleRef,
    Condition,
    FactLine,
    ParameterRef,
    Step,
    Term,
    Working,
    from_json,
    to_json,
)
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text


@dataclass(frozen=True)
class Rang:
    bell: str


def test_an_event_reaches_each_listener_once() -> None:
    heard: list[str] = []

    def hear(event: Rang) -> None:
        heard.append(event.bell)

    events.listen(Rang, hear)
    events.listen(Rang, hear)
    try:
        events.publish(Rang("noon"))
        events.publish("something else")
    finally:
        events.stop_listening(Rang, hear)
    assert heard == ["noon"]


def test_a_failing_listener_stops_the_publisher() -> None:
    def fail(event: Rang) -> None:
        raise Refusal("no", "不行")

    events.listen(Rang, fail)
    try:
        with pytest.raises(Refusal):
            events.publish(Rang("noon"))
    finally:
        events.stop_listening(Rang, fail)


@pytest.mark.parametrize("wrong", ["a\x00b", "\ud800", "照片\u202egpj.exe", "一\n二", "\x7f"])
def test_text_that_cannot_be_kept_is_refused(wrong: str) -> None:
    with pytest.raises(Refusal) as refused:
        clean_text(wrong, 60, "name")
    assert (refused.value.code, refused.value.field) == ("text_characters", "name")


def test_over_long_and_missing_text_is_refused_with_its_field() -> None:
    assert clean_text("  買買提·𠮷  ", 60, "name") == "買買提·𠮷"
    assert clean_text("一\r\n二", 60, "reason", multi_line=True) == "一\n二"
    with pytest.raises(Refusal) as refused:
        clean_text("字" * 61, 60, "name")
    assert "61" in refused.value.text and refused.value.status == 422
    with pytest.raises(Refusal):
        clean_text("   ", 60, "name", required=True)


def test_a_working_survives_json() -> None:
    fact = FactLine("名下无住房", "不动产登记", "R1", "2026-11-23 09:00")
    article = ArticleRef("regulation.24", "条例", "第二十四条", "……", "国务院令第844号", "2026-09-20")
    parameter = ParameterRef("withdraw.rent.monthly_cap", "月限额", "1800", "元", "例", "2026-01-01", "demo")
    condition = Condition("本市无住房", None, "未能核查", (fact,), "规则", article, (parameter,), "转人工")
    working = Working((condition,), (Term("余额", "1 − 0", 1, True),), (Step("甲", "1 × 1", "1"),), 1)
    assert from_json(to_json(working)) == working


def test_the_machine_is_an_actor_without_a_person() -> None:
    machine = Actor.machine(1, "2026.11-0a1b2c3d")
    assert machine.is_machine and machine.person_id is None and "2026.11-0a1b2c3d" in machine.name


def test_listeners_stand_as_before_when_a_block_ends() -> None:
    told: list[Rang] = []
    events.listen(Rang, told.append)
    try:
        with events.listeners_kept():
            events.stop_listening(Rang, told.append)
        assert events.listeners(Rang) == (told.append,)
    finally:
        events.stop_listening(Rang, told.append)
