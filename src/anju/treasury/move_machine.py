"""What becomes of a checked move of the centre's own money: marked, told to the bank, asked for, booked once.

The same care as for payments (`machine`): marked INSTRUCTED and committed before the bank hears of it, pending is only
asked for, and the voucher is posted in the transaction that says it is done. Both accounts of a transfer stand on one
voucher; a deposit moves between the current account and the sub-code of deposits (101 ↔ 101-03).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from anju import jobs
from anju.audit.actions import record
from anju.database.encryption import unseal
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.ledger.actions import enter_gate_on, post_voucher, request_digest
from anju.ledger.posting_rules import AMOUNT, INTEREST, PRINCIPAL, PostingRule, compose
from anju.ledger.types import GlLine, VoucherDraft, VoucherKind
from anju.treasury.bank import bank
from anju.treasury.deposit_types import (
    OPEN_MOVES,
    DepositKind,
    DepositState,
    MoveInstruction,
    MoveKind,
    MoveState,
    Rollover,
)
from anju.treasury.machine import QUIET_SECONDS
from anju.treasury.sql import alone
from anju.treasury.types import BankResult, NoticeState, ResultState

MOVE_JOB = "treasury.advance_move"
_BUSY_SECONDS = 5
_PAUSES = (3, 5, 10, 20, 60, 120, 300, 600, 1800)
_OPEN = [int(state) for state in OPEN_MOVES]
_SELECT = """
SELECT m.*, d.kind AS deposit_kind, d.rate, d.starts_on, d.ends_on, d.rollover, d.notice_days, d.deposit_number,
       a.number_sealed, t.number_sealed AS other_sealed
  FROM own_move m LEFT JOIN deposit d ON d.centre_id = m.centre_id AND d.deposit_id = m.deposit_id
  JOIN bank_account a ON a.centre_id = m.centre_id AND a.bank_account_id = m.bank_account_id
  LEFT JOIN bank_account t ON t.centre_id = m.centre_id AND t.bank_account_id = m.to_account_id
 WHERE m.centre_id = %s AND m.move_id = %s
