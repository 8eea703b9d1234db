"""Everybody named in the demo city is invented, can be told apart, and has something to try."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

from anju.demo.characters import BY_KEY, CHARACTERS, PASSWORD, PHONES, REGION, login_lines
from anju.demo.population import Population, credit_code, employers
from anju.demo.views import PARTS, WALKS
from anju.demo.wrong_list import rows
from anju.kernel.identifiers import check_id18, check_mobile, check_uscc


def test_every_character_is_marked_as_invented_and_can_be_told_apart() -> None:
    phones = [one.phone for one in CHARACTERS]
    numbers = [one.id_number for one in CHARACTERS]
    assert len(CHARACTERS) >= 30 and len(set(phones)) == len(set(numbers)) == len(BY_KEY) == len(CHARACTERS)
    assert all(check_mobile(phone) and phone.startswith(PHONES) for phone in phones)
    assert all(check_id18(number).valid and number.startswith(REGION) for number in numbers)


def test_cards_and_married_people_fit_together() -> None:
    cards = [card for one in CHARACTERS for card in (one.card, one.new_card) if card]
    assert max(Counter(cards).values()) == 1
    for one in CHARACTERS:
        if one.married_to:
            assert BY_KEY[one.married_to].married_to == one.key


def test_every_character_has_a_story_and_something_to_try() -> None:
    for one in CHARACTERS:
        assert len(one.story) >= 3 and len(one.tries) >= 10, one.key
        assert not one.story.endswith("。") and not one.tries.endswith("。"), one.key
    assert {one.part for one in CHARACTERS} == set(PARTS)
    assert all(key in BY_KEY for keys, _ in WALKS for key in keys)


def test_the_printed_log_ins_say_where_to_start_in_each_part_of_the_house() -> None:
    lines = login_lines()
    assert PASSWORD in lines[0] and len(lines) < len(CHARACTERS)
    for part in PARTS:
        started = [one for one in CHARACTERS if one.part == part and one.start_here]
        assert started and part in lines
        assert all(any(one.phone in line and one.tries in line for line in lines) for one in started)


def test_no_two_of_six_thousand_residents_share_a_number() -> None:
    people = Population(Random(7)).take(6000)
    assert len({one.id_number for one in people}) == len({one.phone for one in people}) == 6000
    assert all(one.phone.startswith("1601") and check_mobile(one.phone) for one in people)
    assert not {one.phone for one in people} & {one.phone for one in CHARACTERS}


def test_the_same_seed_invents_the_same_people() -> None:
    assert Population(Random(7)).take(50) == Population(Random(7)).take(50)
    assert Population(Random(8)).take(50) != Population(Random(7)).take(50)


def test_units_have_valid_codes_of_their_own() -> None:
    units = employers(count=40, people=5000, today=date(2026, 11, 25))
    assert len(units) == len({one.uscc for one in units}) == 40
    assert all(check_uscc(one.uscc).valid for one in units)
    assert sum(one.people for one in units) == 5000
    assert check_uscc(credit_code(900)).valid


def test_the_wrong_list_has_three_mistakes() -> None:
    wrong = [row for row in rows() if not check_id18(str(row[1])).valid]
    wrong += [row for row in rows() if not isinstance(row[3], int)]
    wrong += [row for row in rows() if not check_mobile(str(row[2]))]
    assert len(wrong) == 3 and len({row[0] for row in wrong}) == 3
