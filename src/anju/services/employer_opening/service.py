"""Opening the online service for a unit (单位开通网上业务): apply, approved, sign, permission."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from anju.casework.rulebook import book
from anju.casework.types import (
    Answers,
    Audience,
    Choice,
    CorrectionItem,
    FactShown,
    ReviewMode,
    Service,
    Subject,
    SummaryLine,
)
from anju.identity import queries as identity
from anju.identity.types import UNIT_CODE_KIND
from anju.kernel.identifiers import IdKind, mask_id
from anju.kernel.month import Month
from anju.parties.natures import nature_zh, natures
from anju.services.employer_opening.decide import decide
from anju.services.employer_opening.effect import effect
from anju.services.employer_opening.facts import claimed_person, gather
from anju.services.employer_opening.form import EmployerOpeningForm
from anju.services.employer_opening.labels import LABELS
from anju.services.employer_opening.ratios import ratios_zh


def prefill(subject: Subject, at: datetime) -> dict[str, Any]:
    """What registration asked already, this month, and the lowest ratio of the law."""
    login = identity.login(subject.login_id)
    assert login is not None
    lowest = book().decimal("contribution.ratio_min", at.date()) * Decimal(100)
    percent = format(lowest.normalize(), "f")
    filled: dict[str, Any] = {
        "first_month": str(Month.of(at.date())), "ratio": percent, "person_ratio": percent, "nature": "",
    }  # fmt: skip
    if login.id_kind == UNIT_CODE_KIND:
        filled["uscc"] = login.id_number
    elif login.id_kind == IdKind.ID18:
        filled["id_number"] = login.id_number
    return filled


def summary(answers: Answers) -> tuple[SummaryLine, ...]:
    """核对信息."""
    return (
        SummaryLine("统一社会信用代码", answers["uscc"], "uscc"),
        SummaryLine("您本人的身份证号码", mask_id(answers["id_number"]), "id_number"),
        SummaryLine("发薪日", f"每月 {answers['payday']} 日", "payday"),
        SummaryLine("首次汇缴年月", Month.parse(answers["first_month"]).zh, "first_month"),
        SummaryLine("缴存比例", ratios_zh(answers), "ratio"),
        SummaryLine("单位性质", nature_zh(answers.get("nature") or "") or "按登记机关的登记", "nature"),
    )


NATURES = tuple(Choice(one.code, one.name) for one in natures())

SERVICE = Service(
    code="employer_opening",
    title="单位开通网上业务",
    gives="单位在网上登记开户、管理职工、办理每月汇缴。",
    audience=Audience.ANY_LOGIN,
    review=ReviewMode.RULE_OR_REVIEW,
    folder=Path(__file__).parent,
    form=EmployerOpeningForm,
    gather=gather,
    decide=decide,
    effect=effect,
    summary=summary,
    prefill=prefill,
    natural_person=claimed_person,
    facts=tuple(FactShown(name, label, NATURES if name == "nature" else ()) for name, label in LABELS.items()),
    materials=(
        CorrectionItem("uscc", "统一社会信用代码", "没有查到这个代码，请对照营业执照重新填写。", "uscc"),
        CorrectionItem("id_number", "身份证号码", "姓名和证件号码没有核对上，请重新填写。", "id_number"),
        CorrectionItem("payday", "发薪日", "发薪日与单位实际不符，请重新填写。", "payday"),
        CorrectionItem("first_month", "首次汇缴年月", "请填写第一次发工资的年月。", "first_month"),
        CorrectionItem("ratio", "缴存比例", "缴存比例需要按规定重新填写。", "ratio"),
        CorrectionItem("nature", "单位性质", "填写的单位性质与登记的不一致，请重新选择。", "nature"),
        CorrectionItem("licence", "营业执照", "请上传营业执照的照片，文字要清楚。"),
        CorrectionItem("authorisation", "单位授权书", "经办人申请的，请上传法定代表人签字、加盖公章的授权书。"),
        CorrectionItem("document", "申请人证件照片", "请上传申请人身份证正反面照片。"),
    ),
    refusal_articles=("online_measure.identity", "online_measure.opening", "regulation.registration",
                      "regulation.ratio"),
    legal_limit=None,
    promised_limit="opening.review_working_days",
    agreement="unit_service",
)  # fmt: skip
