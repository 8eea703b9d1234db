"""What is promised near the end of a year whose successor has no official calendar yet, from the page's side."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from anju.exchange.types import Kind
from anju.kernel.clock import ZONE
from anju.notices.models import Sms
from tests.house.centre import PASSWORD, Centre, browser, id_number
from tests.house.pages import undone


@pytest.mark.parametrize(
    ("day", "promised"), [(24, "承诺 2026年12月29日前办结"), (28, "承诺 2026年12月31日前办结"), (29, ""), (31, "")]
)
def test_no_day_is_promised_that_no_official_calendar_knows(
    centre: Centre, monkeypatch: pytest.MonkeyPatch, day: int, promised: str
) -> None:
    monkeypatch.setattr(centre.hands, "at", datetime(2026, 12, day, 10, tzinfo=ZONE))
    centre.agencies.knows(Kind.IDENTITY, {"match": True, "phone_match": False})
    client = browser()
    with undone(client):
        who = {"name": "丁一宁", "id_kind": "01", "id_number": id_number(77), "phone": "13800000077"}
        assert client.post("/open/person/", who).status_code == 302
        code = re.search(r"验证码(\d{6})", str(Sms.objects.latest("id").text_sealed))
        assert code is not None
        assert client.post("/open/person/code/", {"code": code[1], "password": PASSWORD}).status_code == 302
        key = re.search(r'name="key" value="([^"]+)"', client.get("/open/person/apply/").content.decode())
        assert key is not None
        sent = client.post("/open/person/apply/", {"key": key[1]})
        assert sent.status_code == 302, "the case is accepted all the same"
        page = client.get(sent["Location"]).content.decode()
    assert "由工作人员审核" in page
    if promised:
        assert promised in page
    else:
        assert "还没有公布放假安排" in page and "个工作日" in page
        assert not re.search(r"承诺 ?202\d年", page)
