"""Statements in ISO 20022 camt.053 (BankToCustomerStatement), versions 02 and later.

One statement of one account a file, booked entries only, oldest first. The bank's serial is `AcctSvcrRef` (else
`NtryRef`), the centre's own serial `EndToEndId`; a reversal names its original in `Refs/Prtry` of type ORIG.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date

from anju.files.archive import UPLOAD_LIMIT
from anju.kernel.money import yuan_to_fen
from anju.treasury.statements import cells as read
from anju.treasury.statements.shape import FEN_LIMIT, RawEntry, RawStatement, StatementFormat, fault
from anju.treasury.statements.xml_tree import Node, parse
from anju.treasury.types import Direction

_SPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d{2}", re.ASCII)
_AMOUNT = re.compile(r"\d{1,14}(\.\d{1,5})?", re.ASCII)
_SIDES = {"CRDT": Direction.CREDIT, "DBIT": Direction.DEBIT}
_MARKS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<")


def looks_like_xml(content: bytes) -> bool:
    return content[:200].lstrip().startswith(_MARKS)


def read_camt(content: bytes, filename: str) -> RawStatement:
    """The statement in a camt.053 document as it was read, not yet proven."""
    if len(content) > UPLOAD_LIMIT:
        raise fault("upload_too_large", "文件超过 10 MB 的上限，请按较短的日期分几次下载对账单后逐份上传。")
    root = parse(content)
    if root.name != "Document" or not any(_SPACE.fullmatch(value) for value in root.attributes.values()):
        raise fault("not_camt", "这个 XML 不是 ISO 20022 camt.053 对账单，请从银行下载 camt.053、.csv 或 .xlsx 格式。")
    statements = root.all("BkToCstmrStmt/Stmt")
    if len(statements) != 1:
        raise fault("several", f"文件里有 {len(statements)} 份对账单，一次只收一个账户的一份，请分开下载后上传。")
    return _statement(statements[0], hashlib.sha256(content).digest())


def _statement(node: Node, digest: bytes) -> RawStatement:
    account = node.said("Acct/Id/Othr/Id", "Acct/Id/IBAN")
    if not account:
        raise fault("account_missing", f"第 {node.line} 行起的对账单没有写明账号，请重新从银行下载带账号的对账单。")
    currency = node.first("Acct/Ccy")
    if currency is not None:
        read.refuse_foreign(currency.text, _at(currency))
    count = node.said("TxsSummry/TtlNtries/NbOfNtries")
    return RawStatement(
        format=StatementFormat.CAMT, digest=digest, account=read.key(account, _at(node), "账号"),
        first=_day(node.first("FrToDt/FrDtTm", "FrToDt/FrDt")), last=_day(node.first("FrToDt/ToDtTm", "FrToDt/ToDt")),
        opening_fen=_balance(node, "OPBD", "PRCD"), closing_fen=_balance(node, "CLBD"),
        entries=tuple(_entry(entry) for entry in node.all("Ntry")),
        count=int(count) if re.fullmatch(r"\d{1,9}", count, re.ASCII) else None,
        debit_fen=_total(node, "TtlDbtNtries"), credit_fen=_total(node, "TtlCdtNtries"),
    )  # fmt: skip


def _balance(node: Node, *kinds: str) -> int:
    """The first balance of one of the kinds, in fen; below zero where it is marked a debit."""
    for kind in kinds:
        for balance in node.all("Bal"):
            if balance.said("Tp/CdOrPrtry/Cd") == kind:
                amount = _fen(balance, zero=True)
                return -amount if _side(balance) is Direction.DEBIT else amount
    raise fault(
        "balance_missing",
        f"第 {node.line} 行起的对账单缺少 {'或'.join(kinds)} 余额，请重新从银行下载带期初和期末余额的对账单。",
    )


def _entry(node: Node) -> RawEntry:
    status = node.said("Sts/Cd", "Sts")
    if status not in ("", "BOOK"):
        raise fault("not_booked", f"{_at(node)}的一笔（状态 {status[:4]}）银行还没有记账，请在记账后重新下载对账单。")
    booked = node.first("BookgDt/DtTm", "BookgDt/Dt")
    entry_date = _day(booked)
    if booked is None or entry_date is None:
        raise fault("date", f"{_at(node)}的一笔没有记账日期 BookgDt，请重新从银行下载对账单。")
    serial = read.key(node.said("AcctSvcrRef", "NtryDtls/TxDtls/Refs/AcctSvcrRef", "NtryRef"), _at(node), "流水号")
    if not serial:
        raise fault("serial_missing", f"{_at(node)}的一笔没有银行流水号 AcctSvcrRef，请重新从银行下载对账单。")
    direction = _side(node)
    party = "NtryDtls/TxDtls/RltdPties/" + ("Dbtr" if direction is Direction.CREDIT else "Cdtr")
    own = node.said("NtryDtls/TxDtls/Refs/EndToEndId")
    return RawEntry(
        place=f"第 {node.line} 行", entry_date=entry_date, host_serial=serial, direction=direction,
        amount_fen=_fen(node), booked_time=_time(booked),
        counter_name=read.words(node.said(f"{party}/Nm", f"{party}/Pty/Nm")),
        counter_account=read.key(node.said(f"{party}Acct/Id/Othr/Id", f"{party}Acct/Id/IBAN"), _at(node), "对方账号"),
        summary=read.words(node.said("NtryDtls/TxDtls/RmtInf/Ustrd", "AddtlNtryInf")),
        reversal=node.said("RvslInd") in ("true", "1"), original_host_serial=_original(node),
        original_serial="" if own in ("", "NOTPROVIDED") else read.key(own, _at(node), "业务流水号"),
    )  # fmt: skip


def _original(node: Node) -> str:
    for reference in node.all("NtryDtls/TxDtls/Refs/Prtry"):
        if reference.said("Tp") == "ORIG":
            return read.key(reference.said("Ref"), _at(reference), "原流水号")
    return ""


def _fen(node: Node, *, zero: bool = False) -> int:
    amount = node.first("Amt")
    place = _at(amount or node)
    if amount is None:
        raise fault("amount_missing", f"{place}没有金额 Amt，请重新从银行下载对账单。")
    read.refuse_foreign(amount.attributes.get("Ccy", "?"), place)
    return _fen_of(amount, zero=zero)


def _fen_of(amount: Node, *, zero: bool) -> int:
    text, place = amount.text, _at(amount)
    whole, _, cents = text.partition(".")
    if not _AMOUNT.fullmatch(text) or cents[2:].strip("0"):
        raise fault("amount", f"{place}“{text[:30]}”不是以元为单位、最多两位小数的金额，请重新从银行下载对账单。")
    fen = yuan_to_fen(f"{whole}.{cents[:2]}" if cents else whole)
    if (fen == 0 and not zero) or fen >= FEN_LIMIT:
        raise fault("amount", f"{place}的金额为零或过大，请重新从银行下载对账单。")
    return fen


def _total(node: Node, name: str) -> int | None:
    total = node.first(f"TxsSummry/{name}/Sum")
    return None if total is None else _fen_of(total, zero=True)


def _side(node: Node) -> Direction:
    text = node.said("CdtDbtInd")
    if text not in _SIDES:
        raise fault("side", f"{_at(node)}的借贷标志 CdtDbtInd 应为 CRDT 或 DBIT，请重新从银行下载对账单。")
    return _SIDES[text]


def _day(node: Node | None) -> date | None:
    if node is None:
        return None
    try:
        return date.fromisoformat(node.text[:10])
    except ValueError:
        raise fault("date", f"{_at(node)}“{node.text[:30]}”不是日期，请重新从银行下载对账单。") from None


def _time(node: Node) -> str:
    found = re.match(r"T(\d{2}):(\d{2}):(\d{2})", node.text[10:], re.ASCII)
    return "".join(found.groups()) if found else ""


def _at(node: Node) -> str:
    return f"第 {node.line} 行 {node.name}"
