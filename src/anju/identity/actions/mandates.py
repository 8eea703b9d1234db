"""Who may act as what: binding a log-in to its person, granting and ending mandates, disabling log-ins.

Four eyes are about natural persons, so a staff duty is refused by person, not by log-in: nobody gives himself one,
and none that may not meet another he holds.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from anju.audit.actions import record
from anju.identity import words
from anju.identity.actions.activity import note_activity
from anju.identity.actions.sessions import end_sessions
from anju.identity.duties import refuse_conflict
from anju.identity.models import Login, Mandate
from anju.identity.types import STAFF_ROLES, UNIT_ROLES, Role
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

_SELF_GRANT = "不能给自己授权，请由另一位管理员办理。"


def bind_person(
    login_id: int, person_id: int, *, actor: Actor, at: datetime, id_digest: bytes | None = None,
    case_id: int | None = None,
) -> None:  # fmt: skip
    """Tie a log-in to a natural person, once, after its opening was approved. Called by services and the desk.

    ``id_digest`` is the person's: a log-in that claimed another number is refused. Binding again to the same person
    changes nothing; to another person, or of a person who has a log-in already, is refused.
    """
    with transaction.atomic():
        login = _live(login_id)
        if login.person_id == person_id:
            return
        if login.person_id is not None:
            raise Refusal("login_bound", "这个登录账户已经与另一人绑定，不能更改。", status=409)
        if id_digest is not None and bytes(login.id_digest) != id_digest:
            raise Refusal("id_differs", "登录账户登记的证件号码与此人不一致，请核对后再办。", status=409)
        login.person_id = person_id
        try:
            with transaction.atomic():
                login.save(update_fields=["person_id"])
        except IntegrityError as error:
            text = "此人已有登录账户。请用原账户登录，或先停用原账户。"
            raise Refusal("person_has_login", text, status=409) from error
        record("bind_person", actor=actor, at=at, subject="login", subject_id=login_id, person_id=person_id,
               case_id=case_id)  # fmt: skip
        note_activity(login_id, "bound", "登录账户已与本人绑定", at=at)


def grant_mandate(
    login_id: int, role: Role, *, actor: Actor, at: datetime, unit_id: int | None = None,
    source_case_id: int | None = None,
) -> int:  # fmt: skip
    """Give a capacity; its id. Granting what is already held answers the id that is there.

    A member's or unit administrator's mandate comes from a signed case; an agent's from an administrator of the same
    unit or a case; a staff role from an administrator, never from oneself, and never beside a duty that may not meet
    it in one person (不相容岗位).
    """
    role = Role(role)
    _refuse_grant(login_id, role, unit_id, actor=actor, source_case_id=source_case_id)
    with transaction.atomic():
        login = _live(login_id)
        held = _held(login_id, role, unit_id)
        if held is not None:
            return int(held.mandate_id)
        if role in STAFF_ROLES:
            _refuse_duty(login, role, actor)
        mandate = Mandate.objects.create(
            login_id=login_id, role=role.value, unit_id=unit_id, started_at=at, source_case_id=source_case_id,
            granted_by=actor.login_id,
        )  # fmt: skip
        record("grant_mandate", actor=actor, at=at, subject="mandate", subject_id=mandate.mandate_id,
               person_id=login.person_id, unit_id=unit_id, case_id=source_case_id,
               details={"role": role.value, "login_id": login_id})  # fmt: skip
        note_activity(login_id, "mandate", f"获得身份：{role.zh}", at=at)
    return int(mandate.mandate_id)


def end_mandate(mandate_id: int, *, why: str, actor: Actor, at: datetime) -> None:
    """End a capacity; it works no more on the next request of every session. Ending twice changes nothing.

    A unit administrator may end mandates of that unit only (404 else); an administrator those of staff, not his own.
    """
    with transaction.atomic():
        mandate = Mandate.objects.select_for_update().filter(mandate_id=mandate_id).first()
        foreign = mandate is not None and actor.role == Role.UNIT_ADMIN and mandate.unit_id != actor.unit_id
        if mandate is None or foreign:
            raise Refusal("mandate_unknown", words.NOT_FOUND, status=404)
        if mandate.ended_at is not None:
            return
        _refuse_end(mandate, actor)
        mandate.ended_at, mandate.ended_by, mandate.ended_why = at, actor.login_id, why[:100]
        mandate.save(update_fields=["ended_at", "ended_by", "ended_why"])
        record("end_mandate", actor=actor, at=at, subject="mandate", subject_id=mandate_id, unit_id=mandate.unit_id,
               details={"role": mandate.role, "login_id": mandate.login_id})  # fmt: skip
        note_activity(mandate.login_id, "mandate", f"身份已结束：{Role(mandate.role).zh}", at=at)


def disable_login(login_id: int, *, why: str, actor: Actor, at: datetime) -> None:
    """Close a log-in for good: its sessions end and its mandates with them. Refuses closing one's own."""
    if actor.login_id == login_id:
        raise Refusal("own_login", "不能停用自己的登录账户，请由另一位管理员办理。", status=403)
    with transaction.atomic():
        login = _live(login_id)
        login.disabled_at, login.disabled_why = at, why[:100]
        login.save(update_fields=["disabled_at", "disabled_why"])
        Mandate.objects.filter(login_id=login_id, ended_at__isnull=True).update(
            ended_at=at, ended_by=actor.login_id, ended_why="停用登录账户"
        )
        end_sessions(login_id, why="disabled", at=at)
        record("disable_login", actor=actor, at=at, subject="login", subject_id=login_id, person_id=login.person_id)


