"""The desk's case screen: who may, what is refused, four eyes, and what comes next."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anju.audit import queries as audit
from anju.casework import actions as casework
from anju.casework import queries as case_queries
from anju.casework.tests.world import World
from anju.casework.types import CaseState, Proposal
from anju.files.actions import keep
from anju.identity.actions import note_activity
from anju.identity.types import Role
from anju.kernel import clock
from anju.portals.desk.tests.world import client_of, in_approval, in_review, login, offered, staff, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[World]:
    with offered() as made:
        yield made


def digest_in(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def test_the_queue_shows_what_waits_by_due_date_and_leads_to_the_next_case(world: World) -> None:
    _, client = staff(1, Role.CLERK)
    case_id = in_review(world, login(5, Role.MEMBER))
    page = text_of(client.get("/desk/"))
    assert "住房情况没有查到" in page and f"/desk/cases/{case_id}/" in page
    answer = client.post("/desk/next/")
    assert answer["Location"].startswith(f"/desk/cases/{case_id}/")


def test_one_s_own_case_is_neither_in_the_queue_nor_to_be_opened(world: World) -> None:
    clerk, client = staff(1, Role.CLERK)
    case_id = in_review(world, clerk)
    assert "没有等您办的件" in text_of(client.get("/desk/"))
    assert client.get(f"/desk/cases/{case_id}/").status_code == 404
    for act in ("claim", "correction", "propose"):
        assert client.post(f"/desk/cases/{case_id}/{act}/", {"reasons": "同意"}).status_code == 404


def test_the_case_stands_on_one_screen_with_facts_sources_and_the_rule_s_proposal(world: World) -> None:
    clerk, client = staff(1, Role.CLERK)
    member = login(5, Role.MEMBER)
    case_id = in_review(world, member)
    page = text_of(client.get(f"/desk/cases/{case_id}/"))
    for shown in ("没有查到的 1 项", "登记中心", "名下住房", "系统建议", "办理过程", "建议同意，提交复核", "人工核实"):
        assert shown in page, shown
    assert "现在还不能同意" in page
    looks = [line for line in audit.of_person(member.person_id or 0) if line["act"] == "look"]
    assert len(looks) == 1 and looks[0]["case_id"] == case_id and looks[0]["role"] == clerk.role


def test_a_case_is_worked_through_the_screens_alone(world: World) -> None:
    _, clerk = staff(1, Role.CLERK)
    _, reviewer = staff(2, Role.REVIEWER)
    case_id = in_review(world, login(5, Role.MEMBER))
    noted = clerk.post(f"/desk/cases/{case_id}/facts/homes/", {"value": "0", "evidence": "电话核实登记中心"})
    assert noted["Location"] == f"/desk/cases/{case_id}/?done=fact"
    sent = clerk.post(f"/desk/cases/{case_id}/propose/", {"proposal": "agree", "reasons": ""})
    assert sent["Location"].startswith("/desk/?done=proposed")
    page = text_of(reviewer.get(f"/desk/cases/{case_id}/"))
    assert "建议同意" in page and "人工核实：电话核实登记中心" in page
    decided = reviewer.post(f"/desk/cases/{case_id}/approve/", {"digest": digest_in(page), "opinion": ""})
    assert decided["Location"].startswith("/desk/?done=approved")
    assert world.effects == [case_id]
    assert "经办和复核作出" in text_of(reviewer.get(f"/desk/cases/{case_id}/"))


def test_an_approval_of_content_that_changed_is_refused_and_what_was_typed_stays(world: World) -> None:
    clerk, _ = staff(1, Role.CLERK)
    reviewer, client = staff(2, Role.REVIEWER)
    case_id = in_approval(world, login(5, Role.MEMBER), clerk)
    stale = digest_in(text_of(client.get(f"/desk/cases/{case_id}/")))
    at = clock.now()
    casework.return_to_clerk(case_id, reason="再核对", actor=reviewer, at=at)
    casework.propose(case_id, Proposal.AGREE, reasons="另有说明", actor=clerk, at=at)
    answer = client.post(f"/desk/cases/{case_id}/approve/", {"digest": stale, "opinion": "同意提取"})
    page = text_of(answer)
    assert answer.status_code == 409
    assert "<title>错误：" in page and "内容变了" in page and "同意提取" in page
    assert digest_in(page) != stale
    assert world.effects == []
    again = client.post(f"/desk/cases/{case_id}/approve/", {"digest": digest_in(page), "opinion": ""})
    assert again.status_code == 302 and world.effects == [case_id]


def test_whoever_worked_on_a_case_as_clerk_does_not_approve_it(world: World) -> None:
    clerk, _ = staff(1, Role.CLERK)
    case_id = in_approval(world, login(5, Role.MEMBER), clerk)
    from anju.identity.actions import grant_mandate
    from anju.portals.desk.tests.world import SYSTEM

    mandate = grant_mandate(clerk.login_id or 0, Role.REVIEWER, actor=SYSTEM, at=clock.now())
    client = client_of(clerk)
    client.post("/switch/", {"mandate": str(mandate)})
    page = text_of(client.get(f"/desk/cases/{case_id}/"))
    assert "您经办过这件业务" in page and 'name="digest"' not in page
    digest = case_queries.desk_case(clerk, case_id).seen_digest
    answer = client.post(f"/desk/cases/{case_id}/approve/", {"digest": digest})
    assert answer.status_code == 403 and world.effects == []


def test_a_return_needs_a_reason_and_a_refusal_an_article(world: World) -> None:
    clerk, _ = staff(1, Role.CLERK)
    _, client = staff(2, Role.REVIEWER)
    case_id = in_approval(world, login(5, Role.MEMBER), clerk)
    bare = client.post(f"/desk/cases/{case_id}/return/", {"opinion": ""})
    assert bare.status_code == 422 and "请填写这一项" in text_of(bare)
    digest = digest_in(text_of(bare))
    unfounded = client.post(f"/desk/cases/{case_id}/refuse/", {"digest": digest, "reasons": "经查实名下有房"})
    assert unfounded.status_code == 422
    assert "请选择依据的条文" in text_of(unfounded) and "经查实名下有房" in text_of(unfounded)
    invented = client.post(
        f"/desk/cases/{case_id}/refuse/", {"digest": digest, "reasons": "经查实名下有房", "article": "regulation.1"}
    )
    assert invented.status_code == 422
    sent = client.post(f"/desk/cases/{case_id}/return/", {"opinion": "请核对合同第二页"})
    assert sent.status_code == 302
    assert case_queries.desk_case(clerk, case_id).state is CaseState.REVIEW


def test_a_refusal_by_the_reviewer_is_a_decision_with_its_article(world: World) -> None:
    clerk, _ = staff(1, Role.CLERK)
    _, client = staff(2, Role.REVIEWER)
    case_id = in_approval(world, login(5, Role.MEMBER), clerk)
    digest = digest_in(text_of(client.get(f"/desk/cases/{case_id}/")))
    client.post(
        f"/desk/cases/{case_id}/refuse/",
        {"digest": digest, "article": "regulation.rent", "reasons": "经查实名下有一套住房。"},
    )
    page = text_of(client.get(f"/desk/cases/{case_id}/"))
    assert "不予同意" in page and "《住房公积金管理条例》" in page and world.effects == []


def test_a_correction_is_asked_for_once_from_the_service_s_list(world: World) -> None:
    clerk, client = staff(1, Role.CLERK)
    case_id = in_review(world, login(5, Role.MEMBER))
    empty = client.post(f"/desk/cases/{case_id}/correction/", {"note": "请看合同第二页"})
    assert empty.status_code == 422
    assert "请选择需要补正的内容" in text_of(empty) and "请看合同第二页" in text_of(empty)
    assert client.post(f"/desk/cases/{case_id}/correction/", {"items": ["shoe_size"]}).status_code == 422
    sent = client.post(f"/desk/cases/{case_id}/correction/", {"items": ["contract", "amount"], "note": ""})
    assert sent.status_code == 302
    case = case_queries.desk_case(clerk, case_id)
    assert case.state is CaseState.CORRECTION and sorted(item.code for item in case.corrections[0].items) == [
        "amount", "contract",
    ]  # fmt: skip


def test_the_screen_tells_alike_cases_and_what_changed_lately_at_the_applicant_s(world: World) -> None:
    _, client = staff(1, Role.CLERK)
    member = login(5, Role.MEMBER)
    world.homes = 0
    casework.submit("test_wish", {"amount": 100}, actor=login(6, Role.MEMBER), key="k", at=clock.now())
    case_id = in_review(world, member)
    page = text_of(client.get(f"/desk/cases/{case_id}/"))
    assert "决定了 1 件：同意 1 件，不予同意 0 件" in page and "没有换过收款卡" in page
    note_activity(member.login_id or 0, "phone", "手机号更换为 138****0001", at=clock.now())
    page = text_of(client.get(f"/desk/cases/{case_id}/"))
    assert "手机号更换为 138****0001，距今 0 天" in page and "没有换过收款卡" not in page


def test_a_second_press_of_the_same_key_is_told_and_changes_nothing(world: World) -> None:
    clerk, _ = staff(1, Role.CLERK)
    _, client = staff(2, Role.REVIEWER)
    case_id = in_approval(world, login(5, Role.MEMBER), clerk)
    digest = digest_in(text_of(client.get(f"/desk/cases/{case_id}/")))
    assert client.post(f"/desk/cases/{case_id}/approve/", {"digest": digest}).status_code == 302
    again = client.post(f"/desk/cases/{case_id}/approve/", {"digest": digest})
    assert again.status_code == 409 and world.effects == [case_id]


def test_two_clerks_do_not_take_the_same_case(world: World) -> None:
    _, first = staff(1, Role.CLERK)
    _, second = staff(3, Role.CLERK)
    case_id = in_review(world, login(5, Role.MEMBER))
    assert first.post(f"/desk/cases/{case_id}/claim/")["Location"].endswith("?done=claimed")
    assert second.post(f"/desk/cases/{case_id}/claim/")["Location"].endswith("?done=taken")
    assert second.post("/desk/next/")["Location"] == "/desk/?done=none"
    first.post(f"/desk/cases/{case_id}/claim/", {"put_back": "1"})
    assert second.post("/desk/next/")["Location"].startswith(f"/desk/cases/{case_id}/")


@pytest.mark.parametrize("role", [Role.MEMBER, Role.TREASURER, Role.ADMINISTRATOR])
def test_others_get_403_on_the_case_pages_and_nobody_is_sent_to_log_in(world: World, role: Role) -> None:
    case_id = in_review(world, login(5, Role.MEMBER))
    _, client = staff(6, role)
    for path in (f"/desk/cases/{case_id}/", "/desk/cases/"):
        assert client.get(path).status_code == 403
        assert Client().get(path)["Location"].startswith("/login/")
    for act in ("claim", "correction", "again", "propose", "approve", "return", "refuse", "facts/homes"):
        assert client.post(f"/desk/cases/{case_id}/{act}/").status_code == 403


def test_a_clerk_does_not_approve_and_a_reviewer_does_not_propose(world: World) -> None:
    clerk, clerks = staff(1, Role.CLERK)
    _, reviewers = staff(2, Role.REVIEWER)
    case_id = in_approval(world, login(5, Role.MEMBER), clerk)
    assert clerks.post(f"/desk/cases/{case_id}/approve/").status_code == 403
    assert reviewers.post(f"/desk/cases/{case_id}/propose/").status_code == 403


@pytest.mark.parametrize("case_id", ["0", "987654321", "99999999999999999999999999"])
def test_a_case_that_is_not_there_is_a_404(world: World, case_id: str) -> None:
    _, client = staff(1, Role.CLERK)
    assert client.get(f"/desk/cases/{case_id}/").status_code == 404
    assert client.post(f"/desk/cases/{case_id}/propose/", {"proposal": "agree"}).status_code == 404


def test_a_form_without_its_token_is_refused(world: World) -> None:
    clerk, _ = staff(1, Role.CLERK)
    case_id = in_review(world, login(5, Role.MEMBER))
    strict = client_of(clerk, enforce_csrf_checks=True, raise_request_exception=False)
    assert strict.post(f"/desk/cases/{case_id}/claim/").status_code >= 400
    assert not case_queries.queue(clerk)[0].claimed_by_me
    assert strict.get(f"/desk/cases/{case_id}/claim/").status_code == 405


def test_a_search_finds_by_number_state_and_service_and_refuses_nonsense(world: World) -> None:
    clerk, client = staff(1, Role.CLERK)
    case_id = in_review(world, login(5, Role.MEMBER))
    number = case_queries.desk_case(clerk, case_id).number
    assert number in text_of(client.get("/desk/cases/", {"q": number[-6:], "state": "review"}))
    assert "没有找到案件" in text_of(client.get("/desk/cases/", {"q": number, "state": "closed"}))
    assert client.get("/desk/cases/", {"q": "a\x00b"}).status_code == 422
    assert client.get("/desk/cases/", {"page": "9" * 30, "state": "'", "service": "\x00"}).status_code == 200
    assert client.get("/desk/search/")["Location"] == "/desk/cases/"


def test_a_paper_of_the_case_is_a_download_and_another_s_paper_is_not_there(world: World) -> None:
    clerk, client = staff(1, Role.CLERK)
    member = login(5, Role.MEMBER)
    case_id, at = in_review(world, member), clock.now()
    casework.request_correction(case_id, items=["contract"], note="", actor=clerk, at=at)
    sheet = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    of_case = {"centre_id": clerk.centre_id, "purpose": "case", "at": at}
    paper = keep(sheet, "合同.pdf", owner_person_id=member.person_id, case_id=case_id, **of_case)
    stray = keep(sheet + b" ", "别人的.pdf", owner_person_id=99, **of_case)
    casework.supplement(case_id, papers={"contract": paper}, actor=member, at=at)
    page = text_of(client.get(f"/desk/cases/{case_id}/"))
    assert f'/desk/cases/{case_id}/papers/{paper}/">合同.pdf</a>' in page
    got = client.get(f"/desk/cases/{case_id}/papers/{paper}/")
    assert got.content.startswith(b"%PDF") and got["Content-Disposition"].startswith("attachment")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert any(line["subject"] == "case_paper" for line in audit.of_person(member.person_id or 0))
    assert client.get(f"/desk/cases/{case_id}/papers/{stray}/").status_code == 404


def test_pages_of_cases_need_few_queries_however_long_the_list(world: World) -> None:
    _, client = staff(1, Role.CLERK)
    for n in range(5, 9):
        case_id = in_review(world, login(n, Role.MEMBER))
    for path, most in (("/desk/", 6), (f"/desk/cases/{case_id}/", 10), ("/desk/cases/", 3)):
        with CaptureQueriesContext(connection) as caught:
            assert client.get(path).status_code == 200
        assert len(caught) <= most, (path, [query["sql"][:90] for query in caught])


def test_nul_bytes_and_endless_text_are_refused_with_words(world: World) -> None:
    _, client = staff(1, Role.CLERK)
    case_id = in_review(world, login(5, Role.MEMBER))
    for reasons in ("有\x00问题", "长" * 5000):
        answer = client.post(f"/desk/cases/{case_id}/propose/", {"proposal": "agree", "reasons": reasons})
        assert answer.status_code == 422
