"""The bank's messages: what is written, what is read, what is refused."""

from __future__ import annotations

from datetime import date
from xml.etree.ElementTree import fromstring  # noqa: S405  (our own output)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anju.treasury import messages
from anju.treasury.messages import MessageUnreadable
from anju.treasury.tests.world import AT
from anju.treasury.types import Direction, Instruction, Payee, ResultState

NOTICE = """<?xml version="1.0" encoding="UTF-8"?>
<message><head><code>SBDC100</code><serial>N1</serial></head><body>
<account>3301</account><host_serial>H9</host_serial><direction>02</direction><counter_name>甲 &amp; 乙</counter_name>
<amount>{amount}</amount><date>{date}</date><reversal>0</reversal><summary>R1</summary></body></message>"""


def body(amount: str = "41280.00", date: str = "20261124") -> dict[str, str]:
    return dict(messages.read(NOTICE.format(amount=amount, date=date).encode()).body)


def test_a_notice_is_read_into_fen_and_dates() -> None:
    notice = messages.read_notice(body())
    assert (notice.amount_fen, notice.entry_date, notice.direction) == (4_128_000, date(2026, 11, 24), Direction.CREDIT)
    assert notice.counter_name == "甲 & 乙"
    assert not notice.reversal


@pytest.mark.parametrize(
    "amount", ["", "-1.00", "0.00", "1", "1.0", "1.000", "1e5", "１.00", "1,000.00", "9" * 40 + ".00"]
)
def test_a_notice_with_an_amount_that_is_not_yuan_with_two_places_is_refused(amount: str) -> None:
    with pytest.raises(MessageUnreadable):
        messages.read_notice(body(amount=amount))


@pytest.mark.parametrize("day", ["", "20261332", "2026-11-24", "٢٠٢٦١١٢٤"])
def test_a_notice_without_a_real_date_is_refused(day: str) -> None:
    with pytest.raises(MessageUnreadable):
        messages.read_notice(body(date=day))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"not xml", b"<message/>", b"<message><head/></message>", b"\x00", b"x" * (messages.MAX_BYTES + 1),
        b'<!DOCTYPE m [<!ENTITY a "aaaa">]><message><head/><body><x>&a;</x></body></message>',
        b'<!DOCTYPE m SYSTEM "file:///etc/passwd"><message><head/><body/></message>',
        b'<?xml version="1.0" encoding="nonsense"?><message><head/><body/></message>',
    ],
)  # fmt: skip
def test_bytes_that_are_no_message_are_refused(content: bytes) -> None:
    with pytest.raises(MessageUnreadable):
        messages.read(content)


@given(st.text(max_size=80), st.text(max_size=80))
def test_names_and_summaries_survive_the_way_whatever_they_contain(name: str, summary: str) -> None:
    payment = Instruction("W1", "02", "33", "中心", Payee(name=name, account="62"), 180_000, 0, summary)
    written = messages.write("BDC101", "M1", messages.payment_fields(payment), node="A", at=AT)
    read = fromstring(written).find("body")  # noqa: S314  (our own output)
    assert read is not None
    speakable = messages._UNSPEAKABLE.sub("", name).replace("\r\n", "\n").replace("\r", "\n")
    assert (read.findtext("payee_name") or "") == speakable
    assert read.findtext("amount") == "1800.00"


def test_a_state_nobody_agreed_on_is_unknown() -> None:
    answer = messages.read(b"<message><head/><body><state>done</state></body></message>")
    assert messages.read_result(answer).state is ResultState.UNKNOWN


def test_a_signature_fits_its_bytes_and_its_key_only() -> None:
    signed = messages.sign(b"body", b"key")
    assert messages.signature_right(b"body", signed, b"key")
    assert not messages.signature_right(b"body ", signed, b"key")
    assert not messages.signature_right(b"body", signed, b"other")
    assert not messages.signature_right(b"body", "", b"key")
    assert not messages.signature_right(b"body", messages.sign(b"body", b""), b"")
    assert not messages.signature_right(b"body", "ÿé", b"key")
