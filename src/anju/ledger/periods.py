"""Closing the books of a month and of a year (月结、年结), and distributing the year's value-added income.

A period is open, closing or signed. Closing posts its entries by named rules, dated its last day; before a second
person has signed, reopening posts their counter-entries; afterwards nothing of it changes. Every act holds the gate
alone, so of two who close at once one is told what the other did. Whether everything that belongs into a period has
arrived (receipts matched, interest settled, the bank reconciled) is asked by whoever calls: the books do not know it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from anju.audit.actions import record
from anju.database.sql import execute
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.money import format_fen
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.kernel.rounding import Rounding, round_fen
from anju.ledger import queries
from anju.ledger.actions import close_days, post_voucher, refuse_unreversible, request_digest, shut_gate
from anju.ledger.posting_rules import AMOUNT, UNDISTRIBUTED, VALUE_ADDED, PostingRule, compose
from anju.ledger.types import (
    Distribution,
    DistributionPlan,
    GlLine,
    Period,
    PeriodKind,
    PeriodState,
    VoucherDraft,
    VoucherKind,
)

_MONTH_RULES = {"income": PostingRule.INCOME_CLOSED, "expense": PostingRule.EXPENSE_CLOSED}
_SAVE = """
INSERT INTO period (centre_id, kind, number, state, maker_person_id, closed_at, closings)
VALUES (%(centre)s, %(kind)s, %(number)s, %(state)s, %(maker)s, %(closed_at)s, 1)
ON CONFLICT ON CONSTRAINT period_pk DO UPDATE SET state = excluded.state, maker_person_id = excluded.maker_person_id,
    closed_at = excluded.closed_at, closings = period.closings + (excluded.state = 2)::integer
