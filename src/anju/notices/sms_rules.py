"""What an SMS of the centre may say. Pure; every text passes here before it is kept.

Signature first, at most 70 characters, no link, no identity or account number, no balance; a text with a code warns
that no staff member asks for codes.
"""

from __future__ import annotations

import re

LONGEST = 70
CODE_WARNING = "工作人员不会索要验证码"
_LINK = re.compile(r"https?:|www\.|://|[a-z0-9-]+\.(?:cn|com|net|org|top|cc|gov|app|xyz)\b", re.IGNORECASE | re.ASCII)
# Phones, identity and account numbers; a case or paper number is nobody's secret and stands behind its name.
_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?<!办件号)(?<!案号)(?<!编号)\d{11,}[Xx]?(?![0-9A-Za-z])", re.ASCII)
_BALANCE = re.compile(r"余额[^，。；]{0,6}\d")
_CODE = re.compile(r"(?<!\d)\d{4,8}(?!\d)", re.ASCII)


class SmsUnfit(ValueError):
    """A text that must not go out as an SMS; the argument says which rule it breaks."""


def signed(text: str, signature: str) -> str:
    """The text with the centre's signature in front, once."""
    mark = f"【{signature}】"
    return text if text.startswith(mark) else mark + text


def bears_code(text: str) -> bool:
    """Whether a text carries a one-time code, which must not stay readable."""
    return "验证码" in text and _CODE.search(text) is not None


def check(text: str, *, signature: str, private: tuple[str, ...] = ()) -> None:
    """Raise SmsUnfit for a text that breaks a rule. `private` are words it must not contain, such as the name."""
    if not text.startswith(f"【{signature}】"):
        raise SmsUnfit("signature")
    if len(text) > LONGEST:
        raise SmsUnfit(f"length {len(text)}")
    if any(ord(char) < 32 for char in text):
        raise SmsUnfit("control character")
    if _LINK.search(text):
        raise SmsUnfit("link")
    if _LONG_NUMBER.search(text):
        raise SmsUnfit("long number")
    if _BALANCE.search(text):
        raise SmsUnfit("balance")
    if any(word and word in text for word in private):
        raise SmsUnfit("private words")
    if bears_code(text) and CODE_WARNING not in text:
        raise SmsUnfit("a code without the warning")