def _refuse_grant(
    login_id: int, role: Role, unit_id: int | None, *, actor: Actor, source_case_id: int | None
) -> None:
    if role is Role.APPLICANT or (role in UNIT_ROLES) is (unit_id is None):
        raise ValueError(f"{role} with unit {unit_id}")
    by_unit_admin = actor.role == Role.UNIT_ADMIN and actor.unit_id == unit_id
    if role in STAFF_ROLES:
        if actor.login_id == login_id and actor.login_id is not None:
            raise Refusal("self_grant", _SELF_GRANT, status=403)
        if actor.role != Role.ADMINISTRATOR and not actor.is_machine:
            raise Refusal("grant_denied", "只有系统管理员可以给工作人员授权。", status=403)
    elif source_case_id is None and not actor.is_machine and not (role in UNIT_ROLES and by_unit_admin):
        raise Refusal("grant_denied", "这个身份要经申请、审核和签约后取得。", status=403)


def _refuse_duty(login: Login, role: Role, actor: Actor) -> None:
    """A person has one live log-in (by constraint) and it is locked here, so no second grant can slip past."""
    if login.person_id is None:
        raise Refusal("person_missing", "工作人员的登录账户要先与本人绑定，才能授权。", status=409)
    if actor.person_id == login.person_id:
        raise Refusal("self_grant", _SELF_GRANT, status=403)
    duties = Mandate.objects.filter(
        login__person_id=login.person_id, role__in=[duty.value for duty in STAFF_ROLES], ended_at__isnull=True
    )
    refuse_conflict([Role(duty) for duty in duties.order_by("mandate_id").values_list("role", flat=True)], role)


def _refuse_end(mandate: Mandate, actor: Actor) -> None:
    role = Role(mandate.role)
    if role in STAFF_ROLES and actor.login_id == mandate.login_id:
        raise Refusal("own_mandate", "不能结束自己的授权，请由另一位管理员办理。", status=403)
    fits = (role in UNIT_ROLES and actor.role == Role.UNIT_ADMIN) or actor.role == Role.ADMINISTRATOR
    if not fits and not actor.is_machine:
        raise Refusal("end_denied", "您不能结束这项授权。", status=403)
    if role is Role.UNIT_ADMIN and actor.role == Role.UNIT_ADMIN and _is_last_admin(mandate):
        raise Refusal("last_admin", "单位至少要保留一名账户管理员，请先增加一名再结束这一名。", status=409)


def _is_last_admin(mandate: Mandate) -> bool:
    others = Mandate.objects.filter(unit_id=mandate.unit_id, role=Role.UNIT_ADMIN, ended_at__isnull=True)
    return not others.exclude(mandate_id=mandate.mandate_id).exists()


def _held(login_id: int, role: Role, unit_id: int | None) -> Mandate | None:
    return Mandate.objects.filter(
        login_id=login_id, role=role.value, unit_id=unit_id, ended_at__isnull=True
    ).first()


def _live(login_id: int) -> Login:
    """The log-in, locked: two grants of one log-in come one after the other."""
    login = Login.objects.select_for_update().filter(login_id=login_id, disabled_at__isnull=True).first()
    if login is None:
        raise Refusal("login_unknown", words.NOT_FOUND, status=404)
    return login
