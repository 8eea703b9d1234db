"""The public pages answer, refuse and keep what was typed."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/services/", "/progress/", "/login/", "/reset/", "/open/", "/open/person/",
                                  "/open/unit/", "/help/", "/help/wrong/"])  # fmt: skip
def test_a_public_page_answers(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert "安居" in response.content.decode()


@pytest.mark.django_db
def test_a_wrong_identity_number_is_said_beside_its_field_and_nothing_is_lost(client: Client) -> None:
    typed = {"name": "林晓雨", "id_kind": "01", "id_number": "110105194912310021", "phone": "13800138000"}
    response = client.post("/open/person/", typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>错误：" in page
    assert "最后一位校验不对" in page
    assert 'value="林晓雨"' in page


@pytest.mark.django_db
def test_a_page_for_somebody_logged_in_sends_nobody_to_the_log_in(client: Client) -> None:
    response = client.get("/open/person/apply/")
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/open/ghost/", "/help/ghost/", "/open/cases/99999999999999999999999/"])
def test_what_does_not_exist_is_a_plain_404(client: Client, path: str) -> None:
    assert client.get(path).status_code in (404, 302)


@pytest.mark.django_db
def test_nul_bytes_are_refused_with_a_4xx(client: Client) -> None:
    response = client.post("/login/", {"name": "1380013\x008000", "password": "x" * 12})
    assert 400 <= response.status_code < 500


@pytest.mark.django_db
def test_an_unsigned_notice_of_the_bank_is_refused(client: Client) -> None:
    response = client.post("/bank/notices", b"<message/>", content_type="application/xml")
    assert response.status_code == 403


@pytest.mark.django_db
def test_the_strict_policy_goes_with_every_page(client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy


@pytest.mark.django_db
def test_a_form_without_its_token_gets_a_page_that_says_nothing_was_done() -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/login/", {"name": "13800138000", "password": "x" * 12})
    assert response.status_code == 403
    assert "没有办理刚才这一步" in response.content.decode()
