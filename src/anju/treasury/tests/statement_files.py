"""Small statements in the three formats, built from one list of lines, good and bad."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import xlsxwriter

from anju.treasury.tests.world import ACCOUNT

DAY = date(2026, 11, 23)
LEDGER_HEADINGS = (
    "账号", "交易时间", "借方发生额（支取）", "贷方发生额（收入）", "余额", "币种", "对方户名", "对方账号", "记账日期",
    "摘要", "备注", "账户明细编号-交易流水号", "企业流水号", "冲正标志", "原流水号",
)  # fmt: skip
SIGNED_HEADINGS = (
    "交易日期", "交易时间", "流水号", "借贷标志", "发生额", "余额", "对方户名", "对方账号", "摘要", "冲正标志",
    "原流水号",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One entry: `fen` is signed, what came in is greater than zero."""

    serial: str
    fen: int
    on: date = DAY
    name: str = "安居市云栖软件有限公司"
    account: str = "33050161000000000912"
    summary: str = "R2026110000000012"
    own: str = ""
    reversal: bool = False
    original: str = ""


LINES = (
    Line("H1", 4_128_000),
    Line("H2", -180_000, name="林晓雨", account="6217000010000006620", summary="租房提取"),
    Line("H3", 5_00, date(2026, 11, 24)),
)


def yuan(fen: int) -> str:
    return f"{Decimal(fen).scaleb(-2):,.2f}"


def ledger_csv(
    lines: Sequence[Line] = LINES, *, opening: int = 0, account: str = ACCOUNT, currency: str = "人民币",
    encoding: str = "gb18030",
) -> bytes:  # fmt: skip
    """Both sides in columns, a line of totals at the end, as one of the large banks exports it."""
    return _text(_ledger_rows(lines, opening, account, currency), encoding)


def signed_csv(
    lines: Sequence[Line] = LINES, *, opening: int = 0, account: str = ACCOUNT, first: date | None = None,
    last: date | None = None, encoding: str = "utf-8-sig",
) -> bytes:  # fmt: skip
    """One column of amounts with a mark, account and balances above, as another exports it."""
    return _text(_signed_rows(lines, opening, account, first, last), encoding)


def ledger_xlsx(lines: Sequence[Line] = LINES, *, opening: int = 0, account: str = ACCOUNT) -> bytes:
    return _book(_ledger_rows(lines, opening, account, "人民币"))


def signed_xlsx(lines: Sequence[Line] = LINES, *, opening: int = 0, account: str = ACCOUNT) -> bytes:
    return _book(_signed_rows(lines, opening, account, None, None))


def camt(
    lines: Sequence[Line] = LINES, *, opening: int = 0, account: str = ACCOUNT, first: date | None = None,
    last: date | None = None, currency: str = "CNY", closing: int | None = None,
) -> bytes:  # fmt: skip
    first, last = first or lines[0].on, last or lines[-1].on
    closing = opening + sum(line.fen for line in lines) if closing is None else closing

    def balance(kind: str, fen: int, on: date) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_amount(fen, currency)}"
            f"<Dt><Dt>{on}</Dt></Dt></Bal>\n"
        )

    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr/>\n'
        f"<Stmt><Id>S1</Id><FrToDt><FrDtTm>{first}T00:00:00</FrDtTm><ToDtTm>{last}T23:59:59</ToDtTm></FrToDt>"
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>{currency}</Ccy></Acct>\n"
        f"{balance('OPBD', opening, first)}{balance('CLBD', closing, last)}"
        f"<TxsSummry><TtlNtries><NbOfNtries>{len(lines)}</NbOfNtries></TtlNtries></TxsSummry>\n"
        f"{''.join(_camt_entry(line, currency) for line in lines)}</Stmt></BkToCstmrStmt></Document>\n"
    ).encode()


def _amount(fen: int, currency: str) -> str:
    side = "CRDT" if fen >= 0 else "DBIT"
    return f'<Amt Ccy="{currency}">{Decimal(abs(fen)).scaleb(-2)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def _camt_entry(line: Line, currency: str) -> str:
    party = "Dbtr" if line.fen > 0 else "Cdtr"
    original = f"<Prtry><Tp>ORIG</Tp><Ref>{line.original}</Ref></Prtry>" if line.original else ""
    own = f"<EndToEndId>{line.own}</EndToEndId>" if line.own else ""
    mark = "<RvslInd>true</RvslInd>" if line.reversal else ""
    return (
        f"<Ntry>{_amount(line.fen, currency)}{mark}<Sts>BOOK</Sts><BookgDt><Dt>{line.on}</Dt></BookgDt>"
        f"<AcctSvcrRef>{line.serial}</AcctSvcrRef><NtryDtls><TxDtls><Refs>{own}{original}</Refs><RltdPties>"
        f"<{party}><Nm>{line.name}</Nm></{party}><{party}Acct><Id><Othr><Id>{line.account}</Id></Othr></Id>"
        f"</{party}Acct></RltdPties><RmtInf><Ustrd>{line.summary}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )


def _ledger_rows(lines: Sequence[Line], opening: int, account: str, currency: str) -> list[list[str]]:
    rows, balance = [list(LEDGER_HEADINGS)], opening
    for line in lines:
        balance += line.fen
        rows.append([
            account, f"{line.on:%Y%m%d} 10:05:30", yuan(max(-line.fen, 0)), yuan(max(line.fen, 0)), yuan(balance),
            currency, line.name, line.account, f"{line.on:%Y%m%d}", line.summary, "", line.serial, line.own,
            "是" if line.reversal else "", line.original,
        ])  # fmt: skip
    out = sum(-line.fen for line in lines if line.fen < 0)
    came = sum(line.fen for line in lines if line.fen > 0)
    rows.append([f"合计 {len(lines)} 笔", "", yuan(out), yuan(came), yuan(balance)])
    return rows


def _signed_rows(
    lines: Sequence[Line], opening: int, account: str, first: date | None, last: date | None
) -> list[list[str]]:
    closing = opening + sum(line.fen for line in lines)
    rows = [
        ["安居银行 账户明细"],
        [f"账号：{account}", "", "币种：人民币"],
        ["起止日期", f"{first or lines[0].on}至{last or lines[-1].on}"],
        ["期初余额", yuan(opening), "期末余额", yuan(closing), "总笔数", str(len(lines))],
        list(SIGNED_HEADINGS),
    ]
    balance = opening
    for line in lines:
        balance += line.fen
        rows.append([
            str(line.on), "100530", line.serial, "贷" if line.fen > 0 else "借", yuan(abs(line.fen)), yuan(balance),
            line.name, line.account, line.summary, "1" if line.reversal else "0", line.original,
        ])  # fmt: skip
    return rows


def _text(rows: Sequence[Sequence[str]], encoding: str) -> bytes:
    text = "".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) + "\r\n" for row in rows)
    return text.encode(encoding)


def _book(rows: Sequence[Sequence[str]]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = book.add_worksheet("明细")
    for number, row in enumerate(rows):
        for position, cell in enumerate(row):
            page.write_string(number, position, cell)
    book.close()
    return target.getvalue()
