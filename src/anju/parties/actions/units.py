"""Units: registered once by their code, with dated ratios and a history of what changed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from anju.audit.actions import record
from anju.database.encryption import digest
from anju.database.sql import row
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind, check_uscc, normalise_id
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.parties.models import Unit, UnitHistory, UnitTerms
from anju.parties.natures import nature
from anju.parties.types import UnitDraft, UnitState


def register_unit(
    draft: UnitDraft, *, centre_id: int, actor: Actor, at: datetime, case_id: int | None = None
) -> int:
    """Register a unit (缴存登记, Regulation Art. 14); its unit id.

    Refuses a wrong code, a code that is registered here already, and a nature that is not in the list.
    The ratios are the terms from the first contribution month on; whether they are within policy is the calling
    room's business.
    """
    code = normalise_id(IdKind.OTHER, draft.uscc)
    if not check_uscc(code).valid:
        raise Refusal("parties.uscc", "统一社会信用代码校验不通过：请对照营业执照核对 18 位代码。", field="uscc")
    if nature(draft.nature) is None:
        raise Refusal("parties.nature", "请从列出的单位性质中选择一项。", field="nature")
    number = row("SELECT nextval('unit_id_seq') AS n")
    assert number is not None
    unit_id = int(number["n"])
    try:
        with transaction.atomic():
            Unit.objects.create(
                centre_id=centre_id, unit_id=unit_id, name=draft.name, uscc=code, address=draft.address,
                nature=draft.nature, payday=draft.payday, first_month=draft.first_month.number,
                second_approval=draft.second_approval, state=UnitState.OPENED.value,
                legal_person_name=draft.legal_person_name, bank_sealed=draft.bank_account,
                bank_digest=digest("bank", draft.bank_account), bank_name=draft.bank_name, opened_at=at,
            )  # fmt: skip
            UnitTerms.objects.create(
                centre_id=centre_id, unit_id=unit_id, from_month=draft.first_month.number,
                unit_ratio=draft.unit_ratio, person_ratio=draft.person_ratio, case_id=case_id, known_at=at,
            )  # fmt: skip
            record("parties.register_unit", actor=actor, at=at, subject="unit", subject_id=unit_id,
                   unit_id=unit_id, case_id=case_id)  # fmt: skip
    except IntegrityError as error:
        if "unit_uscc" in str(error):
            raise Refusal(
                "parties.unit_known", "这个单位已经登记过：请由单位账户管理员在“授权”里给您开通。",
                law="《住房公积金管理条例》第十四条", field="uscc", status=409,
            ) from error  # fmt: skip
        raise
    return unit_id


def _lock(centre_id: int, unit_id: int) -> Unit:
    try:
        return Unit.objects.select_for_update().get(centre_id=centre_id, unit_id=unit_id)
    except Unit.DoesNotExist as error:
        raise Refusal("parties.no_unit", "没有找到这个单位。", status=404) from error


def _remember(
    unit: Unit, field: str, before: str, after: str, *, actor: Actor, at: datetime, case_id: int | None
) -> None:
    number = row(
        "SELECT coalesce(max(n), 0) + 1 AS n FROM unit_history WHERE centre_id = %s AND unit_id = %s",
        [unit.centre_id, unit.unit_id],
    )
    assert number is not None
    UnitHistory.objects.create(
        centre_id=unit.centre_id, unit_id=unit.unit_id, n=number["n"], at=at, field=field, before=before,
        after=after, login_id=actor.login_id, case_id=case_id,
    )  # fmt: skip
    record(f"parties.unit_{field}", actor=actor, at=at, subject="unit", subject_id=unit.unit_id,
           unit_id=unit.unit_id, case_id=case_id, details={"before": before, "after": after})  # fmt: skip


@transaction.atomic
def change_unit_terms(
    centre_id: int, unit_id: int, *, from_month: Month, unit_ratio: Decimal, person_ratio: Decimal, actor: Actor,
    at: datetime, case_id: int | None = None,
) -> None:  # fmt: skip
    """New ratios from a month on. Refuses a month that has terms of its own already."""
    unit = _lock(centre_id, unit_id)
    _, made = UnitTerms.objects.get_or_create(
        centre_id=centre_id, unit_id=unit_id, from_month=from_month.number,
        defaults={"unit_ratio": unit_ratio, "person_ratio": person_ratio, "case_id": case_id, "known_at": at},
    )  # fmt: skip
    if not made:
        raise Refusal("parties.terms_known", f"{from_month.zh}已经定过缴存比例，请选后面的月份。", status=409)
    _remember(unit, "terms", "", f"{from_month.number}: {unit_ratio}/{person_ratio}", actor=actor, at=at,
              case_id=case_id)  # fmt: skip


@transaction.atomic
def set_second_approval(centre_id: int, unit_id: int, wanted: bool, *, actor: Actor, at: datetime) -> None:
    """Whether the unit's declarations need a second natural person of the unit."""
    unit = _lock(centre_id, unit_id)
    if unit.second_approval == wanted:
        return
    unit.second_approval = wanted
    unit.save(update_fields=["second_approval"])
    _remember(unit, "second_approval", str(not wanted), str(wanted), actor=actor, at=at, case_id=None)


@transaction.atomic
def set_unit_state(
    centre_id: int, unit_id: int, state: UnitState, *, actor: Actor, at: datetime, case_id: int | None = None
) -> None:
    """Move the unit account to another state; the same state changes nothing."""
    unit = _lock(centre_id, unit_id)
    if unit.state == state.value:
        return
    before, unit.state = unit.state, state.value
    unit.save(update_fields=["state"])
    _remember(unit, "state", before, state.value, actor=actor, at=at, case_id=case_id)
