"""Batches of payments (BDC103, BDC107, BDC108): taken at once, carried out a little later, told line by line.

A line is a payment like any other and is paid once by its serial. The faults change what is answered, never the books.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..faults import Faults
from ..store import Store
from .books import Books
from .calls import Calls
from .messages import TEXTS, Body, Message, Refused, yuan

WORK_SECONDS = 0.3
Answer = tuple[str, str, Body]
Outcome = Callable[[dict[str, Any]], tuple[tuple[str, str], ...]]


class Batches:
    def __init__(
        self, store: Store, books: Books, faults: Faults, calls: Calls, *, outcome: Outcome,
        after_payment: Callable[[dict[str, Any]], None],
    ) -> None:
        self._store = store
        self._books = books
        self._faults = faults
        self._calls = calls
        self._outcome = outcome
        self._after_payment = after_payment
        calls.on("batch", self.carry_out)

    def take(self, request: Message) -> Answer:
        """BDC103: keep the batch and its lines, or refuse it whole. A repeated serial answers as the first time."""
        serial = request.need("batch_serial", longest=20)
        digest = hashlib.sha256(repr((sorted(request.body.items()), request.entries)).encode()).hexdigest()
        with self._store.lock:
            known = self._store.table("batches").get(serial)
            if known is None:
                known = self._keep(request, serial, digest)
            elif known["digest"] != digest:
                raise Refused("E2010")
        code = known["reason_code"] or "00001"
        body = (
            ("batch_serial", serial), ("state", "refused" if known["reason_code"] else "accepted"),
            ("count", str(len(known["lines"]))), ("total", yuan(known["total_fen"])),
            ("reason_code", known["reason_code"]),
        )  # fmt: skip
        return code, TEXTS[code], body

    def _keep(self, request: Message, serial: str, digest: str) -> dict[str, Any]:
        payer = request.need("payer_account", longest=40)
        lines = [replace(request, body={**line, "payer_account": payer}, entries=()) for line in request.entries]
        total = sum(line.money("amount") for line in lines)
        names = [line.need("business_serial", longest=20) for line in lines]
        if not lines or len(set(names)) < len(names):
            raise Refused("E1002", "entry")
        if request.body.get("count") != str(len(lines)) or request.money("total") != total:
            raise Refused("E1002", "count 或 total 与明细不符")
        for line in lines:
            self._books.read_instruction(line)
        batch = {"digest": digest, "lines": names, "total_fen": total, "reason_code": self._problem(payer)}
        self._store.put("batches", serial, batch)
        if not batch["reason_code"]:
            for line in lines:
                self._instruct(line)
            late = self._faults.take("answer_late", "BDC103")
            self._calls.plan("batch", after=late.seconds if late else WORK_SECONDS, serial=serial)
        return batch

    def _problem(self, payer: str) -> str:
        if self._faults.take("batch_refuse", "BDC103"):
            return "E2009"
        try:
            self._books.own(payer)
        except Refused as refusal:
            return refusal.code
        return ""

    def _instruct(self, line: Message) -> None:
        refuse = self._faults.take("refuse", "BDC103") is not None
        try:
            self._books.instruct(line, refuse=refuse, wait=True)
        except Refused:
            return  # this serial was an instruction of its own before; its first result stands

    def carry_out(self, call: dict[str, Any]) -> None:
        """Pay what the batch has that is not final yet."""
        for serial in self._store.table("batches")[call["serial"]]["lines"]:
            payment = self._books.payment(serial)
            if payment is not None and payment["state"] == "unknown":
                paid = self._books.pay(serial)
                if paid["state"] == "success":
                    self._after_payment(paid)

    def state(self, request: Message) -> Answer:
        """BDC107: never seen, refused, at work, or finished with its counts and sums."""
        serial = request.need("batch_serial", longest=20)
        batch = self._store.table("batches").get(serial)
        if batch is None:
            return "00000", TEXTS["00000"], (("batch_serial", serial), ("state", "none"))
        lines = self._lines(batch)
        state = "refused" if batch["reason_code"] else "finished"
        unfinished = any(line["state"] == "unknown" for line in lines)
        if state == "finished" and (unfinished or self._faults.take("query_unknown", "BDC107")):
            state = "processing"
        sums = {
            kind: sum(line["amount_fen"] for line in lines if line["state"] == kind) for kind in ("success", "failed")
        }
        body = (
            ("batch_serial", serial), ("state", state), ("count", str(len(batch["lines"]))),
            ("total", yuan(batch["total_fen"])), ("success_total", yuan(sums["success"])),
            ("failed_total", yuan(sums["failed"])), ("reason_code", batch["reason_code"]),
        )  # fmt: skip
        return "00000", TEXTS["00000"], body

    def results(self, request: Message) -> Answer:
        """BDC108: every line with its outcome so far, under the faults of results."""
        serial = request.need("batch_serial", longest=20)
        batch = self._store.table("batches").get(serial)
        if batch is None:
            raise Refused("E1002", "batch_serial")
        told = [{**line} for line in self._lines(batch)]
        if told and self._faults.take("result_partial", "BDC108"):
            told = told[1:]
        if told and self._faults.take("result_twice", "BDC108"):
            told = [told[0], *told]
        if told and self._faults.take("result_stranger", "BDC108"):
            told = [*told, {**told[0], "business_serial": "W2000010100000001"}]
        wrong = self._faults.take("result_amount", "BDC108") if told else None
        if wrong:
            told[0] = {**told[0], "amount_fen": told[0]["amount_fen"] + wrong.fen}
        entries = tuple(
            ("entry", (("business_serial", line["business_serial"]), *self._outcome(line))) for line in told
        )
        return "00000", TEXTS["00000"], (("batch_serial", serial), ("count", str(len(entries))), *entries)

    def _lines(self, batch: dict[str, Any]) -> list[dict[str, Any]]:
        found = [self._books.payment(serial) for serial in batch["lines"]]
        return [line for line in found if line is not None]
