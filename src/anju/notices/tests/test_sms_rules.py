"""What an SMS may say, and that every wording of ours may be said."""

from __future__ import annotations

import pytest

from anju.notices import sms_rules, wording
from anju.notices.actions import DEFAULT_SIGNATURE
from anju.notices.sms_rules import SmsUnfit

LONG_VALUES = {
    "service": "租房提取（职工本人）",
    "case_number": "9901002611240001",
    "amount": "1,234,567.89",
    "month": "2026年11月",
    "day": "2026年11月24日",
    "due_day": "2026年12月05日",
    "reason": "租房",
    "tail": "6620",
    "people": "3,000",
    "paper": "住房公积金缴存证明",
    "agreement": "网上业务服务协议",
    "missing": "1,234.56",
    "overdue": "12",
    "instalment": "12,345.67",
    "unit": "安居市云栖软件有限公司",
}


def test_every_wording_fills_from_its_blanks_and_its_sms_keeps_the_rules() -> None:
    assert len(wording.wordings()) >= 40
    for kind, words in wording.wordings().items():
        values = {blank: LONG_VALUES.get(blank, "某项内容") for blank in words.blanks}
        assert "{" not in wording.text_of(kind, values), kind
        assert len(words.title) <= 15, kind
        if words.sms:
            text = sms_rules.signed(wording.sms_of(kind, values), DEFAULT_SIGNATURE)
            _checked(text, kind)


def _checked(text: str, kind: str) -> None:
    try:
        sms_rules.check(text, signature=DEFAULT_SIGNATURE)
    except SmsUnfit as problem:
        pytest.fail(f"{kind}: {problem} in {text}")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("您好", "signature"),
        ("【安居公积金】" + "长" * 64, "length 71"),
        ("【安居公积金】请打开 https://anju.example", "link"),
        ("【安居公积金】请打开 anju.com 查看", "link"),
        ("【安居公积金】您的证件11010519491231002X", "long number"),
        ("【安居公积金】请联系13800005678", "long number"),
        ("【安居公积金】付至6217000010000006620", "long number"),
        ("【安居公积金】账户余额 1,234.00 元", "balance"),
        ("【安居公积金】林小满您好", "private words"),
        ("【安居公积金】验证码 408512，用于登录。", "a code without the warning"),
        ("【安居公积金】换\n行", "control character"),
    ],
)
def test_an_sms_that_breaks_a_rule_is_named(text: str, rule: str) -> None:
    with pytest.raises(SmsUnfit, match=rule):
        sms_rules.check(text, signature="安居公积金", private=("林小满",))


def test_an_sms_at_the_limit_is_allowed() -> None:
    sms_rules.check("【安居公积金】" + "长" * 63, signature="安居公积金")


def test_the_signature_is_put_in_front_once() -> None:
    assert sms_rules.signed(sms_rules.signed("好", "安居公积金"), "安居公积金") == "【安居公积金】好"


def test_only_a_text_with_a_number_bears_a_code() -> None:
    assert sms_rules.bears_code("验证码 408512")
    assert not sms_rules.bears_code("工作人员不会索要您的密码和验证码。")


def test_a_kind_nobody_wrote_words_for_gets_plain_ones() -> None:
    assert (wording.title_of("other"), wording.sms_of("other", {})) == (wording.PLAIN_TITLE, wording.PLAIN_SMS)
    assert wording.sms_of("withdrawal_paid", {"amount": "1.00"}) == wording.PLAIN_SMS
