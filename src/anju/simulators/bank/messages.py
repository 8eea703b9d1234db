"""The bank's messages as described in docs/bank-messages.md: reading a request, writing an answer or a notice."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from html import escape
from re import fullmatch
from xml.etree.ElementTree import ParseError  # noqa: S405 the exception only; parsing is defusedxml's

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

MAX_MESSAGE = 256 * 1024
TEXTS = {
    "00000": "交易成功",
    "00001": "已受理，处理中",
    "E1001": "报文无法识别",
    "E1002": "字段缺失或格式错误",
    "E1003": "交易码不支持",
    "E1004": "签名不符",
    "E2001": "付款账号不存在",
    "E2002": "收款账号不存在",
    "E2003": "收款户名与账号不符",
    "E2004": "收款账户已销户",
    "E2005": "付款账户余额不足",
    "E2009": "银行拒绝处理",
    "E2011": "没有这笔存款，或已支取",
    "E2012": "支取金额与存款本金不同",
    "E2010": "业务流水号重复且内容不同",
}
Body = Sequence[tuple[str, "str | Body"]]


class Refused(Exception):
    """A message the bank does not carry out."""

    def __init__(self, code: str, detail: str = "", *, http_status: int = 200) -> None:
        super().__init__(code)
        self.code = code
        self.text = TEXTS[code] + (f"：{detail}" if detail else "")
        self.http_status = http_status


@dataclass(frozen=True)
class Message:
    """A request that could be read."""

    code: str
    serial: str
    head: Mapping[str, str]
    body: Mapping[str, str]
    entries: Sequence[Mapping[str, str]] = ()

    def need(self, field: str, *, longest: int = 120) -> str:
        value = self.body.get(field, "")
        if not value or len(value) > longest:
            raise Refused("E1002", field)
        return value

    def money(self, field: str, default: int | None = None) -> int:
        """An amount in fen."""
        value = self.body.get(field, "")
        if not value and default is not None:
            return default
        return parse_amount(value, field)


def parse_amount(value: str, field: str = "amount") -> int:
    if not fullmatch(r"\d{1,13}\.\d{2}", value):
        raise Refused("E1002", field)
    return int(value.replace(".", ""))


def loose_amount(value: object) -> int:
    """An amount a person typed, such as 1,200 or 1200.5, in fen; raises ValueError."""
    try:
        fen = Decimal(str(value).replace(",", "").replace("，", "").strip()) * 100
    except InvalidOperation:
        raise ValueError("金额应为数字，如 41280.00") from None
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 < fen < 10**15:
        raise ValueError("金额应大于零，最多两位小数")
    return int(fen)


def yuan(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def read(content: bytes) -> Message:
    """Understand one request; raises Refused E1001 or E1002."""
    if len(content) > MAX_MESSAGE:
        raise Refused("E1001")
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise Refused("E1001") from None
    if root.tag != "message":
        raise Refused("E1001")
    parts: dict[str, dict[str, str]] = {"head": {}, "body": {}}
    entries: list[dict[str, str]] = []
    for part in root:
        if part.tag in parts:
            parts[part.tag] = {child.tag: (child.text or "").strip() for child in part if len(child) == 0}
            groups = (child for child in part if child.tag == "entry")
            entries += [{field.tag: (field.text or "").strip() for field in group} for group in groups]
    head = parts["head"]
    for field in ("code", "serial", "date", "time", "node"):
        if not head.get(field) or len(head[field]) > 40:
            raise Refused("E1002", field)
    return Message(code=head["code"], serial=head["serial"], head=head, body=parts["body"], entries=entries)


def write(head: Body, body: Body) -> bytes:
    inner = _elements((("head", head), ("body", body)))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<message>{inner}</message>'.encode()


def answer(request: Message | None, *, code: str, text: str, system_serial: str, at: datetime, body: Body) -> bytes:
    """The bank's answer; status is 1 exactly when the return code is one of the errors."""
    head = (
        ("status", "1" if code.startswith("E") else "0"),
        ("code", code),
        ("text", text),
        ("transaction", request.code if request else ""),
        ("serial", request.serial if request else ""),
        ("received_date", f"{at:%Y%m%d}"),
        ("received_time", f"{at:%H%M%S}"),
        ("system_serial", system_serial),
        ("system_date", f"{at:%Y%m%d}"),
        ("system_time", f"{at:%H%M%S}"),
    )
    return write(head, body)


def sign(key: bytes, content: bytes) -> str:
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def _elements(pairs: Body) -> str:
    return "".join(
        f"<{name}>{_clean(value) if isinstance(value, str) else _elements(value)}</{name}>" for name, value in pairs
    )


def _clean(value: str) -> str:
    """Text without the control characters that XML 1.0 cannot carry."""
    return escape("".join(c for c in value if c >= " " or c in "\t\n"), quote=False)
