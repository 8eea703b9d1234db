"""The bank's books: whose account is which, what went in and out, and what became of each payment instruction.

Owns accounts, entries and payments. One business serial is paid at most once, whatever the faults say, and the
books always know the truth; only the answers lie.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .. import clock
from ..store import Store
from .messages import Message, Refused, yuan

CREDIT, DEBIT = "02", "01"
OPENING_BANK = "105331000001"


@dataclass(frozen=True)
class Counter:
    """The other side of an entry."""

    account: str
    name: str
    bank: str = OPENING_BANK


class Books:
    def __init__(self, store: Store) -> None:
        self._store = store

    # ---- the world -------------------------------------------------------------------------------------------

    def learn(self, *, own: dict[str, Any], cards: dict[str, Any]) -> dict[str, int]:
        """Add the centre's accounts and other people's accounts to what the bank knows."""
        with self._store.lock:
            known = self._store.table("own")
            fresh = {number: {**known.get(number, {"turnover_fen": 0}), **_own(value)} for number, value in own.items()}
            self._store.put_many("own", fresh)
            self._store.put_many("cards", {number: _card(value) for number, value in cards.items()})
            return {
                "own_accounts": len(self._store.table("own")),
                "accounts": len(self._store.table("cards")),
            }

    def own(self, number: str) -> dict[str, Any]:
        """One of the centre's accounts; raises Refused when there are some and this is none of them."""
        accounts = self._store.table("own")
        if number not in accounts:
            if accounts:
                raise Refused("E2001")
            self.learn(own={number: {"name": "住房公积金管理中心"}}, cards={})
        return accounts[number]

    def card(self, number: str) -> dict[str, Any] | None:
        return self._store.table("cards").get(number)

    def balance(self, number: str) -> int:
        account = self._store.table("own").get(number, {})
        return int(account.get("balance_fen") or 0) + int(account.get("turnover_fen", 0))

    # ---- entries ---------------------------------------------------------------------------------------------

    def enter(
        self,
        account: str,
        direction: str,
        amount_fen: int,
        counter: Counter,
        *,
        summary: str,
        on: date | None = None,
        host_serial: str = "",
        **more: str,
    ) -> dict[str, Any]:
        """Write one entry to the centre's account and return it."""
        with self._store.lock:
            own = self.own(account)
            moment = clock.now()
            day = on or moment.date()
            serial = host_serial or f"H{day:%Y%m%d}{self._store.next_number('host'):06d}"
            if f"{account}/{serial}" in self._store.table("entries"):
                raise ValueError("这个主机流水号已用过")
            # A reversal carries the direction of the entry it takes back; only the balance moves the other way.
            sign = 1 if (direction == CREDIT) is (more.get("reversal") != "1") else -1
            turnover = int(own.get("turnover_fen", 0)) + sign * amount_fen
            self._store.put("own", account, {**own, "turnover_fen": turnover})
            entry = {
                "account": account,
                "account_name": own["name"],
                "host_serial": serial,
                "direction": direction,
                "counter_account": counter.account,
                "counter_name": counter.name,
                "counter_bank": counter.bank,
                "amount_fen": amount_fen,
                "date": f"{day:%Y%m%d}",
                "time": f"{moment:%H%M%S}",
                "balance_fen": self.balance(account),
                "summary": summary,
                "remark": more.get("remark", ""),
                "reversal": more.get("reversal", "0"),
                "original_host_serial": more.get("original_host_serial", ""),
                "original_serial": more.get("original_serial", ""),
            }
            self._store.put("entries", f"{account}/{serial}", entry)
            return entry

    def entries(self) -> list[dict[str, Any]]:
        """All entries, oldest first."""
        with self._store.lock:
            return list(self._store.table("entries").values())

    def entry(self, host_serial: str) -> dict[str, Any]:
        found = [entry for entry in self.entries() if entry["host_serial"] == host_serial]
        if not found:
            raise ValueError("没有这个主机流水号的明细")
        return found[-1]

    def reverse(self, host_serial: str) -> dict[str, Any]:
        """Take an entry back by a second entry with the reversal mark."""
        with self._store.lock:
            first = self.entry(host_serial)
            if first["reversal"] == "1" or self._reversed(host_serial):
                raise ValueError("这笔明细已经冲正")
            return self.enter(
                first["account"],
                first["direction"],
                first["amount_fen"],
                Counter(first["counter_account"], first["counter_name"], first["counter_bank"]),
                summary=first["summary"],
                remark="冲正",
                reversal="1",
                original_host_serial=host_serial,
            )

    def _reversed(self, host_serial: str) -> bool:
        return any(entry["original_host_serial"] == host_serial for entry in self._store.table("entries").values())

    # ---- payments --------------------------------------------------------------------------------------------

    def payment(self, business_serial: str) -> dict[str, Any] | None:
        return self._store.table("payments").get(business_serial)

    def instruct(self, request: Message, *, refuse: bool, wait: bool) -> tuple[dict[str, Any], bool]:
        """Carry out a payment once; the second element says whether it had been seen before."""
        serial = request.need("business_serial", longest=20)
        digest = hashlib.sha256(repr(sorted(request.body.items())).encode()).hexdigest()
        with self._store.lock:
            known = self.payment(serial)
            if known is not None:
                if known["digest"] != digest:
                    raise Refused("E2010")
                return known, True
            payment = _instruction(request, serial, digest, clock.now())
            problem = "E2009" if refuse else self._problem(payment)
            self._store.put("payments", serial, payment)
            if problem:
                return self.fail(serial, problem), False
            if wait:
                return payment, False
            return self.pay(serial), False

    def read_instruction(self, request: Message) -> None:
        """Raise Refused E1002 where a payment's fields are missing or do not add up; keeps nothing."""
        _instruction(request, request.need("business_serial", longest=20), "", clock.now())

    def pay(self, serial: str) -> dict[str, Any]:
        """Move the money of an instruction that is not final yet."""
        with self._store.lock:
            payment = self._store.table("payments")[serial]
            if payment["state"] != "unknown":
                return dict(payment)
            counter = Counter(payment["payee_account"], payment["payee_name"], payment["payee_bank"])
            entry = self.enter(
                payment["payer_account"],
                DEBIT,
                payment["amount_fen"],
                counter,
                summary=payment["summary"],
                original_serial=serial,
            )
            done = {
                **payment,
                "state": "success",
                "host_serial": entry["host_serial"],
                "value_date": entry["date"],
            }
            self._store.put("payments", serial, done)
            return done

    def mend(self) -> list[str]:
        """After a kill: payments whose entry was written are paid; the serials of those still open are returned."""
        with self._store.lock:
            written = {
                e["original_serial"]: e for e in self.entries() if e["direction"] == DEBIT and e["original_serial"]
            }
            unsettled = [p for p in self._store.table("payments").values() if p["state"] == "unknown"]
            for payment in unsettled:
                entry = written.get(payment["business_serial"])
                if entry is not None:
                    paid = {
                        "state": "success",
                        "host_serial": entry["host_serial"],
                        "value_date": entry["date"],
                    }
                    self._store.put("payments", payment["business_serial"], {**payment, **paid})
            return [p["business_serial"] for p in self._store.table("payments").values() if p["state"] == "unknown"]

    def fail(self, serial: str, code: str) -> dict[str, Any]:
        with self._store.lock:
            failed = {**self._store.table("payments")[serial], "state": "failed", "reason_code": code}
            self._store.put("payments", serial, failed)
            return failed

    def give_back(self, serial: str) -> dict[str, Any] | None:
        """The payee's bank returns a paid instruction; the credit entry, or None when there is nothing to return."""
        with self._store.lock:
            payment = self.payment(serial)
            if payment is None or payment["state"] != "success" or payment.get("returned_serial"):
                return None
            entry = self.enter(
                payment["payer_account"],
                CREDIT,
                payment["amount_fen"],
                Counter(payment["payee_account"], payment["payee_name"], payment["payee_bank"]),
                summary=f"退汇 {serial}",
                remark="收款银行退回",
                original_serial=serial,
            )
            back = {"returned_serial": entry["host_serial"], "returned_date": entry["date"]}
            self._store.put("payments", serial, {**payment, **back})
            return entry

    def _problem(self, payment: dict[str, Any]) -> str:
        """The reason why this payment must fail, or nothing."""
        try:
            own = self.own(payment["payer_account"])
        except Refused as refusal:
            return refusal.code
        card = self.card(payment["payee_account"])
        if card is None and payment["payee_class"] != "2":
            return "E2002"
        if card is not None and card["name"] != payment["payee_name"]:
            return "E2003"
        if card is not None and card["state"] == "closed":
            return "E2004"
        if own.get("balance_fen") is not None and self.balance(payment["payer_account"]) < payment["amount_fen"]:
            return "E2005"
        return ""


