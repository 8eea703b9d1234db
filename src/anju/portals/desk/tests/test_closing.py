"""The pages of closing, walked as their users: the accountant closes and explains, the treasurer signs, others look."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from anju.closing import actions, queries
from anju.closing.tests.world import CENTRE, DAY, NEXT, close_before, finish, town, unknown_debit
from anju.closing.types import Run, RunKind
from anju.identity.types import Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.ledger.days import closed_through
from anju.portals.desk.tests.world import client_of, staff

pytestmark = pytest.mark.django_db
Colleague = tuple[Actor, Client]


@pytest.fixture
def morning(monkeypatch: pytest.MonkeyPatch) -> Iterator[datetime]:
    """The day after: yesterday can be closed."""
    moment = NEXT.replace(hour=9)
    monkeypatch.setattr(clock, "now", lambda: moment)
    town()
    close_before()
    yield moment


@pytest.fixture
def accountant(morning: datetime) -> Colleague:
    return staff(6, Role.ACCOUNTANT)


@pytest.fixture
def treasurer(morning: datetime) -> Colleague:
    return staff(2, Role.TREASURER)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", str(answer.content.decode())))


def post(client: Client, path: str, status: int = 200, **values: str) -> Any:
    answer = client.post(path, values, follow=True)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer


def live() -> Run:
    found = queries.live_run(CENTRE, RunKind.DAY)
    assert found is not None
    return found


def test_the_accountant_closes_yesterday_explains_and_hands_over_and_the_treasurer_signs(
    accountant: Colleague, treasurer: Colleague
) -> None:
    _, clerk = accountant
    assert "下一次办理：2026年11月23日" in text_of(clerk.get("/desk/closing/"))
    page = text_of(post(clerk, "/desk/closing/start/"))
    assert "5.七级对账停在这里" in page and "还没有导入过银行对账单" in page
    run = live()
    here = f"/desk/closing/runs/{run.run_id}/"
    digest = run.steps[4].findings[0].digest
    assert "请填写差异说明" in text_of(post(clerk, f"{here}explain/", status=422, digest=digest, words=""))
    assert "已记下差异说明" in text_of(post(clerk, f"{here}explain/", digest=digest, words="按月取对账单"))
    page = text_of(post(clerk, f"{here}go-on/"))
    assert "核对无误，提交签署" in page and "按月取对账单" in page
    page = text_of(post(clerk, f"{here}submit/"))
    assert "您办理过这次结账，要由另一位会计或资金人员签署" in page
    report = live().report_digest
    assert clerk.post(f"{here}sign/", {"digest": report, "confirmed": "on"}).status_code == 403
    _, signer = treasurer
    assert "请核对后勾选" in text_of(post(signer, f"{here}sign/", status=422, digest=report))
    assert "报告在您打开之后有变动" in text_of(post(signer, f"{here}sign/", status=409, digest="0", confirmed="on"))
    assert "已签署，结账完成" in text_of(post(signer, f"{here}sign/", digest=report, confirmed="on"))
    assert closed_through(CENTRE) == DAY
    assert "每一天都已日结" in text_of(signer.get("/desk/closing/"))
    assert post(clerk, "/desk/closing/start/", status=409) is not None


def test_the_report_is_read_printed_and_kept_as_a_workbook(accountant: Colleague, morning: datetime) -> None:
    _, client = accountant
    run = finish(actions.start_day(CENTRE, DAY, actor=accountant[0], at=morning), at=morning)
    here = f"/desk/closing/runs/{run.run_id}/report/"
    for address in (here, f"{here}?print=1"):
        page = text_of(client.get(address))
        assert "缴存入账" in page and "按月取对账单" in page and run.report_digest[:16] in page
    kept = client.get(f"{here}?as=xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(kept.content))
    assert book.sheet_names == ["凭证", "科目发生额", "存款账户", "对账", "差异说明"]
    lines = book.get_sheet_by_name("科目发生额").to_python()
    amounts = [line[2:] for line in lines if isinstance(line[2], float)]
    assert len(amounts) == 2 and sum(one[0] for one in amounts) == sum(one[1] or 0 for one in amounts) > 0


def test_a_run_is_taken_back_with_a_reason(accountant: Colleague) -> None:
    _, client = accountant
    post(client, "/desk/closing/start/")
    here = f"/desk/closing/runs/{live().run_id}/"
    assert "请填写撤回的原因" in text_of(post(client, f"{here}reopen/", status=422, reason=""))
    page = text_of(post(client, f"{here}reopen/", reason="有一笔要补记"))
    assert "已撤回" in page and "有一笔要补记" in page and "go-on" not in client.get(here).content.decode()
    post(client, f"{here}go-on/")
    assert queries.live_run(CENTRE, RunKind.DAY) is None
    assert client.get(f"{here}report/").status_code == 404


def test_who_may_only_look_is_offered_nothing_to_do(accountant: Colleague, treasurer: Colleague) -> None:
    post(accountant[1], "/desk/closing/start/")
    _, auditor = staff(9, Role.AUDITOR)
    page = auditor.get(f"/desk/closing/runs/{live().run_id}/").content.decode()
    assert 'method="post" action="/desk' not in page and "还没有说明" in page
    assert treasurer[1].post("/desk/closing/start/").status_code == 403
    assert staff(1, Role.CLERK)[1].get("/desk/closing/").status_code == 403


def test_a_debit_nobody_ordered_stops_the_day_and_is_named_where_it_stands(accountant: Colleague) -> None:
    unknown_debit()
    page = text_of(post(accountant[1], "/desk/closing/start/"))
    assert "2.到账通知都有着落停在这里" in page and "未知支出，待资金人员核实，流水号F1，回单打印费" in page


def test_the_pages_ask_a_fixed_number_of_questions(accountant: Colleague, morning: datetime) -> None:
    _, client = accountant
    finish(actions.start_day(CENTRE, DAY, actor=accountant[0], at=morning), at=morning)
    run = queries.runs(CENTRE, RunKind.DAY)[0]
    for address, most in (
        ("/desk/closing/", 11), (f"/desk/closing/runs/{run.run_id}/", 6),
        (f"/desk/closing/runs/{run.run_id}/report/", 5), ("/desk/closing/interest/", 4),
        ("/desk/closing/years/2025/", 6),
    ):  # fmt: skip
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert len(asked) <= most, (address, len(asked), [one["sql"][:90] for one in asked])


def test_interest_is_tried_ordered_by_one_and_signed_by_another(
    accountant: Colleague, treasurer: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = datetime(2027, 7, 1, 9, tzinfo=ZONE)
    monkeypatch.setattr(clock, "now", lambda: later)
    clerk, signer = client_of(accountant[0]), client_of(treasurer[0])
    here = "/desk/closing/interest/"
    assert "还没有试算过" in text_of(clerk.get(here))
    page = text_of(post(clerk, f"{here}try/", year="2026", trial="0"))
    assert "试算完成，没有动账" in page and "和上年相差最大的账户" in page
    run = re.search(r"第(\d+)次试算", page)
    assert run is not None
    assert "不是最近的一次试算" in text_of(post(clerk, f"{here}order/", status=409, year="2026", trial="999999"))
    page = text_of(post(clerk, f"{here}order/", year="2026", trial=run[1]))
    assert "您提交的，要由另一位会计或资金人员签署" in page
    page = text_of(post(signer, f"{here}sign/", year="2026", trial=run[1]))
    assert "正在入账" in page and clerk.get(f"{here}?year=99999").status_code == 404


def test_a_month_and_a_year_say_what_is_missing(accountant: Colleague, monkeypatch: pytest.MonkeyPatch) -> None:
    later = datetime(2027, 1, 2, 9, tzinfo=ZONE)
    monkeypatch.setattr(clock, "now", lambda: later)
    client = client_of(accountant[0])
    page = text_of(post(client, "/desk/closing/month/start/"))
    assert "2025年7月月结" in page and "3.结转收入和支出已办" in page
    run = queries.live_run(CENTRE, RunKind.MONTH)
    assert run is not None and run.ready
    here = "/desk/closing/years/2026/"
    assert "12月尚未结账" in text_of(post(client, f"{here}close/", status=422))
    wrong = post(client, f"{here}plan/", status=422, document="x", reserve_rate="sixty", management_fee="0")
    assert "请填写0到100之间的数" in text_of(wrong)
