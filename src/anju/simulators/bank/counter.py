"""The bank's pages: pay, look at entries and instructions, open accounts, switch faults."""

import urllib.parse
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .. import clock
from ..pages import Cell, Field, Frame, Html, form, paragraph, section, small_button, table
from ..server import Reply, Request, Routes, see_other
from .books import CREDIT
from .messages import TEXTS

if TYPE_CHECKING:
    from .app import Bank

FRAME = Frame(
    "模拟银行",
    (
        ("/", "付款"),
        ("/entries", "账户明细"),
        ("/payments", "付款指令"),
        ("/accounts", "账户"),
        ("/faults", "故障"),
    ),
)
SHOWN = 100
FAULTS = (
    ("silent", "不处理，也不应答"),
    ("executed_timeout", "已付款，但不应答"),
    ("slow", "慢若干秒才应答"),
    ("answer_late", "先答“处理中”，若干秒后才有结果"),
    ("refuse", "拒绝付款"),
    ("return_later", "付款成功，若干秒后退汇"),
    ("query_unknown", "查询时答“未知”"),
    ("batch_refuse", "整批拒绝"),
    ("result_partial", "批次结果少一笔"),
    ("result_twice", "批次结果同一笔出现两次"),
    ("result_stranger", "批次结果多一笔不认识的"),
    ("result_amount", "批次结果金额不符"),
    ("twice", "应答两次"),
    ("garbled", "应答不是报文"),
    ("drop", "断开连接"),
    ("down", "系统停机（503）"),
    ("double_notice", "到账通知发两遍"),
    ("late_notice", "到账通知晚若干秒"),
    ("lost_notice", "到账通知丢失"),
    ("wrong_amount", "到账通知金额不符"),
    ("reversal", "通知之后若干秒冲正"),
    ("bad_signature", "首次通知签名错误"),
    ("debit_notices", "付款也发通知（开关）"),
)
PAYMENT_STATES = {"success": "成功", "failed": "失败", "unknown": "处理中"}
NOTICE_STATES = {"waiting": "等待送达", "delivered": "已送达", "given up": "已放弃"}


