"""What a granted rent withdrawal does: the money is held and its payment ordered, once."""

from __future__ import annotations

from anju.accounts import queries as accounts
from anju.casework.types import Effect, Effecting
from anju.kernel.money import format_fen
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.treasury import queries as treasury
from anju.withdrawals import actions as withdrawals
from anju.withdrawals.types import PayOut, Reason, Shared


def effect(effecting: Effecting) -> Effect:
    """Hold and order. Refuses what account, card or spouse's withdrawal refuses now; the case is looked at again."""
    person_id, amount_fen = effecting.subject.person_id, effecting.verdict.amount_fen
    assert person_id is not None and amount_fen is not None and amount_fen > 0
    account_id = accounts.account_of_person(person_id)
    card = treasury.bound_card(person_id, at=effecting.at)
    if account_id is None or card is None or not card.usable:
        raise Refusal("card_not_ready", "收款卡现在不能收款，请先绑定本人的银行卡。", status=409)
    made = withdrawals.pay_out(
        PayOut(
            account_id=account_id, centre_id=effecting.subject.centre_id, person_id=person_id,
            case_id=effecting.case_id, reason=Reason.RENT, period=Month.parse(effecting.verdict.result["period"]),
            amount_fen=amount_fen, payee=card.payee, card_tail=card.tail,
            maker_person_id=effecting.maker_person_id or person_id, checker_person_id=effecting.checker.person_id,
            checker_release=effecting.book.release, shared=_shared(effecting),
        ),
        at=effecting.at,
    )  # fmt: skip
    return Effect(
        done=False,
        text=f"已预留 {format_fen(amount_fen)} 元，付款指令已生成，等待银行付至尾号 {card.tail} 的银行卡。",
        result={"withdrawal_id": made.withdrawal_id, "account_id": account_id, "card_tail": card.tail},
    )


def _shared(effecting: Effecting) -> Shared | None:
    """The spouse's account here, if there is one: both may be paid, together no more than the rent."""
    spouse = effecting.facts.get("spouse_taken")
    if not spouse or spouse["account_id"] is None:
        return None
    return Shared(spouse["account_id"], effecting.answers["monthly_rent"])


def cancel(effecting: Effecting) -> None:
    """Take it back while the bank has not been told; afterwards refused."""
    assert effecting.subject.person_id is not None
    account_id = accounts.account_of_person(effecting.subject.person_id)
    assert account_id is not None
    withdrawals.cancel(account_id, effecting.case_id, actor=effecting.checker, at=effecting.at)
