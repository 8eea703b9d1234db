"""Which duties of the centre's staff one natural person may not hold together (不相容岗位). Pure.

Whoever runs the system decides nothing in it; whoever decides does not pay, and neither keeps the books; whoever audits
holds no other duty. A clerk may also be a reviewer: casework
holds the two apart case by case. A duty that is added later is named here, or it may meet every other.
"""

from __future__ import annotations

from collections.abc import Iterable

from anju.identity.types import Role
from anju.kernel.refusal import Refusal

STAFF_DUTIES = (Role.CLERK, Role.REVIEWER, Role.TREASURER, Role.ACCOUNTANT, Role.AUDITOR, Role.ADMINISTRATOR)
APART = (
    (Role.ADMINISTRATOR, Role.CLERK), (Role.ADMINISTRATOR, Role.REVIEWER), (Role.ADMINISTRATOR, Role.TREASURER),
    (Role.TREASURER, Role.CLERK), (Role.TREASURER, Role.REVIEWER),
    (Role.ACCOUNTANT, Role.CLERK), (Role.ACCOUNTANT, Role.REVIEWER), (Role.ACCOUNTANT, Role.TREASURER),
    (Role.ACCOUNTANT, Role.ADMINISTRATOR),
    *((Role.AUDITOR, other) for other in STAFF_DUTIES if other is not Role.AUDITOR),
)  # fmt: skip


def refuse_conflict(held: Iterable[Role], role: Role) -> None:
    """Refuse a duty that may not meet one the person holds."""
    for other in held:
        if (role, other) in APART or (other, role) in APART:
            raise Refusal(
                "duties_conflict",
                f"“{role.zh}”和此人现任的“{other.zh}”是不相容岗位，不能由同一人担任。请先结束原授权，或改授权给另一人。",
                field="role", status=409,
            )  # fmt: skip
