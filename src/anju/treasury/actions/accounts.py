"""The centre's own accounts. Only at banks the committee named (FUND-01)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anju.audit.actions import record
from anju.database.encryption import digest, seal
from anju.database.sql import row
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.treasury.sql import insert_once

NUMBER_KIND = "bank_account"


@transaction.atomic
def open_bank_account(
    centre_id: int, *, number: str, name: str, bank_name: str, bank_code: str = "", actor: Actor, at: datetime
) -> int:
    """Enter an account of the centre; the same number again gives the same id and changes nothing."""
    digits = number.replace(" ", "")
    if not digits.isascii() or not digits.isdigit() or not 6 <= len(digits) <= 32:
        raise Refusal("bank_account_number", "账号应为 6 至 32 位数字，请核对后重新填写。", field="number")
    number_digest = digest(NUMBER_KIND, digits)
    made = insert_once(
        "bank_account",
        {
            "centre_id": centre_id, "number_sealed": seal(digits, where="bank_account‖number_sealed"),
            "number_digest": number_digest, "tail": digits[-4:], "name": name, "bank_name": bank_name,
            "bank_code": bank_code, "opened_at": at,
        },
        "bank_account_id",
    )  # fmt: skip
    if made is not None:
        record("treasury.open_bank_account", actor=actor, at=at, subject="bank_account", subject_id=made)
        return made
    found = row(
        "SELECT bank_account_id FROM bank_account WHERE centre_id = %s AND number_digest = %s",
        [centre_id, number_digest],
    )
    assert found is not None
    return int(found["bank_account_id"])
