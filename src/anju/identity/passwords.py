"""What a password must be: length, a block-list of common ones and of words about its owner. No other rule."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from anju import policy
from anju.identity import words
from anju.identity.limits import LIMITS, Limits
from anju.kernel.refusal import Refusal

_PLATFORM_WORDS = ("gongjijin", "zhufanggongjijin", "公积金", "anju", "12329", "password", "qwerty", "woaini")
_SEQUENCES = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def password_life(on: date, *, for_others: bool) -> timedelta:
    """How long a password serves: of one who acts for a unit or the centre until it must be changed, of a member
    until a change is advised. Days of the city's policy."""
    handle = "login.password_days_staff" if for_others else "login.password_days_member"
    return timedelta(days=policy.book(settings.ANJU_CITY).integer(handle, on))


def postponement(on: date) -> timedelta:
    """How long a member is left in peace after «以后再说»."""
    return timedelta(days=policy.book(settings.ANJU_CITY).integer("login.password_postpone_days", on))


def normal_form(password: str) -> str:
    """The one spelling a password is hashed in; composed and decomposed input are the same password."""
    return unicodedata.normalize("NFC", password)


def check_password_rules(
    password: str, *, staff: bool, about: Iterable[str] = (), limits: Limits = LIMITS, field: str = "password"
) -> str:
    """The password in its normal form, or a Refusal that says what to change. ``about`` are words of its owner."""
    text = normal_form(password)
    least = limits.password_min_staff if staff else limits.password_min_member
    hint = words.PASSWORD_HINT_STAFF if staff else words.PASSWORD_HINT_MEMBER
    if len(text) < least:
        raise Refusal("password_short", f"密码太短，至少 {least} 位，现在是 {len(text)} 位。{hint}", field=field)
    if len(text) > limits.password_max:
        raise Refusal("password_long", f"密码最多 {limits.password_max} 位，现在是 {len(text)} 位。", field=field)
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise Refusal("password_characters", "密码里有看不见的控制字符，请重新输入。", field=field)
    if _is_common(text) or _is_pattern(text):
        raise Refusal("password_common", f"这个密码太常见，容易被猜到，请换一个。{hint}", field=field)
    if _is_about(text, (*about, *_PLATFORM_WORDS), least):
        text_of_refusal = f"密码里主要是手机号、证件号、姓名等容易猜到的内容，请换一个。{hint}"
        raise Refusal("password_about_owner", text_of_refusal, field=field)
    return text


@cache
def _common() -> CommonPasswordValidator:
    return CommonPasswordValidator()


def _is_common(password: str) -> bool:
    lowered = password.lower()
    # A common password with a few digits or marks behind it is as easy.
    for candidate in {lowered, lowered.rstrip("0123456789!@#.?*_-")}:
        try:
            _common().validate(candidate)
        except ValidationError:
            return True
    return False


def _is_pattern(password: str) -> bool:
    lowered = password.lower()
    if len(set(lowered)) < 4:
        return True
    return any(lowered in line or lowered in line[::-1] for line in _SEQUENCES) or _repeats(lowered)


def _repeats(text: str) -> bool:
    """A short piece said again and again."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, 5))


def _is_about(password: str, about: Iterable[str], least: int) -> bool:
    """Whether too little remains when the words about the owner are taken out."""
    rest = password.lower()
    pieces: set[str] = set()
    for word in about:
        lowered = word.lower().strip()
        if len(lowered) >= 11:
            pieces |= {lowered[-8:], lowered[-6:], lowered[6:14], lowered}
        elif len(lowered) >= 2:
            pieces.add(lowered)
    for piece in sorted(pieces, key=len, reverse=True):
        rest = rest.replace(piece, "")
    return rest != password.lower() and len(rest) < least - 4
