"""Reading one payment order as it stands, opened, and the digest that binds approval to content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anju.database.encryption import digest, unseal
from anju.database.sql import row
from anju.kernel.refusal import Refusal
from anju.treasury.types import BusinessKind, Payee, PaymentDraft, PaymentState

_SELECT = "SELECT * FROM payment_order WHERE centre_id = %s AND order_id = %s"


@dataclass(frozen=True)
class Order:
    """A payment order with its payee opened; for the room's own use."""

    centre_id: int
    order_id: int
    idempotency_key: str
    digest: bytes
    source_kind: str
    source_id: int
    bank_account_id: int
    business_kind: str
    amount_fen: int
    interest_fen: int
    payee: Payee
    summary: str
    maker_person_id: int | None
    checker_person_id: int | None
    checker_release: str
    releaser_person_id: int | None
    state: PaymentState
    business_serial: str
    reserved_at: datetime
    sent_at: datetime | None
    sent_count: int
    asked_count: int
    last_answer: str
    host_serial: str
    value_on: date | None
    reason_text: str
    batch_id: int | None

    @property
    def draft(self) -> PaymentDraft:
        """The order as it was asked for."""
        return PaymentDraft(
            centre_id=self.centre_id, idempotency_key=self.idempotency_key, source_kind=self.source_kind,
            source_id=self.source_id, amount_fen=self.amount_fen, interest_fen=self.interest_fen,
            payee=self.payee, summary=self.summary, maker_person_id=self.maker_person_id,
            checker_person_id=self.checker_person_id, checker_release=self.checker_release,
            business_kind=BusinessKind(self.business_kind),
        )  # fmt: skip


def order_digest(draft: PaymentDraft) -> bytes:
    """Keyed digest of everything a signature covers; a row changed behind the product's back no longer fits it."""
    payee = draft.payee
    parts = (
        str(draft.centre_id), draft.idempotency_key, draft.source_kind, str(draft.source_id),
        str(draft.amount_fen), str(draft.interest_fen), payee.name, payee.account, payee.bank_code,
        str(payee.corporate), draft.summary, str(draft.business_kind), str(draft.maker_person_id),
        str(draft.checker_person_id), draft.checker_release,
    )  # fmt: skip
    return digest("payment_order", "\x1f".join(parts))


def read_order(centre_id: int, order_id: int, *, lock: bool = False) -> Order:
    """One order; a foreign or missing id is refused alike (404)."""
    found = row(_SELECT + (" FOR UPDATE" if lock else ""), [centre_id, order_id])
    if found is None:
        refuse_unknown_order()
    assert found is not None
    return order_of(found)


def refuse_unknown_order() -> None:
    raise Refusal("payment_unknown", "没有找到这笔付款。请返回列表重新选择。", status=404)


def order_of(found: dict[str, Any]) -> Order:
    payee = Payee(
        name=unseal(found["payee_name"], where="payment_order‖payee_name"),
        account=unseal(found["payee_account"], where="payment_order‖payee_account"),
        bank_name=found["payee_bank_name"], bank_code=found["payee_bank_code"],
        corporate=found["payee_corporate"],
    )  # fmt: skip
    plain = {name: found[name] for name in Order.__dataclass_fields__ if name not in ("digest", "payee", "state")}
    return Order(**plain, digest=bytes(found["request_digest"]), payee=payee, state=PaymentState(found["state"]))
