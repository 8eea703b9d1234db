"""What stands behind one movement (来龙去脉): who paid, on which base and ratios, under which rule, to which card."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from anju import policy
from anju.accounts.types import LineKind, Movement
from anju.contributions import queries as contributions
from anju.kernel.explained import ArticleRef, ParameterRef, Step
from anju.kernel.month import Month, interest_year
from anju.parties import queries as parties
from anju.policy.formulas.contribution import monthly_contribution
from anju.policy.formulas.wording import percent
from anju.portals.person.receipts import plain_steps
from anju.withdrawals import queries as withdrawals
from anju.withdrawals.types import Withdrawal

CONTRIBUTIONS = frozenset({LineKind.REMITTANCE, LineKind.SUPPLEMENT})


@dataclass(frozen=True)
class Ground:
    """The ground of a movement, as far as its kind has one."""

    payer: str = ""
    base_fen: int | None = None
    own_ratio: str = ""
    unit_ratio: str = ""
    payment_number: str = ""
    rule: str = ""
    article: ArticleRef | None = None
    parameters: tuple[ParameterRef, ...] = ()
    steps: tuple[Step, ...] = ()
    withdrawal: Withdrawal | None = None


def ground_of(line: Movement, *, centre_id: int, unit_id: int | None) -> Ground:
    """The ground of one movement; `unit_id` is the unit its voucher names."""
    if line.kind in CONTRIBUTIONS:
        return _contribution(line, centre_id=centre_id, unit_id=unit_id)
    if line.kind is LineKind.WITHDRAWAL and line.source_id is not None:
        found = withdrawals.by_ids(line.account_id, [line.source_id]).get(line.source_id)
        return Ground(withdrawal=found, rule="银行付款成功后记账；提取的原因和算法见当时的决定书。")
    if line.kind is LineKind.INTEREST:
        return _interest(line)
    return Ground()


def _contribution(line: Movement, *, centre_id: int, unit_id: int | None) -> Ground:
    """Base and ratios are those of the frozen list the money was posted by, whatever has changed since."""
    book, month = policy.book(settings.ANJU_CITY), line.month or Month.of(line.booked_on)
    names = parties.unit_names(centre_id, [unit_id]) if unit_id is not None else {}
    listed = None
    if line.kind is LineKind.REMITTANCE and line.source_id is not None:
        listed = contributions.line_of(line.account_id, line.source_id)
    steps: tuple[Step, ...] = ()
    if listed is not None:
        explained = monthly_contribution(
            listed.base_fen, unit_ratio=listed.unit_ratio, person_ratio=listed.person_ratio, book=book,
            on=month.first_day,
        )  # fmt: skip
        # What was posted is never explained by arithmetic that does not give it (a correction, an older rounding).
        if (explained.value.unit_fen, explained.value.person_fen) == (line.unit_fen, line.own_fen):
            steps = plain_steps(explained.working.steps)
    return Ground(
        payer=names.get(unit_id or 0, ""), base_fen=listed.base_fen if listed else None,
        own_ratio=percent(listed.person_ratio) if listed else "",
        unit_ratio=percent(listed.unit_ratio) if listed else "",
        rule="月缴存额 = 缴存基数 × 缴存比例，个人和单位分别计算，再相加。",
        article=book.article_ref("regulation.base", month.first_day),
        parameters=(book.parameter_ref("contribution.rounding", month.first_day),), steps=steps,
    )  # fmt: skip


def _interest(line: Movement) -> Ground:
    """The yearly settlement; its daily products are the accounts room's own arithmetic."""
    book, started = policy.book(settings.ANJU_CITY), interest_year(line.booked_on)
    on = line.booked_on
    return Ground(
        payer="住房公积金管理中心",
        rule=f"{started}年7月1日至{started + 1}年6月30日，每天的余额按当天利率计息，年度末一次记入账户。",
        article=book.article_ref("regulation.21", on),
        parameters=(book.parameter_ref("interest.rate", on), book.parameter_ref("interest.day_base", on)),
    )  # fmt: skip
