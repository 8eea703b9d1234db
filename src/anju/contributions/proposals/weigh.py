"""Weighing what money in suspense was meant for, and sharing the months out so that no fen is promised twice.

Each item is weighed alone; then the strongest proposals take their months first, the earlier receipt before the later
one. The order in which items are handed in changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from anju.contributions.numbers import looks_like_number, numbers_in
from anju.contributions.proposals.near import names_month, near_numbers, plain_name, resembles
from anju.contributions.proposals.types import (
    WHO,
    Act,
    Clue,
    Evidence,
    KnownPayer,
    Money,
    Payable,
    Proposal,
    Reason,
    Weighed,
)
from anju.kernel.money import format_fen

MOST_MONTHS = 12
"""So many months together may a payment be taken for."""
SHOWN = 4
SOON_AGAIN = timedelta(days=10)
"""The same amount from the same account within these days may be a payment made twice: never certain."""


def propose(items: Sequence[Money], evidence: Evidence) -> dict[int, tuple[Proposal, ...]]:
    """The proposals of each item, best first; the first ones of all items together never use a month twice."""
    table = _Table(evidence)
    weighed = {item.suspense_id: table.weigh(item) for item in items}
    order = sorted(items, key=lambda item: (item.value_on, item.suspense_id))
    best = table.share(order, weighed)
    told: dict[int, tuple[Proposal, ...]] = {}
    for item in order:
        first = best.get(item.suspense_id)
        if first is None:
            told[item.suspense_id] = ()
            continue
        others = [one for one in weighed[item.suspense_id] if one != first and table.free(item, one)]
        ranked = [first, *sorted(others, key=_rank)]
        told[item.suspense_id] = tuple(
            table.in_words(item, one, certain=one is first and table.certain(item, one)) for one in ranked[:SHOWN]
        )
    return told


def _rank(one: Weighed) -> tuple[int, str, tuple[int, ...]]:
    return -one.score, one.act.value, one.targets


@dataclass(frozen=True)
class _Claim:
    """One item asking for one proposal."""

    item: Money
    one: Weighed

    @property
    def rank(self) -> tuple[object, ...]:
        return -self.one.score, self.item.value_on, self.item.suspense_id, self.one.act.value, self.one.targets


class _Table:
    """The evidence by what it is looked up with."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.months = {month.remittance_id: month for month in evidence.months}
        self.by_number = {month.number: month for month in evidence.months}
        self.open_of: dict[int, list[Payable]] = {}
        self.paid_of: dict[int, list[Payable]] = {}
        self.by_missing: dict[int, list[Payable]] = {}
        for month in sorted(evidence.months, key=lambda one: (one.month.number, one.remittance_id)):
            if month.open:
                self.open_of.setdefault(month.unit_id, []).append(month)
                self.by_missing.setdefault(month.missing_fen, []).append(month)
            elif month.paid_on is not None:
                self.paid_of.setdefault(month.unit_id, []).append(month)
        self.owed = {owed.suspense_id: owed for owed in evidence.owed}
        self.holder: dict[int, Money] = {}
        """Which item a month is proposed for first."""

    # ------------------------------------------------------------------------------------- one item alone

    def weigh(self, item: Money) -> list[Weighed]:
        """Everything that may be done with one item."""
        whose = self._whose(item)
        numbered = self._numbered(item)
        found: dict[tuple[Act, tuple[int, ...]], Weighed] = {}
        for month in self._candidates(item, whose, numbered):
            clues = [*numbered.get(month.remittance_id, ()), *whose.get(month.unit_id, ()), *self._amount(item, month)]
            if self._worth(clues):
                act = Act.WAIT if item.fen < month.missing_fen else Act.ALLOCATE
                self._put(found, Weighed(act, (month.remittance_id,), tuple(clues)))
        for run in self._runs(item, whose, numbered):
            self._put(found, run)
        for again in self._paid_twice(item, whose, numbered):
            self._put(found, again)
        for owed in self.evidence.owed:
            if owed.unit_id is not None and owed.unit_id in whose and owed.fen > 0:
                clue = Clue(Reason.OWED, f"这个单位有 {format_fen(owed.fen)} 元须补回")
                self._put(found, Weighed(Act.COVER, (owed.suspense_id,), (*whose[owed.unit_id], clue)))
        return list(found.values())

    @staticmethod
    def _put(found: dict[tuple[Act, tuple[int, ...]], Weighed], one: Weighed) -> None:
        known = found.get((one.act, one.targets))
        if known is None or known.score < one.score:
            found[one.act, one.targets] = one

    @staticmethod
    def _worth(clues: Sequence[Clue]) -> bool:
        """Somebody is named; or the amount is that of one month in the whole centre."""
        reasons = {clue.reason for clue in clues}
        return bool(reasons & WHO) or Reason.AMOUNT_ONLY_ONE in reasons

    def _whose(self, item: Money) -> dict[int, tuple[Clue, ...]]:
        """Which units the payer may be, and why."""
        found: dict[int, list[Clue]] = {}
        for known in self._payers(item):
            found.setdefault(known.unit_id, []).append(Clue(Reason.ACCOUNT, _account_words(known)))
        for unit_id, names in self.evidence.names.items():
            clue = _name_clue(item.payer_name, names)
            # A name that merely resembles is a hint about a unit that something else points to as well.
            if clue and (clue.reason is not Reason.NAME_NEAR or unit_id in found or self._pays_so(item, unit_id)):
                found.setdefault(unit_id, []).append(clue)
        return {unit_id: tuple(clues) for unit_id, clues in found.items()}

    def _payers(self, item: Money) -> tuple[KnownPayer, ...]:
        known = self.evidence.payers.get(item.payer, ()) if item.payer else ()
        if item.unit_id is not None and all(one.unit_id != item.unit_id for one in known):
            known = (*known, KnownPayer(item.unit_id, registered=True))
        return known

    def _pays_so(self, item: Money, unit_id: int) -> bool:
        return any(month.missing_fen == item.fen for month in self.open_of.get(unit_id, ()))

    def _numbered(self, item: Money) -> dict[int, tuple[Clue, ...]]:
        """Months whose payment number stands in the summary, or nearly does."""
        found: dict[int, tuple[Clue, ...]] = {}
        for number in numbers_in(item.summary):
            if number in self.by_number:
                found[self.by_number[number].remittance_id] = (
                    Clue(Reason.NUMBER, f"付款附言里有缴款书编号 {number}"),
                )  # fmt: skip
        for number in near_numbers(item.summary):
            month = self.by_number.get(number)
            if month is not None and month.remittance_id not in found:
                found[month.remittance_id] = (
                    Clue(Reason.NUMBER_NEAR, f"付款附言里的编号与 {number} 只差一处"),
                )  # fmt: skip
        return found

    def _candidates(
        self, item: Money, whose: dict[int, tuple[Clue, ...]], numbered: dict[int, tuple[Clue, ...]]
    ) -> Iterable[Payable]:
        found = {month.remittance_id: month for unit_id in whose for month in self.open_of.get(unit_id, ())}
        found |= {one: self.months[one] for one in numbered if self.months[one].open}
        found |= {month.remittance_id: month for month in self.by_missing.get(item.fen, ())}
        return found.values()

    def _amount(self, item: Money, month: Payable) -> list[Clue]:
        """What the amount and the summary say about one month."""
        clues = []
        gap = month.missing_fen - item.fen
        if gap == 0:
            clues.append(Clue(Reason.AMOUNT, f"金额正好是{month.month.zh}应缴的 {format_fen(item.fen)} 元"))
            if len(self.by_missing[item.fen]) == 1:
                clues.append(Clue(Reason.AMOUNT_ONLY_ONE, "全中心等缴款的汇缴书里只有这一份是这个金额"))
        elif gap > 0 and gap in self.evidence.lines.get(month.remittance_id, frozenset()):
            left_out = f"差的 {format_fen(gap)} 元正好是一位职工的月缴存额，可能漏了一人"
            clues.append(Clue(Reason.AMOUNT_LEFT_OUT, left_out))
        elif gap > 0:
            clues.append(Clue(Reason.SHORT, f"比应缴少 {format_fen(gap)} 元"))
        else:
            clues.append(Clue(Reason.OVER, f"比应缴多 {format_fen(-gap)} 元"))
        if names_month(item.summary, month.month):
            clues.append(Clue(Reason.MONTH_NAMED, f"付款附言提到{month.month.month}月"))
        if month.taken_back and gap == 0:
            clues.append(Clue(Reason.TAKEN_BACK, "这个月的来款曾被银行冲回，这可能是重付的一笔"))
        if month.problem:
            clues.append(Clue(Reason.REFUSED_BEFORE, f"上次入账没有成功，先请单位改正：{month.problem}"))
        return clues

    def _runs(
        self, item: Money, whose: dict[int, tuple[Clue, ...]], numbered: dict[int, tuple[Clue, ...]]
    ) -> Iterable[Weighed]:
        """Several months together: those the numbers name, successive months of a unit, a month each of two units."""
        named = sorted((self.months[one] for one in numbered if self.months[one].open), key=_age)
        if len(named) > 1 and sum(month.missing_fen for month in named) == item.fen:
            yield self._together(named, [clue for month in named for clue in numbered[month.remittance_id]])
        for unit_id, clues in whose.items():
            months = self.open_of.get(unit_id, [])
            for start in range(len(months)):
                left = item.fen
                for end in range(start, min(start + MOST_MONTHS, len(months))):
                    left -= months[end].missing_fen
                    if left == 0 and end > start:
                        yield self._together(months[start : end + 1], clues)
                    if left <= 0:
                        break
        units = sorted(one for one in whose if any(clue.reason is Reason.ACCOUNT for clue in whose[one]))
        for n, first in enumerate(units):
            for second in units[n + 1 :]:
                for one in self.open_of.get(first, [])[:MOST_MONTHS]:
                    for other in self.open_of.get(second, [])[:MOST_MONTHS]:
                        if one.missing_fen + other.missing_fen == item.fen:
                            yield self._together([one, other], whose[first])

    def _together(self, months: Sequence[Payable], clues: Sequence[Clue]) -> Weighed:
        named = "、".join(month.month.zh for month in months)
        if len({month.unit_id for month in months}) > 1:
            named = "、".join(month.zh for month in months)
        clue = Clue(Reason.AMOUNT_SEVERAL, f"金额正好是{named}应缴之和")
        return Weighed(Act.ALLOCATE, tuple(month.remittance_id for month in months), (*clues, clue))

    def _paid_twice(
        self, item: Money, whose: dict[int, tuple[Clue, ...]], numbered: dict[int, tuple[Clue, ...]]
    ) -> Iterable[Weighed]:
        """The month it names, or one of the same amount from the same account, is paid already: send it back."""
        if not item.payer_tail:
            return
        for remittance_id, clues in numbered.items():
            month = self.months[remittance_id]
            if month.paid_on is not None and month.total_fen == item.fen:
                twice = Clue(Reason.PAID_TWICE, f"{month.zh}已在 {month.paid_on} 收到同样的金额，这是重复的一笔")
                yield Weighed(Act.REFUND, (), (*clues, twice))
        for unit_id, clues in whose.items():
            for month in self.paid_of.get(unit_id, ()):
                assert month.paid_on is not None
                if (
                    month.total_fen == item.fen and month.payer is not None and month.payer == item.payer
                    and abs(item.value_on - month.paid_on) <= SOON_AGAIN
                ):  # fmt: skip
                    twice = Clue(
                        Reason.PAID_TWICE,
                        f"同一账户在 {month.paid_on} 已为{month.month.zh}付过同样的金额，可能重复付款",
                    )
                    yield Weighed(Act.REFUND, (), (*clues, twice))

    # ------------------------------------------------------------------------------------------ all together

    def share(self, order: Sequence[Money], weighed: dict[int, list[Weighed]]) -> dict[int, Weighed]:
        """The best proposal of each item that its months and debts still have room for."""
        left = {month.remittance_id: month.missing_fen for month in self.evidence.months if month.open}
        debts = {owed.suspense_id: owed.fen for owed in self.evidence.owed}
        best: dict[int, Weighed] = {}
        waiting = [_Claim(item, one) for item in order for one in weighed[item.suspense_id]]
        for claim in sorted(waiting, key=lambda one: one.rank):
            item, one = claim.item, claim.one
            if item.suspense_id in best:
                continue
            if self._take(item, one, left, debts):
                best[item.suspense_id] = one
                if one.act is Act.ALLOCATE:
                    self.holder.update(dict.fromkeys(one.targets, item))
            elif (again := self._twice_here(item, one)) is not None:
                weighed[item.suspense_id].append(again)
                best[item.suspense_id] = again
        return best

    def _take(self, item: Money, one: Weighed, left: dict[int, int], debts: dict[int, int]) -> bool:
        if one.act is Act.REFUND:
            return True
        if one.act is Act.COVER:
            used = min(item.fen, debts[one.targets[0]])
            debts[one.targets[0]] -= used
            return used > 0
        lacks = [left[target] for target in one.targets]
        if one.act is Act.WAIT:
            if item.fen >= lacks[0]:
                return False
            left[one.targets[0]] -= item.fen
            return True
        if sum(lacks) > item.fen or any(left[target] != self.months[target].missing_fen for target in one.targets):
            return False
        left.update(dict.fromkeys(one.targets, 0))
        return True

    def free(self, item: Money, one: Weighed) -> bool:
        """Whether no other item is proposed first for these months."""
        return one.act is Act.COVER or all(self.holder.get(target, item) is item for target in one.targets)

    def _twice_here(self, item: Money, one: Weighed) -> Weighed | None:
        """An earlier item of the same payer and amount holds the month: this one is the second payment."""
        if one.act is Act.COVER:
            return None
        first = next((self.holder[target] for target in one.targets if target in self.holder), None)
        if first is None or item.payer is None or (first.payer, first.fen) != (item.payer, item.fen):
            return None
        if not item.payer_tail:
            return None
        twice = Clue(Reason.PAID_TWICE, f"同一账户 {first.value_on} 付来的同样金额已经够缴，这可能是重复的一笔")
        return Weighed(Act.REFUND, (), (*(clue for clue in one.clues if clue.reason in WHO), twice))

    def certain(self, item: Money, one: Weighed) -> bool:
        """Strictly: an account only one unit pays from, exactly one month of that unit of exactly this amount.

        The unit registered the account or paid a month from it; the summary tries no payment number; the month is
        approved, nothing waits for it; and the account paid no such amount in the days before.
        """
        payers = self._payers(item)
        if one.act is not Act.ALLOCATE or len(one.targets) != 1 or len(payers) != 1 or item.payer is None:
            return False
        month = self.months[one.targets[0]]
        if month.unit_id != payers[0].unit_id or month.missing_fen != item.fen or month.total_fen != item.fen:
            return False
        if not month.approved or month.problem or numbers_in(item.summary) or looks_like_number(item.summary):
            return False
        if sum(other.missing_fen == item.fen for other in self.open_of[month.unit_id]) != 1:
            return False
        return not any(
            paid.total_fen == item.fen and paid.paid_on is not None and abs(item.value_on - paid.paid_on) <= SOON_AGAIN
            for paid in self.paid_of.get(month.unit_id, ())
        )

    # ---------------------------------------------------------------------------------------------- in words

    def in_words(self, item: Money, one: Weighed, *, certain: bool) -> Proposal:
        """The proposal as people read it, with what accepting it would do."""
        title, effect, used = self._said(item, one)
        return Proposal(
            act=one.act, targets=one.targets, title=title, effect=effect, used_fen=used, score=one.score,
            clues=tuple(sorted(one.clues, key=lambda clue: (-clue.reason.points, clue.text))), certain=certain,
        )  # fmt: skip

    def _said(self, item: Money, one: Weighed) -> tuple[str, str, int]:
        if one.act is Act.REFUND:
            effect = f"退回尾号 {item.payer_tail} 的付款账户，要由另一位资金人员签发。"
            return f"退款 {format_fen(item.fen)} 元", effect, item.fen
        if one.act is Act.COVER:
            used = min(item.fen, self.owed[one.targets[0]].fen)
            rest = f"，余 {format_fen(item.fen - used)} 元留在暂收" if used < item.fen else ""
            return "抵补单位须补回的款", f"抵补 {format_fen(used)} 元{rest}。", used
        months = [self.months[target] for target in one.targets]
        first = months[0]
        if one.act is Act.WAIT:
            lacks = format_fen(first.missing_fen - item.fen)
            return f"留给{first.zh}，等待补足 {lacks} 元", f"还差 {lacks} 元，差额到账后自动入账。", item.fen
        if len(months) > 1:
            used = sum(month.missing_fen for month in months)
            later = "、".join(month.zh if month.unit_id != first.unit_id else month.month.zh for month in months[1:])
            effect = f"先分摊 {format_fen(first.missing_fen)} 元；入账后余款回到这里，再分摊到{later}。"
            return f"分摊到{first.zh}等 {len(months)} 份", effect, used
        posts = f"{first.headcount} 人入账" if first.approved else "名单复核后自动入账"
        left = item.fen - first.missing_fen
        tail = f"，余 {format_fen(left)} 元留在暂收" if left else ""
        return f"分摊到{first.zh}", f"{posts}{tail}。", first.missing_fen


def _age(month: Payable) -> tuple[int, int]:
    return month.month.number, month.remittance_id


def _account_words(known: KnownPayer) -> str:
    if known.months and known.registered:
        return f"付款账户是该单位登记的账户，已有 {known.months} 个月从这里付款"
    if known.months:
        return f"同一账户付过该单位 {known.months} 个月的汇缴"
    return "付款账户是该单位登记的账户"


def _name_clue(payer: str, names: Sequence[str]) -> Clue | None:
    if not payer or not names:
        return None
    if plain_name(payer) == plain_name(names[0]):
        return Clue(Reason.NAME, "付款户名与单位名称相同")
    if any(plain_name(payer) == plain_name(name) for name in names[1:]):
        return Clue(Reason.NAME_FORMER, "付款户名是该单位以前的名称")
    if any(resembles(payer, name) for name in names):
        return Clue(Reason.NAME_NEAR, f"付款户名“{payer}”与单位名称相近")
    return None
