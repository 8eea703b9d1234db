"""Invented contents for the gallery of components: people, units, amounts and numbers exist nowhere."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms

from anju.design import fields
from anju.design.forms import DesignForm
from anju.kernel.clock import ZONE
from anju.kernel.explained import (
    ArticleRef,
    Condition,
    FactLine,
    ParameterRef,
    Step,
    Term,
    Working,
    to_json,
)
from anju.kernel.month import Month

PAGES = {
    "": "gallery.html",
    "public": "sample_public.html",
    "me": "sample_me.html",
    "decision": "sample_decision.html",
    "month": "sample_month.html",
    "case": "sample_case.html",
    "form": "sample_form.html",
}


class SampleForm(DesignForm):
    """One field of every kind."""

    phone = fields.PhoneField(label="手机号", help_text="用来收验证码，换号可以在这里改")
    id_number = fields.IdNumberField(label="身份证号码")
    amount = fields.AmountField(label="提取金额", help_text="最多 1,800.00 元", most_fen=180_000)
    base = fields.AmountField(label="缴存基数", most_fen=2_850_000)
    code = fields.CodeField(label="短信验证码", help_text="已发到 138****5678，5 分钟内有效")
    password = fields.PasswordField(label="密码")
    purpose = forms.ChoiceField(label="用途", choices=[("settle", "办理落户"), ("loan", "申请商业贷款")])
    bought_on = fields.DateField(label="房屋登记日期")
    month = fields.MonthField(label="起缴月份")
    how = fields.ChoiceField(
        label="怎样提取",
        choices=[("once", "只提本月"), ("monthly", "以后每月 20 日自动提取")],
        choice_hints={"once": "1,800.00 元，当场决定", "monthly": "随时可以停"},
    )
    roster = forms.FileField(label="上传名册", help_text="xlsx 或 csv，列的顺序不限，最多 20 MB", required=False)
    reason = fields.TextField(label="补充说明", multi_line=True, max_length=200, required=False)
    own_card = fields.ConsentField(label="我已核对收款账户是本人的")


_READ_AT = "2026-11-23T10:41:52+08:00"
_LEDGER, _RELEASED = "中心账簿", "安房金管〔2026〕9号"


def _condition(title: str, brief: str, *, met: bool | None = True, fact: str = "", **more: Any) -> Condition:
    return Condition(
        title=title,
        met=met,
        brief=brief,
        facts=(FactLine(fact or title, more.get("source", _LEDGER), more.get("serial", ""), _READ_AT),),
        rule=more.get("rule", "符合时可以提取"),
        article=more.get("article"),
        parameters=more.get("parameters", ()),
        conclusion=more.get("conclusion", "满足"),
    )


def sample_working() -> Working:
    rules = "安居市住房公积金提取管理办法"
    local = ArticleRef("local.8", rules, "第八条第一款", "", "", "")
    law = ArticleRef(
        "national.24",
        "住房公积金管理条例",
        "第二十四条第一款第（一）项",
        "支付自住住房房租的，职工可以提取本人账户内的存储余额。",
        "国务院令第844号",
        "2026-09-20",
    )
    months = ParameterRef("withdraw.rent.continuous_months", "规定月数", "3", "个月", _RELEASED, "2026-09-20", "demo")
    return Working(
        conditions=(
            _condition(
                "账户可以提取",
                "正常缴存",
                fact="账户状态为正常缴存，无冻结、无正在办理的提取",
                article=ArticleRef("local.6", rules, "第六条", "", "", ""),
            ),
            _condition(
                "连续缴存满 3 个月",
                "已 44 个月",
                fact="2023年4月至2026年11月，每月均已入账，共 44 个月",
                rule="申请时连续缴存月数 ≥ 规定月数",
                article=local,
                parameters=(months,),
                conclusion="44 ≥ 3，满足",
            ),
            _condition(
                "本人和配偶在本市无房",
                "无房",
                fact="名下住房 0 套；未婚，无配偶需要查询",
                source="不动产登记中心",
                serial="BDC-20261123-7702",
                article=law,
                conclusion="0 套，满足",
            ),
            _condition("11月还没有提取过", "未提取", fact="最近一次房租提取是 10月20日，提取的是 10月房租"),
        ),
        terms=(
            Term("余额减最低保留", "68,502.06 − 100.00", 6_840_206),
            Term("备案月租", "2,600.00 × 1 个月", 260_000),
            Term("每月上限", "1,800.00 × 1 个月", 180_000, binding=True),
        ),
        steps=(
            Step("余额减最低保留", "68,502.06 − 100.00 = 68,402.06", "68,402.06", _RELEASED + "第五条"),
            Step("三项取最小", "min(68,402.06，2,600.00，1,800.00) = 1,800.00", "1,800.00"),
        ),
        result_fen=180_000,
    )


def refused_working() -> Working:
    unknown = _condition(
        "本人和配偶在本市无房",
        "未能查到",
        met=None,
        fact="婚姻登记没有在 2 秒内答复",
        source="民政婚姻登记",
        conclusion="由工作人员核实，不用您再交材料",
    )
    short = _condition(
        "连续缴存满 3 个月",
        "只有 2 个月",
        met=False,
        fact="2026年10月至11月，共 2 个月",
        conclusion="2 < 3，12月缴存入账后可以再提",
    )
    return Working(conditions=(short, unknown))


def sample_balances() -> list[tuple[Month, int]]:
    start, fen, points = Month(2024, 12), 3_537_300, []
    for n in range(24):
        points.append((start + n, fen))
        month = start + n + 1
        fen += 177_600 if n < 6 else 192_000 if n < 18 else 206_400
        if month.month == 6:
            fen += 54_070 if month.year == 2025 else 87_236
        if Month(2026, 3) <= month < Month(2026, 11):
            fen -= 150_000 if month < Month(2026, 10) else 180_000
    return points


def _at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def gallery_context(show: str) -> dict[str, Any]:
    asked = show if show in PAGES else ""
    wrong = SampleForm(
        {
            "phone": "13800",
            "amount": "1,800.00",
            "base": "86000",
            "code": "4172",
            "bought_on_0": "2026",
            "bought_on_1": "13",
            "bought_on_2": "28",
            "how": "once",
            "id_number": "110105199003070427",
        }
    )
    wrong.is_valid()
    fresh = SampleForm(initial={"amount": 180_000, "how": "once", "month": Month(2026, 11)})
    return {
        "template": PAGES[asked],
        "form": wrong if asked == "form" else fresh,
        "wrong_form": wrong,
        "form_errors": asked == "form",
        "summary_errors": [("id_base", "缴存基数高于上限 28,500.00"), ("id_code", "验证码少了 2 位")],
        "working": to_json(sample_working()),
        "refused": refused_working(),
        "balances": sample_balances(),
        "balance_notes": [
            {"at": Month(2025, 6), "text": "结息 +540.70"},
            {"at": Month(2026, 6), "text": "结息 +872.36"},
            {"at": Month(2026, 3), "text": "2026年3月起每月提房租", "short": "3月起提房租", "line": True},
        ],
        "bars": [
            {"label": "存入", "fen": 2_184_000, "kind": "in"},
            {"label": "利息", "fen": 87_236, "kind": "quiet"},
            {"label": "提取", "fen": -1_230_000, "kind": "out"},
        ],
        "events": [
            {"title": "您提出更正", "state": "done", "at": _at(19, 21, 6), "note": "8,600.00 应为 8,900.00"},
            {"title": "单位经办人周*确认", "state": "now", "at": None, "note": "最晚 11月24日，过时由中心直接核实"},
            {"title": "中心答复", "state": "", "at": None, "note": "承诺 11月26日前"},
        ],
        "stopped": [
            {"title": "提交申请", "state": "done", "at": _at(23, 10, 40), "note": ""},
            {"title": "不同意：租赁合同已到期", "state": "stop", "at": _at(23, 10, 41), "note": "续签备案后可以再提"},
        ],
        "movements": [
            {"title": "11月缴存", "fen": 206_400, "note": "11月12日 · 双方各 1,032.00", "balance": 6_850_206},
            {"title": "10月房租提取", "fen": -180_000, "note": "10月20日 · 转到尾号 6620", "balance": 6_643_806},
            {"title": "10月缴存", "fen": 206_400, "note": "10月12日 · 双方各 1,032.00", "balance": 6_823_806},
            {"title": "9月房租提取", "fen": -150_000, "note": "9月21日 · 转到尾号 6620", "balance": 6_617_406},
        ],
        "queue": [
            {"title": "物业费提取 唐*", "meta": "3,000.00 元 · 差异 1", "left": "今天 17:30", "soon": True},
            {"title": "购买存量房提取 郭*妍", "meta": "241,336.18 元 · 差异 2", "left": "余 1 天", "current": True},
            {"title": "偿还商贷提取 谢*", "meta": "38,412.60 元 · 差异 1", "left": "余 1 天"},
            {"title": "加装电梯提取 罗*平", "meta": "26,800.00 元 · 抽查", "left": "余 2 天"},
            {"title": "异地转入 宋*", "meta": "104,771.35 元 · 差异 1", "left": "余 3 天"},
            {"title": "退休提取 高*兰", "meta": "318,204.77 元 · 大额", "left": "余 3 天"},
            {"title": "租房提取 梁*", "meta": "1,800.00 元 · 抽查", "left": "余 3 天"},
        ],
        "facts": [
            ("本人身份", "郭*妍，110***********0428", "公安人口库", "11-21 09:30:04", True),
            ("婚姻", "已婚，配偶未参与本次提取", "民政婚姻登记", "11-21 09:30:05", True),
            ("不动产权证", "2026-10-28 登记，本人占 100%", "不动产登记中心", "11-21 09:30:05", True),
            ("房屋总价", "1,250,000.00 元", "税务契税申报", "11-21 09:30:07", False),
            ("此房已提取", "0.00 元，家庭成员合计", _LEDGER, "11-21 09:30:09", True),
            ("账户余额", "241,436.18 元，无冻结", _LEDGER, "11-23 10:46:31", False),
            ("收款账户", "安居银行 尾号 7715，本人", "银行四要素", "11-21 09:30:06", True),
        ],
        "case_terms": [
            Term("申请金额", "", 26_000_000),
            Term("总价减贷款减已提", "1,250,000.00 − 700,000.00 − 0.00", 55_000_000),
            Term("余额减保留", "241,436.18 − 100.00", 24_133_618, binding=True),
        ],
        "case_fen": 24_133_618,
        "now": _at(23, 10, 41),
        "today": date(2026, 11, 23),
        "news": [
            (date(2026, 11, 20), "11月27日 22:00 至次日 1:00 银行系统维护，到账可能延后"),
            (date(2026, 11, 9), "警惕“代办提取”：收手续费的都是骗局"),
            (date(2026, 9, 28), "10月1日起，租房提取上限调到每月 1,800 元"),
            (date(2026, 9, 20), "新修订的《住房公积金管理条例》今天起施行"),
        ],
        "changes": [
            ("新增", "李*航", None, 720_000, 86_400, "新参加工作，第二个月起缴", False),
            ("新增", "孙*", None, 650_000, 78_000, "第 47 行，待改", True),
            ("新增", "黄*敏", None, 860_000, 103_200, "第 118 行，按建议", True),
            ("减少", "郑*国", 780_000, None, -93_600, "名册里没有，将封存（离职）", False),
            ("基数变化", "王*国", 920_000, 980_000, 7_200, "更正已于 11月18日获准", False),
        ],
    }
