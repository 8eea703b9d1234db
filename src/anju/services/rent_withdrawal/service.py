"""Rent withdrawal (租房提取): one field, decided in seconds where the facts are shared."""

from __future__ import annotations

from pathlib import Path

from anju.casework.types import (
    Answers,
    Audience,
    Choice,
    CorrectionItem,
    FactShown,
    LegalLimit,
    ReviewMode,
    Service,
    SummaryLine,
)
from anju.kernel.money import fen_in_words, format_fen
from anju.services.rent_withdrawal.decide import decide
from anju.services.rent_withdrawal.effect import cancel, effect
from anju.services.rent_withdrawal.facts import gather
from anju.services.rent_withdrawal.form import RentForm
from anju.services.rent_withdrawal.labels import LABELS, MARRIAGE_ZH

HOMES = (Choice(0, "0 套"), Choice(1, "1 套"), Choice(2, "2 套以上"))
BY_HAND = {
    "homes_own": HOMES,
    "homes_spouse": HOMES,
    "marital_status": tuple(Choice(value, label) for value, label in MARRIAGE_ZH.items()),
}


def summary(answers: Answers) -> tuple[SummaryLine, ...]:
    """核对信息."""
    rent_fen = answers["monthly_rent"]
    return (SummaryLine("每月房租", f"{format_fen(rent_fen)} 元（{fen_in_words(rent_fen)}）", "monthly_rent"),)


SERVICE = Service(
    code="rent_withdrawal",
    title="租房提取",
    gives="在本市无房、租房居住的职工，提取当月房租到本人银行卡。",
    audience=Audience.MEMBER,
    review=ReviewMode.RULE_OR_REVIEW,
    folder=Path(__file__).parent,
    form=RentForm,
    gather=gather,
    decide=decide,
    effect=effect,
    cancel=cancel,
    summary=summary,
    facts=tuple(FactShown(name, label, BY_HAND.get(name, ())) for name, label in LABELS.items()),
    materials=(
        CorrectionItem("monthly_rent", "每月房租", "填写的房租和合同不一致，请按合同更正。", "monthly_rent"),
        CorrectionItem("lease", "租房合同", "请上传租房合同的照片或扫描件，每页都要清楚。"),
        CorrectionItem("no_home", "无房证明", "不动产登记系统没有查到，请上传登记中心出具的查询结果。"),
        CorrectionItem("marriage", "婚姻状况证明", "民政系统没有查到，请上传结婚证、离婚证或单身声明。"),
    ),
    refusal_articles=(
        "regulation.rent",
        "withdrawal_measure.account_state",
        "withdrawal_measure.continuous_months",
        "withdrawal_measure.rent_amount",
        "withdrawal_measure.rent_once",
        "withdrawal_measure.running_case",
        "withdrawal_measure.own_card",
    ),
    legal_limit=LegalLimit("withdraw.decision_days", "regulation.withdrawal_decision"),
    promised_limit="promise.rent_withdrawal",
    step_up=True,
    takes_effect_text="等待银行付款",
)
