"""Findings (审计发现): an auditor writes what a line means, a duty of the centre answers, the auditor closes it or not.

Nothing is changed or deleted: a finding stands as it was written, and what follows are steps. Whoever raised a finding
never answers it.
"""

from __future__ import annotations

import json
from datetime import date, datetime

from django.db import transaction

from anju.audit.actions import record
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text
from anju.reports.actions import ask
from anju.reports.finding_queries import finding
from anju.reports.finding_types import FindingDraft, FindingSeen, FindingState, StepAct
from anju.reports.types import Asked, Column, Show, Value

LONGEST = 1_000
AUDITOR = "auditor"
_RAISE = """
INSERT INTO audit_finding (centre_id, raised_by_person_id, raised_by_login_id, raised_at, first, last, due_on, seed,
    line_number, question_version, severity, question, digest, addressee, text, line)
VALUES (%(centre)s, %(person)s, %(login)s, %(at)s, %(first)s, %(last)s, %(due_on)s, %(seed)s, %(line_number)s,
    %(version)s, %(severity)s, %(question)s, %(digest)s, %(addressee)s, %(text)s, %(line)s::jsonb)
ON CONFLICT ON CONSTRAINT audit_finding_once DO NOTHING RETURNING finding_id
"""
_SAY = """
INSERT INTO finding_step (centre_id, finding_id, n, act, text, person_id, login_id, at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT ON CONSTRAINT finding_step_pk DO NOTHING
"""


@transaction.atomic
def raise_finding(draft: FindingDraft, asked: Asked, *, actor: Actor, at: datetime) -> int:
    """Write a finding about one line of an answer; its id. The question is asked again: the line is what it says.

    Refuses anybody but an auditor (403), an answer that is not the one that was read (409), a line that is not there, a
    line that has its finding already (409), empty or too long words, and a day that has passed.
    """
    _auditor(actor)
    text = _words(draft.text)
    if draft.due_on <= at.astimezone(ZONE).date():
        raise Refusal("reports.due_on", "答复期限要在今天以后：请留出时间。", field="due_on")
    answer = ask(draft.question, asked, actor=actor, at=at)
    if answer.digest != draft.digest:
        raise Refusal("reports.answer_changed", "提问的结果已经变了：请回到提问重新看，再写发现。", status=409)
    if not 1 <= draft.line_number <= len(answer.lines):
        raise Refusal("reports.no_line", "结果里没有这一行：请回到提问重新选择。", status=409)
    line = answer.lines[draft.line_number - 1]
    columns = answer.question.columns
    shown = [(column.title, shown_text(column, value)) for column, value in zip(columns, line, strict=True)]
    made = row(
        _RAISE,
        {"centre": actor.centre_id, "person": actor.person_id, "login": actor.login_id, "at": at,
         "first": asked.first, "last": asked.last, "due_on": draft.due_on, "seed": asked.seed,
         "line_number": draft.line_number, "version": answer.question.version, "severity": int(draft.severity),
         "question": draft.question, "digest": draft.digest, "addressee": draft.addressee.value, "text": text,
         "line": json.dumps(shown, ensure_ascii=False)},
    )  # fmt: skip
    if made is None:
        raise Refusal("reports.finding_again", "这一行已经写过发现：请到审计发现里查看。", status=409)
    record(
        "reports.raise_finding", actor=actor, at=at, subject="finding", subject_id=made["finding_id"],
        details={"question": draft.question, "digest": draft.digest, "line": draft.line_number,
                 "severity": int(draft.severity)},
    )  # fmt: skip
    return int(made["finding_id"])


@transaction.atomic
def answer_finding(finding_id: int, *, text: str, step: int, actor: Actor, at: datetime) -> None:
    """Answer a finding, for the duty it is addressed to; ``step`` is the number of steps that were on the page.

    Refuses a finding of another duty (404), its own author (403), one that does not wait for an answer (409), and empty
    words.
    """
    found = finding(actor, finding_id)
    if actor.role != found.addressee.value:
        raise Refusal("reports.not_yours", f"这条发现由{found.addressee.zh}答复。", status=403)
    if actor.person_id == found.raised_by_person_id:
        raise Refusal("reports.own_finding", "写发现的人不能自己答复：请由另一位有权的人答复。", status=403)
    _say(found, FindingState.OPEN, StepAct.ANSWERED, _words(text), step, actor=actor, at=at)


@transaction.atomic
def close_finding(finding_id: int, *, text: str, step: int, actor: Actor, at: datetime) -> None:
    """Accept the answer: the finding is closed for good. Refuses anybody but an auditor, and one without an answer."""
    _auditor(actor)
    said = clean_text(text, LONGEST, "text", multi_line=True)
    _say(finding(actor, finding_id), FindingState.ANSWERED, StepAct.CLOSED, said, step, actor=actor, at=at)


@transaction.atomic
def send_back_finding(finding_id: int, *, text: str, step: int, actor: Actor, at: datetime) -> None:
    """Ask for another answer, saying why. Refuses anybody but an auditor, and a finding without an answer."""
    _auditor(actor)
    _say(finding(actor, finding_id), FindingState.ANSWERED, StepAct.SENT_BACK, _words(text), step, actor=actor, at=at)


def _say(
    found: FindingSeen, wanted: FindingState, act: StepAct, text: str, step: int, *, actor: Actor, at: datetime
) -> None:
    if found.state is not wanted or found.steps != step:
        raise Refusal("reports.finding_moved", f"这条发现现在是“{found.state.zh}”：请刷新后再看。", status=409)
    done = execute(
        _SAY, [actor.centre_id, found.finding_id, step + 1, int(act), text, actor.person_id, actor.login_id, at]
    )
    if not done:
        raise Refusal("reports.finding_moved", "刚才有人处理了这条发现：请刷新后再看。", status=409)
    record(
        f"reports.finding_{act.name.lower()}", actor=actor, at=at, subject="finding", subject_id=found.finding_id,
        details={"step": step + 1},
    )  # fmt: skip


def _auditor(actor: Actor) -> None:
    if actor.role != AUDITOR or actor.person_id is None or actor.login_id is None:
        raise Refusal("reports.auditors_only", "审计发现由审计人员写和确认。", status=403)


def _words(text: str) -> str:
    said = clean_text(text, LONGEST, "text", multi_line=True)
    if not said:
        raise Refusal("reports.no_words", "请写明内容。", field="text")
    return said


def shown_text(column: Column, value: Value) -> str:
    """A value of an answer in words, as the page shows it."""
    if value is None:
        return "—"
    if column.show is Show.FEN and isinstance(value, int):
        return f"{format_fen(value)} 元"
    if isinstance(value, datetime):
        return f"{value.astimezone(ZONE):%Y-%m-%d %H:%M}"
    return str(value) if not isinstance(value, date) else value.isoformat()
