"""Drawing a paper with typst. Pure but for the font file and the template beside it.

Owns what stands where; refuses a character the font cannot print, because a box on a certificate is worse than
none. No text is ever evaluated: everything arrives in one JSON string that the template only places. The compiler
sees no file but the templates' folder and the font, and no network.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import segno
import typst

from anju.certificates.fonts import font_folder, missing_characters
from anju.certificates.types import CertificateKind, ContributionFacts, MonthlyTerms
from anju.kernel.clock import ZONE
from anju.kernel.money import fen_in_words, format_fen
from anju.kernel.refusal import Refusal

_TEMPLATES = Path(__file__).resolve().parent / "papers"
# One compiler serves all threads of a process, one paper at a time; a paper takes about a tenth of a second.
_one_at_a_time = Lock()


def zh_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def zh_time(moment: datetime) -> str:
    local = moment.astimezone(ZONE)
    return f"{zh_date(local.date())} {local:%H:%M}"


def ratio_text(ratio: Decimal) -> str:
    """0.12 → 12%, 0.075 → 7.5%."""
    return f"{(ratio * 100).normalize():f}%"


def contribution_paper(
    facts: ContributionFacts, *, number: str, code_text: str, purpose: str, issued_at: datetime,
    valid_until: date, check_address: str, demo: bool,
) -> dict[str, Any]:  # fmt: skip
    """The texts of a contribution certificate (缴存证明), all as printed."""
    monthly = facts.monthly
    total_fen = monthly.own_fen + monthly.unit_fen if monthly else 0
    return {
        "long": len(facts.person_name) > 24 or len(facts.unit_name) + len(facts.centre_name) > 56,
        "title": CertificateKind.CONTRIBUTION.zh, "centre": facts.centre_name, "number": number,
        "issued": zh_time(issued_at), "issued_day": zh_date(issued_at.astimezone(ZONE).date()),
        "person": facts.person_name, "document": f"{facts.document_kind} {facts.document_masked}",
        "sentence": f"在本中心缴存住房公积金，截至 {zh_date(facts.as_of)}，账户情况如下。特此证明。",
        "as_of": f"截至 {zh_date(facts.as_of)}", "balance": format_fen(facts.balance_fen),
        "balance_words": fen_in_words(facts.balance_fen), "account_rows": _account_rows(facts, purpose),
        "month_note": f"{monthly.month.zh}" if monthly else "", "monthly_rows": _monthly_rows(monthly),
        "monthly_total": format_fen(total_fen), "monthly_words": fen_in_words(total_fen),
        "no_month": "目前没有正在执行的月缴存额。", "check_address": check_address, "code": code_text,
        "valid": f"至 {zh_date(valid_until)}",
        "foot": "演示文书，数据均为虚构" if demo else f"{facts.centre_name} · 网上业务平台出具",
    }  # fmt: skip


def shown_lines(paper: dict[str, Any]) -> list[tuple[str, str]]:
    """The paper line by line, for the check page: what stands here stands there, and nothing else."""
    lines = [("姓名", paper["person"]), ("证件", paper["document"]), ("出具单位", paper["centre"])]
    lines.append((f"个人账户余额（{paper['as_of']}）", f"{paper['balance']} 元（人民币{paper['balance_words']}）"))
    for cells in paper["account_rows"]:
        lines += list(zip(cells[::2], cells[1::2], strict=True))
    for who, base, ratio, amount in paper["monthly_rows"]:
        lines.append((f"{paper['month_note']}{who}", f"基数 {base} 元，比例 {ratio}，月缴存额 {amount} 元"))
    if paper["monthly_rows"]:
        lines.append(("月缴存额合计", f"{paper['monthly_total']} 元（人民币{paper['monthly_words']}）"))
    else:
        lines.append(("每月缴存", paper["no_month"]))
    return lines + [("出具时间", paper["issued"]), ("有效期", paper["valid"])]


def draw(paper: dict[str, Any], *, link: str, issued_at: datetime) -> bytes:
    """The PDF. The same texts give the same bytes."""
    refuse_unprintable(paper)
    qr = io.BytesIO()
    segno.make(link, error="m", micro=False).save(qr, kind="svg", border=0, xmldecl=False, svgns=True, dark="#16202e")
    inputs = {"paper": json.dumps(paper, ensure_ascii=False), "qr": qr.getvalue().decode()}
    with _one_at_a_time:
        content = _compiler().compile(
            format="pdf", sys_inputs=inputs, pdf_standards=["1.7", "a-2a"], timestamp=int(issued_at.timestamp())
        )
    assert isinstance(content, bytes), "one document gives one file"
    return content


def refuse_unprintable(paper: dict[str, Any]) -> None:
    """Refuse a text with a character the font lacks, and name the way that is left."""
    missing = {character: None for text in _texts(paper) for character in missing_characters(text)}
    if missing:
        spelled = "、".join(f"“{c}”（U+{ord(c):04X}）" if c.isprintable() else f"U+{ord(c):04X}" for c in missing)
        raise Refusal(
            "rare_character",
            f"姓名或单位名称中的 {spelled} 暂时无法在网上印制，证明没有出具。"
            "请携带身份证件到任一网点窗口办理，窗口可当场出具手工核对的证明；也可拨打 12329 预约。",
            status=422,
        )


def _account_rows(facts: ContributionFacts, purpose: str) -> list[list[str]]:
    rows = [
        ["个人账号", facts.account_number, "账户状态", facts.state],
        ["单位", facts.unit_name],
        ["开户日期", zh_date(facts.opened_on), "缴至年月", facts.paid_to.zh if facts.paid_to else "尚未缴存"],
        ["累计缴存", f"{facts.months_total} 个月", "连续缴存", f"{facts.months_continuous} 个月"],
    ]
    if facts.loan_use:
        rows.append(["贷款情况", facts.loan_use])
    return [*rows, ["用途", purpose]]


def _monthly_rows(monthly: MonthlyTerms | None) -> list[list[str]]:
    if monthly is None:
        return []
    base = format_fen(monthly.base_fen)
    return [
        ["个人缴存", base, ratio_text(monthly.own_ratio), format_fen(monthly.own_fen)],
        ["单位缴存", base, ratio_text(monthly.unit_ratio), format_fen(monthly.unit_fen)],
    ]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_folder())])
    return typst.Compiler(
        input=str(_TEMPLATES / "contribution.typ"), root=str(_TEMPLATES), font_paths=fonts, ignore_system_fonts=True
    )
