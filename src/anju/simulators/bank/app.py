"""The bank as one process: its doors, its diary, and the addresses for demo and tests."""

import threading
import time
from datetime import date
from hmac import compare_digest
from typing import Any

from ..faults import TRANSPORT, Faults, answer
from ..server import Handler, Reply, Request, Routes, json_reply
from ..store import Store
from .books import CREDIT, Books, Counter
from .calls import Calls
from .counter import CounterPages
from .messages import Refused, loose_amount, read, sign
from .notices import Notices
from .settlement import Settlement

BATCH_FAULTS = {"batch_refuse", "result_partial", "result_twice", "result_stranger", "result_amount"}
ANSWER_FAULTS = TRANSPORT | BATCH_FAULTS | {"refuse", "answer_late", "query_unknown", "return_later"}
NOTICE_FAULTS = frozenset(
    {
        "double_notice",
        "late_notice",
        "lost_notice",
        "wrong_amount",
        "reversal",
        "bad_signature",
        "debit_notices",
    }
)


class Bank:
    def __init__(self, store: Store, *, notify: str, key: bytes) -> None:
        self.stopping = threading.Event()
        self.store = store
        self.key = key
        self.faults = Faults(store, ANSWER_FAULTS | NOTICE_FAULTS)
        self.books = Books(store)
        self.calls = Calls(store, self.stopping)
        self.notices = Notices(store, self.faults, self.calls, notify=notify, key=key)
        self.settlement = Settlement(store, self.books, self.faults, self.calls)
        self.calls.on("settle", self.settlement.settle_late)
        self.calls.on("announce", lambda call: self._announce(self.books.entry(call["host_serial"])))
        self.calls.on("reverse", self._reverse_later)
        self.calls.on("return", self._return_later)

    def start(self) -> None:
        planned = {call.get("serial") for call in self.store.table("calls").values()}
        for serial in self.books.mend():
            if serial not in planned:
                self.calls.plan("settle", after=0, serial=serial)
        self.calls.start()

    def stop(self) -> None:
        self.calls.stop()

    def routes(self) -> Routes:
        routes = Routes()
        routes.add("POST", "/settlement", self._door(self.settlement.settle))
        routes.add("POST", "/account-check", self._door(self.settlement.check_account))
        routes.add("POST", "/world", self._world)
        routes.add("POST", "/pay", lambda request: json_reply(self.pay(request.json())))
        routes.add("POST", "/reverse", lambda request: json_reply(self.reverse(str(request.json()["host_serial"]))))
        routes.add("POST", "/resend", self._resend)
        routes.add("POST", "/control", self._control)
        routes.add("GET", "/state", self._state)
        CounterPages(self).add_to(routes)
        return routes

    # ---- what a person or a test may do ---------------------------------------------------------------------

    def pay(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Somebody pays money into one of the centre's accounts."""
        payer = Counter(str(wish["payer_account"]), str(wish["payer_name"]))
        to_account = str(wish["to_account"])
        if not (payer.account and payer.name and to_account):
            raise ValueError("付款户名、付款账号和收款账号都要填写")
        on = date.fromisoformat(str(wish["date"])) if wish.get("date") else None
        try:
            entry = self.books.enter(
                to_account,
                CREDIT,
                loose_amount(wish["amount"]),
                payer,
                summary=str(wish.get("summary", ""))[:120],
                on=on,
                host_serial=str(wish.get("host_serial", "")),
            )
        except Refused as refusal:
            raise ValueError("收款账号不是本行登记的公积金专户") from refusal
        if self.books.card(payer.account) is None:
            self.books.learn(own={}, cards={payer.account: {"name": payer.name}})
        return self._told(entry, self._announce(entry), wait=bool(wish.get("wait")))

    def reverse(self, host_serial: str) -> dict[str, Any]:
        """The bank takes an entry back and says so."""
        entry = self.books.reverse(host_serial)
        return self._told(entry, self._announce(entry), wait=False)

    def switch(self, wish: dict[str, Any]) -> list[dict[str, Any]]:
        """Set a fault; notices of payments out are a switch and not a counted fault."""
        count = {"count": 0} if wish.get("fault") == "debit_notices" and not wish.get("count") else {}
        return self.faults.set({**wish, **count}, scope_field="code")

    def _announce(self, entry: dict[str, Any]) -> list[str]:
        return self.notices.announce(entry)

    def _told(self, entry: dict[str, Any], numbers: list[str], *, wait: bool) -> dict[str, Any]:
        deadline = time.monotonic() + (5.0 if wait else 0.0)
        while not self.notices.delivered(numbers) and time.monotonic() < deadline:
            time.sleep(0.02)
        return {
            "host_serial": entry["host_serial"],
            "date": entry["date"],
            "notice_ids": numbers,
            "delivered": self.notices.delivered(numbers),
        }

    def _reverse_later(self, call: dict[str, Any]) -> None:
        try:
            self.reverse(call["host_serial"])
        except ValueError:
            return  # taken back by hand in the meantime

    def _return_later(self, call: dict[str, Any]) -> None:
        entry = self.books.give_back(call["serial"])
        if entry is not None:
            self._announce(entry)

    # ---- doors ----------------------------------------------------------------------------------------------

    def _door(self, act: Any) -> Handler:
        """A door for messages: checks the signature, reads, and acts under the faults of the transaction code."""

        def handle(request: Request) -> Reply:
            message = None
            try:
                given = request.headers.get("x-anju-signature")
                if given is not None and not compare_digest(given, sign(self.key, request.body)):
                    raise Refused("E1004", http_status=403)
                message = read(request.body)
                return answer(self.faults, message.code, lambda: act(message), self.stopping)
            except Refused as refusal:
                return self.settlement.reply(message, refusal.code, refusal.text, status=refusal.http_status)

        return handle

    def _world(self, request: Request) -> Reply:
        wish = request.json()
        return json_reply(self.books.learn(own=wish.get("own_accounts", {}), cards=wish.get("accounts", {})))

    def _resend(self, request: Request) -> Reply:
        self.notices.resend(str(request.json()["notice_id"]))
        return json_reply({"queued": True})

    def _control(self, request: Request) -> Reply:
        return json_reply({"faults": self.switch(request.json())})

    def _state(self, _request: Request) -> Reply:
        with self.store.lock:
            names = ("own", "cards", "entries", "payments", "batches", "deposits", "notices", "faults")
            return json_reply({name: dict(self.store.table(name)) for name in names})
