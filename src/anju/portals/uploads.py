"""Papers that come with a correction: kept by the files room, handed to casework by material code."""

from __future__ import annotations

from datetime import datetime

from django import forms

from anju.casework.types import Case
from anju.files.actions import keep
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal


def keep_papers(case: Case, papers: forms.Form, *, actor: Actor, at: datetime) -> dict[str, int]:
    """File ids by material code, of a checked form whose fields are called ``paper-<code>``.

    The first upload that may not be kept is refused beside its own field.
    """
    kept = {}
    for name, upload in papers.cleaned_data.items():
        code = name.removeprefix("paper-")
        try:
            kept[code] = keep(
                upload.read(), upload.name or "", centre_id=actor.centre_id, purpose=f"case:{code}", at=at,
                owner_person_id=actor.person_id, owner_unit_id=actor.unit_id, case_id=case.case_id,
                login_id=actor.login_id,
            )  # fmt: skip
        except Refusal as refusal:
            raise Refusal(refusal.code, refusal.text, refusal.law, name, refusal.status) from refusal
    return kept
