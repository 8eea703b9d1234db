"""Progress without log-in: case number and progress code. Shows the steps; no name, no amount, no fact."""

from __future__ import annotations

import hmac
import json
from dataclasses import replace

from anju.casework import registry
from anju.casework.models import Case, CaseNumber
from anju.casework.queries.cases import STEPS_SQL, steps
from anju.casework.secrets import code_digest
from anju.casework.types import CaseState, Progress, Step
from anju.database.sql import row
from anju.kernel.refusal import Refusal

NEXT_STEP: dict[CaseState, str] = {
    CaseState.SUBMITTED: "等待受理。",
    CaseState.ACCEPTED: "系统正在核对信息，通常几秒钟内有结果。",
    CaseState.CORRECTION: "请登录后按要求补正，补正后自动继续办理。",
    CaseState.REVIEW: "工作人员正在审核，您不用再做什么。",
    CaseState.APPROVAL: "复核人正在复核，您不用再做什么。",
    CaseState.DECIDED: "请登录后阅读并签订协议。",
    CaseState.IN_EFFECT: "正在办理，完成后会通知您。",
    CaseState.DELIVERED: "已办好。",
    CaseState.CLOSED: "已办结，不用再做什么。",
    CaseState.WITHDRAWN: "申请已撤回，需要时可以重新申请。",
    CaseState.REFUSED: "请登录查看理由和您可以怎么办。",
}


def progress(number: str, code: str, *, centre_id: int) -> Progress:
    """The progress of a case; a wrong number and a wrong code are answered in the same words."""
    plain_number, plain_code = number.strip()[:24], code.strip()[:20]
    if "\0" in plain_number or "\0" in plain_code:
        raise _unknown()
    found = CaseNumber.objects.filter(pk=(centre_id, plain_number)).first()
    expected = bytes(found.code_digest) if found else b"\0" * 32
    if not hmac.compare_digest(expected, code_digest(plain_number, plain_code)) or found is None:
        raise _unknown()
    case = Case.objects.get(pk=found.case_id)
    state = CaseState(case.state)
    story = row(f"SELECT ({STEPS_SQL}) AS steps FROM casework_case WHERE case_id = %s", [case.case_id])  # noqa: S608
    assert story is not None
    raw = json.loads(story["steps"]) if isinstance(story["steps"], str) else story["steps"]
    return Progress(
        number=case.number, title=registry.service(case.service).title, state=state,
        steps=tuple(_without_text(step) for step in steps(raw)), promise_text=case.promise_text,
        next_step=NEXT_STEP[state],
    )  # fmt: skip


def _without_text(step: Step) -> Step:
    """Step texts may hold amounts and reasons, which are for the log-in only."""
    return replace(step, text="")


def _unknown() -> Refusal:
    return Refusal("progress_unknown", "案号或查询码不对，请核对后再查。查询码在提交成功页面上。", status=404)
