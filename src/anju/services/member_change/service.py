"""Changes of staff (职工变更): new, unseal, seal, transfer in, transfer out, new base; one by form or many by list."""

from __future__ import annotations

from pathlib import Path

from anju.casework.types import (
    Answers,
    Audience,
    CorrectionItem,
    FactShown,
    LegalLimit,
    ReviewMode,
    Service,
    SummaryLine,
)
from anju.contributions.roster.types import ChangeKind
from anju.kernel.identifiers import mask_id, mask_name
from anju.kernel.month import Month
from anju.services.member_change.decide import decide
from anju.services.member_change.effect import effect
from anju.services.member_change.facts import gather
from anju.services.member_change.form import MemberChangeForm
from anju.services.member_change.labels import LABELS


def summary(answers: Answers) -> tuple[SummaryLine, ...]:
    """核对信息."""
    month = SummaryLine("从", Month.parse(str(answers["month"])).zh, "month")
    if answers.get("file_id"):
        return (SummaryLine("名册", f"第 {answers['file_id']} 号名册"), month)
    return (
        SummaryLine("办什么", ChangeKind(str(answers["change"])).zh, "change"),
        SummaryLine("职工", f"{mask_name(str(answers['name']))} {mask_id(str(answers['id_number']))}", "name"),
        month,
    )


SERVICE = Service(
    code="member_change",
    title="职工增减和变更",
    gives="新增、启封、封存、转入、转出和改基数，一个人填表，很多人传名册。",
    audience=Audience.UNIT,
    review=ReviewMode.RULE,
    folder=Path(__file__).parent,
    form=MemberChangeForm,
    gather=gather,
    decide=decide,
    effect=effect,
    summary=summary,
    facts=tuple(FactShown(name, label) for name, label in LABELS.items()),
    materials=(CorrectionItem("list", "职工名册", "请按提示改好后重新上传。"),),
    refusal_articles=("regulation.staff_change", "contribution_measure.member_change", "regulation.one_account"),
    legal_limit=LegalLimit("member.hiring_days", "regulation.staff_change"),
    promised_limit="promise.member_change",
    one_running=False,
)
