"""The bank's return codes in plain words: why the money was not paid, and what to do now."""

from __future__ import annotations

from anju.treasury.orders import Order
from anju.treasury.types import BankResult

_BACK = "钱没有付出，已退回账户余额。"
_REASONS = {
    "E2002": "银行没有找到收款账号{tail}。" + _BACK + "请重新登记本人收款账户，再提交申请。",
    "E2003": "收款账户{tail}的户名与收款人姓名不一致。" + _BACK + "请更换为本人账户，再提交申请。",
    "E2004": "收款账户{tail}已经销户。" + _BACK + "请重新登记一个正在使用的本人账户，再提交申请。",
    "E2005": "中心付款账户当时余额不足，不是您的原因。" + _BACK + "请稍后重新提交申请，或拨打 12329。",
    "E2001": "中心付款账户的登记有误，不是您的原因。" + _BACK + "请稍后重新提交申请，或拨打 12329。",
    "E2009": "银行没有受理付到{tail}的这笔款。" + _BACK + "请向开户银行了解原因，或更换收款账户后重新提交申请。",
}
_OTHER = "银行没有办成付到{tail}的这笔款。" + _BACK + "请更换收款账户后重新提交申请，或拨打 12329。"


def return_reason(order: Order, result: BankResult) -> str:
    """The sentence the payee reads; the bank's own words stay with the order's code."""
    tail = f"（尾号 {order.payee.account[-4:]}）"
    return _REASONS.get(result.reason_code, _OTHER).format(tail=tail)
