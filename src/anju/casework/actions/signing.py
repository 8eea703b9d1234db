"""Signing an agreement (签订协议): an approved case's signature makes the permission; a newer text is signed again.

Refuses a text that is not the version in force, so that nobody signs what was not read.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anju.casework import store, texts
from anju.casework.actions.applicant import own_case
from anju.casework.actions.deciding import effecting, take_effect
from anju.casework.lifecycle import Act
from anju.casework.models import CaseDecision, CaseSignature
from anju.casework.permissions import require_login
from anju.casework.types import Agreement, CaseState, Facts, Service, Signature
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal


@transaction.atomic
def sign(case_id: int, *, version: str, text_digest: str, actor: Actor, at: datetime) -> None:
    """Sign the agreement (签订协议) of an approved case; the signature itself makes the permission.

    Refuses a case that is not approved, and a text that is not the version in force: the newer one must be read first.
    """
    case, service = own_case(case_id, actor)
    if not service.agreement or case.state != CaseState.DECIDED:
        raise _nothing_to_sign()
    in_force = _agreement_read(service, version, text_digest)
    login_id = require_login(actor)
    signature = Signature(in_force.code, in_force.version, in_force.text_digest, login_id, at)
    decision = CaseDecision.objects.get(case_id=case_id)
    verdict = store.verdict_from_json(case.verdict)
    assert verdict is not None
    checker = Actor(None, decision.checker_person_id, "reviewer" if not decision.by_rule else "machine", None, "",
                    case.centre_id)  # fmt: skip
    effect = service.effect(
        effecting(
            case, service, Facts.from_json(store.read_json(decision.facts)), verdict, checker=checker,
            maker_person_id=decision.maker_person_id, at=at, signature=signature,
        )
    )  # fmt: skip
    store.move(
        case, Act.SIGN, actor=actor, by=store.APPLICANT_BY, at=at, text=f"已签订服务协议（{in_force.version} 版）。"
    )
    _keep_signature(case_id, 1, signature)
    take_effect(case, effect, actor=actor, at=at)


@transaction.atomic
def sign_again(case_id: int, *, version: str, text_digest: str, actor: Actor, at: datetime) -> None:
    """Sign the newer version of an agreement signed before. The permission stays as it is; nothing takes effect twice.

    Refuses a case that was never signed, one whose last signature is of the version in force, and another text.
    """
    case, service = own_case(case_id, actor)
    signed = list(CaseSignature.objects.filter(case_id=case_id).order_by("n"))
    in_force = _agreement_read(service, version, text_digest) if service.agreement else None
    if in_force is None or not signed or signed[-1].agreement_version == in_force.version:
        raise _nothing_to_sign()
    store.move(
        case, Act.NOTE, actor=actor, by=store.APPLICANT_BY, at=at, title="签订新版协议",
        text=f"已签订服务协议（{in_force.version} 版），原来签的是 {signed[-1].agreement_version} 版。",
    )  # fmt: skip
    signature = Signature(in_force.code, in_force.version, in_force.text_digest, require_login(actor), at)
    _keep_signature(case_id, signed[-1].n + 1, signature)


def _nothing_to_sign() -> Refusal:
    return Refusal("nothing_to_sign", "现在没有需要签订的协议。请查看办理进度。", status=409)


def _agreement_read(service: Service, version: str, text_digest: str) -> Agreement:
    """The agreement in force, if it is the text that was read."""
    in_force = texts.agreement(service)
    if (version, text_digest) != (in_force.version, in_force.text_digest):
        raise Refusal("agreement_changed", "协议已经更新，请阅读最新版本后再签订。", status=409)
    return in_force


def _keep_signature(case_id: int, n: int, signature: Signature) -> None:
    CaseSignature.objects.create(
        case_id=case_id, n=n, agreement=signature.code, agreement_version=signature.version,
        text_digest=signature.text_digest, signed_by_login_id=signature.signed_by_login_id,
        signed_at=signature.signed_at,
    )  # fmt: skip
