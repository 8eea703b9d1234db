"""Who lives in the demo city and what can be tried as them; only where the demo runs, and open to everybody there."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anju.demo.characters import BY_KEY, CHARACTERS, PASSWORD
from anju.demo.wrong_list import wrong_list_workbook
from anju.identity.permissions import permission

PARTS = ("职工", "单位", "中心")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WALKS = (
    (("renter",), "申请本月房租，月租填 2600，几秒后看决定和它的依据；再开一份缴存证明，退出登录后到“核验”里核对"),
    (("wrong_file",), "上传下面那份写错的名册，照着提示改好；申报本月，打印缴款通知，到银行模拟器付款"),
    (("approver",), "复核周敏申报的三千人的本月汇缴"),
    (("clerk", "reviewer"), "从“办下一件”开始，一位提出意见，另一位复核；回头用申请人看进度"),
    (("treasurer", "accountant"), "银行昨天自己扣了 35 元：一位说明是什么，另一位确认记账，再办昨天的日结，七级都相符"),
    (("treasurer", "second_treasurer"), "给挂账的钱找到去处；一位申请退款，另一位签发"),
)


def _refuse_elsewhere() -> None:
    if not settings.ANJU_DEMO:
        raise Http404


@permission("public")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """All characters, with where to start."""
    _refuse_elsewhere()
    context = {
        "password": PASSWORD,
        "walks": [{"who": "、".join(BY_KEY[key].name for key in keys), "what": what} for keys, what in WALKS],
        "parts": [{"title": part, "people": [one for one in CHARACTERS if one.part == part]} for part in PARTS],
        "bank_url": settings.ANJU_BANK_URL, "sms_url": settings.ANJU_SMS_URL,
        "agencies_url": settings.ANJU_AGENCIES_URL,
    }  # fmt: skip
    return render(request, "demo/people.html", context)


@permission("public")
@require_GET
def wrong_list(request: HttpRequest) -> HttpResponse:
    """The list with planted mistakes, to be uploaded as 赵一凡."""
    _refuse_elsewhere()
    answer = HttpResponse(wrong_list_workbook(), content_type=WORKBOOK)
    answer["Content-Disposition"] = "attachment; filename*=UTF-8''%E5%86%99%E9%94%99%E7%9A%84%E5%90%8D%E5%86%8C.xlsx"
    return answer
