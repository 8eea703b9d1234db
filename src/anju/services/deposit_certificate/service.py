"""The contribution certificate (缴存证明): two screens, one choice, decided by rule at once."""

from __future__ import annotations

from pathlib import Path

from anju.casework.types import Answers, Audience, FactShown, ReviewMode, Service, SummaryLine
from anju.services.deposit_certificate.decide import CERTIFICATE, RARE, decide
from anju.services.deposit_certificate.effect import effect
from anju.services.deposit_certificate.facts import gather
from anju.services.deposit_certificate.form import CertificateForm
from anju.services.deposit_certificate.labels import LABELS, PURPOSES


def summary(answers: Answers) -> tuple[SummaryLine, ...]:
    """核对信息."""
    return (SummaryLine("证明用途", PURPOSES[answers["purpose"]], "purpose"),)


SERVICE = Service(
    code="deposit_certificate",
    title="开具缴存证明",
    gives="在线开具有编号和核验码的住房公积金缴存证明，当场下载。",
    audience=Audience.MEMBER,
    review=ReviewMode.RULE,
    folder=Path(__file__).parent,
    form=CertificateForm,
    gather=gather,
    decide=decide,
    effect=effect,
    summary=summary,
    facts=tuple(FactShown(name, label) for name, label in LABELS.items()),
    materials=(),
    refusal_articles=(CERTIFICATE, RARE),
    legal_limit=None,
    promised_limit="promise.deposit_certificate",
    step_up=True,
)
