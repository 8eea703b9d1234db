"""Binding one's own card (绑定收款银行卡)."""

from __future__ import annotations

from pathlib import Path

from anju.casework.types import Answers, Audience, CorrectionItem, FactShown, ReviewMode, Service, SummaryLine
from anju.services.bank_card.decide import decide
from anju.services.bank_card.effect import effect
from anju.services.bank_card.facts import gather
from anju.services.bank_card.form import CardForm
from anju.services.bank_card.labels import LABELS


def summary(answers: Answers) -> tuple[SummaryLine, ...]:
    """核对信息: the number in groups of four, to be compared with the card."""
    number = answers["card"]
    grouped = " ".join(number[n : n + 4] for n in range(0, len(number), 4))
    return (SummaryLine("银行卡号", grouped, "card"),)


SERVICE = Service(
    code="bank_card",
    title="绑定收款银行卡",
    gives="绑定一张本人名下的银行卡，提取的钱付到这张卡。",
    audience=Audience.MEMBER,
    review=ReviewMode.RULE_OR_REVIEW,
    folder=Path(__file__).parent,
    form=CardForm,
    gather=gather,
    decide=decide,
    effect=effect,
    summary=summary,
    facts=tuple(FactShown(name, label) for name, label in LABELS.items()),
    materials=(
        CorrectionItem("card", "银行卡号", "银行没有查到这个卡号，请对照卡片重新填写。", "card"),
        CorrectionItem("card_photo", "银行卡照片", "请上传银行卡正面照片，卡号要清楚。"),
    ),
    refusal_articles=("online_measure.bank_card", "regulation.withdrawal_decision"),
    legal_limit=None,
    promised_limit="promise.bank_card",
    step_up=True,
)
