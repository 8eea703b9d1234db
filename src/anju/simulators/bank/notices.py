"""Pushing SBDC100 to the centre: signed, repeated until it is taken, and untruthful when told to be."""

import http.client
import urllib.error
import urllib.request
from typing import Any

from .. import clock
from ..faults import Faults
from ..store import Store
from .books import DEBIT
from .calls import Calls
from .messages import sign, write, yuan

WAITS = (1, 2, 5, 15, 30, 60)
MOST_TRIES = 20
ANSWER_SECONDS = 5.0


class Notices:
    """The bank's outgoing post."""

    def __init__(self, store: Store, faults: Faults, calls: Calls, *, notify: str, key: bytes) -> None:
        self._store = store
        self._faults = faults
        self._calls = calls
        self._notify = notify.rstrip("/")
        self._key = key
        calls.on("push", self._push)

    def announce(self, entry: dict[str, Any]) -> list[str]:
        """Queue the notice of an entry under the faults switched on; returns the numbers of the notices."""
        if entry["direction"] == DEBIT and entry["reversal"] == "0" and not self._faults.take("debit_notices"):
            return []
        if not self._notify or self._faults.take("lost_notice"):
            return []
        wrong = self._faults.take("wrong_amount")
        late = self._faults.take("late_notice")
        amount = entry["amount_fen"] + (wrong.fen if wrong else 0)
        copies = 2 if self._faults.take("double_notice") else 1
        forged = self._faults.take("bad_signature") is not None
        after = late.seconds if late else 0.0
        numbers = [self._queue(entry, amount, after=after, forged=forged) for _ in range(copies)]
        back = None if entry["reversal"] == "1" else self._faults.take("reversal")
        if back:
            self._calls.plan("reverse", after=after + back.seconds, host_serial=entry["host_serial"])
        return numbers

    def resend(self, number: str) -> None:
        """Push a notice again, whatever became of it before."""
        if number not in self._store.table("notices"):
            raise ValueError("没有这条通知")
        self._calls.plan("push", after=0, notice=number, forged=False)

    def delivered(self, numbers: list[str]) -> bool:
        notices = self._store.table("notices")
        return bool(numbers) and all(notices[number]["state"] == "delivered" for number in numbers)

    def _queue(self, entry: dict[str, Any], amount_fen: int, *, after: float, forged: bool) -> str:
        number = str(self._store.next_number("notice"))
        content = self._content(entry, amount_fen, number)
        notice = {
            "number": number,
            "host_serial": entry["host_serial"],
            "amount_fen": amount_fen,
            "state": "waiting",
            "tries": 0,
            "problem": "",
            "content": content.decode(),
        }
        self._store.put("notices", number, notice)
        self._calls.plan("push", after=after, notice=number, forged=forged)
        return number

    def _content(self, entry: dict[str, Any], amount_fen: int, number: str) -> bytes:
        now = clock.now()
        head = (
            ("code", "SBDC100"),
            ("serial", f"N{now:%Y%m%d}{int(number):06d}"),
            ("date", f"{now:%Y%m%d}"),
            ("time", f"{now:%H%M%S}"),
            ("node", "BANK"),
        )
        return write(head, entry_fields(entry, amount_fen))

    def _push(self, call: dict[str, Any]) -> None:
        notice = dict(self._store.table("notices")[call["notice"]])
        content = notice["content"].encode()
        signature = sign(b"forged" if call["forged"] else self._key, content)
        problem = _post(f"{self._notify}/bank/notices", content, signature)
        notice["tries"] += 1
        notice["problem"] = problem
        if not problem:
            notice["state"] = "delivered"
        elif notice["tries"] >= MOST_TRIES:
            notice["state"] = "given up"
        else:
            wait = WAITS[min(notice["tries"], len(WAITS)) - 1]
            self._calls.plan("push", after=wait, notice=call["notice"], forged=False)
        self._store.put("notices", call["notice"], notice)


def entry_fields(entry: dict[str, Any], amount_fen: int) -> tuple[tuple[str, str], ...]:
    """The fields of an entry as SBDC100 and BDC113 carry them."""
    same = ("counter_account", "counter_name", "counter_bank")
    return (
        ("account", entry["account"]),
        ("account_name", entry["account_name"]),
        ("host_serial", entry["host_serial"]),
        ("transaction_code", "TRF"),
        ("direction", entry["direction"]),
        *((name, entry[name]) for name in same),
        ("amount", yuan(amount_fen)),
        ("date", entry["date"]),
        ("time", entry["time"]),
        ("available_balance", yuan(entry["balance_fen"])),
        ("book_balance", yuan(entry["balance_fen"])),
        ("currency", "CNY"),
        ("voucher_kind", "电汇"),
        ("voucher_number", entry["host_serial"]),
        ("summary", entry["summary"]),
        ("remark", entry["remark"]),
        ("reversal", entry["reversal"]),
        ("original_host_serial", entry["original_host_serial"]),
        ("original_serial", entry["original_serial"]),
    )


def _post(address: str, content: bytes, signature: str) -> str:
    """Nothing when the centre took it, else why not."""
    headers = {"Content-Type": "application/xml; charset=utf-8", "X-Anju-Signature": signature}
    request = urllib.request.Request(address, data=content, headers=headers, method="POST")  # noqa: S310 own option
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as reply:  # noqa: S310 as above
            return "" if 200 <= reply.status < 300 else f"HTTP {reply.status}"
    except urllib.error.HTTPError as problem:
        return f"HTTP {problem.code}"
    except (OSError, http.client.HTTPException) as problem:
        return f"{type(problem).__name__}: {problem}"[:120]
