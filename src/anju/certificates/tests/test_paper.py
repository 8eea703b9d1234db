"""The drawn page: what it says, what it refuses, that it cannot be made to compute."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from anju.certificates.fonts import missing_characters
from anju.certificates.numbers import ALPHABET, make_code, make_number, read_code, read_number, write_code
from anju.certificates.paper import contribution_paper, draw, ratio_text, shown_lines
from anju.certificates.tests.world import AT, UNTIL, facts
from anju.kernel.refusal import Refusal

LINK = "https://gjj.anju.example/verify/?n=JC20261123-000481-04&c=ABCDEFGHJKLM"


def paper(**changes: Any) -> dict[str, Any]:
    return contribution_paper(
        facts(**changes), number="JC20261123-000481-04", code_text="ABCD-EFGH-JKLM", purpose="异地购房贷款",
        issued_at=AT, valid_until=UNTIL, check_address="https://gjj.anju.example/verify/", demo=True,
    )  # fmt: skip


def text_of(content: bytes, folder: Path) -> str:
    assert shutil.which("pdftotext"), "poppler-utils is missing: make test installs it, or names it"
    (folder / "paper.pdf").write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", "paper.pdf", "-"], cwd=folder, capture_output=True, check=True)  # noqa: S607
    return done.stdout.decode()


def pages(content: bytes) -> int:
    return content.count(b"/Type /Page\n") + content.count(b"/Type /Page/") + content.count(b"/Type/Page/")


def test_the_paper_says_amount_in_figures_and_words_number_code_and_validity(tmp_path: Path) -> None:
    text = text_of(draw(paper(), link=LINK, issued_at=AT), tmp_path)
    plain = "".join(text.split())
    expected = """住房公积金缴存证明
        林晓雨 330***********002X 68,502.06 陆万捌仟伍佰零贰元零陆分 44个月 41个月 1,032.00 7.5%
        1,677.00 壹仟陆佰柒拾柒元整 JC20261123-000481-04 ABCD-EFGH-JKLM 2026年12月23日 异地购房贷款"""
    for said in expected.split():
        assert said in plain, said


def test_the_same_texts_give_the_same_bytes() -> None:
    assert draw(paper(), link=LINK, issued_at=AT) == draw(paper(), link=LINK, issued_at=AT)


@pytest.mark.parametrize(
    "name", ["#panic(1)", "[*x*]", "$1/0$", "@missing", "<label>", "\\u{41}", "`raw`", "= 题", "#read(\"/etc/passwd\")",
             "//", "/* x", "\"); panic(\"", "{{7*7}}", "#image(\"x\")", "~--'\""],
)  # fmt: skip
def test_text_is_placed_and_never_evaluated(name: str, tmp_path: Path) -> None:
    content = draw(paper(person_name=name, unit_name=name), link=LINK, issued_at=AT)
    if shutil.which("pdftotext"):
        plain = "".join(text_of(content, tmp_path).split())
        assert plain.count("".join(name.split())) >= 2


def test_the_longest_names_still_fit_one_page() -> None:
    content = draw(
        paper(
            person_name="阿卜杜热合曼·买买提" * 6,
            unit_name="安居市很长的名称" * 14,
            loan_use="有未结清贷款，本市一笔",
        ),
        link=LINK,
        issued_at=AT,
    )
    assert pages(content) == pages(draw(paper(), link=LINK, issued_at=AT)) == 1


@pytest.mark.parametrize("name", ["王𬎆", "买买提·艾力", "Anne-Marie O'Neil", "欧阳㛃", "龘䶮"])
def test_names_within_the_font_are_printed(name: str) -> None:
    assert missing_characters(name) == ()
    assert draw(paper(person_name=name), link=LINK, issued_at=AT).startswith(b"%PDF")


@pytest.mark.parametrize("character", ["𪚥", "𪚀", "\ue000", "\u202e", "\u200b", "😀", "أ"])
def test_a_character_the_font_lacks_is_refused_with_the_counters_way(character: str) -> None:
    with pytest.raises(Refusal) as refused:
        draw(paper(person_name=f"王{character}"), link=LINK, issued_at=AT)
    assert refused.value.code == "rare_character"
    assert f"U+{ord(character):04X}" in refused.value.text and "窗口" in refused.value.text


def test_an_account_without_monthly_terms_says_so(tmp_path: Path) -> None:
    said = paper(monthly=None, paid_to=None)
    assert ("每月缴存", "目前没有正在执行的月缴存额。") in shown_lines(said)
    assert "目前没有正在执行的月缴存额" in "".join(text_of(draw(said, link=LINK, issued_at=AT), tmp_path).split())


def test_every_altered_digit_of_a_number_is_found() -> None:
    number = make_number(AT.date(), 481)
    assert read_number(number) == (number, True)
    assert read_number(number.lower().replace("-", " ")) == (number, True)
    for place, character in enumerate(number):
        for other in "0123456789":
            if character.isdigit() and other != character:
                read = read_number(number[:place] + other + number[place + 1 :])
                assert read is not None and not read[1], (place, other)


@pytest.mark.parametrize(
    "text", ["", "JC", "JC2026-1", "XX20261123-000481-04", "JC20261123-000481-0٤", "x" * 9999, "\x00"]
)
def test_what_is_no_number_is_told_apart(text: str) -> None:
    assert read_number(text) is None


def test_a_code_is_read_back_however_it_is_typed() -> None:
    code = make_code()
    assert len(code) == 12 and set(code) <= set(ALPHABET)
    assert read_code(f" {write_code(code).lower()} ") == code


def test_ratios_are_printed_without_needless_places() -> None:
    from decimal import Decimal

    assert [ratio_text(Decimal(x)) for x in ("0.12", "0.0750", "0.05", "0.1")] == ["12%", "7.5%", "5%", "10%"]
