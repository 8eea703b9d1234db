"""Sentences people read when identity says no. One place, so that known and unknown get the same words."""

from __future__ import annotations

from datetime import datetime

CAPS_HINT = "密码区分大小写，请看一下大写锁定（Caps Lock）是否打开。"
PASSWORD_HINT_MEMBER = "密码 10 到 64 位，可以用汉字、字母、数字、符号和空格；不要用手机号、证件号、姓名或常见密码。"  # noqa: S105
PASSWORD_HINT_STAFF = "密码 12 到 64 位，可以用汉字、字母、数字、符号和空格；不要用手机号、证件号、姓名或常见密码。"  # noqa: S105
HELP_LINE = "12329"

WRONG_NAME_OR_PASSWORD = f"登录名或密码不正确。{CAPS_HINT}忘记密码可以用“找回密码”重设。"  # noqa: S105
TOO_MANY_TRIES = "密码错误次数过多，请 {minutes} 分钟后再试，或用“找回密码”重设。"
TOO_MANY_FROM_ADDRESS = "您所在网络的登录错误次数过多，请 {minutes} 分钟后再试。"

CODE_WRONG = (
    "验证码不正确或已失效。请核对最近一条短信里的 6 位数字；连续输错 5 次、超过 5 分钟或已用过的验证码都要重新获取。"
)
CODE_TOO_SOON = "验证码刚刚发送过，请 {seconds} 秒后再获取。短信可能有延迟，请先看看手机。"
CODE_HOUR = "这个手机号一小时内获取验证码次数过多，请 {minutes} 分钟后再试。"
CODE_DAY = f"这个手机号今天获取验证码次数已满，请明天再试；急需办理请致电 {HELP_LINE}。"
CODE_ADDRESS = f"您所在网络获取验证码次数过多，请稍后再试；急需办理请致电 {HELP_LINE}。"
CODE_LOGIN = "您的账户获取验证码次数过多，请 {minutes} 分钟后再试。"
CODE_BUDGET = f"今天的短信发送量已满，暂时不能发送验证码，请稍后再试或致电 {HELP_LINE}。"

STEP_LOST = "页面停留过久或换了浏览器，请从头再来一次。"
PHONE_KNOWN = (
    "这个手机号已经注册过：请直接登录，忘记密码可以用“找回密码”。"
    f"如果这是您新换的号码、以前由别人使用，请致电 {HELP_LINE} 或到柜台办理。"
)
PHONE_OF_ANOTHER = f"这个手机号已用于另一个登录账户，不能重复使用。有疑问请致电 {HELP_LINE}。"
PHONE_BAD = "请填写 11 位手机号码，检查是否多填或少填了一位。"
PHONE_SAME = "新手机号与现在的相同，不用更换。"
NOT_FOUND = "没有找到您要的内容。"

# Reads like a text with a code to the outbox as well, so that it is kept, sent and erased by the same steps.
DECOY_SMS = {
    "reset": "找回密码填写的信息与登记不一致，未作更改。工作人员不会索要验证码，咨询12329。",
}


def day_zh(at: datetime) -> str:
    """2026年11月23日."""
    return f"{at.year}年{at.month}月{at.day}日"


def time_zh(at: datetime) -> str:
    """2026年11月23日14:05."""
    return f"{day_zh(at)}{at:%H:%M}"
