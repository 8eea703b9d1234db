#!/usr/bin/env python3
"""Verifying an export of the books (账册离线核验) without the product: this one file and Python 3.9 or later, no more.

    python3 verify_books.py FOLDER [--heads FILE]

Reads what ``anju export-books`` wrote, recomputes everything from the single entries, and prints each check with the
first places where it breaks; the last line is ``N checks, M violations``, the exit code 1 when something breaks.
``FILE`` holds daily heads as the centre gave them away day by day: only they show that no chain was made anew whole.
Reads the files once, in their order, and keeps one account at a time. Amounts are fen, whole numbers.

To be read from top to bottom: 1 what is checked · 2 the verification as a whole · 3 the canonical form and the digests
· 4 the files and their rows · 5 the rates · 6 the chains of seals · 7 vouchers and what they promise · 8 the accounts.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

FORMAT = "anju-books-2"
ZEROS = bytes(32)
EPOCH = date(1970, 1, 1).toordinal()
SHOWN = 10
HOUR_US = 3_600_000_000
PAYABLE = "211"
Row = list[str]

# --------------------------------------------------------------------------------------------- 1. what is checked

CHECKS = {
    "manifest": "导出文件与清单一致",
    "readable": "导出文件完整可读",
    "balanced": "每张凭证借贷相等且不为空",
    "control": "凭证的个人合计等于统驭科目分录",
    "lines": "凭证的个人明细笔数、合计和摘要等于其明细",
    "seal": "每张已封存凭证的摘要与凭证和分录一致",
    "chain": "封存链逐张相连，没有断号和漏封",
    "heads": "每日封存头与封存链一致",
    "rates": "利率积数逐段相连",
    "sequence": "明细序号连续，等于末号",
    "running": "明细的余额和积数逐笔相连",
    "balance": "余额等于年初余额加本年明细",
    "opening": "年初余额等于上年余额加结息",
    "weighted": "计息积数等于由明细重算的积数",
    "interest": "结息额等于上年积数乘利率",
    "parts": "个人缴存、单位缴存和利息累计等于明细累计",
    "reversals": "每条冲账明细与原明细金额相等、方向相反，且只冲一次",
    "members": "个人账户余额合计等于住房公积金科目余额",
    "held": "每年的止付余额等于当年未结束的止付合计，已支付的止付有同额的明细",
    "carried": "上年结转余额等于年初余额减去由明细重算的支出",
    "closing": "销户结算的本金、利息等于其凭证和由积数重算的利息",
    "accrual": "利息计提等于其凭证，合计等于应付利息科目余额",
    "subjects": "科目的余额方向、上级和类别依会计核算办法",
    "periods": "未冲回的期末结转凭证属于已结账的会计期间和它的这一次结账",
    "distribution": "增值收益分配方案与凭证一致，贷款风险准备等于增值收益乘提取比例",
}


class Findings:
    """What was found to break, by check."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {name: [] for name in CHECKS}
        self.count = dict.fromkeys(CHECKS, 0)
        self.notes: list[str] = []

    def add(self, check: str, text: str) -> None:
        """Remember a place; only the first ones by their text."""
        self.count[check] += 1
        if len(self.found[check]) < SHOWN:
            self.found[check].append(text)

    @property
    def total(self) -> int:
        """All violations."""
        return sum(self.count.values())

    def tell(self) -> None:
        """Print every check and the last line."""
        for check, name in CHECKS.items():
            good = "？没有核验完" if self.count["readable"] and check != "manifest" else "✓"
            print(f"{name}  {'✗ ' + str(self.count[check]) if self.count[check] else good}")
            for text in self.found[check]:
                print(f"    {text}")
        for note in self.notes:
            print(note)
        print(f"{len(CHECKS)} checks, {self.total} violations")


# --------------------------------------------------------------------------------- 2. the verification as a whole


def verify(folder: Path, heads: Path | None = None) -> Findings:
    """Everything, on one export."""
    found = Findings()
    try:
        manifest = check_manifest(folder, found)
        rates = Rates(folder, found)
        chains = Chains(folder, found, heads)
        books = Books(folder, found, int(manifest["made_at_us"]))
        books.read(map(Voucher._make, table(folder, "vouchers")), chains)
        chains.end()
        accounts, lines, total = read_accounts(folder, rates, books, found)
        books.check_accruals()
        books.end()
        if total != books.control_fen:
            found.add("members", f"个人账户合计 {total} 分，统驭科目余额 {books.control_fen} 分")
        found.notes.append(
            f"凭证 {books.vouchers} 张（已封存 {chains.sealed} 张），账户 {accounts} 个，个人明细 {lines} 条"
        )
    except (OSError, ValueError, LookupError, TypeError, StopIteration, csv.Error, struct.error) as error:
        found.add("readable", f"读到此处为止，其余没有核验：{error!r}")
    return found


