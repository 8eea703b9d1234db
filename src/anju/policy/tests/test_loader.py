"""The loader refuses whatever is not exactly a rule, and says where."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from anju.kernel.rounding import Rounding
from anju.policy import PolicyFileInvalid, PolicyMissing, Status, book, city_names, load_book
from anju.policy.book import CITIES
from anju.policy.calendar import read_calendar
from anju.policy.law import read_law, refuse_overlapping_versions
from anju.policy.parameters import read_parameter

GOOD = """handle: rent.cap
title: 上限
unit: 元
values:
  - from: "2026-01-01"
    until: "2026-06-30"
    value: "1500.00"
    source: {title: 通知}
    status: demo
    checker: 核对岗
  - from: "2026-07-01"
    value: "1800.00"
    source: {title: 通知, number: "1号", url: "https://example.cn/"}
    status: unverified
    checker: 核对岗
"""


def parameter(tmp_path: Path, text: str, name: str = "rent.cap.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_gives_the_value_of_each_day(tmp_path: Path) -> None:
    file = read_parameter(parameter(tmp_path, GOOD))
    assert file.on(date(2025, 12, 31)) is None
    for day, value in ((date(2026, 6, 30), "1500.00"), (date(2026, 7, 1), "1800.00")):
        found = file.on(day)
        assert found is not None and found.value == Decimal(value)
    assert file.values[1].source.text == "通知（1号）" and file.values[1].status is Status.UNVERIFIED


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('"1500.00"', "1500.00", 7, "must be quoted"),
        ('"2026-01-01"', "2026-01-01", 5, "must be quoted"),
        ("status: demo", "status: yes", 9, "must be quoted"),
        ('"1500.00"', "text", 7, "must be quoted"),
        ('"1500.00"', '"1,500.00"', 7, "not a plain number"),
        ('"1500.00"', '"1500.001"', 7, "two places"),
        ('"1500.00"', '"-1"', 7, "not a plain number"),
        ('"1500.00"', '["1"]', 7, "must be quoted"),
        ("    source: {title: 通知}\n", "", 5, "missing key 'source'"),
        ("{title: 通知}", "{number: 一号}", 8, "missing key 'title'"),
        ("{title: 通知}", "{title: 通知, page: 三}", 8, "unknown key 'page'"),
        ('"https://example.cn/"', '"ftp://example.cn/"', 13, "https"),
        ("    checker: 核对岗\n  - from", "  - from", 5, "missing key 'checker'"),
        ("status: demo", "status: rumour", 9, "unknown status"),
        ("unit: 元", "unit: 两", 3, "unknown unit"),
        ("unit: 元", "unit: 元\nlaw: 条例", 4, "unknown key 'law'"),
        ("unit: 元", "unit: 元\nunit: 元", 4, "stands twice"),
        ('until: "2026-06-30"', 'until: "2026-07-01"', 11, "two values are in force"),
        ('    until: "2026-06-30"\n', "", 10, "two values are in force"),
        ('until: "2026-06-30"', 'until: "2025-06-30"', 6, "before the first"),
        ('"2026-07-01"', '"2026-07-32"', 11, "not a date"),
        ("handle: rent.cap", "handle: rent.cup", 1, "must be named"),
        ("handle: rent.cap", "handle: Rent", 1, "a handle looks like"),
        ("title: 上限", "title: [", 4, "not YAML"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert old in GOOD
    path = parameter(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(PolicyFileInvalid, match=words) as refused:
        read_parameter(path)
    assert refused.value.line == line
    assert str(refused.value).startswith(f"{path}:{refused.value.line}: ")


def test_an_alias_an_empty_file_and_foreign_bytes_are_refused(tmp_path: Path) -> None:
    for text in ("", "handle: &a x\ntitle: *a\n", "- a\n"):
        with pytest.raises(PolicyFileInvalid):
            read_parameter(parameter(tmp_path, text))
    path = tmp_path / "rent.cap.yaml"
    path.write_bytes("标题".encode("gbk"))
    with pytest.raises(PolicyFileInvalid, match="UTF-8"):
        read_parameter(path)


def test_values_are_read_by_their_unit(tmp_path: Path) -> None:
    city = book("anju")
    on = date(2026, 11, 23)
    assert city.rounding("contribution.rounding", on) is Rounding.YUAN_HALF_UP
    assert city.integer("withdraw.decision_days", on) == 3
    assert city.decimal("contribution.ratio_max", on) == Decimal("0.12")
    assert city.parameter("interest.rate", on).text == "1.5%"
    with pytest.raises(AssertionError):
        city.fen("contribution.ratio_max", on)
    share = GOOD.replace("unit: 元", "unit: 比例")
    with pytest.raises(PolicyFileInvalid, match="at most 1"):
        read_parameter(parameter(tmp_path, share))


def test_two_versions_of_a_law_may_not_overlap(tmp_path: Path) -> None:
    text = (
        "law: x\ntitle: 法\norder_no: 一号\nvalid_from: '2026-01-01'\n{until}"
        "source: {{title: 公报}}\narticles:\n  - {{number: '1', number_zh: 第一条, gist: 要点}}\n"
    )
    first, second = tmp_path / "x-1.yaml", tmp_path / "x-2.yaml"
    first.write_text(text.format(until=""), encoding="utf-8")
    second.write_text(text.format(until="").replace("2026-01-01", "2026-05-01"), encoding="utf-8")
    with pytest.raises(PolicyFileInvalid, match="overlaps"):
        refuse_overlapping_versions([read_law(first), read_law(second)])
    first.write_text(text.format(until="valid_to: '2026-04-30'\n"), encoding="utf-8")
    refuse_overlapping_versions([read_law(first), read_law(second)])


def test_a_calendar_file_may_not_make_a_weekday_up(tmp_path: Path) -> None:
    path = tmp_path / "2026.yaml"
    text = (CITIES / "national" / "calendar" / "2026.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace('"2026-01-04"', '"2026-01-05"'), encoding="utf-8")
    with pytest.raises(PolicyFileInvalid, match="made-up"):
        read_calendar(path)


def test_a_release_needs_two_people_and_its_number_changes_with_any_file(tmp_path: Path) -> None:
    folder = tmp_path / "cities"
    shutil.copytree(CITIES, folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    before = load_book("anju", folder=folder)
    assert before.release == book("anju").release
    file = folder / "national" / "parameters" / "withdraw.decision_days.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "# \n", encoding="utf-8")
    assert load_book("anju", folder=folder).release != before.release
    release = folder / "anju" / "release.yaml"
    release.write_text(release.read_text(encoding="utf-8").replace("政策发布岗", "政策起草岗"), encoding="utf-8")
    with pytest.raises(PolicyFileInvalid, match="another person"):
        load_book("anju", folder=folder)


def test_what_is_not_there_is_missing_and_never_guessed() -> None:
    city = book("anju")
    for ask in (
        lambda: city.parameter("withdraw.rent.income_share", date(2026, 9, 20)),
        lambda: city.parameter("no.such", date(2026, 9, 20)),
        lambda: city.article("regulation.99", date(2026, 9, 20)),
        lambda: book("atlantis"),
        lambda: load_book("../etc", folder=CITIES),
        lambda: city.history("no.such"),
    ):
        with pytest.raises(PolicyMissing):
            ask()


def test_a_city_without_a_value_of_its_own_on_a_day_takes_the_national_one() -> None:
    beijing, handle = book("beijing"), "withdraw.rent.continuous_months"
    assert beijing.parameter(handle, date(2025, 8, 7)).status is Status.LOCAL
    assert beijing.parameter(handle, date(2025, 8, 6)).status is Status.UNVERIFIED
    assert not beijing.has("withdraw.rent.monthly_cap", date(2025, 8, 6))


def test_every_city_ships_and_shares_the_national_law() -> None:
    assert city_names() == ("anju", "beijing", "hangzhou")
    for name in city_names():
        city = book(name)
        assert len(city.release_facts.digest) == 64
        assert city.article("regulation.rent", date(2026, 9, 19)).number_zh == "第二十四条第一款第（六）项"
        assert city.article("regulation.rent", date(2026, 9, 20)).number_zh == "第二十四条第一款第（一）项"
        assert city.article("regulation.dispute", date(2026, 9, 19)).handle == "regulation.36"
        assert city.article("regulation.dispute", date(2026, 9, 20)).handle == "regulation.37"


def test_the_demo_city_says_so_and_no_real_city_does() -> None:
    on = date(2026, 11, 23)
    for name in city_names():
        city = book(name)
        for handle in city.parameters:
            found = city.find(handle, on)
            if found is None:
                continue
            own = "演示城市自拟" in found.source.title
            assert (found.status is Status.DEMO) == own
            assert not own or name == "anju"
