"""Making and drawing deposits and moving money between the centre's accounts: one person proposes, another checks.

Every action is one transaction and calls nobody outside. With the check the move leaves by itself (`move_machine`), and
its voucher is posted when the bank has done it. Refuses a second drawing of one deposit, and a check by the proposer.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from anju.audit.actions import record
from anju.database.encryption import digest
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.treasury.actions.mandates import require_treasurer
from anju.treasury.deposit_types import DepositKind, DepositState, DepositTerms, MoveKind, MoveState, Rollover
from anju.treasury.move_machine import fail_move, plan_move, read_move
from anju.treasury.sql import insert_once, wait_turn

_OFFICES = ("treasurer", "accountant")


@transaction.atomic
def propose_deposit(terms: DepositTerms, *, actor: Actor, at: datetime) -> int:
    """Propose to make a deposit, or to enter an agreement; the id of its move, which another person checks.

    The same terms sent twice by the same person are one proposal, as long as nobody has checked or cancelled it.
    """
    person_id = require_treasurer(actor)
    _refuse_wrong_terms(terms)
    _account(actor.centre_id, terms.bank_account_id, "account")
    wait_turn(f"propose:{actor.centre_id}:{person_id}")
    same = row(
        "SELECT m.move_id FROM own_move m JOIN deposit d USING (centre_id, deposit_id) WHERE m.centre_id = %s"
        " AND m.maker_person_id = %s AND m.state = %s AND d.state = %s AND d.bank_account_id = %s AND d.kind = %s"
        " AND d.amount_fen = %s AND d.rate = %s AND d.starts_on = %s AND d.ends_on IS NOT DISTINCT FROM %s"
        " AND d.rollover = %s AND d.notice_days = %s",
        [actor.centre_id, person_id, MoveState.PROPOSED, DepositState.PROPOSED, terms.bank_account_id, terms.kind,
         terms.amount_fen, terms.rate, terms.starts_on, terms.ends_on, terms.rollover, terms.notice_days],
    )  # fmt: skip
    if same is not None:
        return int(same["move_id"])
    deposit_id = insert_once(
        "deposit",
        {
            "centre_id": actor.centre_id, "bank_account_id": terms.bank_account_id, "kind": terms.kind,
            "amount_fen": terms.amount_fen, "rate": terms.rate, "starts_on": terms.starts_on,
            "ends_on": terms.ends_on, "rollover": terms.rollover, "notice_days": terms.notice_days,
            "state": DepositState.PROPOSED, "deposit_number": "",
        },
        "deposit_id",
    )  # fmt: skip
    assert deposit_id is not None
    kind = MoveKind.AGREE if terms.kind is DepositKind.AGREEMENT else MoveKind.MAKE
    content = (str(terms.rate), str(terms.starts_on), str(terms.ends_on), str(int(terms.rollover)),
               str(terms.notice_days), str(int(terms.kind)))  # fmt: skip
    return _propose(actor, person_id, kind, terms.bank_account_id, terms.amount_fen, at, deposit_id, content=content)


@transaction.atomic
def propose_drawing(deposit_id: int, *, actor: Actor, at: datetime) -> int:
    """Propose to draw a time or notice deposit, whole, with its interest; the id of the move."""
    person_id = require_treasurer(actor)
    deposit = row(
        "SELECT * FROM deposit WHERE centre_id = %s AND deposit_id = %s FOR UPDATE", [actor.centre_id, deposit_id]
    )
    if deposit is None:
        raise Refusal("deposit_unknown", "没有找到这笔存款。请返回列表重新选择。", status=404)
    if deposit["kind"] == DepositKind.AGREEMENT or deposit["state"] != DepositState.IN_FORCE:
        state = DepositState(deposit["state"]).zh
        raise Refusal("deposit_not_drawable", f"这笔存款现在是“{state}”，不能支取。", status=409)
    account, amount = deposit["bank_account_id"], deposit["amount_fen"]
    return _propose(actor, person_id, MoveKind.DRAW, account, amount, at, deposit_id)


@transaction.atomic
def propose_transfer(
    from_account_id: int, to_account_id: int, amount_fen: int, *, actor: Actor, at: datetime
) -> int:  # fmt: skip
    """Propose to move money between two accounts of the centre; the id of the move.

    The same move sent twice by the same person is one proposal, as long as nobody has checked or cancelled it.
    """
    person_id = require_treasurer(actor)
    if amount_fen <= 0:
        raise Refusal("move_amount", "金额应大于 0。", field="amount")
    if from_account_id == to_account_id:
        raise Refusal("move_accounts", "转出和转入不能是同一个账户。", field="to_account")
    _account(actor.centre_id, from_account_id, "account")
    _account(actor.centre_id, to_account_id, "to_account")
    return _propose(
        actor, person_id, MoveKind.TRANSFER, from_account_id, amount_fen, at, to_account_id=to_account_id
    )


@transaction.atomic
def check_move(move_id: int, *, digest: str, actor: Actor, at: datetime) -> None:
    """The second person has compared the move, and it leaves. An agreement is in force with it. Twice is once."""
    person_id = _require_office(actor)
    move = read_move(actor.centre_id, move_id, lock=True)
    if move["checker_person_id"] == person_id:
        return
    if move["maker_person_id"] == person_id:
        raise Refusal("four_eyes", "这笔调拨由您提出，须由另一位同事复核。", status=403)
    if move["state"] != MoveState.PROPOSED:
        state = MoveState(move["state"]).zh
        raise Refusal("move_not_waiting", f"这笔调拨现在是“{state}”，不需要复核。", status=409)
    if bytes(move["content_digest"]).hex() != digest:
        raise Refusal("move_changed", "调拨的内容与您看到的不一致，请刷新后重新核对。", status=409)
    agreed = move["kind"] == MoveKind.AGREE
    execute(
        "UPDATE own_move SET state = %s, checker_person_id = %s, checked_at = %s, final_at = %s"
        " WHERE centre_id = %s AND move_id = %s",
        [MoveState.DONE if agreed else MoveState.CHECKED, person_id, at, at if agreed else None, actor.centre_id,
         move_id],
    )  # fmt: skip
    if agreed:
        _set_deposit(actor.centre_id, move["deposit_id"], DepositState.IN_FORCE)
    else:
        plan_move(actor.centre_id, move_id)
    record(
        "treasury.check_move", actor=actor, at=at, subject="own_move", subject_id=move_id,
        details={"amount_fen": move["amount_fen"], "digest": digest},
    )  # fmt: skip


@transaction.atomic
def cancel_move(move_id: int, *, reason: str, actor: Actor, at: datetime) -> None:
    """Take a proposal back before it is checked. Cancelled twice is cancelled once."""
    _require_office(actor)
    if not reason.strip():
        raise Refusal("reason_missing", "请写明为什么取消。", field="reason")
    move = read_move(actor.centre_id, move_id, lock=True)
    if move["state"] == MoveState.CANCELLED:
        return
    if move["state"] != MoveState.PROPOSED:
        raise Refusal("move_instructed", "这笔调拨已经复核，不能取消。", status=409)
    execute(
        "UPDATE own_move SET state = %s, reason_text = %s, final_at = %s WHERE centre_id = %s AND move_id = %s",
        [MoveState.CANCELLED, reason.strip()[:400], at, actor.centre_id, move_id],
    )
    if move["kind"] in (MoveKind.MAKE, MoveKind.AGREE):
        _set_deposit(actor.centre_id, move["deposit_id"], DepositState.GIVEN_UP)
    record("treasury.cancel_move", actor=actor, at=at, subject="own_move", subject_id=move_id)


@transaction.atomic
def give_up_move(move_id: int, *, actor: Actor, at: datetime) -> None:
    """A person who asked the bank declares that an unknown move was never made; it can be proposed anew."""
    person_id = _require_office(actor)
    move = read_move(actor.centre_id, move_id, lock=True)
    if person_id == move["maker_person_id"]:
        raise Refusal("four_eyes", "这笔调拨由您提出，请由另一位同事处理。", status=403)
    if move["state"] != MoveState.PENDING or move["last_answer"] != "none":
        raise Refusal(
            "move_may_be_made", "银行还没有明确答复“查无此笔”，这笔钱可能已经动了。请等待查询结果。", status=409
        )
    fail_move(actor.centre_id, move_id, "经与银行核实，这笔调拨没有办成", at=at)
    record("treasury.give_up_move", actor=actor, at=at, subject="own_move", subject_id=move_id)


def _propose(
    actor: Actor, person_id: int, kind: MoveKind, account: int, amount_fen: int, at: datetime,
    deposit_id: int | None = None, *, to_account_id: int | None = None, content: tuple[str, ...] = (),
) -> int:  # fmt: skip
    parts = (str(actor.centre_id), str(int(kind)), str(account), str(to_account_id), str(deposit_id),
             str(amount_fen), *content)  # fmt: skip
    wait_turn(f"propose:{actor.centre_id}:{person_id}")
    same = row(
        "SELECT move_id FROM own_move WHERE centre_id = %s AND maker_person_id = %s AND state = %s"
        " AND content_digest = %s",
        [actor.centre_id, person_id, MoveState.PROPOSED, digest("own_move", "\x1f".join(parts))],
    )
    if same is not None:
        return int(same["move_id"])
    move_id = insert_once(
        "own_move",
        {
            "centre_id": actor.centre_id, "kind": kind, "deposit_id": deposit_id, "bank_account_id": account,
            "to_account_id": to_account_id, "amount_fen": amount_fen, "interest_fen": 0,
            "content_digest": digest("own_move", "\x1f".join(parts)), "state": MoveState.PROPOSED,
            "maker_person_id": person_id, "proposed_at": at, "business_serial": "", "sent_count": 0,
            "asked_count": 0, "last_answer": "", "host_serial": "", "reason_text": "",
        },
        "move_id",
    )  # fmt: skip
    if move_id is None:
        raise Refusal("deposit_being_drawn", "这笔存款已经在支取中，不能再提一次。", status=409)
    record(
        "treasury.propose_move", actor=actor, at=at, subject="own_move", subject_id=move_id,
        details={"kind": kind.name, "amount_fen": amount_fen},
    )  # fmt: skip
    return move_id


def _refuse_wrong_terms(terms: DepositTerms) -> None:
    if terms.amount_fen <= 0:
        raise Refusal("deposit_amount", "金额应大于 0。", field="amount")
    if not Decimal(0) <= terms.rate < Decimal(1):
        raise Refusal("deposit_rate", "年利率应在 0 和 100% 之间，例如 1.55。", field="rate")
    if terms.kind is DepositKind.TIME and (terms.ends_on is None or terms.ends_on <= terms.starts_on):
        raise Refusal("deposit_dates", "定期存款要有到期日，并在起存日之后。", field="ends_on")
    if terms.kind is not DepositKind.TIME and terms.rollover is not Rollover.NONE:
        raise Refusal("deposit_rollover", "只有定期存款可以约定转存。", field="rollover")
    if (terms.kind is DepositKind.NOTICE) != (terms.notice_days in (1, 7)):
        raise Refusal("deposit_notice", "通知存款请选 1 天或 7 天通知；其他存款不填。", field="notice_days")


def _account(centre_id: int, bank_account_id: int, field: str) -> None:
    found = row(
        "SELECT 1 AS one FROM bank_account WHERE centre_id = %s AND bank_account_id = %s AND closed_at IS NULL",
        [centre_id, bank_account_id],
    )
    if found is None:
        raise Refusal("bank_account_unknown", "请选择本中心正在使用的账户。", field=field)


def _require_office(actor: Actor) -> int:
    if actor.role not in _OFFICES or actor.person_id is None:
        raise Refusal("not_treasurer", "只有资金人员和会计可以复核资金调拨。", status=403)
    return actor.person_id


def _set_deposit(centre_id: int, deposit_id: int, state: DepositState) -> None:
    execute(
        "UPDATE deposit SET state = %s WHERE centre_id = %s AND deposit_id = %s", [state, centre_id, deposit_id]
    )