def run(folder: Path, *, heads: Path | None = None) -> int:
    """Verify and print; 1 when something breaks."""
    found = verify(folder, heads)
    found.tell()
    return 1 if found.total else 0


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="核验 anju export-books 导出的账册")
    parser.add_argument("folder", type=Path, help="导出文件夹")
    parser.add_argument("--heads", type=Path, help="另存的每日封存头文件")
    chosen = parser.parse_args(arguments)
    return run(chosen.folder, heads=chosen.heads)


# -------------------------------------------------------------------------- 3. the canonical form and the digests
# A second program needs only these four functions.


def canonical_text(voucher: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A voucher as it is sealed: the row of vouchers.csv, then its rows of gl_lines.csv without the voucher's id."""
    return "".join(f"{'|'.join(one)}\n" for one in (["V1", *voucher], *(["L", *line[1:]] for line in lines)))


def seal_digest(previous: bytes, text: str) -> bytes:
    """The digest that seals a voucher behind the one before it in its month."""
    return hashlib.sha256(previous + hashlib.sha256(text.encode()).digest()).digest()


def member_line_bytes(line: Sequence[str], version: int) -> bytes:
    """What a row of member_lines.csv adds to its voucher's ``lines_digest``; rows go in their order in the file."""
    account_id, seq, _, period, kind, booked_on, value_on, month, debit, credit, own, unit, source_id, back = line[:14]
    if version == 1:
        return struct.pack(">5q", *map(int, (account_id, debit, credit, own, unit)))
    days = (str(date.fromisoformat(day).toordinal() - EPOCH) for day in (booked_on, value_on))
    parts = (account_id, seq, period, kind, *days, month, debit, credit, own, unit, source_id, back)
    return ("|".join(parts) + "\n").encode()


def lines_digest(told: bytes, digest: bytes) -> bytes:
    """A digest as a voucher carries it: as it is in version 1, behind its version's byte from version 2 on."""
    return digest if len(told) == 32 else told[:1] + digest


# ------------------------------------------------------------------------------------ 4. the files and their rows


def table(folder: Path, name: str) -> Iterator[Row]:
    """Rows of a file, without its heading; a row of another length ends the reading."""
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
        reader = csv.reader(stream)
        width = len(next(reader))
        for line in reader:
            if len(line) != width:
                raise ValueError(f"{name}.csv 第 {reader.line_num} 行不完整")
            yield line


def check_manifest(folder: Path, found: Findings) -> dict[str, Any]:
    """Compare each file with the manifest; the manifest."""
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest["format"] != FORMAT:
        raise ValueError(f"清单的格式是 {manifest['format']}，本程序只读 {FORMAT}")
    for name, told in manifest["files"].items():
        digest = hashlib.sha256()
        try:
            with (folder / name).open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
        except FileNotFoundError:
            found.add("manifest", f"缺少文件 {name}")
            continue
        if digest.hexdigest() != told["sha256"]:
            found.add("manifest", f"{name} 的 SHA-256 与清单不同")
    return manifest


class Voucher(NamedTuple):
    """A row of vouchers.csv."""

    centre_id: str
    voucher_id: str
    number: str
    kind: str
    business_date: str
    known_at_us: str
    maker_person_id: str
    checker_person_id: str
    reverses_id: str
    event_id: str
    member_count: str
    member_debit_fen: str
    member_credit_fen: str
    public_ref: str
    key_sha256: str
    request_digest: str
    lines_digest: str

    @property
    def where(self) -> str:
        """How it is named."""
        return f"凭证 {self.voucher_id}（第 {self.number} 号）"


class GlLine(NamedTuple):
    """A row of gl_lines.csv."""

    voucher_id: str
    n: str
    unit_id: str
    bank_account_id: str
    debit_fen: str
    credit_fen: str
    subject: str


class MemberLine(NamedTuple):
    """A row of member_lines.csv."""

    account_id: str
    seq: str
    voucher_id: str
    period: str
    kind: str
    booked_on: str
    value_on: str
    month: str
    debit_fen: str
    credit_fen: str
    own_fen: str
    unit_fen: str
    source_id: str
    reverses_seq: str
    balance_after_fen: str
    weighted_sum_after: str
    known_at_us: str


class Balance(NamedTuple):
    """A row of balances.csv: an account in an interest year."""

    account_id: str
    interest_year: str
    opening_fen: str
    balance_fen: str
    held_fen: str
    own_paid_fen: str
    unit_paid_fen: str
    weighted_sum: str
    interest_fen: str
    last_seq: str
    carried_fen: str


class Hold(NamedTuple):
    """A row of holds.csv."""

    account_id: str
    hold_id: str
    amount_fen: str
    held_year: str
    ended_year: str
    outcome: str
    source_id: str
    closes_on: str

    def stands_in(self, year: int) -> bool:
        """Whether it still held the money at the end of an interest year."""
        return int(self.held_year) <= year and (not self.ended_year or int(self.ended_year) > year)


class CloseOut(NamedTuple):
    """A row of close_outs.csv."""

    account_id: str
    voucher_id: str
    seq: str
    principal_fen: str
    interest_fen: str
    corrected_fen: str
    closes_on: str
    paid_on: str


class Accrual(NamedTuple):
    """A row of accruals.csv."""

    month: str
    interest_year: str
    accrued_fen: str
    amount_fen: str
    voucher_id: str


class Distribution(NamedTuple):
    """A row of distributions.csv."""

    year: str
    income_fen: str
    reserve_rate: str
    reserve_fen: str
    management_fee_fen: str
    supplement_fen: str
    maker_person_id: str
    checker_person_id: str
    signed_at: str


class Seal(NamedTuple):
    """A row of seals.csv."""

    number: str
    voucher_id: str
    period: str
    n: str
    previous: str
    digest: str


Registered = TypeVar("Registered", Hold, CloseOut)


class Beside(Generic[Registered]):
    """Rows of a file in the order of accounts, read beside the lines."""

    def __init__(self, rows: Iterator[Registered]) -> None:
        self.rows: Iterator[Registered] = rows
        self.next: Registered | None = next(rows, None)
        self.strange: list[Registered] = []

    def of(self, account_id: int) -> list[Registered]:
        """The rows of the account at hand."""
        mine: list[Registered] = []
        while self.next is not None and int(self.next.account_id) <= account_id:
            (mine if int(self.next.account_id) == account_id else self.strange).append(self.next)
            self.next = next(self.rows, None)
        return mine

    def rest(self) -> list[Registered]:
        """Rows of accounts that are not there."""
        left: list[Registered] = [] if self.next is None else [self.next]
        return self.strange + left + list(self.rows)


# --------------------------------------------------------------------------------------------------- 5. the rates


def interest_of(earned: int, factor: int, day_base: int) -> int:
    """Interest in fen of basis points times fen times days, rounded half up, away from zero."""
    fen = (abs(earned) * factor + day_base * 5_000) // (day_base * 10_000)
    return fen if earned >= 0 else -fen


class Segment(NamedTuple):
    """A rate from its first day on: the index on that day, what each later day adds, and how it becomes interest."""

    day: int
    value: int
    daily_step: int
    factor: int
    day_base: int

    def index_on(self, day: int) -> int:
        """The cumulative index of a day of this segment; days as ordinals."""
        return self.value + self.daily_step * (day - self.day)


class Rates:
    """The cumulative rate index of members' savings."""

    def __init__(self, folder: Path, found: Findings) -> None:
        self.changes: list[Segment] = []
        self.known: dict[str, int] = {}
        for product, day, value, rate_bp, step, factor, base in table(folder, "rate_index"):
            if product != "1":
                continue
            ordinal = date.fromisoformat(day).toordinal()
            if int(value) != (self.changes[-1].index_on(ordinal) if self.changes else 0):
                found.add("rates", f"利率 {day} 起的积数不等于前一段的累计")
            if int(step) * int(factor) != int(rate_bp):
                found.add("rates", f"利率 {day}：每日增量乘系数不等于利率")
            self.changes.append(Segment(ordinal, int(value), int(step), int(factor), int(base)))

    def index(self, day: str) -> int:
        """The index of a day."""
        value = self.known.get(day)
        if value is None:
            ordinal = date.fromisoformat(day).toordinal()
            segment = next(one for one in reversed(self.changes) if one.day <= ordinal)
            value = self.known[day] = segment.index_on(ordinal)
        return value

    def at_start(self, year: int) -> int:
        """The index of the first day of an interest year."""
        return self.index(f"{year:04d}-07-01")

    def earned(self, year: int, earned: int) -> int:
        """Interest of what an interest year earned, at the rule in force on its last day."""
        return self.earned_by(f"{year + 1:04d}-07-01", earned)

    def earned_by(self, day: str, earned: int) -> int:
        """Interest of what was earned up to a day, at the rule in force on the day before."""
        end = date.fromisoformat(day).toordinal()
        segment = next(one for one in reversed(self.changes) if one.day < end)
        return interest_of(earned, segment.factor, segment.day_base)


# ----------------------------------------------------------------------------------------- 6. the chains of seals


class Chains:
    """The chains of seals, one a month, followed in the order of numbers; and the heads that must lie on them."""

    def __init__(self, folder: Path, found: Findings, given: Path | None) -> None:
        self.found = found
        self.seals = map(Seal._make, table(folder, "seals"))
        self.next = next(self.seals, None)
        self.ends: dict[str, tuple[int, bytes, int]] = {}  # month: place, digest, debits so far
        self.heads: dict[tuple[str, int], list[tuple[str, str, str]]] = {}
        self.sealed = 0
        for _, day, period, n, debit, digest in table(folder, "heads"):
            self.heads.setdefault((period, int(n)), []).append((f"{day} 的封存头", digest, debit))
        if given is not None:
            self._read_given(given)

    def _read_given(self, given: Path) -> None:
        for n, line in enumerate(given.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                one = json.loads(line)
                place = (str(one["period"]), int(one["n"]))
                told = (f"另存的 {one['day']} 封存头", str(one["digest"]), str(one["debit_fen"]))
            except (ValueError, KeyError, TypeError):
                self.found.add("heads", f"另存的封存头第 {n} 行不能读")
            else:
                self.heads.setdefault(place, []).append(told)

    def follow(self, voucher: Voucher, lines: list[GlLine], debit_fen: int) -> bool:
        """Take the seal of the next numbered voucher; whether it has one."""
        number = int(voucher.number)
        while self.next is not None and int(self.next.number) < number:
            self.found.add("chain", f"封存号 {self.next.number} 没有对应的凭证")
            self.next = next(self.seals, None)
        if self.next is None or int(self.next.number) != number:
            return False
        _, voucher_id, period, n, previous, digest = self.next
        self.next = next(self.seals, None)
        where = voucher.where
        if voucher_id != voucher.voucher_id or period != voucher.business_date[:4] + voucher.business_date[5:7]:
            self.found.add("seal", f"{where}：封存的凭证或月份不同")
        if seal_digest(bytes.fromhex(previous), canonical_text(voucher, lines)).hex() != digest:
            self.found.add("seal", f"{where}：摘要不同，凭证或分录在封存后有变化")
        place, before, debits = self.ends.get(period, (0, ZEROS, 0))
        if int(n) != place + 1 or bytes.fromhex(previous) != before:
            self.found.add("chain", f"{where}：在 {period} 的封存链上与前一张不相连")
        self.ends[period] = (int(n), bytes.fromhex(digest), debits + debit_fen)
        self.sealed += 1
        self._meet(period, int(n), digest, debits + debit_fen)
        return True

    def _meet(self, period: str, n: int, digest: str, debits: int) -> None:
        for name, told_digest, told_debit in self.heads.pop((period, n), ()):
            if told_digest != digest:
                self.found.add("heads", f"{name}（{period} 第 {n} 张）：摘要与封存链不同")
            elif int(told_debit) != debits:
                self.found.add("heads", f"{name}（{period} 第 {n} 张）：借方合计 {told_debit} 分，凭证合计 {debits} 分")

    def end(self) -> None:
        """What was promised and did not come."""
        for seal in ([] if self.next is None else [self.next, *self.seals]):
            self.found.add("chain", f"封存号 {seal.number} 没有对应的凭证")
        for period in {period for period, n in self.heads if n == 0}:
            self._meet(period, 0, ZEROS.hex(), 0)
        for (period, n), heads in self.heads.items():
            for name, _, _ in heads:
                self.found.add("heads", f"{name}：导出中没有 {period} 第 {n} 张封存")


# ------------------------------------------------------------------------------ 7. vouchers and what they promise


def _subjects(folder: Path, found: Findings) -> set[str]:
    """Subjects that members' lines stand behind; sides and places follow from the codes of the accounting method."""
    controls = set()
    for code, _, debit_side, control, section, parent in table(folder, "subjects"):
        sections = {"1": "asset", "2": "liability", "3": "net_assets"}
        due = "expense" if code[:3] == "411" else "income" if code[:1] == "4" else sections.get(code[:1])
        side = "t" if due in ("asset", "expense") else "f"
        if (debit_side, control, section, parent) != (side, "tf"[code != "201"], due, code[:3] if "-" in code else ""):
            found.add("subjects", f"科目 {code} 的方向、统驭、类别或上级不对")
        if control == "t":
            controls.add(code)
    return controls


class PeriodEnd:
    """Entries of periods' ends against the register of periods and the distributions of income."""

    def __init__(self, folder: Path, found: Findings) -> None:
        self.found = found
        self.keys: dict[str, str] = {}  # SHA-256 of the key of the closing in force: the period
        self.open: list[tuple[str, str]] = []  # closing entries that no other took back yet, and their keys
        self.reversed: set[str] = set()
        for kind, number, state, closings, *_ in table(folder, "periods"):
            if int(state) >= 2:
                key = f"close:{number}" + (f":{closings}" if int(closings) > 1 else "")
                for one in (key, f"{key}:income", f"{key}:expense") if kind == "1" else (key,):
                    self.keys[hashlib.sha256(one.encode()).hexdigest()] = number
        self.due: dict[str, list[int]] = {}  # SHA-256 of a distribution's key: what its entry debits, in order
        self.carried: dict[str, int] = {}
        self.years: dict[str, str] = {}
        for plan in map(Distribution._make, table(folder, "distributions")):
            self._expect(plan)

    def _expect(self, plan: Distribution) -> None:
        income, *parts = map(int, (plan.income_fen, plan.reserve_fen, plan.management_fee_fen, plan.supplement_fen))
        if parts[0] != (income * Fraction(plan.reserve_rate) * 2 + 1) // 2 or sum(parts) != income:
            self.found.add("distribution", f"{plan.year} 年方案的各部分与增值收益和提取比例不符")
        if plan.signed_at:
            for name, fen in (("drawn", [*parts]), ("carried", [income])):
                key = hashlib.sha256(f"distribution:{plan.year}:{name}".encode()).hexdigest()
                self.due[key], self.years[key] = fen, plan.year

    def take(self, voucher: Voucher, lines: list[GlLine]) -> None:
        """One entry of a period's end."""
        if voucher.reverses_id:
            self.reversed.add(voucher.reverses_id)
            return
        due = self.due.pop(voucher.key_sha256, None)
        if due is not None:
            subjects = ("321-01", "321-02", "321-03") if len(due) == 3 else ("321-04",)
            debits = {line.subject: int(line.debit_fen) for line in lines if int(line.debit_fen)}
            if [debits.get(subject, 0) for subject in subjects] != due:
                year = self.years[voucher.key_sha256]
                self.found.add("distribution", f"{year} 年方案与凭证 {voucher.voucher_id} 不符")
            return
        self.open.append((voucher.voucher_id, voucher.key_sha256))

    def end(self) -> None:
        """What stands although its period is open, and what was signed and not posted."""
        for voucher_id, key in self.open:
            if voucher_id not in self.reversed and key not in self.keys:
                self.found.add("periods", f"期末凭证 {voucher_id} 没有冲回，它的会计期间却没有这一次结账")
        for key in self.due:
            self.found.add("distribution", f"{self.years[key]} 年的方案已经签署，没有凭证")


@dataclass
class Promise:
    """What a voucher says of its member lines: how many are still to come, their sums, their digest and moment."""

    lines: int
    debit_fen: int
    credit_fen: int
    digest: bytes
    known_at_us: str
    hash: Any = field(default_factory=hashlib.sha256)
    """Over the lines that have come."""


class Books:
    """Vouchers and their lines; what they promise of members' lines."""

    def __init__(self, folder: Path, found: Findings, made_at_us: int) -> None:
        self.found, self.made_at_us = found, made_at_us
        self.controls = _subjects(folder, found)
        self.periods = PeriodEnd(folder, found)
        self.payable = 0  # credit less debit of 211
        self.accruals = [Accrual._make(one) for one in table(folder, "accruals")]
        self.payable_of = {one.voucher_id: 0 for one in self.accruals if one.voucher_id}
        self.closings: dict[str, tuple[int, int, int]] = {}  # voucher: paid, interest debited, members' change
        self.gl_lines = map(GlLine._make, table(folder, "gl_lines"))
        self.next_line = next(self.gl_lines, None)
        self.promised: dict[int, Promise] = {}
        self.vouchers = self.control_fen = 0
        self.late: list[Voucher] = []

    def read(self, vouchers: Iterator[Voucher], chains: Chains) -> None:
        """Follow the vouchers in the order of numbers, those without a number last."""
        for voucher in vouchers:
            self.vouchers += 1
            lines = self._lines_of(voucher.voucher_id)
            debit_fen = self._check_sums(voucher, lines)
            if voucher.number and not chains.follow(voucher, lines, debit_fen):
                self.late.append(voucher)
            elif voucher.number and self.late:
                for one in self.late:
                    self.found.add("chain", f"{one.where}漏封")
                self.late = []
            if voucher.member_count != "0" or voucher.lines_digest:
                told = bytes.fromhex(voucher.lines_digest)
                self.promised[int(voucher.voucher_id)] = Promise(
                    int(voucher.member_count), int(voucher.member_debit_fen), int(voucher.member_credit_fen), told,
                    voucher.known_at_us,
                )  # fmt: skip
                if len(told) != 32 and not (len(told) == 33 and told[0] == 2):
                    self.found.add("lines", f"凭证 {voucher.voucher_id}：不认识它的明细摘要的版本")
        for one in self.late:
            if int(one.known_at_us) < self.made_at_us - HOUR_US:
                self.found.add("chain", f"{one.where}一小时后仍未封存")
        while self.next_line is not None:
            self.found.add("balanced", f"分录所属的凭证 {self.next_line.voucher_id} 不在导出中")
            self.next_line = next(self.gl_lines, None)

    def _lines_of(self, voucher_id: str) -> list[GlLine]:
        lines = []
        while self.next_line is not None and self.next_line.voucher_id == voucher_id:
            lines.append(self.next_line)
            self.next_line = next(self.gl_lines, None)
        return lines

    def _check_sums(self, voucher: Voucher, lines: list[GlLine]) -> int:
        debit = sum(int(line.debit_fen) for line in lines)
        credit = sum(int(line.credit_fen) for line in lines)
        if not lines or debit != credit:
            self.found.add("balanced", f"{voucher.where}：借方 {debit} 分，贷方 {credit} 分")
        controls = [line for line in lines if line.subject in self.controls]
        member_debit, member_credit = (
            sum(int(line.debit_fen) for line in controls), sum(int(line.credit_fen) for line in controls)
        )
        if (member_debit, member_credit) != (int(voucher.member_debit_fen), int(voucher.member_credit_fen)):
            self.found.add("control", f"{voucher.where}：个人合计与统驭科目分录不同")
        self.control_fen += member_credit - member_debit
        self._look_at(voucher, lines, member_credit - member_debit)
        return debit

    def _look_at(self, voucher: Voucher, lines: list[GlLine], change: int) -> None:
        """What the registers of interest, closings and periods are compared with."""
        payable = [line for line in lines if line.subject == PAYABLE]
        fen = sum(int(line.credit_fen) - int(line.debit_fen) for line in payable)
        self.payable += fen
        if voucher.voucher_id in self.payable_of:
            self.payable_of[voucher.voucher_id] = fen
        if voucher.kind == "8":
            paid = sum(int(line.credit_fen) for line in lines if line.subject == "101")
            self.closings[voucher.voucher_id] = (paid, sum(int(line.debit_fen) for line in payable), change)
        if voucher.kind in ("9", "10"):
            self.periods.take(voucher, lines)

    def take(self, line: MemberLine) -> None:
        """Count one member line towards its voucher."""
        voucher_id = int(line.voucher_id)
        promise = self.promised.get(voucher_id)
        if promise is None:
            self.found.add("lines", f"账户 {line.account_id} 有一条明细，其凭证 {voucher_id} 没有它或不在导出中")
            return
        promise.lines -= 1
        promise.debit_fen -= int(line.debit_fen)
        promise.credit_fen -= int(line.credit_fen)
        promise.hash.update(member_line_bytes(line, 1 if len(promise.digest) == 32 else 2))
        if line.known_at_us != promise.known_at_us:
            self.found.add("lines", f"凭证 {voucher_id}：账户 {line.account_id} 第 {line.seq} 条的记录时刻与凭证不同")
        if promise.lines == 0:
            del self.promised[voucher_id]
            if promise.debit_fen or promise.credit_fen:
                apart = f"{promise.debit_fen} / {promise.credit_fen} 分"
                self.found.add("lines", f"凭证 {voucher_id}：明细合计与凭证相差 {apart}")
            if lines_digest(promise.digest, promise.hash.digest()) != promise.digest:
                self.found.add("lines", f"凭证 {voucher_id}：明细摘要不同，明细有变化")

    def check_accruals(self) -> None:
        """The register of accruals against its vouchers, and its sum against the subject."""
        year = ""
        total = so_far = 0
        given_back = {one.interest_year: int(one.amount_fen) for one in self.accruals if one.month[-2:] == "13"}
        for month, interest_year, accrued, amount, voucher in self.accruals:
            so_far = int(amount) + (so_far if interest_year == year else 0)
            year, total = interest_year, total + int(amount)
            # A month that is accrued when its year is settled already finds the accrual given back.
            late = month[-2:] != "13" and int(accrued) == 0 and so_far + given_back.get(interest_year, 0) == 0
            if self.payable_of.get(voucher, 0) != int(amount) or not (so_far == int(accrued) or late):
                self.found.add("accrual", f"{month} 的计提：{amount} 分、累计 {accrued} 分，与凭证 {voucher} 不符")
        if total != self.payable:
            self.found.add("accrual", f"计提合计 {total} 分，应付利息科目余额 {self.payable} 分")

    def close(self, one: CloseOut) -> None:
        """One closing against its voucher."""
        principal, interest, corrected = map(int, (one.principal_fen, one.interest_fen, one.corrected_fen))
        due = (principal + interest, interest + abs(corrected), corrected - principal)
        if self.closings.pop(one.voucher_id, None) != due:
            self.found.add("closing", f"账户 {one.account_id} 的销户结算与凭证 {one.voucher_id} 不符")

    def end(self) -> None:
        """Vouchers whose lines did not all come."""
        self.periods.end()
        for closing in self.closings:
            self.found.add("closing", f"销户凭证 {closing} 没有销户结算")
        for voucher_id, promise in self.promised.items():
            self.found.add("lines", f"凭证 {voucher_id}：还缺 {promise.lines} 条个人明细")


# ------------------------------------------------------------------------------------------------ 8. the accounts


def year_of(period: int) -> int:
    """The interest year a line belongs to: its booking day's, except the year's own interest, which opens the next."""
    year, month = divmod(period, 100)
    return year + 1 if month == 13 else year if month >= 7 else year - 1


class Account:
    """One account while its lines go by."""

    def __init__(self, account_id: int, rates: Rates, found: Findings) -> None:
        self.account_id, self.rates, self.found = account_id, rates, found
        self.seq = self.balance = self.weighted = self.own = self.unit = self.interest = 0
        self.year: int | None = None
        self.change: dict[int, int] = {}
        self.credited: dict[int, int] = {}
        self.products: dict[int, int] = {}
        self.sums: dict[int, tuple[int, int, int, int]] = {}  # year: own, unit, interest, last number
        self.carried: dict[int, int] = {}
        self.opened = 0  # what the year at hand opened with
        self.last: dict[str, tuple[str, int, int, str]] = {}  # number of a closing line: voucher, debit, product, day
        self.paid: dict[str, set[int]] = {}  # source of a withdrawal: what it took
        self.originals: dict[int, tuple[int, int, int, str]] = {}
        self.reversed: set[int] = set()

    def line(self, line: MemberLine) -> None:
        """Follow one line."""
        _, seq_text, _, period_text, kind, _, value_on, _, *sums, _, back, after_text, product_text, _ = line
        debit, credit, own, unit = map(int, sums)
        after, product = int(after_text), int(product_text)
        seq, period, change = int(seq_text), int(period_text), credit - debit
        year = year_of(period)
        if seq != self.seq + 1:
            self.found.add("sequence", f"账户 {self.account_id}：第 {self.seq} 条之后是第 {seq} 条")
        if after != self.balance + change:
            due = self.balance + change
            self.found.add("running", f"账户 {self.account_id} 第 {seq} 条：余额 {after} 分，应为 {due} 分")
        index = self.rates.index(value_on)
        if period % 100 == 13:
            expected = after * index
            self.credited[year] = self.credited.get(year, 0) + change
        else:
            start = self.weighted if year == self.year else self.balance * self.rates.at_start(year)
            expected = start + change * index
            self.change[year] = self.change.get(year, 0) + change
            self.products[year] = self.products.get(year, 0) + change * index
        if product != expected:
            self.found.add("running", f"账户 {self.account_id} 第 {seq} 条：积数 {product}，应为 {expected}")
        sign = 1 if change > 0 else -1
        self.own += sign * own
        self.unit += sign * unit
        self.interest += change if kind == "9" else 0
        self._reversal(seq, back, debit, credit, own, value_on)
        if year != self.year:
            self.opened = after if period % 100 == 13 else self.balance
        if period % 100 != 13:
            self._carry(year, debit, credit, back, after)
        if kind == "11" and debit:
            self.paid.setdefault(line.source_id, set()).add(debit)
        if kind == "12" and debit and not back:
            self.last[seq_text] = (line.voucher_id, debit, product, value_on)
        self.sums[year] = (self.own, self.unit, self.interest, seq)
        self.seq, self.balance, self.weighted, self.year = seq, after, product, year

    def _carry(self, year: int, debit: int, credit: int, back: str, after: int) -> None:
        """The part carried forward: money goes out of it first, what is taken back or comes back keeps it within."""
        carried = self.carried.get(year, self.opened)
        if not back:
            carried = max(carried - debit, 0)
        else:
            carried = min(carried, after) if debit else min(self.opened, carried + credit)
        self.carried[year] = carried

    def _reversal(self, seq: int, back: str, debit: int, credit: int, own: int, value_on: str) -> None:
        if not back:
            self.originals[seq] = (debit, credit, own, value_on)
            return
        if self.originals.get(int(back)) != (credit, debit, own, value_on) or int(back) in self.reversed:
            self.found.add("reversals", f"账户 {self.account_id} 第 {seq} 条：与所冲的第 {back} 条不符，或重复冲账")
        self.reversed.add(int(back))

    def close(self, balances: list[Balance], holds: list[Hold]) -> int:
        """Compare with the account's balance rows, oldest first; the latest balance."""
        before: Balance | None = None
        sums = (0, 0, 0, 0)
        for one in balances:
            self._year(one, before)
            sums = self.sums.get(int(one.interest_year), sums)
            self._parts(one, sums, holds)
            before = one
        missing = (set(self.change) | set(self.credited)) - {int(one.interest_year) for one in balances}
        for year in sorted(missing):
            self.found.add("balance", f"账户 {self.account_id}：{year} 结息年度有明细，没有余额行")
        for hold in holds:
            paid = self.paid.get(hold.source_id, set())
            if hold.outcome == "1" and not hold.closes_on and int(hold.amount_fen) not in paid:
                self.found.add("held", f"账户 {self.account_id}：已支付的止付 {hold.hold_id} 没有同额的明细")
        if before is None:
            return 0
        if max(int(one.last_seq) for one in balances) != self.seq:
            self.found.add("sequence", f"账户 {self.account_id}：末号 {before.last_seq}，明细到第 {self.seq} 条")
        return int(before.balance_fen)

    def _parts(self, one: Balance, sums: tuple[int, int, int, int], holds: list[Hold]) -> None:
        year = int(one.interest_year)
        where = f"账户 {self.account_id} {year} 结息年度"
        if (int(one.own_paid_fen), int(one.unit_paid_fen), int(one.interest_fen)) != sums[:3]:
            self.found.add("parts", f"{where}：累计与明细累计不同")
        if int(one.last_seq) != sums[3]:
            self.found.add("sequence", f"{where}：末号 {one.last_seq}，明细到第 {sums[3]} 条")
        carried = self.carried.get(year, int(one.opening_fen))
        if int(one.carried_fen) != carried:
            self.found.add("carried", f"{where}：上年结转余额 {one.carried_fen} 分，明细重算 {carried} 分")
        held = sum(int(hold.amount_fen) for hold in holds if hold.stands_in(year))
        if int(one.held_fen) != held:
            self.found.add("held", f"{where}：止付余额 {one.held_fen} 分，止付合计 {held} 分")

    def closed(self, one: CloseOut) -> None:
        """One closing against its line: the principal it paid, and the interest that the line's product earned."""
        where = f"账户 {self.account_id} 的销户结算（凭证 {one.voucher_id}）"
        if not one.seq:
            return
        voucher_id, paid, product, _ = self.last.pop(one.seq, ("", 0, 0, ""))
        if (voucher_id, paid) != (one.voucher_id, int(one.principal_fen)):
            self.found.add("closing", f"{where}：本金与明细不符")
        elif max(self.rates.earned_by(one.closes_on, -product), 0) != int(one.interest_fen):
            self.found.add("closing", f"{where}：利息 {one.interest_fen} 分，与积数重算的不同")

    def _year(self, one: Balance, before: Balance | None) -> None:
        year, opening = int(one.interest_year), int(one.opening_fen)
        balance, weighted = int(one.balance_fen), int(one.weighted_sum)
        where = f"账户 {self.account_id} {year} 结息年度"
        expected = opening + self.change.get(year, 0)
        if balance != expected:
            self.found.add("balance", f"{where}：余额 {balance} 分，明细合计 {expected} 分")
        follows = before is not None and int(before.interest_year) == year - 1
        last = int(before.balance_fen) if before is not None and follows else 0
        credited = self.credited.get(year, 0)
        if opening != last + credited:
            self.found.add("opening", f"{where}：年初余额 {opening} 分，上年余额加结息 {last + credited} 分")
        products = opening * self.rates.at_start(year) + self.products.get(year, 0)
        if weighted != products:
            self.found.add("weighted", f"{where}：积数 {weighted}，明细重算 {products}")
        if before is not None and follows:
            earned = last * self.rates.at_start(year) - int(before.weighted_sum)
            interest = max(int(before.held_fen) - last, self.rates.earned(year - 1, earned))
            if credited != interest:
                self.found.add("interest", f"{where}：上年结息 {credited} 分，应为 {interest} 分")


def read_accounts(folder: Path, rates: Rates, books: Books, found: Findings) -> tuple[int, int, int]:
    """Follow member lines and balance rows side by side, account by account; accounts, lines, sum of balances."""
    lines = map(MemberLine._make, table(folder, "member_lines"))
    balances = map(Balance._make, table(folder, "balances"))
    holds = Beside(map(Hold._make, table(folder, "holds")))
    closings = Beside(map(CloseOut._make, table(folder, "close_outs")))
    line, balance = next(lines, None), next(balances, None)
    accounts = count = total = 0
    while line is not None or balance is not None:
        account_id = min(int(one.account_id) for one in (line, balance) if one is not None)
        accounts += 1
        account, name = Account(account_id, rates, found), str(account_id)
        rows: list[Balance] = []
        while line is not None and line.account_id == name:
            account.line(line)
            books.take(line)
            count += 1
            line = next(lines, None)
        while balance is not None and balance.account_id == name:
            rows.append(balance)
            balance = next(balances, None)
        total += account.close(rows, holds.of(account_id))
        for one in closings.of(account_id):
            account.closed(one)
            books.close(one)
        for number, (voucher_id, *_) in account.last.items():
            found.add("closing", f"账户 {name} 第 {number} 条（凭证 {voucher_id}）没有销户结算")
    for hold in holds.rest():
        found.add("held", f"止付的账户 {hold.account_id} 不在导出中")
    for closing in closings.rest():
        found.add("closing", f"销户结算的账户 {closing.account_id} 不在导出中")
    return accounts, count, total


if __name__ == "__main__":
    sys.exit(main())
