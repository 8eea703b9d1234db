"""The agencies as one process: the questions, the world to seed, one page to look and add, faults per agency."""

import threading
import urllib.parse
from typing import Any

from .. import clock
from ..faults import TRANSPORT, Faults, answer
from ..pages import Field, Frame, form, section, small_button, table
from ..server import Reply, Request, Routes, json_reply, see_other
from ..store import Store
from .world import World, check_number

FRAME = Frame("模拟部门数据", (("/", "人员"), ("/units", "企业与外地账户"), ("/faults", "故障")))
AGENCIES = {
    "identity": "身份核验",
    "realestate": "不动产登记",
    "civil": "民政婚姻",
    "centres": "外地公积金中心",
    "business": "市场监管",
}
FAULTS = (
    ("down", "系统停机（503）"),
    ("drop", "断开连接"),
    ("silent", "不应答"),
    ("slow", "慢若干秒才应答"),
    ("garbled", "应答不是约定的格式"),
    ("twice", "应答两次"),
)
MARITAL = (("single", "未婚"), ("married", "已婚"), ("divorced", "离异"), ("widowed", "丧偶"))
SHOWN = 50


class Agencies:
    def __init__(self, store: Store) -> None:
        self.stopping = threading.Event()
        self.store = store
        self.faults = Faults(store, TRANSPORT)
        self.world = World(store)

    def start(self) -> None:
        """Nothing runs by itself."""

    def stop(self) -> None:
        """Nothing to end."""

    def routes(self) -> Routes:
        routes = Routes()
        routes.add("POST", "/ask/*", self._ask)
        routes.add("POST", "/world", lambda request: json_reply(self.world.learn(request.json())))
        routes.add(
            "POST",
            "/control",
            lambda r: json_reply({"faults": self.faults.set(r.json(), scope_field="agency")}),
        )
        routes.add("GET", "/", self._people_page)
        routes.add("POST", "/page/person", self._add_person)
        routes.add("GET", "/units", self._units_page)
        routes.add("POST", "/page/unit", self._add_unit)
        routes.add("POST", "/page/account", self._add_account)
        routes.add("GET", "/faults", self._faults_page)
        routes.add("POST", "/page/fault", self._fault)
        return routes

    def _ask(self, request: Request) -> Reply:
        kind = request.path.rsplit("/", 1)[1]

        def run() -> Reply:
            told = self.world.ask(kind, request.json())
            if told is None:
                return json_reply({"error": "unknown kind"}, 404)
            now = clock.now()
            serial = f"{kind.split('.')[0].upper()}-{now:%Y%m%d}-{self.store.next_number('answer'):06d}"
            return json_reply({"status": told[0], "facts": told[1], "serial": serial, "at": now.isoformat()})

        return answer(self.faults, kind.split(".")[0], run, self.stopping)

    # ---- pages ----------------------------------------------------------------------------------------------

    def _people_page(self, request: Request) -> Reply:
        return self._people({}, search=request.query.get("search", ""), message=request.query.get("done", ""))

    def _people(self, given: dict[str, Any], *, search: str = "", message: str = "", error: str = "") -> Reply:
        marital = dict(MARITAL)
        found = self.world.people(search)
        rows = [
            [
                p["name"],
                p["id_number"],
                p["phone"],
                marital[p["marital"]],
                p["spouse"]["name"] if p["spouse"] else "",
                "；".join(home["address"] for home in p["homes"]) or "无",
            ]
            for p in found[:SHOWN]
        ]
        value = {name: str(given.get(name, "")) for name in _PERSON_FIELDS}
        fields = (
            Field("name", "姓名", value["name"], required=True),
            Field("id_number", "身份证号", value["id_number"], required=True),
            Field("phone", "手机号码", value["phone"], hint="与姓名、证件一致才算强核验"),
            Field("marital", "婚姻状况", value["marital"] or "single", choices=MARITAL),
            Field("spouse_name", "配偶姓名", value["spouse_name"]),
            Field("spouse_id", "配偶身份证号", value["spouse_id"]),
            Field("homes", "名下住房", value["homes"], kind="textarea", hint="一行一套，写地址；没有就留空"),
        )
        heads = ("姓名", "身份证号", "手机号码", "婚姻", "配偶", "住房")
        return FRAME.page(
            "部门数据里的人",
            section("查找", form("/", (Field("search", "姓名或身份证号", search),), "查找", method="get", prefix="s")),
            section(
                f"人员（{len(found)} 人，显示最近 {len(rows)} 人）",
                table(heads, rows, empty="没有符合的人，可在下面添加。"),
            ),
            section("添加或更改一个人", form("/page/person", fields, "保存")),
            here="/",
            message=message,
            error=error,
            status=422 if error else 200,
        )

    def _add_person(self, request: Request) -> Reply:
        given = request.fields()
        number, spouse_id = (str(given.get(name, "")).upper() for name in ("id_number", "spouse_id"))
        error = "" if given.get("name") else "请填写姓名"
        error = error or check_number(number)
        if not error and given.get("marital") == "married":
            error = "请填写配偶姓名" if not given.get("spouse_name") else ""
            error = error or ("配偶" + problem if (problem := check_number(spouse_id)) else "")
        if error:
            return self._people(given, error=error)
        spouse = (
            {"name": given.get("spouse_name"), "id_number": spouse_id} if given.get("marital") == "married" else None
        )
        homes = [{"address": line.strip()} for line in str(given.get("homes", "")).splitlines() if line.strip()]
        self.world.learn({"people": [{**given, "id_number": number, "spouse": spouse, "homes": homes}]})
        return _back("/", f"{given['name']} 已保存。")

    def _units_page(self, request: Request) -> Reply:
        units = list(self.store.table("units").values())[-SHOWN:]
        unit_rows = [[u["uscc"], u["name"], u["legal_person_name"], u["address"], u["state"]] for u in reversed(units)]
        accounts = list(self.store.table("accounts").items())[-SHOWN:]
        states = {"normal": "正常缴存", "sealed": "已封存"}
        account_rows = [[number, a["centre"], states[a["state"]]] for number, a in reversed(accounts)]
        unit_fields = (
            Field("uscc", "统一社会信用代码", required=True),
            Field("name", "单位名称", required=True),
            Field("legal_person_name", "法定代表人"),
            Field("address", "住所"),
            Field("nature", "单位性质代码，例如 33"),
        )
        account_fields = (
            Field("id_number", "身份证号", required=True),
            Field("centre", "所在中心", "邻市住房公积金管理中心"),
            Field("state", "账户状态", choices=(("sealed", "已封存"), ("normal", "正常缴存"))),
        )
        unit_heads = ("信用代码", "名称", "法定代表人", "住所", "状态")
        return FRAME.page(
            "企业与外地账户",
            section(
                "市场监管登记的企业",
                table(unit_heads, unit_rows, empty="还没有企业。"),
                form("/page/unit", unit_fields, "保存企业", prefix="u"),
            ),
            section(
                "外地中心的账户",
                table(("身份证号", "中心", "状态"), account_rows, empty="没有外地账户。"),
                form("/page/account", account_fields, "保存账户", prefix="a"),
            ),
            here="/units",
            message=request.query.get("done", ""),
            error=request.query.get("error", ""),
        )

    def _add_unit(self, request: Request) -> Reply:
        given = request.fields()
        if len(str(given.get("uscc", ""))) != 18 or not given.get("name"):
            return _back("/units", "信用代码应为 18 位，名称不能为空。", kind="error")
        self.world.learn({"units": [given]})
        return _back("/units", "企业已保存。")

    def _add_account(self, request: Request) -> Reply:
        given = request.fields()
        problem = check_number(str(given.get("id_number", "")).upper())
        if problem:
            return _back("/units", problem, kind="error")
        self.world.learn({"other_accounts": [given]})
        return _back("/units", "外地账户已保存。")

    def _faults_page(self, request: Request) -> Reply:
        names = dict(FAULTS)
        rows = [
            [
                AGENCIES.get(f.scope, "全部部门"),
                names.get(f.name, f.name),
                "直到关闭" if f.left == 0 else f"还有 {f.left} 次",
            ]
            for f in self.faults.active()
        ]
        fields = (
            Field("agency", "部门", choices=(("", "全部部门"), *AGENCIES.items())),
            Field("fault", "故障", choices=FAULTS, required=True),
            Field("count", "次数", "0", kind="number", hint="0 表示一直有效，直到关闭"),
            Field("seconds", "秒数", "5", hint="用于慢"),
        )
        off = small_button("/page/fault", {"fault": "none"}, "全部关闭")
        return FRAME.page(
            "故障开关",
            section("正在生效", table(("部门", "故障", "次数"), rows, empty="没有故障，各部门一切正常。"), off),
            section("打开一个故障", form("/page/fault", fields, "打开")),
            here="/faults",
            message=request.query.get("done", ""),
        )

    def _fault(self, request: Request) -> Reply:
        self.faults.set(request.fields(), scope_field="agency")
        return _back("/faults", "开关已更新。")


_PERSON_FIELDS = ("name", "id_number", "phone", "marital", "spouse_name", "spouse_id", "homes")


def _back(path: str, message: str, *, kind: str = "done") -> Reply:
    return see_other(f"{path}?{urllib.parse.urlencode({kind: message})}")
