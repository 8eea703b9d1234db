"""Reads of payment batches: what can be gathered and what is left out, the batches, one batch's payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from anju.database.encryption import unseal
from anju.database.sql import rows
from anju.kernel.clock import ZONE
from anju.kernel.identifiers import mask_name
from anju.kernel.money import format_fen
from anju.treasury.batch_limits import limits_on
from anju.treasury.batch_messages import MOST_LINES
from anju.treasury.batch_rows import lines_digest
from anju.treasury.batch_types import (
    SENT_BATCHES,
    BatchContradictionSeen,
    BatchLimits,
    BatchLineSeen,
    BatchSeen,
    BatchState,
    BatchUnfinished,
    ContradictionKind,
    LeftOut,
    NameState,
)
from anju.treasury.types import PaymentState

_CANDIDATES = (
    "SELECT order_id, bank_account_id, amount_fen, payee_name, payee_corporate, payee_tail, payee_bank_name, summary,"
    " request_digest, maker_person_id, checker_person_id FROM payment_order WHERE centre_id = %s AND state = %s"
    " AND releaser_person_id IS NULL AND batch_id IS NULL"
)
# Counts and sums are taken from the orders of the lines still in the batch: an order's state is its line's.
_BATCHES = """
SELECT b.*, s.*, (SELECT count(*) FROM batch_contradiction c WHERE c.centre_id = b.centre_id
                   AND c.batch_id = b.batch_id) AS contradictions
  FROM payment_batch b CROSS JOIN LATERAL (
    SELECT count(*) AS count, coalesce(sum(l.amount_fen), 0)::bigint AS total_fen,
           count(*) FILTER (WHERE o.state = 4) AS confirmed_count,
           coalesce(sum(l.amount_fen) FILTER (WHERE o.state = 4), 0)::bigint AS confirmed_fen,
           count(*) FILTER (WHERE o.state = 5) AS returned_count,
           coalesce(sum(l.amount_fen) FILTER (WHERE o.state = 5), 0)::bigint AS returned_fen,
           count(*) FILTER (WHERE o.state IN (1, 2, 3)) AS open_count,
           coalesce(sum(l.amount_fen) FILTER (WHERE o.state IN (1, 2, 3)), 0)::bigint AS open_fen,
           count(*) FILTER (WHERE o.state = 1 AND l.name_state = 0) AS unnamed_count,
           count(*) FILTER (WHERE o.state = 3 AND o.last_answer = 'none') AS never_seen_count
      FROM payment_batch_line l JOIN payment_order o USING (centre_id, order_id)
     WHERE l.centre_id = b.centre_id AND l.batch_id = b.batch_id AND l.taken_out_at IS NULL AND o.state <> 6
       AND (o.state <> 5 OR o.sent_count > 0)) s
 WHERE b.centre_id = %(centre)s AND (%(batch)s::bigint IS NULL OR b.batch_id = %(batch)s)
   AND (%(states)s::smallint[] IS NULL OR b.state = ANY(%(states)s))
 ORDER BY b.batch_id DESC LIMIT %(limit)s
"""


_WAITING = """
SELECT b.state, count(*) AS n, min(b.batch_id) AS first FROM payment_batch b
 WHERE b.centre_id = %(centre)s AND b.maker_person_id <> %(me)s AND b.checker_person_id IS DISTINCT FROM %(me)s
   AND (b.state = 1 OR %(releases)s AND (b.state = 2 OR b.state IN (5, 6) AND b.last_answer = 'none'))
   AND NOT EXISTS (SELECT 1 FROM payment_batch_line l JOIN payment_order o USING (centre_id, order_id)
                    WHERE l.centre_id = b.centre_id AND l.batch_id = b.batch_id AND l.taken_out_at IS NULL
                      AND %(me)s IN (o.maker_person_id, o.checker_person_id))
 GROUP BY b.state