"""


@transaction.atomic
def close_month(centre_id: int, month: Month, *, actor: Actor, at: datetime) -> Period:
    """Close a month: its days for good, then its income (401 → 311) and its expense (311 → 411), once each.

    What reached an earlier month after that was closed is closed with this one. Refuses a month that is not over,
    that lies before the books, that is closed already (409), and one whose predecessor is open.
    """
    if month.last_day >= at.astimezone(ZONE).date():
        raise Refusal("ledger.month_not_over", f"{month.zh}尚未结束，不能结账：请在下月办理。")
    shut_gate(centre_id)
    known = queries.period(centre_id, PeriodKind.MONTH, month.number)
    _refuse_closed(known)
    _refuse_out_of_order(centre_id, month)
    close_days(centre_id, through=month.last_day, actor=actor, at=at)
    maker = _person(actor)
    for name, rule in _MONTH_RULES.items():
        # Income stands on the credit side and expense on the debit side; what stands the other way moves back.
        found = queries.balances_through(centre_id, month.last_day, of="401" if name == "income" else "411")
        side = 1 if name == "income" else -1
        lines = _carry(rule, {code: fen * side for code, fen in found.items()})
        _post(centre_id, f"{_key(known, known.closings + 1)}:{name}", VoucherKind.PERIOD_END, month.last_day, lines,
              maker=maker, checker=None, at=at)  # fmt: skip
    return _save(centre_id, known, PeriodState.CLOSING, actor=actor, at=at)


@transaction.atomic
def sign_month(centre_id: int, month: Month, *, actor: Actor, at: datetime) -> Period:
    """Sign a closed month, as a second person; after that nothing of it is reopened.

    Refuses an open month, one that is signed (409), the person who closed it (403), and one after an unsigned month.
    """
    shut_gate(centre_id)
    known = queries.period(centre_id, PeriodKind.MONTH, month.number)
    before = month - 1
    if before >= Month.of(queries.first_day(centre_id)):
        earlier = queries.period(centre_id, PeriodKind.MONTH, before.number)
        if earlier.state is not PeriodState.SIGNED:
            raise Refusal("ledger.earlier_month_unsigned", f"{before.zh}尚未签署：请按月份先后签署。")
    return _sign(centre_id, known, actor=actor, at=at)


@transaction.atomic
def reopen_month(centre_id: int, month: Month, *, actor: Actor, at: datetime) -> Period:
    """Take back the closing of a month that nobody has signed (反结账): counter-entries on the same last day.

    Its days stay closed; entries of the month's end (``VoucherKind.ACCRUAL``) are taken until it is closed again.
    Refuses an open month, a signed one (409), and one with a closed month or a closed year after it.
    """
    shut_gate(centre_id)
    known = queries.period(centre_id, PeriodKind.MONTH, month.number)
    _refuse_unclosed(known)
    later = month + 1
    if queries.period(centre_id, PeriodKind.MONTH, later.number).state is not PeriodState.OPEN:
        raise Refusal("ledger.later_month_closed", f"{later.zh}已经结账：请先反结{later.zh}。")
    if month.month == 12 and _state(centre_id, PeriodKind.YEAR, month.year) is not PeriodState.OPEN:
        raise Refusal("ledger.year_closed", f"{month.year}年已经年结：请先反结年度。")
    opened = _save(centre_id, known, PeriodState.OPEN, actor=actor, at=at)
    for name in _MONTH_RULES:
        _counter(centre_id, f"{_key(known, known.closings)}:{name}", VoucherKind.PERIOD_END, actor=actor, at=at)
    return opened


@transaction.atomic
def close_year(centre_id: int, year: int, *, actor: Actor, at: datetime) -> Period:
    """Carry the year's value-added income to what is to be distributed (311 → 321-04), dated 31 December.

    Refuses a year whose December is open, and one that is closed already (409).
    """
    shut_gate(centre_id)
    known = queries.period(centre_id, PeriodKind.YEAR, year)
    _refuse_closed(known)
    december = Month(year, 12)
    if _state(centre_id, PeriodKind.MONTH, december.number) is PeriodState.OPEN:
        raise Refusal("ledger.december_open", f"{december.zh}尚未结账：请先办理月结。")
    earned = queries.balances_through(centre_id, december.last_day, of=VALUE_ADDED).get(VALUE_ADDED, 0)
    lines = _carry(PostingRule.YEAR_CLOSED, {AMOUNT: earned} if earned else {})
    _post(centre_id, _key(known, known.closings + 1), VoucherKind.YEAR_END, december.last_day, lines,
          maker=_person(actor), checker=None, at=at)  # fmt: skip
    return _save(centre_id, known, PeriodState.CLOSING, actor=actor, at=at)


@transaction.atomic
def reopen_year(centre_id: int, year: int, *, actor: Actor, at: datetime) -> Period:
    """Take back the closing of a year that nobody has signed and whose income nobody has distributed."""
    shut_gate(centre_id)
    known = queries.period(centre_id, PeriodKind.YEAR, year)
    _refuse_unclosed(known)
    proposed = queries.distribution(centre_id, year)
    if proposed is not None and proposed.signed_at is not None:
        raise Refusal("ledger.distribution_signed", f"{year}年的增值收益分配方案已经签署，不能反结账。", status=409)
    _counter(centre_id, _key(known, known.closings), VoucherKind.YEAR_END, actor=actor, at=at)
    return _save(centre_id, known, PeriodState.OPEN, actor=actor, at=at)


@transaction.atomic
def sign_year(centre_id: int, year: int, *, actor: Actor, at: datetime) -> Period:
    """Sign a closed year, as a second person, when December is signed and its income is distributed."""
    shut_gate(centre_id)
    known = queries.period(centre_id, PeriodKind.YEAR, year)
    december = Month(year, 12)
    if _state(centre_id, PeriodKind.MONTH, december.number) is not PeriodState.SIGNED:
        raise Refusal("ledger.december_unsigned", f"{december.zh}尚未签署：请先签署月结。")
    if _undistributed(centre_id, year) > 0:
        raise Refusal("ledger.undistributed", f"{year}年的增值收益尚未分配：请先提出并签署分配方案。")
    return _sign(centre_id, known, actor=actor, at=at)


@transaction.atomic
def propose_distribution(
    centre_id: int, year: int, plan: DistributionPlan, *, actor: Actor, at: datetime
) -> Distribution:
    """Enter the committee's plan for a closed year's value-added income (FUND-21); a later proposal replaces it.

    Refuses a year that is open or signed, nothing to distribute, a missing document, parts below zero, a reserve that
    is not its rate of the income (rounded half up to the fen), and parts that do not sum to the income.
    """
    shut_gate(centre_id)
    _refuse_unclosed(queries.period(centre_id, PeriodKind.YEAR, year))
    known = queries.distribution(centre_id, year)
    if known is not None and known.signed_at is not None:
        raise Refusal("ledger.distribution_signed", f"{year}年的增值收益分配方案已经签署，不能更改。", status=409)
    income = _undistributed(centre_id, year)
    if income <= 0:
        raise Refusal("ledger.nothing_to_distribute", f"{year}年没有可分配的增值收益。")
    refuse_plan(plan, income_fen=income)
    execute(
        "INSERT INTO income_distribution (centre_id, year, income_fen, document, reserve_rate, reserve_fen,"
        " management_fee_fen, supplement_fen, maker_person_id, proposed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT ON CONSTRAINT income_distribution_pk DO UPDATE SET income_fen = excluded.income_fen,"
        " document = excluded.document, reserve_rate = excluded.reserve_rate, reserve_fen = excluded.reserve_fen,"
        " management_fee_fen = excluded.management_fee_fen, supplement_fen = excluded.supplement_fen,"
        " maker_person_id = excluded.maker_person_id, proposed_at = excluded.proposed_at",
        [centre_id, year, income, plan.document.strip(), plan.reserve_rate, plan.reserve_fen, plan.management_fee_fen,
         plan.supplement_fen, _person(actor), at],
    )  # fmt: skip
    record(
        "ledger.propose_distribution", actor=actor, at=at, subject="income_distribution", subject_id=year,
        details={"income_fen": income, "reserve_fen": plan.reserve_fen, "fee_fen": plan.management_fee_fen,
                 "supplement_fen": plan.supplement_fen},
    )  # fmt: skip
    return _proposed(centre_id, year)


def refuse_plan(plan: DistributionPlan, *, income_fen: int) -> None:
    """Refuse a plan that does not fit the income it distributes; says which field and what it should be."""
    if not 1 <= len(plan.document.strip()) <= 100:
        raise Refusal("ledger.document", "请填写管理委员会批准文件的文号（不超过一百字）。", field="document")
    if not 0 <= plan.reserve_rate <= 1:
        raise Refusal("ledger.reserve_rate", "提取比例应在 0 到 100% 之间。", field="reserve_rate")
    for field in ("reserve_fen", "management_fee_fen", "supplement_fen"):
        if getattr(plan, field) < 0:
            raise Refusal("ledger.negative_part", "分配金额不能小于零。", field=field)
    reserve = round_fen(plan.reserve_rate * income_fen, Rounding.CENT_HALF_UP)
    if plan.reserve_fen != reserve:
        raise Refusal(
            "ledger.reserve_differs",
            f"贷款风险准备应为增值收益乘以提取比例，即 {format_fen(reserve)} 元：请核对。", field="reserve_fen",
        )  # fmt: skip
    if plan.total_fen != income_fen:
        raise Refusal(
            "ledger.parts_differ",
            f"三项合计 {format_fen(plan.total_fen)} 元，可分配的增值收益是 {format_fen(income_fen)} 元：两数必须相等。",
            field="supplement_fen",
        )


@transaction.atomic
def sign_distribution(centre_id: int, year: int, *, actor: Actor, at: datetime) -> Distribution:
    """Sign the plan of a year, as a second person: its three parts are drawn and carried, dated 31 December.

    Refuses when nothing was proposed, the plan is signed (409), its proposer (403), and when the income has changed.
    """
    shut_gate(centre_id)
    proposed = _proposed(centre_id, year)
    if proposed.signed_at is not None:
        raise Refusal("ledger.distribution_signed", f"{year}年的增值收益分配方案已经签署。", status=409)
    checker = _second_person(actor, proposed.maker_person_id)
    _refuse_unclosed(queries.period(centre_id, PeriodKind.YEAR, year))
    if _undistributed(centre_id, year) != proposed.income_fen:
        raise Refusal("ledger.income_changed", "提出方案之后增值收益有变动：请按新的金额重新提出方案。", status=409)
    plan = proposed.plan
    parts = {"reserve": plan.reserve_fen, "management_fee": plan.management_fee_fen, "supplement": plan.supplement_fen}
    for name, rule in (("drawn", PostingRule.DISTRIBUTION_SIGNED), ("carried", PostingRule.DISTRIBUTION_CARRIED)):
        lines = compose(rule, {part: fen for part, fen in parts.items() if fen})
        _post(centre_id, f"distribution:{year}:{name}", VoucherKind.YEAR_END, date(year, 12, 31), lines,
              maker=proposed.maker_person_id, checker=checker, at=at)  # fmt: skip
    execute(
        "UPDATE income_distribution SET checker_person_id = %s, signed_at = %s WHERE centre_id = %s AND year = %s",
        [checker, at, centre_id, year],
    )
    record("ledger.sign_distribution", actor=actor, at=at, subject="income_distribution", subject_id=year)
    return _proposed(centre_id, year)


def _proposed(centre_id: int, year: int) -> Distribution:
    found = queries.distribution(centre_id, year)
    if found is None:
        raise Refusal("ledger.no_distribution", f"{year}年还没有增值收益分配方案：请先提出方案。", status=404)
    return found


def _undistributed(centre_id: int, year: int) -> int:
    return queries.balances_through(centre_id, date(year, 12, 31), of=UNDISTRIBUTED).get(UNDISTRIBUTED, 0)


def _state(centre_id: int, kind: PeriodKind, number: int) -> PeriodState:
    return queries.period(centre_id, kind, number).state


def _zh(period: Period) -> str:
    return f"{period.number}年" if period.kind is PeriodKind.YEAR else Month.from_number(period.number).zh


def _refuse_closed(period: Period) -> None:
    if period.state is not PeriodState.OPEN:
        raise Refusal("ledger.period_closed", f"{_zh(period)}已经结账：无需再办，要更正请先反结账。", status=409)


def _refuse_unclosed(period: Period) -> None:
    if period.state is PeriodState.OPEN:
        raise Refusal("ledger.period_open", f"{_zh(period)}尚未结账：请先结账。")
    if period.state is PeriodState.SIGNED:
        raise Refusal("ledger.period_signed", f"{_zh(period)}已经签署，不能再更改：请在以后的期间更正。", status=409)


def _refuse_out_of_order(centre_id: int, month: Month) -> None:
    first = Month.of(queries.first_day(centre_id))
    if month < first:
        raise Refusal("ledger.before_the_books", f"账簿从{first.zh}启用，{month.zh}没有账可结。")
    before = month - 1
    if before >= first and _state(centre_id, PeriodKind.MONTH, before.number) is PeriodState.OPEN:
        raise Refusal("ledger.earlier_month_open", f"{before.zh}尚未结账：请按月份先后结账。")


def _person(actor: Actor) -> int:
    assert actor.person_id is not None, "a period is closed and signed by people"
    return actor.person_id


def _second_person(actor: Actor, maker_person_id: int | None) -> int:
    checker = _person(actor)
    if checker == maker_person_id:
        raise Refusal("ledger.four_eyes", "经办人不能签署自己办的结账或方案：请由另一位有权的人签署。", status=403)
    return checker


def _key(period: Period, closing: int) -> str:
    """``close:202603``, and ``close:202603:2`` when a month that was reopened is closed again."""
    return f"close:{period.number}" + (f":{closing}" if closing > 1 else "")


def _carry(rule: PostingRule, amounts_fen: Mapping[str, int]) -> tuple[GlLine, ...]:
    """Lines of a rule; an amount below zero stands on the other side, so its move is turned round."""
    with_it = {part: fen for part, fen in amounts_fen.items() if fen > 0}
    against = {part: -fen for part, fen in amounts_fen.items() if fen < 0}
    lines = compose(rule, with_it) if with_it else ()
    return lines + tuple(line.reversed for line in (compose(rule, against) if against else ()))


def _post(
    centre_id: int, key: str, kind: VoucherKind, day: date, lines: tuple[GlLine, ...], *, maker: int,
    checker: int | None, at: datetime, reverses_id: int | None = None,
) -> None:  # fmt: skip
    if not lines:  # nothing moved: no voucher (FUND-20)
        return
    post_voucher(
        VoucherDraft(
            centre_id=centre_id, idempotency_key=key, kind=kind, business_date=day,
            request_digest=request_digest(key=key), maker_person_id=maker, checker_person_id=checker, lines=lines,
            reverses_id=reverses_id,
        ),
        at=at,
    )  # fmt: skip


def _counter(centre_id: int, key: str, kind: VoucherKind, *, actor: Actor, at: datetime) -> None:
    """Post the counter-entry of a closing entry on the same day; there is none where the closing posted nothing."""
    found = queries.posted(centre_id, key)
    if found is None:
        return
    original = queries.voucher(found[0].voucher_id, centre_id=centre_id)
    refuse_unreversible(original, key=f"re{key}")
    _post(centre_id, f"re{key}", kind, original.business_date, tuple(line.reversed for line in original.lines),
          maker=_person(actor), checker=None, at=at, reverses_id=original.voucher_id)  # fmt: skip


def _save(centre_id: int, known: Period, state: PeriodState, *, actor: Actor, at: datetime) -> Period:
    closing = state is PeriodState.CLOSING
    execute(_SAVE, {
        "centre": centre_id, "kind": int(known.kind), "number": known.number, "state": int(state),
        "maker": _person(actor) if closing else None, "closed_at": at if closing else None,
    })  # fmt: skip
    record(
        "ledger.close_period" if closing else "ledger.reopen_period", actor=actor, at=at, subject="period",
        subject_id=known.number, details={"kind": int(known.kind)},
    )  # fmt: skip
    return queries.period(centre_id, known.kind, known.number)


def _sign(centre_id: int, known: Period, *, actor: Actor, at: datetime) -> Period:
    _refuse_unclosed(known)
    checker = _second_person(actor, known.maker_person_id)
    execute(
        "UPDATE period SET state = 3, checker_person_id = %s, signed_at = %s"
        " WHERE centre_id = %s AND kind = %s AND number = %s",
        [checker, at, centre_id, int(known.kind), known.number],
    )
    record(
        "ledger.sign_period", actor=actor, at=at, subject="period", subject_id=known.number,
        details={"kind": int(known.kind)},
    )  # fmt: skip
    return queries.period(centre_id, known.kind, known.number)
