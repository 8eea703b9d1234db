"""Opening the online service for a person (个人开通网上业务): apply, approved, sign, permission."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from anju.casework.types import (
    Answers,
    Audience,
    CorrectionItem,
    FactShown,
    ReviewMode,
    Service,
    Subject,
    SummaryLine,
)
from anju.identity import queries as identity
from anju.identity.types import UNIT_CODE_KIND
from anju.kernel.refusal import Refusal
from anju.services.member_opening.decide import decide
from anju.services.member_opening.effect import effect
from anju.services.member_opening.facts import gather
from anju.services.member_opening.form import MemberOpeningForm
from anju.services.member_opening.labels import LABELS


def may_file(subject: Subject, at: datetime) -> None:
    """Refuse a log-in that is a person's already, and one registered with a unit's code."""
    if subject.actor.person_id is not None:
        raise Refusal("already_open", "您的个人网上业务已经开通，不用再申请。", status=409)
    login = identity.login(subject.login_id)
    if login is not None and login.id_kind == UNIT_CODE_KIND:
        text = "这个登录账户是用统一社会信用代码注册的，请用本人证件另行注册，再开通个人业务。"
        raise Refusal("unit_login", text, status=409)


def summary(answers: Answers) -> tuple[SummaryLine, ...]:
    """Nothing was typed; the page shows the log-in's own name, document and phone."""
    return ()


SERVICE = Service(
    code="member_opening",
    title="个人开通网上业务",
    gives="核对身份、签订协议后，在网上查询账户和办理提取等业务。",
    audience=Audience.ANY_LOGIN,
    review=ReviewMode.RULE_OR_REVIEW,
    folder=Path(__file__).parent,
    form=MemberOpeningForm,
    gather=gather,
    decide=decide,
    effect=effect,
    summary=summary,
    facts=tuple(FactShown(name, label) for name, label in LABELS.items()),
    materials=(
        CorrectionItem("document", "证件照片", "请上传身份证正反面照片，文字要清楚。"),
        CorrectionItem("person_photo", "手持证件照片", "请上传本人手持证件的照片，脸和证件都要看得清。"),
    ),
    refusal_articles=("online_measure.identity", "online_measure.opening", "regulation.one_account"),
    legal_limit=None,
    promised_limit="opening.review_working_days",
    agreement="personal_service",
    may_file=may_file,
)
