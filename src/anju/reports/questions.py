"""The stored questions of the audit. Each says what a line may mean: a line is a reason to look, never a finding.

Members appear by masked name and number in the centre, staff by name: what staff did is what is examined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings

from anju import policy
from anju.accounts.queries import examining as accounts
from anju.audit import queries as audit
from anju.casework import queries as cases
from anju.contributions import queries as contributions
from anju.contributions.queries import evidence
from anju.contributions.types import SuspenseState
from anju.identity import queries as identity
from anju.identity.types import Role
from anju.kernel.identifiers import mask_name
from anju.ledger import examining
from anju.ledger import queries as books
from anju.ledger.queries import VoucherMade
from anju.parties import queries as parties
from anju.reports.names import who_acted
from anju.reports.types import MOST_LINES, Asked, Column, Lines, Question, Show
from anju.treasury import evidence as treasury
from anju.withdrawals import queries as withdrawals
from anju.withdrawals.types import CAME_BACK, Withdrawal, WithdrawalState

LIMIT = MOST_LINES + 1
SAMPLE_SIZE = 25
MOST_NAMES = 12
AFTER_PHONE = timedelta(days=30)
OLD = timedelta(days=30)
PIECES_WITHIN = timedelta(days=31)
_STANDS = (WithdrawalState.RESERVED, WithdrawalState.PAID, *CAME_BACK)


def _members(person_ids: set[int]) -> dict[int, str]:
    known = parties.people(sorted(person_ids)) if person_ids else {}
    return {person_id: f"{mask_name(found.name)}（{person_id}）" for person_id, found in known.items()}


def _staff(person_ids: set[int]) -> dict[int, str]:
    known = parties.people(sorted(person_ids)) if person_ids else {}
    return {person_id: found.name for person_id, found in known.items()}


def _by(person_id: int | None, names: dict[int, str], nobody: str) -> str:
    return nobody if person_id is None else names.get(person_id, f"人员 {person_id}")


def _after_phone_change(asked: Asked) -> Lines:
    changed = defaultdict(list)
    for person_id, at in identity.phones_changed(since=asked.since - AFTER_PHONE, until=asked.until):
        changed[person_id].append(at)
    found = [
        (taken, max(before))
        for taken in withdrawals.asked_between(asked.centre_id, since=asked.since, until=asked.until)
        # One that came after it, however soon, hides none that came before.
        if (before := [
            at for at in changed.get(taken.person_id, ()) if timedelta(0) <= taken.asked_at - at <= AFTER_PHONE
        ])
    ]
    names = _members({taken.person_id for taken, _ in found})
    return [
        (names.get(taken.person_id, str(taken.person_id)), at, taken.asked_at, taken.reason.zh, taken.amount_fen,
         taken.state.zh, taken.card_tail)
        for taken, at in found[:LIMIT]
    ]  # fmt: skip


def _in_pieces(asked: Asked) -> Lines:
    by_person: dict[int, list[Withdrawal]] = defaultdict(list)
    for taken in withdrawals.asked_between(asked.centre_id, since=asked.since, until=asked.until):
        if taken.state in _STANDS:
            by_person[taken.person_id].append(taken)
    found = []
    for person_id, taken_all in sorted(by_person.items()):
        most: list[Withdrawal] = []
        for taken in taken_all:
            near = [one for one in taken_all if timedelta(0) <= one.asked_at - taken.asked_at < PIECES_WITHIN]
            most = max(most, near, key=len)
        if len(most) > 2:
            found.append((person_id, most))
    names = _members({person_id for person_id, _ in found})
    return [
        (names.get(person_id, str(person_id)), most[0].asked_at, most[-1].asked_at, len(most),
         sum(one.amount_fen for one in most))
        for person_id, most in found[:LIMIT]
    ]  # fmt: skip


def _looks_without_case(asked: Asked) -> Lines:
    found = audit.looks_without_case(asked.centre_id, since=asked.since, until=asked.until, limit=LIMIT)
    staff = _staff({line["actor_person_id"] for line in found if line["actor_person_id"]})
    members = _members({line["person_id"] for line in found if line["person_id"]})
    return [
        (line["at"], _by(line["actor_person_id"], staff, "—"), _role(line["role"]),
         members.get(line["person_id"], "单位档案"), line["details"].get("purpose") or "没有写明")
        for line in found
    ]  # fmt: skip


def _role(code: str) -> str:
    return Role(code).zh if code in set(Role) else code


def _facts_by_hand(asked: Asked) -> Lines:
    found = cases.facts_by_hand(asked.centre_id, since=asked.since, until=asked.until, limit=LIMIT)
    return [(one.at, one.staff_name, one.case_number, one.text, one.amount_fen, one.state.zh) for one in found]


def _reversals(asked: Asked) -> Lines:
    return _vouchers(books.reversals(asked.centre_id, asked.first, asked.last, limit=LIMIT))


def _sample(asked: Asked) -> Lines:
    return _vouchers(books.sample(asked.centre_id, asked.first, asked.last, seed=asked.seed, size=SAMPLE_SIZE))


def _vouchers(found: list[VoucherMade]) -> Lines:
    names = who_acted(person for one in found for person in (one.maker_person_id, one.checker_person_id))
    return [
        (one.voucher_id, one.business_date, one.kind.zh, one.fen, one.member_count,
         _by(one.maker_person_id, names, "系统"), _by(one.checker_person_id, names, "规则"), one.reverses_id)
        for one in found
    ]  # fmt: skip


def _old_suspense(asked: Asked) -> Lines:
    states = (SuspenseState.OPEN, SuspenseState.WAITING)
    found = contributions.suspense_items(asked.centre_id, states=states, limit=LIMIT)
    old = [one for one in found if asked.since <= one.received_at < asked.until - OLD]
    return [
        (one.value_on, one.payer_name, one.open_fen, one.text, (asked.last - one.value_on).days)
        for one in sorted(old, key=lambda one: (one.received_at, one.suspense_id))
    ]  # fmt: skip


def _examined(statement: str) -> Callable[[Asked], Lines]:
    return lambda asked: _vouchers(
        examining.examine(statement, asked.centre_id, asked.first, asked.last, limit=LIMIT)
    )


def _missing_numbers(asked: Asked) -> Lines:
    found = examining.missing_numbers(asked.centre_id, asked.first, asked.last, limit=LIMIT)
    return [
        (str(one.first_missing), str(one.last_missing), one.last_missing - one.first_missing + 1, one.voucher_id,
         one.business_date)
        for one in found
    ]  # fmt: skip


def _same_card(asked: Asked) -> Lines:
    found = treasury.cards_of_many(since=asked.since, until=asked.until, limit=LIMIT)
    names = _members({person for one in found for person in one.person_ids})
    return [
        (f"{one.bank_name} 尾号 {one.tail}", len(one.person_ids),
         "、".join(names.get(person, str(person)) for person in one.person_ids[:MOST_NAMES]), one.first_at, one.last_at)
        for one in found
    ]  # fmt: skip


def _near_limit(asked: Asked) -> Lines:
    found = treasury.near_limit(asked.centre_id, since=asked.since, until=asked.until, limit=LIMIT)
    names = who_acted(person for one in found for person in (one.maker_person_id, one.checker_person_id))
    return [
        (str(one.order_id), one.reserved_at, one.amount_fen, one.limit_fen, one.payee_tail,
         _by(one.maker_person_id, names, "系统"), one.alike)
        for one in found
    ]  # fmt: skip


def _paid_by_one(asked: Asked) -> Lines:
    found = treasury.paid_by_one(asked.centre_id, since=asked.since, until=asked.until, limit=LIMIT)
    names = who_acted(
        person for one in found for person in (one.maker_person_id, one.checker_person_id, one.releaser_person_id)
    )
    return [
        (str(one.order_id), one.reserved_at, one.amount_fen, one.payee_tail, _by(one.maker_person_id, names, "系统"),
         _by(one.checker_person_id, names, "规则"), _by(one.releaser_person_id, names, "付款授权"))
        for one in found
    ]  # fmt: skip


def _on_holidays(asked: Asked) -> Lines:
    calendar = policy.book(settings.ANJU_CITY).calendar
    days = [asked.first + timedelta(days=n) for n in range((asked.last - asked.first).days + 1)]
    # A year whose holidays nobody has announced yet is told by its weekends alone.
    off = [
        day for day in days
        if (not calendar.is_working_day(day) if calendar.knows(day.year) else day.weekday() >= 5)
    ]  # fmt: skip
    found = treasury.released_on(asked.centre_id, off, since=asked.since, until=asked.until, limit=LIMIT)
    names = who_acted(one.releaser_person_id for one in found)
    return [
        (str(one.order_id), one.released_at, one.amount_fen, one.payee_tail, _by(one.releaser_person_id, names, "—"),
         (calendar.name_of(one.on_day) if calendar.knows(one.on_day.year) else "") or "周末")
        for one in found
    ]  # fmt: skip


def _by_hand(asked: Asked) -> Lines:
    found = evidence.handled_by_hand(asked.centre_id, since=asked.since, until=asked.until, limit=LIMIT)
    names = who_acted(one.person_id for one in found)
    return [
        (one.at, _by(one.person_id, names, "—"), one.kind.zh, one.amount_fen, one.value_on, one.number or one.note,
         one.voucher_id)
        for one in found
    ]  # fmt: skip


def _without_lines(asked: Asked) -> Lines:
    found = accounts.without_lines(asked.centre_id, limit=LIMIT)
    names = _members({one.person_id for one in found})
    return [
        (one.account_id, names.get(one.person_id, str(one.person_id)), one.opened_on, str(one.interest_year),
         one.balance_fen)
        for one in found
    ]  # fmt: skip


def _back_dated(asked: Asked) -> Lines:
    found = accounts.back_dated(asked.centre_id, asked.first, asked.last, limit=LIMIT)
    names = _members({one.person_id for one in found})
    return [
        (one.account_id, names.get(one.person_id, str(one.person_id)), one.booked_on, one.value_on,
         (one.booked_on - one.value_on).days, one.change_fen, one.voucher_id)
        for one in found
    ]  # fmt: skip


_VOUCHER_COLUMNS = (
    Column("凭证", Show.VOUCHER), Column("记账日", Show.DAY), Column("种类"), Column("金额（元）", Show.FEN),
    Column("人数", Show.NUMBER), Column("制单"), Column("复核"), Column("冲销凭证", Show.VOUCHER),
)  # fmt: skip

_LISTED = (
    Question(
        "sample", "抽一份凭证样本",
        f"按种子号从这段时间的凭证里随机抽 {SAMPLE_SIZE} 张。同一个种子号、同一段时间，谁来抽都是这些。",
        _VOUCHER_COLUMNS, _sample, version=2, sampled=True,
    ),
    Question(
        "reversals", "冲账凭证", "冲账本身是正常的更正。值得看的是：同一个人反复冲账，或者冲账后很快又记一笔。",
        _VOUCHER_COLUMNS, _reversals, version=2,
    ),
    Question(
        "paid_after_phone_change", "换手机号后 30 天内的提取",
        "本人换号后提取很常见。值得看的是：换号、换收款卡、提取接连发生。",
        (Column("职工"), Column("换号时间", Show.MOMENT), Column("申请时间", Show.MOMENT), Column("原因"),
         Column("金额（元）", Show.FEN), Column("状态"), Column("收款卡尾号")),
        _after_phone_change,
    ),
    Question(
        "in_pieces", "31 天内三次以上的提取",
        "可能是不同月份的房租一起提。值得看的是：每一笔都刚好低于需要另一人签发的限额。",
        (Column("职工"), Column("第一次", Show.MOMENT), Column("最后一次", Show.MOMENT), Column("次数", Show.NUMBER),
         Column("合计（元）", Show.FEN)),
        _in_pieces,
    ),
    Question(
        "looks_without_case", "没有办件的查看",
        "接电话、上门核对时也会没有办件。值得看的是：没有写明理由，或者一个人看了很多不相干的人。",
        (Column("时间", Show.MOMENT), Column("工作人员"), Column("岗位"), Column("看了谁"), Column("理由")),
        _looks_without_case,
    ),
    Question(
        "facts_by_hand", "人工核实的事实",
        "有关部门没有答复时，受理人员可以人工核实。值得看的是：核实的依据是否写得出、找得到。",
        (Column("时间", Show.MOMENT), Column("工作人员"), Column("业务编号"), Column("核实了什么"),
         Column("金额（元）", Show.FEN), Column("办件现在")),
        _facts_by_hand,
    ),
    Question(
        "old_suspense", "挂账超过 30 天的钱",
        "截止日仍未记入职工账户、也没有退回的来款。值得看的是：有没有人联系过付款单位。",
        (Column("到账日", Show.DAY), Column("付款人"), Column("挂账（元）", Show.FEN), Column("为什么"),
         Column("天数", Show.NUMBER)),
        _old_suspense,
    ),
    Question(
        "same_card", "几个人绑定同一张收款卡",
        "一张卡只能是一个人的。值得看的是：代办人把别人的提取收到自己卡里，或者核验没有起作用。",
        (Column("收款卡"), Column("人数", Show.NUMBER), Column("职工"), Column("最早绑定", Show.MOMENT),
         Column("最近绑定", Show.MOMENT)),
        _same_card, statement=treasury.CARDS_OF_MANY,
    ),
    Question(
        "near_limit", "刚好低于授权限额的付款",
        "付款授权内的付款不用另一人签发。值得看的是：同一张卡反复收到限额九成以上的付款。",
        (Column("付款指令"), Column("申请时间", Show.MOMENT), Column("金额（元）", Show.FEN),
         Column("授权限额（元）", Show.FEN), Column("收款卡尾号"), Column("经办"), Column("同卡同人笔数", Show.NUMBER)),
        _near_limit, statement=treasury.NEAR_LIMIT,
    ),
    Question(
        "one_person", "一个人制单又复核的凭证",
        "数据库不接受这样的凭证，所以应当一张也没有。查出来，就是有人绕过了系统。",
        _VOUCHER_COLUMNS, _examined(examining.ONE_PERSON), statement=examining.ONE_PERSON,
    ),
    Question(
        "paid_by_one", "一个人占了两个环节的付款",
        "经办、复核、签发应当是三个人。查出来，就是有人绕过了系统，或者换了登录账户。",
        (Column("付款指令"), Column("申请时间", Show.MOMENT), Column("金额（元）", Show.FEN),
         Column("收款卡尾号"), Column("经办"), Column("复核"), Column("签发")),
        _paid_by_one, statement=treasury.PAID_BY_ONE,
    ),
    Question(
        "reversed_after_closing", "结账以后才冲的账",
        "原凭证所在的月份已经结账，以后才冲销，已经报出的报表就和账不同了。值得看的是：为什么结账时没有发现。",
        _VOUCHER_COLUMNS, _examined(examining.REVERSED_AFTER_CLOSING), statement=examining.REVERSED_AFTER_CLOSING,
    ),
    Question(
        "at_night", "夜里由人经手的凭证",
        "22 点到 6 点之间入账、又有制单人的凭证。职工夜里网上申请很正常；值得看的是：工作人员夜里办的。",
        _VOUCHER_COLUMNS, _examined(examining.AT_NIGHT), statement=examining.AT_NIGHT,
    ),
    Question(
        "on_holidays", "休息日签发的付款",
        "值班签发是正常的。值得看的是：没有排班的人在休息日签发，或者金额特别大。",
        (Column("付款指令"), Column("签发时间", Show.MOMENT), Column("金额（元）", Show.FEN),
         Column("收款卡尾号"), Column("签发"), Column("什么日子")),
        _on_holidays, statement=treasury.RELEASED,
    ),
    Question(
        "by_hand", "人工处理的来款",
        "来款自动匹配不上时由人处理。值得看的是：分给了别家单位，或者同一个人总是处理同一个付款人。",
        (Column("时间", Show.MOMENT), Column("工作人员"), Column("怎样处理"), Column("金额（元）", Show.FEN),
         Column("到账日", Show.DAY), Column("缴款书编号或说明"), Column("凭证", Show.VOUCHER)),
        _by_hand, statement=evidence.ALLOCATED_BY_HAND,
    ),
    Question(
        "back_dated", "起息日早于记账日一个月以上的明细",
        "补记以前的钱会这样，利息按起息日算。值得看的是：没有对应的到账日，却给人多算了利息。",
        (Column("个人账户", Show.ACCOUNT), Column("职工"), Column("记账日", Show.DAY), Column("起息日", Show.DAY),
         Column("相差天数", Show.NUMBER), Column("变动（元）", Show.FEN), Column("凭证", Show.VOUCHER)),
        _back_dated, statement=accounts.BACK_DATED,
    ),
    Question(
        "without_lines", "有余额、没有明细的账户",
        "余额必须由明细加出来，所以应当一个也没有。查出来，就是有人直接改了余额。",
        (Column("个人账户", Show.ACCOUNT), Column("职工"), Column("开户日", Show.DAY), Column("结息年度"),
         Column("余额（元）", Show.FEN)),
        _without_lines, statement=accounts.WITHOUT_LINES,
    ),
    Question(
        "missing_numbers", "凭证断号",
        "凭证号连续编排，所以应当一个也不缺。查出来，就是有凭证被删掉了。",
        (Column("缺号从"), Column("到"), Column("缺几张", Show.NUMBER),
         Column("后一张凭证", Show.VOUCHER), Column("记账日", Show.DAY)),
        _missing_numbers, statement=examining.MISSING_NUMBERS,
    ),
)  # fmt: skip
QUESTIONS: dict[str, Question] = {question.code: question for question in _LISTED}
