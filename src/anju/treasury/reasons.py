"""The bank's return codes in plain words: why the money was not paid, and what to do now.

Says nothing of where the money is now: the room that ordered the payment knows, and adds it.
"""

from __future__ import annotations

from anju.treasury.orders import Order
from anju.treasury.types import BankResult

_REASONS = {
    "E2001": "中心付款账户登记有误，不是您的原因，钱没有付出。请稍后重新提交，或拨打 12329。",
    "E2002": "银行没有找到收款账号{tail}，钱没有付出。请核对账号，登记正确的收款账户后重新提交。",
    "E2003": "收款账户{tail}的户名与收款人不一致，钱没有付出。请更换收款账户后重新提交。",
    "E2004": "收款账户{tail}已经销户，钱没有付出。请登记一个正在使用的收款账户后重新提交。",
    "E2005": "中心付款账户当时余额不足，不是您的原因，钱没有付出。请稍后重新提交，或拨打 12329。",
    "E2009": "银行没有受理付到{tail}的这笔款，钱没有付出。请向开户银行了解原因，或更换收款账户后重新提交。",
}
_OTHER = "银行没有办成付到{tail}的这笔款，钱没有付出。请更换收款账户后重新提交，或拨打 12329。"
NEVER_PAID = "经与银行核实，这笔付款没有办成，钱没有付出。请重新提交。"
_CAME_BACK = "收款银行把这笔款退了回来（收款账户{tail}）。请核对收款账户是否正常，更换后重新提交。"


def return_reason(order: Order, result: BankResult) -> str:
    """The sentence the payee reads; the bank's own code stays with the order."""
    return _REASONS.get(result.reason_code, _OTHER).format(tail=_tail(order))


def came_back_reason(order: Order) -> str:
    return _CAME_BACK.format(tail=_tail(order).strip("（）"))


def _tail(order: Order) -> str:
    return f"（尾号 {order.payee.account[-4:]}）"