class CounterPages:
    def __init__(self, bank: "Bank") -> None:
        self._bank = bank

    def add_to(self, routes: Routes) -> None:
        routes.add("GET", "/", self._pay_page)
        routes.add("POST", "/counter/pay", self._act("/", self._pay))
        routes.add("GET", "/entries", self._entries_page)
        routes.add("POST", "/counter/reverse", self._act("/entries", self._reverse))
        routes.add("POST", "/counter/resend", self._act("/entries", self._resend))
        routes.add("GET", "/payments", self._payments_page)
        routes.add("GET", "/accounts", self._accounts_page)
        routes.add("POST", "/counter/open", self._act("/accounts", self._open))
        routes.add("GET", "/faults", self._faults_page)
        routes.add("POST", "/counter/fault", self._act("/faults", self._fault))

    def _act(self, back: str, act: Callable[[dict[str, Any]], str]) -> Callable[[Request], Reply]:
        """A form's target: act, then go back to the page with a message; a mistake keeps the input."""

        def handle(request: Request) -> Reply:
            fields = request.fields()
            try:
                message = act(fields)
            except (ValueError, KeyError) as problem:
                if back == "/":
                    return self._payment_form(fields, error=str(problem), status=422)
                return see_other(f"{back}?{urllib.parse.urlencode({'error': str(problem)})}")
            return see_other(f"{back}?{urllib.parse.urlencode({'done': message})}")

        return handle

    # ---- 付款 -----------------------------------------------------------------------------------------------

    def _pay_page(self, request: Request) -> Reply:
        wanted = {
            key: request.query.get(key, "")
            for key in ("to_account", "amount", "summary", "payer_name", "payer_account")
        }
        return self._payment_form(wanted, message=request.query.get("done", ""))

    def _payment_form(self, given: dict[str, Any], *, message: str = "", error: str = "", status: int = 200) -> Reply:
        own = self._bank.store.table("own")
        choices = tuple((number, f"{number}　{account['name']}") for number, account in own.items())
        to_account = str(given.get("to_account", "")) or (choices[0][0] if len(choices) == 1 else "")
        fields = (
            Field("payer_name", "付款户名", str(given.get("payer_name", "")), required=True),
            Field("payer_account", "付款账号", str(given.get("payer_account", "")), required=True),
            Field("to_account", "收款账号", to_account, required=True, choices=choices, hint="公积金专户"),
            Field("amount", "金额（元）", str(given.get("amount", "")), required=True, hint="如 41280.00"),
            Field("summary", "附言", str(given.get("summary", "")), hint="按缴款通知书填写，中心凭它对账"),
            Field("date", "入账日期", str(given.get("date") or clock.now().date()), kind="date"),
        )
        return FRAME.page(
            "向公积金专户付款",
            section("填写付款单", form("/counter/pay", fields, "付款")),
            section(
                "最近入账", self._entry_table([e for e in self._bank.books.entries() if e["direction"] == CREDIT][-8:])
            ),
            here="/",
            message=message,
            error=error,
            status=status,
        )

    def _pay(self, fields: dict[str, Any]) -> str:
        told = self._bank.pay(fields)
        return f"已入账，主机流水号 {told['host_serial']}，到账通知 {len(told['notice_ids'])} 条。"

    # ---- 账户明细 --------------------------------------------------------------------------------------------

    def _entries_page(self, request: Request) -> Reply:
        return FRAME.page(
            "账户明细与到账通知",
            section("明细", self._entry_table(self._bank.books.entries()[-SHOWN:], acts=True)),
            section("到账通知", self._notice_table()),
            here="/entries",
            message=request.query.get("done", ""),
            error=request.query.get("error", ""),
        )

    def _entry_table(self, entries: list[dict[str, Any]], *, acts: bool = False) -> Html:
        heads = ["入账时间", "主机流水号", "收付", "金额（元）", "对方", "附言", "备注"]
        rows: list[list[Cell]] = []
        for entry in reversed(entries):
            back = entry["reversal"] == "1"
            way = ("收" if entry["direction"] == CREDIT else "付") + ("（冲正）" if back else "")
            row: list[Cell] = [
                _moment(entry),
                entry["host_serial"],
                way,
                _money(entry["amount_fen"]),
                f"{entry['counter_name']} {entry['counter_account']}",
                entry["summary"],
                entry["remark"],
            ]
            if acts:
                row.append(
                    "" if back else small_button("/counter/reverse", {"host_serial": entry["host_serial"]}, "冲正")
                )
            rows.append(row)
        return table(heads + (["操作"] if acts else []), rows, empty="还没有明细。", figures=frozenset({3}))

    def _notice_table(self) -> Html:
        notices = list(self._bank.store.table("notices").values())[-SHOWN:]
        rows = [
            [
                notice["number"],
                notice["host_serial"],
                _money(notice["amount_fen"]),
                NOTICE_STATES[notice["state"]],
                notice["tries"],
                notice["problem"],
                small_button("/counter/resend", {"notice_id": notice["number"]}, "再发一次"),
            ]
            for notice in reversed(notices)
        ]
        heads = ("编号", "主机流水号", "通知金额（元）", "状态", "次数", "最近的问题", "操作")
        return table(heads, rows, empty="还没有发出通知。", figures=frozenset({2}))

    def _reverse(self, fields: dict[str, Any]) -> str:
        return f"已冲正，新流水号 {self._bank.reverse(fields['host_serial'])['host_serial']}。"

    def _resend(self, fields: dict[str, Any]) -> str:
        self._bank.notices.resend(fields["notice_id"])
        return "通知已再次发出。"

    # ---- 付款指令 --------------------------------------------------------------------------------------------

    def _payments_page(self, _request: Request) -> Reply:
        payments = list(self._bank.store.table("payments").values())[-SHOWN:]
        rows = [
            [
                payment["received"],
                payment["business_serial"],
                f"{payment['payee_name']} {payment['payee_account']}",
                _money(payment["amount_fen"]),
                _payment_state(payment),
                payment["host_serial"],
                payment["summary"],
            ]
            for payment in reversed(payments)
        ]
        heads = ("收到时间", "业务流水号", "收款人", "金额（元）", "结果", "主机流水号", "摘要")
        listed = table(heads, rows, empty="中心还没有发来付款指令。", figures=frozenset({3}))
        return FRAME.page("中心发来的付款指令", section("指令", listed), here="/payments")

    # ---- 账户 -----------------------------------------------------------------------------------------------

    def _accounts_page(self, request: Request) -> Reply:
        store = self._bank.store
        own = [
            [n, a["name"], a["bank_name"], _money(self._bank.books.balance(n))] for n, a in store.table("own").items()
        ]
        cards = [
            [number, card["name"], card["bank_name"], "已销户" if card["state"] == "closed" else "正常"]
            for number, card in list(store.table("cards").items())[-SHOWN:]
        ]
        fields = (
            Field("account", "账号或卡号", required=True),
            Field("name", "户名", required=True),
            Field("id_number", "证件号码", hint="核验银行卡时比对"),
            Field("bank_name", "开户行", "安居银行城中支行"),
            Field("state", "状态", "open", choices=(("open", "正常"), ("closed", "已销户"))),
        )
        return FRAME.page(
            "账户",
            section(
                "公积金专户",
                table(("账号", "户名", "开户行", "余额（元）"), own, empty="还没有登记专户。", figures=frozenset({3})),
            ),
            section(
                "个人与单位账户", table(("账号", "户名", "开户行", "状态"), cards, empty="还没有账户，可在下面开立。")
            ),
            section("开立或更改账户", form("/counter/open", fields, "保存账户")),
            here="/accounts",
            message=request.query.get("done", ""),
            error=request.query.get("error", ""),
        )

    def _open(self, fields: dict[str, Any]) -> str:
        if not fields.get("account") or not fields.get("name"):
            raise ValueError("账号和户名都要填写")
        self._bank.books.learn(own={}, cards={fields["account"]: fields})
        return f"账户 {fields['account']} 已保存。"

    # ---- 故障 -----------------------------------------------------------------------------------------------

    def _faults_page(self, request: Request) -> Reply:
        names = dict(FAULTS)
        rows: list[list[Cell]] = [
            [
                names[fault.name],
                "全部报文" if fault.scope == "*" else fault.scope,
                "直到关闭" if fault.left == 0 else f"还有 {fault.left} 次",
                f"{fault.seconds:g} 秒",
                small_button(
                    "/counter/fault",
                    {**_words(asdict(fault)), "fault": fault.name, "code": fault.scope, "count": "-1"},
                    "关闭",
                ),
            ]
            for fault in self._bank.faults.active()
        ]
        fields = (
            Field("fault", "故障", choices=FAULTS, required=True),
            Field(
                "code",
                "只对这个交易码",
                choices=(("", "不限"), ("BDC101", "BDC101 付款"), ("BDC110", "BDC110 查询"),
                    ("BDC103", "BDC103 批量付款"), ("BDC107", "BDC107 批次查询"), ("BDC108", "BDC108 批次结果")),
            ),
            Field("count", "次数", "1", kind="number", hint="0 表示一直有效，直到关闭"),
            Field("seconds", "秒数", "5", hint="用于慢、晚、冲正、退汇"),
            Field("fen", "金额差（分）", "-1", hint="用于通知金额不符"),
        )
        return FRAME.page(
            "故障开关",
            section(
                "正在生效",
                table(("故障", "范围", "次数", "秒数", "操作"), rows, empty="没有故障，银行一切正常。"),
                small_button("/counter/fault", {"fault": "none"}, "全部关闭"),
            ),
            section(
                "打开一个故障",
                form("/counter/fault", fields, "打开"),
                paragraph("账本总是真的，只有应答和通知会说谎。"),
            ),
            here="/faults",
            message=request.query.get("done", ""),
            error=request.query.get("error", ""),
        )

    def _fault(self, fields: dict[str, Any]) -> str:
        self._bank.switch(fields)
        return "已全部关闭。" if fields.get("fault") == "none" else "开关已更新。"


def _words(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _money(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def _moment(entry: dict[str, Any]) -> str:
    day, time = entry["date"], entry["time"]
    return f"{day[:4]}年{day[4:6]}月{day[6:]}日 {time[:2]}:{time[2:4]}"


def _payment_state(payment: dict[str, Any]) -> str:
    state = PAYMENT_STATES[payment["state"]]
    if payment["reason_code"]:
        state += f"：{TEXTS[payment['reason_code']]}"
    if payment.get("returned_serial"):
        state += "，后已退汇"
    return state
