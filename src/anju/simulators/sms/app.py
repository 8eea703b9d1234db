"""The SMS gateway: takes messages once per message number, delivers them to an inbox page, and fails when told to.

States of a message: accepted, delivered, failed. A repeated message number answers the first result and delivers
nothing twice.
"""

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from html import escape
from typing import Any

from .. import clock
from ..faults import TRANSPORT, Faults, answer
from ..pages import Field, Frame, Html, form, section, small_button, table
from ..server import Reply, Request, Routes, json_reply, see_other
from ..store import Store

FRAME = Frame("模拟短信", (("/", "收件箱"), ("/faults", "故障")))
FAULTS = (
    ("down", "网关停机（503）"),
    ("drop", "断开连接"),
    ("silent", "不收，也不应答"),
    ("executed_timeout", "收下，但不应答"),
    ("slow", "慢若干秒才应答"),
    ("garbled", "应答不是约定的格式"),
    ("twice", "应答两次"),
    ("refuse", "拒收（号码无效）"),
    ("undelivered", "收下，但送不到"),
    ("late", "若干秒后才送达"),
)
STATES = {"accepted": "发送中", "delivered": "已送达", "failed": "未送达"}
SHOWN = 200
_CODE = re.compile(r"(?<![0-9A-Za-z*.,])(\d{6})(?![0-9A-Za-z*.,元])")


class Gateway:
    def __init__(self, store: Store) -> None:
        self.stopping = threading.Event()
        self.store = store
        self.faults = Faults(store, TRANSPORT | {"refuse", "undelivered", "late"})

    def start(self) -> None:
        """Nothing runs by itself."""

    def stop(self) -> None:
        """Nothing to end."""

    def routes(self) -> Routes:
        routes = Routes()
        routes.add("POST", "/send", self._under_faults("send", self._send))
        routes.add("GET", "/status/*", self._under_faults("status", self._status))
        routes.add("GET", "/messages", self._messages)
        routes.add(
            "POST",
            "/control",
            lambda r: json_reply({"faults": self.faults.set(r.json(), scope_field="door")}),
        )
        routes.add("GET", "/", self._inbox)
        routes.add("GET", "/faults", self._faults_page)
        routes.add("POST", "/page/fault", self._fault)
        return routes

    def _under_faults(self, door: str, act: Callable[[Request], Reply]) -> Callable[[Request], Reply]:
        return lambda request: answer(self.faults, door, lambda: act(request), self.stopping)

    def _send(self, request: Request) -> Reply:
        wish = request.json()
        number, phone, words = (str(wish[name]).strip() for name in ("message_id", "phone", "text"))
        if not number or len(number) > 64 or not re.fullmatch(r"1\d{10}", phone) or not 0 < len(words) <= 500:
            return json_reply({"message_id": number, "state": "failed", "reason": "bad request"}, 400)
        with self.store.lock:
            known = self.store.table("messages").get(number)
            if known is not None:
                return json_reply({"message_id": number, "state": self._state(known)}, 202)
            if self.faults.take("refuse", "send"):
                return json_reply({"message_id": number, "state": "failed", "reason": "number refused"}, 422)
            message = self._message(number, phone, words)
            self.store.put("messages", number, message)
        return json_reply({"message_id": number, "state": self._state(message)}, 202)

    def _message(self, number: str, phone: str, words: str) -> dict[str, Any]:
        now = clock.now()
        late = self.faults.take("late", "send")
        lost = self.faults.take("undelivered", "send") is not None
        arrives = now + timedelta(seconds=late.seconds if late else 0)
        place = self.store.next_number("message")
        return {
            "message_id": number,
            "phone": phone,
            "text": words,
            "place": place,
            "received": now.isoformat(),
            "arrives": arrives.isoformat(),
            "lost": lost,
        }

    def _state(self, message: dict[str, Any]) -> str:
        if datetime.fromisoformat(message["arrives"]) > clock.now():
            return "accepted"
        return "failed" if message["lost"] else "delivered"

    def _status(self, request: Request) -> Reply:
        number = request.path.rsplit("/", 1)[1]
        message = self.store.table("messages").get(number)
        if message is None:
            return json_reply({"message_id": number, "state": "unknown"}, 404)
        told = {"message_id": number, "state": self._state(message), "at": message["arrives"]}
        return json_reply({**told, "reason": "phone unreachable"} if told["state"] == "failed" else told)

    def arrived(self, phone: str) -> list[dict[str, Any]]:
        """What the phones show, newest first."""
        with self.store.lock:
            messages = [m for m in self.store.table("messages").values() if phone in ("", m["phone"])]
        shown = [m for m in messages if self._state(m) == "delivered"]
        return sorted(shown, key=lambda m: (m["arrives"], m["place"]), reverse=True)

    def _messages(self, request: Request) -> Reply:
        return json_reply({"messages": self.arrived(request.query.get("phone", ""))[:SHOWN]})

    # ---- pages ----------------------------------------------------------------------------------------------

    def _inbox(self, request: Request) -> Reply:
        phone = request.query.get("phone", "").strip()
        messages = "".join(_message_html(message) for message in self.arrived(phone)[:SHOWN])
        empty = "这个号码还没有短信。" if phone else "还没有短信。网上业务发出的短信会出现在这里。"
        search = form("/", (Field("phone", "手机号码", phone, kind="tel", hint="留空显示全部"),), "查看", method="get")
        title = f"{phone} 的短信" if phone else "全部短信"
        return FRAME.page(
            "短信收件箱",
            section("选择手机", search),
            section(title, Html(messages or f'<p class="empty">{empty}</p>')),
            here="/",
        )

    def _faults_page(self, request: Request) -> Reply:
        names = dict(FAULTS)
        rows = [
            [names[f.name], "直到关闭" if f.left == 0 else f"还有 {f.left} 次", f"{f.seconds:g} 秒"]
            for f in self.faults.active()
        ]
        fields = (
            Field("fault", "故障", choices=FAULTS, required=True),
            Field("count", "次数", "1", kind="number", hint="0 表示一直有效，直到关闭"),
            Field("seconds", "秒数", "5", hint="用于慢和晚"),
        )
        off = small_button("/page/fault", {"fault": "none"}, "全部关闭")
        return FRAME.page(
            "故障开关",
            section("正在生效", table(("故障", "次数", "秒数"), rows, empty="没有故障，短信一切正常。"), off),
            section("打开一个故障", form("/page/fault", fields, "打开")),
            here="/faults",
            message=request.query.get("done", ""),
        )

    def _fault(self, request: Request) -> Reply:
        self.faults.set(request.fields(), scope_field="door")
        return see_other("/faults?done=%E5%BC%80%E5%85%B3%E5%B7%B2%E6%9B%B4%E6%96%B0%E3%80%82")


def _message_html(message: dict[str, Any]) -> str:
    at = datetime.fromisoformat(message["arrives"])
    found = _CODE.search(message["text"])
    code = f'<p class="code">{found.group(1)}</p>' if found and "验证码" in message["text"] else ""
    return (
        f'<article class="message"><p class="meta">{escape(message["phone"])} · {at:%Y年%m月%d日 %H:%M:%S}</p>'
        f'{code}<p class="text">{escape(message["text"])}</p></article>'
    )