"""


@dataclass(frozen=True)
class BatchesWaiting:
    """How many batches one person may act on now: to be checked, to be released, to be decided upon."""

    check: int
    release: int
    decide: int
    first: int | None
    """The oldest of them."""

    @property
    def count(self) -> int:
        return self.check + self.release + self.decide


@dataclass(frozen=True)
class OfferLine:
    """A payment that would go into the batch."""

    order_id: int
    amount_fen: int
    payee_masked: str
    payee_tail: str
    payee_bank_name: str
    summary: str


@dataclass(frozen=True)
class BatchOffer:
    """What one person could gather of one account now, and what is left out with its reason."""

    bank_account_id: int
    limits: BatchLimits
    lines: tuple[OfferLine, ...]
    left_out: tuple[LeftOut, ...]
    digest: str
    """Hand it back unchanged to `gather_batch`."""

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)


def gatherable(
    centre_id: int, bank_account_id: int, *, person_id: int | None, on: date, lock: bool = False
) -> BatchOffer:
    """The offer of one account; with `lock` its payments stay as they are until the transaction ends."""
    found = rows(
        f"{_CANDIDATES} AND bank_account_id = %s ORDER BY reserved_at, order_id LIMIT 2000"
        + (" FOR UPDATE" if lock else ""),
        [centre_id, int(PaymentState.RESERVED), bank_account_id],
    )
    return _offer(centre_id, bank_account_id, found, person_id, limits_on(on))


def batch_offers(centre_id: int, *, person_id: int | None, on: date) -> list[BatchOffer]:
    """The offers of all accounts that have a waiting payment, by account."""
    found = rows(
        f"{_CANDIDATES} ORDER BY reserved_at, order_id LIMIT 2000", [centre_id, int(PaymentState.RESERVED)]
    )
    by_account: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in found:
        by_account[one["bank_account_id"]].append(one)
    limits = limits_on(on)
    return [_offer(centre_id, account, by_account[account], person_id, limits) for account in sorted(by_account)]


def batches(centre_id: int, *, limit: int = 50) -> list[BatchSeen]:
    """The last batches, newest first."""
    return _batches(centre_id, limit=limit)


def batch(batch_id: int, *, centre_id: int) -> BatchSeen | None:
    found = _batches(centre_id, batch_id=batch_id)
    return found[0] if found else None


def batches_waiting(centre_id: int, person_id: int | None, *, releases: bool) -> BatchesWaiting:
    """What waits for one person; not the batches they have had a part in, which wait for somebody else.

    `releases`: whether this person's office signs, and decides what the bank never saw.
    """
    found = rows(_WAITING, {"centre": centre_id, "me": person_id or 0, "releases": releases})
    by_state = {BatchState(one["state"]): int(one["n"]) for one in found}
    check, release = by_state.pop(BatchState.GATHERED, 0), by_state.pop(BatchState.CHECKED, 0)
    first = min((int(one["first"]) for one in found), default=None)
    return BatchesWaiting(check, release, sum(by_state.values()), first)


def live_batches(centre_id: int) -> list[BatchSeen]:
    """Every batch that waits for a person or for the bank, newest first."""
    ended = (BatchState.FINAL, BatchState.CANCELLED, BatchState.DISSOLVED)
    return _batches(centre_id, states=[state for state in BatchState if state not in ended], limit=500)


def batch_lines(batch_id: int, *, centre_id: int) -> list[BatchLineSeen]:
    """Its payments in their order, those taken out too."""
    found = rows(
        "SELECT l.line_no, l.order_id, l.amount_fen, l.name_state, l.taken_out_at, l.taken_out_text, o.payee_name,"
        " o.payee_corporate, o.payee_tail, o.payee_bank_name, o.summary, o.state, o.reason_text, o.last_answer,"
        " o.business_serial, o.maker_person_id, o.checker_person_id, o.checker_release FROM payment_batch_line l"
        " JOIN payment_order o USING (centre_id, order_id) WHERE l.centre_id = %s AND l.batch_id = %s"
        " ORDER BY l.line_no",
        [centre_id, batch_id],
    )
    return [
        BatchLineSeen(
            **{name: one[name] for name in BatchLineSeen.__dataclass_fields__
               if name not in ("payee_masked", "state", "name_state")},
            payee_masked=_payee(one), state=PaymentState(one["state"]), name_state=NameState(one["name_state"]),
        )
        for one in found
    ]  # fmt: skip


def batch_contradictions(batch_id: int, *, centre_id: int) -> list[BatchContradictionSeen]:
    """What the bank told of it that cannot be true, in the order it was first told."""
    found = rows(
        "SELECT * FROM batch_contradiction WHERE centre_id = %s AND batch_id = %s ORDER BY contradiction_id",
        [centre_id, batch_id],
    )
    return [
        BatchContradictionSeen(
            **{name: one[name] for name in BatchContradictionSeen.__dataclass_fields__ if name != "kind"},
            kind=ContradictionKind(one["kind"]),
        )
        for one in found
    ]  # fmt: skip


def batches_unfinished(centre_id: int, *, through: date) -> list[BatchUnfinished]:
    """Batches that left on a day or before and whose results are not all final, oldest first."""
    midnight = datetime.combine(through + timedelta(days=1), time(), tzinfo=ZONE)
    found = _batches(centre_id, states=SENT_BATCHES, limit=10_000)
    return [
        BatchUnfinished(one.batch_id, one.state, one.instructed_at, one.open_count, one.open_fen)
        for one in reversed(found)
        if one.instructed_at is not None and one.instructed_at < midnight
    ]


def _batches(
    centre_id: int, *, batch_id: int | None = None, states: Sequence[BatchState] | None = None, limit: int = 50
) -> list[BatchSeen]:
    wanted = None if states is None else [int(state) for state in states]
    found = rows(_BATCHES, {"centre": centre_id, "batch": batch_id, "states": wanted, "limit": limit})
    return [_seen(one) for one in found]


def _seen(one: dict[str, Any]) -> BatchSeen:
    plain = {name: one[name] for name in BatchSeen.__dataclass_fields__ if name not in ("state", "digest")}
    return BatchSeen(**plain, state=BatchState(one["state"]), digest=bytes(one["content_digest"]).hex())


def _offer(
    centre_id: int, bank_account_id: int, found: Sequence[dict[str, Any]], person_id: int | None, limits: BatchLimits
) -> BatchOffer:
    taken: list[dict[str, Any]] = []
    left: list[LeftOut] = []
    most_fen, total_fen = min(limits.batch_fen, limits.day_fen), 0
    for one in found:
        if one["amount_fen"] > limits.order_fen:  # first, because no colleague may put it into a batch either
            reason = f"超过批量付款单笔限额 {format_fen(limits.order_fen)} 元，请单笔签发"
        elif person_id is not None and person_id in (one["maker_person_id"], one["checker_person_id"]):
            reason = "由您经办或复核，请另一位同事组成批次"
        elif total_fen + one["amount_fen"] > most_fen:
            reason = f"加上这笔会超过每批限额 {format_fen(most_fen)} 元，留给下一批"
        elif len(taken) == MOST_LINES:
            reason = f"一批最多 {MOST_LINES} 笔，留给下一批"
        else:
            taken.append(one)
            total_fen += one["amount_fen"]
            continue
        left.append(
            LeftOut(one["order_id"], _payee(one), one["payee_tail"], one["payee_bank_name"], one["amount_fen"],
                    one["summary"], reason)
        )  # fmt: skip
    content = lines_digest(
        centre_id, bank_account_id,
        ((one["order_id"], one["amount_fen"], bytes(one["request_digest"])) for one in taken),
    )  # fmt: skip
    lines = tuple(
        OfferLine(one["order_id"], one["amount_fen"], _payee(one), one["payee_tail"], one["payee_bank_name"],
                  one["summary"])
        for one in taken
    )  # fmt: skip
    return BatchOffer(bank_account_id, limits, lines, tuple(left), content.hex())


def _payee(one: dict[str, Any]) -> str:
    name = unseal(one["payee_name"], where="payment_order‖payee_name")
    return name if one["payee_corporate"] else mask_name(name)
