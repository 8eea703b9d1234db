"""Papers that come with a correction: kept by the files room, handed to casework by material code."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from anju.casework.types import Case
from anju.files.actions import keep
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

LARGEST_BYTES = 10 * 1024 * 1024


def papers_of(request: HttpRequest, case: Case, *, actor: Actor, at: datetime) -> dict[str, int]:
    """File ids by material code, for the papers the open correction asks for; other uploads are ignored."""
    asked = next((c for c in reversed(case.corrections) if c.answered_at is None), None)
    found: dict[str, int] = {}
    for item in asked.items if asked else ():
        upload = request.FILES.get(f"paper-{item.code}")
        if item.field or upload is None:
            continue
        if (upload.size or 0) > LARGEST_BYTES:
            raise Refusal(
                "file_large", f"“{item.title}”的文件超过 10 MB：请压缩或分开拍摄后再传。", field=f"paper-{item.code}"
            )
        found[item.code] = keep(
            upload.read(), upload.name or "", centre_id=actor.centre_id, purpose="case", at=at,
            owner_person_id=actor.person_id, owner_unit_id=actor.unit_id, case_id=case.case_id,
            login_id=actor.login_id,
        )  # fmt: skip
    return found
