"""A unit's month (单位汇缴): one screen and one confirmation when nothing changed."""

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
from anju.kernel.money import fen_in_words, format_fen
from anju.kernel.month import Month
from anju.services.employer_remittance.decide import decide
from anju.services.employer_remittance.effect import cancel, effect
from anju.services.employer_remittance.facts import gather
from anju.services.employer_remittance.form import RemittanceForm
from anju.services.employer_remittance.labels import LABELS


def summary(answers: Answers) -> tuple[SummaryLine, ...]:
    """核对信息."""
    total = int(answers["expected_total_fen"])
    return (
        SummaryLine("所属年月", Month.parse(str(answers["month"])).zh),
        SummaryLine("合计应缴", f"{format_fen(total)} 元（{fen_in_words(total)}）"),
    )


SERVICE = Service(
    code="employer_remittance",
    title="单位汇缴",
    gives="确认当月名册，得到缴款通知；钱到账后自动记入每位职工的账户。",
    audience=Audience.UNIT,
    review=ReviewMode.RULE,
    folder=Path(__file__).parent,
    form=RemittanceForm,
    gather=gather,
    decide=decide,
    effect=effect,
    cancel=cancel,
    summary=summary,
    facts=tuple(FactShown(name, label) for name, label in LABELS.items()),
    materials=(CorrectionItem("roster", "职工名册", "请重新上传当月的职工名册。"),),
    refusal_articles=("regulation.remittance", "contribution_measure.list_confirmed"),
    legal_limit=LegalLimit("contribution.remittance_days", "regulation.remittance"),
    promised_limit="promise.employer_remittance",
    takes_effect_text="等待单位缴款",
)
