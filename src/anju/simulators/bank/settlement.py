"""The bank's door for messages: what each transaction code does and answers. Pages and JSON controls live elsewhere."""

from typing import Any

from .. import clock
from ..faults import Faults
from ..server import Reply
from ..store import Store
from .batches import Batches
from .books import Books
from .calls import Calls
from .deposits import OwnMoney, own_money_fields
from .messages import TEXTS, Body, Message, Refused, answer, yuan
from .notices import entry_fields

MOST_ENTRIES = 1000


class Settlement:
    def __init__(self, store: Store, books: Books, faults: Faults, calls: Calls) -> None:
        self._store = store
        self._books = books
        self._faults = faults
        self._calls = calls
        self._batches = Batches(
            store, books, faults, calls, outcome=_outcome, after_payment=self._after_payment
        )
        self._own_money = OwnMoney(
            store, books, faults, outcome=_outcome,
            announce=lambda host_serial: calls.plan("announce", after=0, host_serial=host_serial),
        )  # fmt: skip
        self._doors = {
            "SYS600": self._probe,
            "BDC101": self._pay,
            "BDC103": self._batches.take,
            "BDC107": self._batches.state,
            "BDC108": self._batches.results,
            "BDC109": self._own_money.transfer,
            "BDC110": self._result,
            "BDC113": self._entries,
            "BDC114": self._own_money.make,
            "BDC115": self._own_money.draw,
            "BDC117": self._own_money.make,
            "BDC118": self._own_money.draw,
            "BDC123": self._balance,
        }

    def settle(self, request: Message) -> Reply:
        door = self._doors.get(request.code)
        if door is None:
            raise Refused("E1003", request.code)
        return self.reply(request, *door(request))

    def check_account(self, request: Message) -> Reply:
        """ACC001: does this account belong to this name and document."""
        if request.code != "ACC001":
            raise Refused("E1003", request.code)
        number = request.need("account", longest=40)
        name, identity = request.need("name"), request.body.get("id_number", "").upper()
        card = self._books.card(number)
        more: tuple[tuple[str, str], ...] = ()
        if card is None:
            result = "not_found"
        elif card["name"] != name or (identity and card["id_number"].upper() != identity):
            result = "mismatch"
        elif card["state"] == "closed":
            result = "closed"
        else:
            result = "match"
            more = (("bank_name", card["bank_name"]), ("bank_code", card["bank_code"]))
        return self.reply(request, "00000", TEXTS["00000"], (("account", number), ("result", result), *more))

    def reply(self, request: Message | None, code: str, text: str, body: Body = (), *, status: int = 200) -> Reply:
        at = clock.now()
        serial = f"S{at:%Y%m%d}{self._store.next_number('system'):06d}"
        content = answer(request, code=code, text=text, system_serial=serial, at=at, body=body)
        return Reply(status, content, "application/xml; charset=utf-8")

    def _probe(self, _request: Message) -> tuple[str, str, Body]:
        return "00000", TEXTS["00000"], ()

    def _pay(self, request: Message) -> tuple[str, str, Body]:
        """Pay once. The faults that change the outcome are asked only for a serial not seen before."""
        fresh = self._books.payment(request.need("business_serial", longest=20)) is None
        refuse = fresh and self._faults.take("refuse", "BDC101") is not None
        late = self._faults.take("answer_late", "BDC101") if fresh and not refuse else None
        payment, seen = self._books.instruct(request, refuse=refuse, wait=late is not None)
        if late and not seen and payment["state"] == "unknown":
            self._calls.plan("settle", after=late.seconds, serial=payment["business_serial"])
        if not seen and payment["state"] == "success":
            self._after_payment(payment)
        code = payment["reason_code"] or ("00001" if payment["state"] == "unknown" else "00000")
        text = f"重复指令，返回首次结果：{TEXTS[code]}" if seen else TEXTS[code]
        body = (
            ("business_serial", payment["business_serial"]),
            *_outcome(payment),
            ("duplicate", "1" if seen else "0"),
        )
        return code, text, body

    def settle_late(self, call: dict[str, Any]) -> None:
        """A payment answered as unknown becomes final."""
        payment = self._books.pay(call["serial"])
        if payment["state"] == "success":
            self._after_payment(payment)

    def _after_payment(self, payment: dict[str, Any]) -> None:
        self._calls.plan("announce", after=0, host_serial=payment["host_serial"])
        back = self._faults.take("return_later", "BDC101")
        if back:
            self._calls.plan("return", after=back.seconds, serial=payment["business_serial"])

    def _result(self, request: Message) -> tuple[str, str, Body]:
        serial = request.need("original_serial", longest=20)
        payment = self._books.payment(serial)
        told: Body
        if payment is None:
            told = (("state", "none"),)
        elif self._faults.take("query_unknown", "BDC110"):
            told = (("state", "unknown"),)
        else:
            told = (
                *_outcome(payment),
                *own_money_fields(payment),
                ("payee_account", payment["payee_account"]),
                ("returned_date", payment.get("returned_date", "")),
                ("returned_serial", payment.get("returned_serial", "")),
            )
        return "00000", TEXTS["00000"], (("original_serial", serial), *told)

    def _entries(self, request: Message) -> tuple[str, str, Body]:
        account, first, last = (request.need(name, longest=40) for name in ("account", "from_date", "to_date"))
        found = [e for e in self._books.entries() if e["account"] == account and first <= e["date"] <= last]
        shown = [("entry", entry_fields(entry, entry["amount_fen"])) for entry in found[:MOST_ENTRIES]]
        more = "1" if len(found) > MOST_ENTRIES else "0"
        return "00000", TEXTS["00000"], (("count", str(len(shown))), ("more", more), *shown)

    def _balance(self, request: Message) -> tuple[str, str, Body]:
        account = request.need("account", longest=40)
        self._books.own(account)
        amount = yuan(self._books.balance(account))
        body = (
            ("account", account),
            ("book_balance", amount),
            ("available_balance", amount),
            ("currency", "CNY"),
        )
        return "00000", TEXTS["00000"], body


def _outcome(payment: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    code = payment["reason_code"]
    return (
        ("state", payment["state"]),
        ("host_serial", payment["host_serial"]),
        ("value_date", payment["value_date"]),
        ("amount", yuan(payment["amount_fen"])),
        ("reason_code", code),
        ("reason", TEXTS[code] if code else ""),
    )