def _instruction(request: Message, serial: str, digest: str, at: datetime) -> dict[str, Any]:
    amount = request.money("amount")
    interest = request.money("interest", 0)
    principal = request.money("principal", amount - interest)
    if amount <= 0 or principal < 0 or principal + interest != amount:
        raise Refused("E1002", f"amount 应等于 principal 加 interest，{yuan(principal)} + {yuan(interest)}")
    payee_class = request.body.get("payee_class") or "1"
    if payee_class not in ("1", "2"):
        raise Refused("E1002", "payee_class")
    return {
        "business_serial": serial,
        "digest": digest,
        "state": "unknown",
        "received": f"{at:%Y-%m-%d %H:%M:%S}",
        "payer_account": request.need("payer_account", longest=40),
        "payee_account": request.need("payee_account", longest=40),
        "payee_name": request.need("payee_name"),
        "payee_bank": request.body.get("payee_bank", ""),
        "payee_class": payee_class,
        "amount_fen": amount,
        "interest_fen": interest,
        "summary": request.body.get("summary", ""),
        "host_serial": "",
        "value_date": "",
        "reason_code": "",
    }


def _own(value: dict[str, Any]) -> dict[str, Any]:
    balance = value.get("balance")
    fen = None if balance in (None, "") else int(Decimal(str(balance)) * 100)
    return {"name": str(value["name"]), "bank_name": str(value.get("bank_name", "")), "balance_fen": fen}


def _card(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": str(value["name"]),
        "id_number": str(value.get("id_number", "")),
        "bank_name": str(value.get("bank_name", "")),
        "bank_code": str(value.get("bank_code") or OPENING_BANK),
        "state": "closed" if value.get("state") == "closed" else "open",
    }
