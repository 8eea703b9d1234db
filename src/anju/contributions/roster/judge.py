"""Second pass over a list: what each line does, given who is known, and whether that may be done.

Owns the rules of the change list: who can be added, unsealed, sealed, moved, whose base may change, from which
month, within which limits. It never names another unit, and never shows a registered name to the agent.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from anju.contributions.roster.cells import Fault
from anju.contributions.roster.read import PlainRow, ReadList, masked, name_key
from anju.contributions.roster.types import (
    JOINING,
    LEAVING,
    AccountView,
    ChangeKind,
    CheckDay,
    CheckedList,
    Elsewhere,
    Field,
    KnownPerson,
    Limits,
    Problem,
    RosterLine,
    SealReason,
    World,
    yuan,
)

_FITTING: dict[AccountView | None, ChangeKind] = {
    None: ChangeKind.NEW,
    AccountView.CLOSED: ChangeKind.NEW,
    AccountView.HERE_SEALED: ChangeKind.UNSEAL,
    AccountView.OTHER_SEALED: ChangeKind.TRANSFER_IN,
}
_OTHER_NORMAL = Fault(
    "active_elsewhere",
    "此人目前在别处正常缴存，不能在本单位重复缴存",
    "请职工联系原单位办理封存；封存后在这里填“转入”",
)


def judge_list(read: ReadList, *, world: World, day: CheckDay) -> CheckedList:
    """The checked list: lines that can be applied as they stand, and every problem in the order of the file."""
    judge = _Judge(read, world, day)
    lines = [line for row in read.rows if (line := judge.line(row)) is not None]
    full = Field.CHANGE not in read.columns
    # A row with a fault still names its person: nobody is counted as having left because of a typing mistake.
    named = {known.account_id for row in read.rows if (known := world.people.get(row.document)) is not None}
    # Who is left out is known only when every document can be read.
    known_whom = full and not read.unread
    left_out = tuple(account for account in world.roster if account not in named) if known_whom else ()
    problems = sorted((*read.problems, *judge.problems), key=lambda problem: (problem.row, problem.column))
    return CheckedList(
        month=day.month, full_roster=full, sheet=read.sheet, columns=read.columns, unused=read.unused,
        lines=tuple(lines), problems=tuple(problems), left_out=left_out, last_list_id=world.unit.last_list_id,
    )  # fmt: skip


@dataclass(slots=True)
class _Judge:
    read: ReadList
    world: World
    day: CheckDay
    problems: list[Problem]

    def __init__(self, read: ReadList, world: World, day: CheckDay) -> None:
        self.read, self.world, self.day, self.problems = read, world, day, []

    def line(self, row: PlainRow) -> RosterLine | None:
        known = self.world.people.get(row.document)
        before = len(self.problems)
        change = self._change(row, known)
        self._name(row, known)
        base_fen = self._base(row, change, known)
        self._month(row, change, known)
        unit_ratio = self._ratio(row, Field.UNIT_RATIO, row.unit_ratio, self.world.unit.unit_ratio)
        person_ratio = self._ratio(row, Field.PERSON_RATIO, row.person_ratio, self.world.unit.person_ratio)
        reason = self._reason(row, change)
        refused = len(self.problems) > before and any(problem.blocks for problem in self.problems[before:])
        if refused or not row.whole or change is None:
            return None
        if change is ChangeKind.BASE and known is not None and base_fen == known.base_fen:
            change = ChangeKind.SAME
        return RosterLine(
            row=row.row, change=change, name=row.name, id_kind=row.document[0], id_number=row.document[1],
            phone=row.phone, base_fen=base_fen, unit_ratio=unit_ratio, person_ratio=person_ratio,
            month=row.month, reason=reason, account_id=known.account_id if known else None,
            person_id=known.person_id if known else None, old_base_fen=known.base_fen if known else None,
        )  # fmt: skip

    def _note(self, row: PlainRow, field: Field, value: str, fault: Fault, *, blocks: bool = True) -> None:
        letter = self.read.columns.get(field) or self.read.columns[Field.ID_NUMBER]
        self.problems.append(
            Problem(
                row.row,
                letter,
                field,
                masked(field, value),
                fault.code,
                fault.text,
                fault.repair,
                fault.suggestion,
                blocks,
            )  # fmt: skip
        )

    def _change(self, row: PlainRow, known: KnownPerson | None) -> ChangeKind | None:
        view = known.view if known else None
        wanted = row.change
        if view is AccountView.OTHER_NORMAL:
            self._note(row, Field.ID_NUMBER, row.document[1], _OTHER_NORMAL)
            return None
        if view is AccountView.HERE_NORMAL:
            if wanted in LEAVING or wanted is ChangeKind.SAME:
                return wanted
            if wanted in (None, ChangeKind.BASE):
                return ChangeKind.BASE
            self._misfit(row, wanted, "此人已在本单位正常缴存", ChangeKind.BASE)
            return None
        fitting = _FITTING[view]
        if fitting is ChangeKind.NEW and not self._elsewhere(row):
            return None
        if wanted in (None, fitting) or (fitting is ChangeKind.NEW and wanted is ChangeKind.TRANSFER_IN):
            return fitting
        where = {
            ChangeKind.NEW: "此人在本中心没有账户",
            ChangeKind.UNSEAL: "此人在本单位的账户是封存状态",
            ChangeKind.TRANSFER_IN: "此人在本中心已有封存的账户",
        }[fitting]
        self._misfit(row, wanted, where, fitting)
        return None

    def _misfit(self, row: PlainRow, wanted: ChangeKind | None, where: str, fitting: ChangeKind) -> None:
        shown = wanted.zh if wanted else ""
        fault = Fault("change_misfit", f"{where}，不能“{shown}”", f"变更类型 → {fitting.zh}", fitting.zh)
        self._note(row, Field.CHANGE, shown, fault)

    def _elsewhere(self, row: PlainRow) -> bool:
        """Whether a person new to this centre may be added, by what other centres say."""
        found = self.world.elsewhere.get(row.document, Elsewhere.NONE)
        if found is Elsewhere.NORMAL:
            fault = Fault(
                "active_elsewhere",
                "此人在其他城市正常缴存，不能重复缴存",
                "请职工联系原单位办理封存；封存后再报",
            )
            self._note(row, Field.ID_NUMBER, row.document[1], fault)
            return False
        if found is Elsewhere.SEALED:
            fault = Fault(
                "sealed_elsewhere",
                "此人在其他城市有已封存的账户",
                "可以先在本单位开户；请提醒职工本人申请异地转移接续",
            )
            self._note(row, Field.ID_NUMBER, row.document[1], fault, blocks=False)
        if found is Elsewhere.UNKNOWN:
            fault = Fault("elsewhere_unknown", "暂时查不到外地账户情况", "可以先提交；系统恢复后自动核查并通知您")
            self._note(row, Field.ID_NUMBER, row.document[1], fault, blocks=False)
        return True

    def _name(self, row: PlainRow, known: KnownPerson | None) -> None:
        if known is None or not row.name or known.name == row.name:
            return
        if name_key(known.name) != name_key(row.name):
            fault = Fault(
                "name_differs",
                "姓名与该证件登记的姓名不一致",
                "请核对证件；如已改名，请职工本人先办理信息变更",
            )
            self._note(row, Field.NAME, row.name, fault)

    def _base(self, row: PlainRow, change: ChangeKind | None, known: KnownPerson | None) -> int | None:
        """The base of the line; people who leave need none, people who stay keep theirs when the cell is empty."""
        if change in LEAVING or change is ChangeKind.SAME:
            return known.base_fen if known else None
        if row.base_fen is None:
            if change is ChangeKind.BASE and known is not None and row.change is None:
                return known.base_fen
            if change is not None and row.whole:
                self._note(row, Field.BASE, "", Fault("base_missing", "没有填缴存基数", "请填写，如 8600.00"))
            return None
        fault = base_fault(row.base_fen, self.world.limits)
        if fault is not None:
            self._note(row, Field.BASE, yuan(row.base_fen), fault)
        return row.base_fen

    def _month(self, row: PlainRow, change: ChangeKind | None, known: KnownPerson | None) -> None:
        if change is None or change is ChangeKind.SAME:
            return
        earliest = self.world.unit.open_from
        if known is not None and known.paid_to is not None and change in JOINING:
            earliest = max(earliest, known.paid_to + 1)
        if row.month < earliest:
            fault = Fault(
                "month_paid", f"{row.month.zh}已经申报或缴清", f"最早填 {earliest.zh} → {earliest}", str(earliest)
            )
            self._note(row, Field.MONTH, str(row.month), fault)
        elif row.month > self.day.month:
            fault = Fault("month_later", f"这份名单是 {self.day.month.zh}的", f"请放到 {row.month.zh}的名单里再报")
            self._note(row, Field.MONTH, str(row.month), fault)

    def _ratio(self, row: PlainRow, field: Field, stated: Decimal | None, of_unit: Decimal) -> Decimal:
        if stated is None or stated == of_unit:
            return of_unit
        limits = self.world.limits
        outside = not limits.ratio_min <= stated <= limits.ratio_max or stated % limits.ratio_step
        code = "ratio_range" if outside else "ratio_differs"
        text = (
            f"比例应在 {_percent(limits.ratio_min)} 到 {_percent(limits.ratio_max)} 之间，按 "
            f"{_percent(limits.ratio_step)} 一档"
            if outside
            else "与单位登记的比例不一致"
        )
        fault = Fault(code, text, f"单位登记的是 {_percent(of_unit)} → {_percent(of_unit)}", _percent(of_unit))
        self._note(row, field, _percent(stated), fault)
        return of_unit

    def _reason(self, row: PlainRow, change: ChangeKind | None) -> str:
        if change is ChangeKind.TRANSFER_OUT:
            return SealReason.MOVED.value
        if change is ChangeKind.SEAL and not row.reason and row.whole:
            fault = Fault("reason_missing", "没有填封存原因", "请填：解除劳动合同、停薪留职、退休、调动、死亡或其他")
            self._note(row, Field.REASON, "", fault)
        return row.reason


def base_fault(base_fen: int, limits: Limits) -> Fault | None:
    """A base outside its limits, with the likeliest repair: a digit too many, one too few, or the limit itself."""
    floor, cap = limits.base_floor_fen, limits.base_cap_fen
    if base_fen > cap:
        likely, slip = base_fen // 10, "像是多了一个 0"
        if base_fen % 10 or not floor <= likely <= cap:
            likely, slip = cap, "按上限填"
        return Fault("base_over_cap", f"高于上限 {yuan(cap)}", f"{slip} → {yuan(likely)}", _plain_yuan(likely))
    if base_fen < floor:
        likely, slip = base_fen * 10, "像是少了一个 0"
        if not floor <= likely <= cap:
            likely, slip = floor, "按下限填"
        return Fault("base_under_floor", f"低于下限 {yuan(floor)}", f"{slip} → {yuan(likely)}", _plain_yuan(likely))
    return None


def _plain_yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _percent(ratio: Decimal) -> str:
    return format((ratio * 100).normalize(), "f") + "%"
