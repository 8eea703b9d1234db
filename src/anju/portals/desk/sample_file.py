"""The whole file of a drawn sample (抽样卷宗): a zip with a workbook, the receipt of each decision, and each paper.

Names of members are masked and papers are named by their kind, never by what their owner called them. What is taken
away is recorded case by case.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime

from anju.audit.actions import record
from anju.casework import actions as cases
from anju.casework import registry
from anju.casework.types import Case, Outcome
from anju.files import queries as files
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.explained import Working
from anju.kernel.money import fen_in_words, format_fen
from anju.ledger import queries as books
from anju.ledger.chart import chart
from anju.ledger.types import Voucher
from anju.portals.desk.casefile import ACT_ZH, citation
from anju.portals.desk.masking import masked
from anju.portals.desk.sheet import Sheets
from anju.reports.causes import Cause, CauseKind, causes_of
from anju.reports.types import Answer, Column, Show

ENDING = {"pdf": "pdf", "image": "jpg"}
MOST_BYTES = 200 * 2**20
"""Papers beyond this are listed but not put in: a zip that nobody can open helps nobody."""
_LINES = (
    Column("凭证", Show.VOUCHER), Column("科目"), Column("名称"), Column("借方（元）", Show.FEN),
    Column("贷方（元）", Show.FEN), Column("单位编号", Show.NUMBER), Column("银行账户编号", Show.NUMBER),
)  # fmt: skip
_CAUSES = (
    Column("凭证", Show.VOUCHER), Column("依据种类"), Column("编号"), Column("内容"), Column("附件张数", Show.NUMBER),
)  # fmt: skip
_DECISIONS = (
    Column("案号"), Column("事项"), Column("申请人"), Column("现在"), Column("决定"), Column("金额（元）", Show.FEN),
    Column("谁决定的"), Column("决定时间", Show.MOMENT), Column("依据"), Column("规则版本"), Column("批准意见"),
    Column("谁办的"), Column("依据链文件"),
)  # fmt: skip
_PAPERS = (
    Column("案号"), Column("材料"), Column("交来时间", Show.MOMENT), Column("字节", Show.NUMBER), Column("SHA-256"),
    Column("卷宗里的文件"),
)  # fmt: skip


def sample_file(answer: Answer, *, actor: Actor, at: datetime) -> bytes:
    """The zip of a sample: `样本.xlsx`, `依据链/案号.txt`, `材料/案号/…`. The taking is recorded, and each case."""
    centre_id = actor.centre_id
    whole = books.whole_vouchers(centre_id, [int(str(line[0])) for line in answer.lines])
    causes = causes_of(centre_id, whole)
    case_ids = sorted(
        {one.cause_id for found in causes.values() for one in found if one.kind is CauseKind.CASE}
    )
    purpose = f"sample {answer.asked.seed}"
    opened = cases.open_cases_for_audit(case_ids, purpose=purpose, actor=actor, at=at) if case_ids else []
    record(
        "reports.sample_file", actor=actor, at=at, subject="sample",
        details={"digest": answer.digest, "seed": answer.asked.seed, "vouchers": len(whole), "cases": len(opened)},
    )  # fmt: skip
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        papers = _papers(made, opened)
        for one in opened:
            made.writestr(f"依据链/{one.number}.txt", receipt_text(one))
        made.writestr("样本.xlsx", _workbook(answer, whole, causes, opened, papers))
    return stream.getvalue()


def _papers(made: zipfile.ZipFile, opened: Sequence[Case]) -> list[tuple[object, ...]]:
    """Put every paper in; its line for the list, also where it could not be put in."""
    lines: list[tuple[object, ...]] = []
    written = 0
    for one in opened:
        titles = {item.code: item.title for item in registry.service(one.service).materials}
        for n, paper in enumerate(one.papers, start=1):
            kept = files.kept_file(paper.file_id)
            title = titles.get(paper.material, paper.material)
            where = f"材料/{one.number}/{n}-{title}.{ENDING.get(kept.kind.value, 'bin')}"
            written += kept.size
            if written <= MOST_BYTES:
                made.writestr(where, files.content(paper.file_id))
            else:
                where = "卷宗太大，没有放入：请在办件页面下载"
            lines.append((one.number, title, paper.at, kept.size, kept.sha256, where))
    return lines


def _workbook(
    answer: Answer, whole: Sequence[Voucher], causes: dict[int, tuple[Cause, ...]], opened: Sequence[Case],
    papers: list[tuple[object, ...]],
) -> bytes:  # fmt: skip
    asked = answer.asked
    notes = (
        f"{asked.first} 至 {asked.last}，种子号 {asked.seed}",
        f"提问 {answer.question.code} 第 {answer.question.version} 版",
        f"结果摘要（SHA-256）{answer.digest}",
    )
    made = Sheets()
    made.add("凭证", title="抽中的凭证", notes=notes, columns=answer.question.columns, lines=answer.lines)
    made.add(
        "分录", title="分录", notes=(), columns=_LINES,
        lines=[
            (one.voucher_id, line.subject, chart().find(line.subject).name, line.debit_fen or None,
             line.credit_fen or None, line.unit_id, line.bank_account_id)
            for one in whole for line in one.lines
        ],
    )  # fmt: skip
    made.add(
        "依据", title="依据", notes=(), columns=_CAUSES,
        lines=[
            (one.voucher_id, cause.kind.zh, cause.number, cause.text, cause.papers)
            for one in whole for cause in causes[one.voucher_id]
        ],
    )  # fmt: skip
    made.add("决定", title="决定", notes=(), columns=_DECISIONS, lines=[_decision(one) for one in opened])
    made.add("材料", title="材料清单", notes=(), columns=_PAPERS, lines=papers)  # type: ignore[arg-type]
    return made.content()


def _decision(one: Case) -> tuple[str | int | datetime | None, ...]:
    decided, acts = one.decision, "；".join(f"{ACT_ZH.get(act.act, act.act)} {act.by}" for act in one.reviews)
    return (
        one.number, one.title, one.applicant, one.state.zh,
        None if decided is None else "同意" if decided.outcome is Outcome.GRANT else "不予同意",
        decided.amount_fen if decided else None,
        None if decided is None else "规则" if decided.by_rule else "经办和复核",
        decided.decided_at if decided else None, citation(decided.article, one.law_on) if decided else None,
        decided.policy_release if decided else None, one.opinion.number if one.opinion else None,
        acts or "规则自动办理",
        f"依据链/{one.number}.txt",
    )  # fmt: skip


def receipt_text(one: Case) -> str:
    """The receipt of a decision (依据链) as plain text: facts with sources, tests, arithmetic, result."""
    lines = [f"{one.title}，案号 {one.number}，{one.applicant}", ""]
    decided = one.decision
    if decided is None:
        return "\n".join([*lines, f"还没有决定，现在是“{one.state.zh}”。", ""])
    lines += [f"决定：{decided.text}", f"时间：{decided.decided_at.astimezone(ZONE):%Y-%m-%d %H:%M}",
              f"规则版本：{decided.policy_release}", f"决定摘要（SHA-256）：{decided.digest}"]  # fmt: skip
    if decided.amount_fen is not None:
        lines.append(f"金额：{format_fen(decided.amount_fen)} 元（{fen_in_words(decided.amount_fen)}）")
    if one.opinion:
        lines.append(f"批准意见 {one.opinion.number}：{one.opinion.text}")
    lines += ["", "事实和来源"]
    lines += [
        f"  {fact.label}：{fact.text}（{'，'.join(filter(None, (fact.source, fact.serial, fact.read_at)))}）"
        for fact in decided.facts.items
    ]
    return masked("\n".join(lines + (_working(decided.working) if decided.working else []) + [""]))


def _working(working: Working) -> list[str]:
    lines = ["", "逐项判断"]
    for one in working.conditions:
        met = "满足" if one.met else "不满足" if one.met is False else "不知道"
        lines.append(f"  {one.title}：{met}。{one.rule} {one.conclusion}")
        if one.article:
            lines.append(f"    依据 《{one.article.title}》{one.article.number}")
        lines += [f"    参数 {found.title} {found.value}{found.unit}，自 {found.starts_on}" for found in one.parameters]
    if working.terms:
        lines += ["", "金额"]
        lines += [f"  {one.name}：{one.expression} = {format_fen(one.fen)} 元{'（按这项）' if one.binding else ''}"
                  for one in working.terms]  # fmt: skip
    return lines + [f"  {one.name}：{one.expression} = {one.value}" for one in working.steps]