"""


def move_lock(centre_id: int, move_id: int) -> str:
    return f"treasury.move.{centre_id}.{move_id}"


def plan_move(centre_id: int, move_id: int) -> None:
    """Look at the move soon, after the current transaction."""
    jobs.plan(MOVE_JOB, queue="bank", lock=move_lock(centre_id, move_id), centre_id=centre_id, move_id=move_id)


def read_move(centre_id: int, move_id: int, *, lock: bool = False) -> dict[str, Any]:
    """One move with its deposit; a foreign or missing id is refused alike (404)."""
    found = row(_SELECT + (" FOR UPDATE OF m" if lock else ""), [centre_id, move_id])
    if found is None:
        raise Refusal("move_unknown", "没有找到这笔资金调拨。请返回列表重新选择。", status=404)
    return found


def advance_move(centre_id: int, move_id: int, *, at: datetime) -> int | None:
    """Take a move one step on; seconds until the next look, or None when there is nothing more to do."""
    with alone(move_lock(centre_id, move_id)) as held:
        if not held:
            return _BUSY_SECONDS
        if _mark(centre_id, move_id, at):
            return _send(read_move(centre_id, move_id), at)
        move = read_move(centre_id, move_id)
        return _ask(move, at) if MoveState(move["state"]) in OPEN_MOVES else None


def chase_moves(centre_id: int, *, at: datetime, older_than: timedelta = timedelta(minutes=5)) -> int:
    """Plan a look at every move that should be moving and was not touched lately."""
    found = rows(
        "SELECT move_id FROM own_move WHERE centre_id = %s AND state = ANY(%s)"
        " AND greatest(checked_at, sent_at, asked_at) < %s ORDER BY move_id",
        [centre_id, [int(MoveState.CHECKED), *_OPEN], at - older_than],
    )
    for move in found:
        plan_move(centre_id, move["move_id"])
    return len(found)


def settle_move(centre_id: int, move_id: int, result: BankResult, *, at: datetime) -> None:
    """The bank did it: one transaction with the voucher, the register and the notices that were here before."""
    assert result.value_on is not None, "a move that was made has the bank's date"
    with transaction.atomic():
        business_date = enter_gate_on(centre_id, at=at)
        move = read_move(centre_id, move_id, lock=True)
        if MoveState(move["state"]) not in OPEN_MOVES:
            return
        interest = result.interest_fen if move["kind"] == MoveKind.DRAW else 0
        posted = post_voucher(_voucher(move, interest, business_date), at=at)
        execute(
            "UPDATE own_move SET state = %s, value_on = %s, host_serial = %s, interest_fen = %s, voucher_id = %s,"
            " final_at = %s, last_answer = %s WHERE centre_id = %s AND move_id = %s",
            [MoveState.DONE, result.value_on, result.host_serial, interest, posted.voucher_id, at,
             str(result.state), centre_id, move_id],
        )  # fmt: skip
        _enter_register(move, result, interest)
        _claim_notices(move, result)
        _record("treasury.move_done", move, at, interest_fen=interest, voucher_id=posted.voucher_id)


@transaction.atomic
def fail_move(centre_id: int, move_id: int, text: str, *, at: datetime) -> None:
    """The bank did not do it and will not. A deposit that was to be made never came to be; one drawn stays."""
    changed = row(
        "UPDATE own_move SET state = %s, reason_text = %s, final_at = %s WHERE centre_id = %s AND move_id = %s"
        " AND state = ANY(%s) RETURNING deposit_id, kind, amount_fen",
        [MoveState.FAILED, text[:400], at, centre_id, move_id, _OPEN],
    )
    if changed is None:
        return
    if changed["kind"] == MoveKind.MAKE:
        execute(
            "UPDATE deposit SET state = %s WHERE centre_id = %s AND deposit_id = %s",
            [DepositState.GIVEN_UP, centre_id, changed["deposit_id"]],
        )
    _record("treasury.move_failed", {"centre_id": centre_id, "move_id": move_id, **changed}, at)


# ------------------------------------------------------------------------------------------------ the steps


@transaction.atomic
def _mark(centre_id: int, move_id: int, at: datetime) -> bool:
    """CHECKED → INSTRUCTED, if nobody was faster. Committed before the bank hears of it."""
    return bool(
        execute(
            "UPDATE own_move SET state = %s, sent_at = %s, sent_count = 1, business_serial ="
            " 'T' || to_char(proposed_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || lpad(move_id::text, 8, '0')"
            " WHERE centre_id = %s AND move_id = %s AND state = %s",
            [MoveState.INSTRUCTED, at, centre_id, move_id, MoveState.CHECKED],
        )
    )


def _send(move: dict[str, Any], at: datetime) -> int | None:
    return _take(move, bank().move(_instruction(move), at=at), at)


def _ask(move: dict[str, Any], at: datetime) -> int | None:
    result = bank().ask(move["business_serial"], amount_fen=move["amount_fen"], at=at)
    if result.state is not ResultState.NONE or move["state"] == MoveState.PENDING:
        return _take(move, result, at)
    quiet_from = move["sent_at"] + timedelta(seconds=QUIET_SECONDS)
    if at < quiet_from:
        _take(move, result, at)
        return int((quiet_from - at).total_seconds()) + 1
    execute(
        "UPDATE own_move SET sent_at = %s, sent_count = sent_count + 1 WHERE centre_id = %s AND move_id = %s"
        " AND state = %s",
        [at, move["centre_id"], move["move_id"], MoveState.INSTRUCTED],
    )
    return _send(move, at)


def _take(move: dict[str, Any], result: BankResult, at: datetime) -> int | None:
    if result.state is ResultState.SUCCESS and result.value_on is not None:
        settle_move(move["centre_id"], move["move_id"], result, at=at)
        return None
    if result.state is ResultState.FAILED:
        fail_move(move["centre_id"], move["move_id"], f"银行没有办理：{result.reason or result.reason_code}", at=at)
        return None
    found = row(
        "UPDATE own_move SET asked_at = %s, asked_count = asked_count + 1, last_answer = %s,"
        " state = CASE WHEN %s THEN %s ELSE state END WHERE centre_id = %s AND move_id = %s AND state = ANY(%s)"
        " RETURNING asked_count",
        [at, str(result.state), result.state in (ResultState.UNKNOWN, ResultState.SUCCESS), MoveState.PENDING,
         move["centre_id"], move["move_id"], _OPEN],
    )  # fmt: skip
    asked = int(found["asked_count"]) if found else 1
    return _PAUSES[min(asked, len(_PAUSES)) - 1]


def _voucher(move: dict[str, Any], interest_fen: int, business_date: date) -> VoucherDraft:
    lines = _lines(move, interest_fen)
    key = f"own_move:{move['move_id']}"
    return VoucherDraft(
        centre_id=move["centre_id"], idempotency_key=key, kind=VoucherKind.OTHER, business_date=business_date,
        request_digest=request_digest(key=key, amount=move["amount_fen"], interest=interest_fen),
        maker_person_id=move["maker_person_id"], checker_person_id=move["checker_person_id"], lines=lines,
    )  # fmt: skip


def _lines(move: dict[str, Any], interest_fen: int) -> tuple[GlLine, ...]:
    account, amount = move["bank_account_id"], move["amount_fen"]
    if move["kind"] == MoveKind.TRANSFER:
        return compose(
            PostingRule.OWN_MONEY_MOVED, {AMOUNT: amount}, bank_account_id=move["to_account_id"],
            from_bank_account_id=account,
        )  # fmt: skip
    if move["kind"] == MoveKind.MAKE:
        return compose(PostingRule.TIME_DEPOSIT_MADE, {AMOUNT: amount}, bank_account_id=account)
    parts = {PRINCIPAL: amount, INTEREST: interest_fen} if interest_fen else {PRINCIPAL: amount}
    return compose(PostingRule.TIME_DEPOSIT_DRAWN, parts, bank_account_id=account)


def _enter_register(move: dict[str, Any], result: BankResult, interest_fen: int) -> None:
    if move["kind"] == MoveKind.MAKE:
        execute(
            "UPDATE deposit SET state = %s, deposit_number = %s WHERE centre_id = %s AND deposit_id = %s",
            [DepositState.IN_FORCE, result.deposit_number, move["centre_id"], move["deposit_id"]],
        )
    elif move["kind"] == MoveKind.DRAW:
        execute(
            "UPDATE deposit SET state = %s, interest_fen = %s, drawn_on = %s WHERE centre_id = %s AND deposit_id = %s",
            [DepositState.DRAWN, interest_fen, result.value_on, move["centre_id"], move["deposit_id"]],
        )


def _claim_notices(move: dict[str, Any], result: BankResult) -> None:
    """A debit notice that was here before the answer is recognised as this move's."""
    if result.host_serial:
        execute(
            "UPDATE bank_notice SET state = %s WHERE centre_id = %s AND bank_account_id = %s AND host_serial = %s"
            " AND amount_fen = %s AND state = %s",
            [NoticeState.OWN_PAYMENT, move["centre_id"], move["bank_account_id"], result.host_serial,
             move["amount_fen"], NoticeState.UNEXPECTED],
        )  # fmt: skip


def _instruction(move: dict[str, Any]) -> MoveInstruction:
    where = "bank_account‖number_sealed"
    other = move["other_sealed"]
    return MoveInstruction(
        business_serial=move["business_serial"], kind=MoveKind(move["kind"]),
        account=unseal(move["number_sealed"], where=where),
        other_account=unseal(other, where=where) if other is not None else "", amount_fen=move["amount_fen"],
        deposit_kind=DepositKind(move["deposit_kind"]) if move["deposit_kind"] else None,
        deposit_number=move["deposit_number"] or "", rate=move["rate"], starts_on=move["starts_on"],
        ends_on=move["ends_on"], rollover=Rollover(move["rollover"] or 0), notice_days=move["notice_days"] or 0,
    )  # fmt: skip


def _record(act: str, move: dict[str, Any], at: datetime, **details: object) -> None:
    record(
        act, actor=Actor.machine(move["centre_id"], "treasury"), at=at, subject="own_move",
        subject_id=move["move_id"], details={"amount_fen": move["amount_fen"], **details},
    )  # fmt: skip
