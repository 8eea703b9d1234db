"""The centre's own money at the bank: transfers (BDC109), time deposits (BDC114, 115), notice deposits (BDC117, 118).

A move is kept with the payments, so that BDC110 finds it by its serial; one serial moves money once.
"""

import hashlib
from collections.abc import Callable
from datetime import date
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from typing import Any

from .. import clock
from ..faults import Faults
from ..store import Store
from .books import CREDIT, DEBIT, Books, Counter
from .messages import TEXTS, Body, Message, Refused, yuan

Answer = tuple[str, str, Body]
Outcome = Callable[[dict[str, Any]], tuple[tuple[str, str], ...]]
DAYS_A_YEAR = 360


class OwnMoney:
    def __init__(
        self, store: Store, books: Books, faults: Faults, *, outcome: Outcome, announce: Callable[[str], None]
    ) -> None:  # fmt: skip
        self._store = store
        self._books = books
        self._faults = faults
        self._outcome = outcome
        self._announce = announce

    def transfer(self, request: Message) -> Answer:
        """BDC109: from one of the centre's accounts to another."""
        return self._once(request, self._transfer)

    def make(self, request: Message) -> Answer:
        """BDC114 and BDC117: out of the current account into a deposit."""
        return self._once(request, self._make)

    def draw(self, request: Message) -> Answer:
        """BDC115 and BDC118: a deposit back into its current account, with interest for its days."""
        return self._once(request, self._draw)

    def _once(self, request: Message, act: Callable[[Message, dict[str, Any]], list[str]]) -> Answer:
        serial = request.need("business_serial", longest=20)
        digest = hashlib.sha256(repr((request.code, sorted(request.body.items()))).encode()).hexdigest()
        told: list[str] = []
        with self._store.lock:
            move = self._books.payment(serial)
            if move is not None and move["digest"] != digest:
                raise Refused("E2010")
            seen = move is not None
            if move is None:
                move = _blank(request, serial, digest)
                try:
                    if self._faults.take("refuse", request.code):
                        raise Refused("E2009")
                    told = act(request, move)
                except Refused as refusal:
                    if refusal.code == "E1002":
                        raise
                    move |= {"state": "failed", "reason_code": refusal.code}
                self._store.put("payments", serial, move)
        for host_serial in told:
            self._announce(host_serial)
        code = move["reason_code"] or "00000"
        body = (
            ("business_serial", serial), *self._outcome(move), *own_money_fields(move),
            ("duplicate", "1" if seen else "0"),
        )  # fmt: skip
        return code, TEXTS[code], body

    def _transfer(self, request: Message, move: dict[str, Any]) -> list[str]:
        source, target = self._books.own(move["payer_account"]), self._books.own(move["payee_account"])
        out = self._enter(move, DEBIT, Counter(move["payee_account"], target["name"]), "专户划转")
        into = {**move, "payer_account": move["payee_account"]}
        credit = self._enter(into, CREDIT, Counter(move["payer_account"], source["name"]), "专户划转")
        move |= {"state": "success", "host_serial": out["host_serial"], "value_date": out["date"]}
        return [out["host_serial"], credit["host_serial"]]

    def _make(self, request: Message, move: dict[str, Any]) -> list[str]:
        rate = _rate(request)
        if request.code == "BDC114" and not request.body.get("to_date"):
            raise Refused("E1002", "to_date")
        number = f"D{self._store.next_number('deposit'):08d}"
        entry = self._enter(move, DEBIT, Counter(number, "定期存款"), "转存")
        self._store.put(
            "deposits", number,
            {"number": number, "account": move["payer_account"], "amount_fen": move["amount_fen"], "rate": str(rate),
             "from_date": entry["date"], "to_date": request.body.get("to_date", ""), "open": True},
        )  # fmt: skip
        move |= {
            "state": "success", "host_serial": entry["host_serial"], "value_date": entry["date"],
            "deposit_number": number,
        }  # fmt: skip
        return [entry["host_serial"]]

    def _draw(self, request: Message, move: dict[str, Any]) -> list[str]:
        number = request.need("deposit_number", longest=40)
        deposit = self._store.table("deposits").get(number)
        if deposit is None or not deposit["open"] or deposit["account"] != move["payer_account"]:
            raise Refused("E2011")
        if deposit["amount_fen"] != move["amount_fen"]:
            raise Refused("E2012")
        days = (clock.now().date() - _day(deposit["from_date"])).days
        interest = Decimal(deposit["amount_fen"]) * Decimal(deposit["rate"]) * days / DAYS_A_YEAR
        interest_fen = int(interest.to_integral_value(rounding=ROUND_DOWN))
        whole = {**move, "amount_fen": move["amount_fen"] + interest_fen}
        entry = self._enter(whole, CREDIT, Counter(number, "定期存款"), "支取本息")
        self._store.put("deposits", number, {**deposit, "open": False})
        move |= {
            "state": "success", "host_serial": entry["host_serial"], "value_date": entry["date"],
            "interest_paid_fen": interest_fen,
        }  # fmt: skip
        return [entry["host_serial"]]

    def _enter(self, move: dict[str, Any], direction: str, counter: Counter, summary: str) -> dict[str, Any]:
        own = self._books.own(move["payer_account"])
        short = own.get("balance_fen") is not None and self._books.balance(move["payer_account"]) < move["amount_fen"]
        if direction == DEBIT and short:
            raise Refused("E2005")
        return self._books.enter(
            move["payer_account"], direction, move["amount_fen"], counter, summary=summary,
            original_serial=move["business_serial"],
        )  # fmt: skip


def own_money_fields(move: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """What the answer to a move tells besides its outcome."""
    told: tuple[tuple[str, str], ...] = ()
    if move.get("deposit_number"):
        told += (("deposit_number", move["deposit_number"]),)
    if "interest_paid_fen" in move:
        told += (("interest", yuan(move["interest_paid_fen"])),)
    return told


def _blank(request: Message, serial: str, digest: str) -> dict[str, Any]:
    amount = request.money("amount")
    if amount <= 0:
        raise Refused("E1002", "amount")
    return {
        "business_serial": serial, "digest": digest, "state": "failed", "received": f"{clock.now():%Y-%m-%d %H:%M:%S}",
        "payer_account": request.need("payer_account", longest=40),
        "payee_account": request.body.get("payee_account", ""), "payee_name": "本中心", "payee_bank": "",
        "payee_class": "2", "amount_fen": amount, "interest_fen": 0, "summary": request.code, "host_serial": "",
        "value_date": "", "reason_code": "",
    }  # fmt: skip


def _rate(request: Message) -> Decimal:
    try:
        rate = Decimal(request.need("rate"))
    except InvalidOperation:
        raise Refused("E1002", "rate") from None
    if not 0 <= rate < 1:
        raise Refused("E1002", "rate")
    return rate


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
