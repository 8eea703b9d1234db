#!/usr/bin/env python3
"""Verifying an export of the books (账册离线核验) without the product: this one file and Python 3.9 or later, no more.

    python3 verify_books.py FOLDER [--heads FILE]

Reads what ``anju export-books`` wrote, recomputes everything from the single entries, and prints each check with the
first places where it breaks; the last line is ``N checks, M violations``, the exit code 1 when something breaks.
``FILE`` holds daily heads as the centre gave them away day by day: only they show that no chain was made anew whole.
Reads the files once, in their order, and keeps one account at a time. Amounts are fen, whole numbers.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import struct
import sys
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

FORMAT = "anju-books-2"
ZEROS = bytes(32)
EPOCH = date(1970, 1, 1).toordinal()
SHOWN = 10
HOUR_US = 3_600_000_000
Row = list[str]

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


# -- the canonical form and the digests: a second program needs only these four functions --


def canonical_text(voucher: Row, lines: list[Row]) -> str:
    """A voucher as it is sealed: the row of vouchers.csv, then its rows of gl_lines.csv without the voucher's id."""
    return "".join(f"{'|'.join(one)}\n" for one in (["V1", *voucher], *(["L", *line[1:]] for line in lines)))


def seal_digest(previous: bytes, text: str) -> bytes:
    """The digest that seals a voucher behind the one before it in its month."""
    return hashlib.sha256(previous + hashlib.sha256(text.encode()).digest()).digest()


def member_line_bytes(line: Row, version: int) -> bytes:
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


def interest_of(earned: int, factor: int, day_base: int) -> int:
    """Interest in fen of basis points times fen times days, rounded half up, away from zero."""
    fen = (abs(earned) * factor + day_base * 5_000) // (day_base * 10_000)
    return fen if earned >= 0 else -fen


# -- reading --


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


class Rates:
    """The cumulative rate index of members' savings."""

    def __init__(self, folder: Path, found: Findings) -> None:
        self.changes: list[tuple[int, int, int, int, int]] = []  # day, value, daily step, factor, day base
        self.known: dict[str, int] = {}
        for product, day, value, rate_bp, step, factor, base in table(folder, "rate_index"):
            if product != "1":
                continue
            ordinal = date.fromisoformat(day).toordinal()
            before = self.changes[-1] if self.changes else (ordinal, 0, 0, 0, 0)
            if int(value) != before[1] + before[2] * (ordinal - before[0]):
                found.add("rates", f"利率 {day} 起的积数不等于前一段的累计")
            if int(step) * int(factor) != int(rate_bp):
                found.add("rates", f"利率 {day}：每日增量乘系数不等于利率")
            self.changes.append((ordinal, int(value), int(step), int(factor), int(base)))

    def index(self, day: str) -> int:
        """The index of a day."""
        value = self.known.get(day)
        if value is None:
            ordinal = date.fromisoformat(day).toordinal()
            start, base, step, _, _ = next(one for one in reversed(self.changes) if one[0] <= ordinal)
            value = self.known[day] = base + step * (ordinal - start)
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
        change = next(one for one in reversed(self.changes) if one[0] < end)
        return interest_of(earned, change[3], change[4])


# -- vouchers, their lines, and their seals --


class Chains:
    """The chains of seals, one a month, followed in the order of numbers; and the heads that must lie on them."""

    def __init__(self, folder: Path, found: Findings, given: Path | None) -> None:
        self.found = found
        self.seals = table(folder, "seals")
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

    def follow(self, voucher: Row, lines: list[Row], debit_fen: int) -> bool:
        """Take the seal of the next numbered voucher; whether it has one."""
        number = int(voucher[2])
        while self.next is not None and int(self.next[0]) < number:
            self.found.add("chain", f"封存号 {self.next[0]} 没有对应的凭证")
            self.next = next(self.seals, None)
        if self.next is None or int(self.next[0]) != number:
            return False
        _, voucher_id, period, n, previous, digest = self.next
        self.next = next(self.seals, None)
        where = f"凭证 {voucher[1]}（第 {voucher[2]} 号）"
        if voucher_id != voucher[1] or period != voucher[4][:4] + voucher[4][5:7]:
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
        for seal in [self.next] if self.next is not None else []:
            self.found.add("chain", f"封存号 {seal[0]} 没有对应的凭证")
        for seal in self.seals:
            self.found.add("chain", f"封存号 {seal[0]} 没有对应的凭证")
        for period in {period for period, n in self.heads if n == 0}:
            self._meet(period, 0, ZEROS.hex(), 0)
        for (period, n), heads in self.heads.items():
            for name, _, _ in heads:
                self.found.add("heads", f"{name}：导出中没有 {period} 第 {n} 张封存")


PAYABLE = "211"


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
        for plan in table(folder, "distributions"):
            self._expect(plan)

    def _expect(self, one: Row) -> None:
        income, *parts = (int(fen) for fen in (one[1], *one[3:6]))
        if parts[0] != (income * Fraction(one[2]) * 2 + 1) // 2 or sum(parts) != income:
            self.found.add("distribution", f"{one[0]} 年方案的各部分与增值收益和提取比例不符")
        if one[8]:
            for name, fen in (("drawn", [*parts]), ("carried", [income])):
                key = hashlib.sha256(f"distribution:{one[0]}:{name}".encode()).hexdigest()
                self.due[key], self.years[key] = fen, one[0]

    def take(self, voucher: Row, lines: list[Row]) -> None:
        """One entry of a period's end."""
        if voucher[8]:
            self.reversed.add(voucher[8])
            return
        due = self.due.pop(voucher[14], None)
        if due is not None:
            subjects = ("321-01", "321-02", "321-03") if len(due) == 3 else ("321-04",)
            debits = {line[6]: int(line[4]) for line in lines if int(line[4])}
            if [debits.get(subject, 0) for subject in subjects] != due:
                self.found.add("distribution", f"{self.years[voucher[14]]} 年方案与凭证 {voucher[1]} 不符")
            return
        self.open.append((voucher[1], voucher[14]))

    def end(self) -> None:
        """What stands although its period is open, and what was signed and not posted."""
        for voucher_id, key in self.open:
            if voucher_id not in self.reversed and key not in self.keys:
                self.found.add("periods", f"期末凭证 {voucher_id} 没有冲回，它的会计期间却没有这一次结账")
        for key in self.due:
            self.found.add("distribution", f"{self.years[key]} 年的方案已经签署，没有凭证")


class Books:
    """Vouchers and their lines; what they promise of members' lines."""

    def __init__(self, folder: Path, found: Findings, made_at_us: int) -> None:
        self.found, self.made_at_us = found, made_at_us
        self.controls = _subjects(folder, found)
        self.periods = PeriodEnd(folder, found)
        self.payable = 0  # credit less debit of 211
        self.payable_of = {line[4]: 0 for line in table(folder, "accruals") if line[4]}
        self.closings: dict[str, tuple[int, int, int]] = {}  # voucher: paid, interest debited, members' change
        self.gl_lines = table(folder, "gl_lines")
        self.next_line = next(self.gl_lines, None)
        # voucher: lines, debit, credit still to come; the digest, when it was known, and the hash so far
        self.promised: dict[int, list[Any]] = {}
        self.vouchers = self.control_fen = 0
        self.late: list[Row] = []

    def read(self, vouchers: Iterator[Row], chains: Chains) -> None:
        """Follow the vouchers in the order of numbers, those without a number last."""
        for voucher in vouchers:
            self.vouchers += 1
            lines = self._lines_of(voucher[1])
            debit_fen = self._check_sums(voucher, lines)
            if voucher[2] and not chains.follow(voucher, lines, debit_fen):
                self.late.append(voucher)
            elif voucher[2] and self.late:
                for one in self.late:
                    self.found.add("chain", f"凭证 {one[1]}（第 {one[2]} 号）漏封")
                self.late = []
            if voucher[10] != "0" or voucher[16]:
                totals = (int(one) for one in voucher[10:13])
                told = bytes.fromhex(voucher[16])
                self.promised[int(voucher[1])] = [*totals, told, voucher[5], None]
                if len(told) != 32 and not (len(told) == 33 and told[0] == 2):
                    self.found.add("lines", f"凭证 {voucher[1]}：不认识它的明细摘要的版本")
        for one in self.late:
            if int(one[5]) < self.made_at_us - HOUR_US:
                self.found.add("chain", f"凭证 {one[1]}（第 {one[2]} 号）一小时后仍未封存")
        while self.next_line is not None:
            self.found.add("balanced", f"分录所属的凭证 {self.next_line[0]} 不在导出中")
            self.next_line = next(self.gl_lines, None)

    def _lines_of(self, voucher_id: str) -> list[Row]:
        lines = []
        while self.next_line is not None and self.next_line[0] == voucher_id:
            lines.append(self.next_line)
            self.next_line = next(self.gl_lines, None)
        return lines

    def _check_sums(self, voucher: Row, lines: list[Row]) -> int:
        debit = sum(int(line[4]) for line in lines)
        credit = sum(int(line[5]) for line in lines)
        if not lines or debit != credit:
            self.found.add("balanced", f"凭证 {voucher[1]}（第 {voucher[2]} 号）：借方 {debit} 分，贷方 {credit} 分")
        controls = [line for line in lines if line[6] in self.controls]
        member_debit, member_credit = (sum(int(line[side]) for line in controls) for side in (4, 5))
        if (member_debit, member_credit) != (int(voucher[11]), int(voucher[12])):
            self.found.add("control", f"凭证 {voucher[1]}（第 {voucher[2]} 号）：个人合计与统驭科目分录不同")
        self.control_fen += member_credit - member_debit
        self._look_at(voucher, lines, member_credit - member_debit)
        return debit

    def _look_at(self, voucher: Row, lines: list[Row], change: int) -> None:
        """What the registers of interest, closings and periods are compared with."""
        payable = [line for line in lines if line[6] == PAYABLE]
        fen = sum(int(line[5]) - int(line[4]) for line in payable)
        self.payable += fen
        if voucher[1] in self.payable_of:
            self.payable_of[voucher[1]] = fen
        if voucher[3] == "8":
            paid = sum(int(line[5]) for line in lines if line[6] == "101")
            self.closings[voucher[1]] = (paid, sum(int(line[4]) for line in payable), change)
        if voucher[3] in ("9", "10"):
            self.periods.take(voucher, lines)

    def take(self, line: Row) -> None:
        """Count one member line towards its voucher."""
        voucher_id = int(line[2])
        promise = self.promised.get(voucher_id)
        if promise is None:
            self.found.add("lines", f"账户 {line[0]} 有一条明细，其凭证 {voucher_id} 没有它或不在导出中")
            return
        promise[0] -= 1
        promise[1] -= int(line[8])
        promise[2] -= int(line[9])
        if promise[5] is None:
            promise[5] = hashlib.sha256()
        promise[5].update(member_line_bytes(line, 1 if len(promise[3]) == 32 else 2))
        if line[16] != promise[4]:
            self.found.add("lines", f"凭证 {voucher_id}：账户 {line[0]} 第 {line[1]} 条的记录时刻与凭证不同")
        if promise[0] == 0:
            del self.promised[voucher_id]
            if promise[1] or promise[2]:
                self.found.add("lines", f"凭证 {voucher_id}：明细合计与凭证相差 {promise[1]} / {promise[2]} 分")
            if lines_digest(promise[3], promise[5].digest()) != promise[3]:
                self.found.add("lines", f"凭证 {voucher_id}：明细摘要不同，明细有变化")

    def check_accruals(self, folder: Path) -> None:
        """The register of accruals against its vouchers, and its sum against the subject."""
        year = ""
        total = so_far = 0
        rows = list(table(folder, "accruals"))
        given_back = {one[1]: int(one[3]) for one in rows if one[0][-2:] == "13"}
        for month, interest_year, accrued, amount, voucher in rows:
            so_far = int(amount) + (so_far if interest_year == year else 0)
            year, total = interest_year, total + int(amount)
            # A month that is accrued when its year is settled already finds the accrual given back.
            late = month[-2:] != "13" and int(accrued) == 0 and so_far + given_back.get(interest_year, 0) == 0
            if self.payable_of.get(voucher, 0) != int(amount) or not (so_far == int(accrued) or late):
                self.found.add("accrual", f"{month} 的计提：{amount} 分、累计 {accrued} 分，与凭证 {voucher} 不符")
        if total != self.payable:
            self.found.add("accrual", f"计提合计 {total} 分，应付利息科目余额 {self.payable} 分")

    def close(self, one: Row) -> None:
        """One closing against its voucher."""
        principal, interest, corrected = (int(fen) for fen in one[3:6])
        due = (principal + interest, interest + abs(corrected), corrected - principal)
        if self.closings.pop(one[1], None) != due:
            self.found.add("closing", f"账户 {one[0]} 的销户结算与凭证 {one[1]} 不符")

    def end(self) -> None:
        """Vouchers whose lines did not all come."""
        self.periods.end()
        for closing in self.closings:
            self.found.add("closing", f"销户凭证 {closing} 没有销户结算")
        for voucher_id, promise in self.promised.items():
            self.found.add("lines", f"凭证 {voucher_id}：还缺 {promise[0]} 条个人明细")


# -- members' accounts --


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

    def line(self, line: Row) -> None:
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
            self.paid.setdefault(line[12], set()).add(debit)
        if kind == "12" and debit and not back:
            self.last[seq_text] = (line[2], debit, product, value_on)
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

    def close(self, balances: list[Row], holds: list[Row]) -> int:
        """Compare with the account's balance rows, oldest first; the latest balance."""
        before: Row | None = None
        sums = (0, 0, 0, 0)
        for one in balances:
            self._year(one, before)
            sums = self.sums.get(int(one[1]), sums)
            self._parts(one, sums, holds)
            before = one
        missing = (set(self.change) | set(self.credited)) - {int(one[1]) for one in balances}
        for year in sorted(missing):
            self.found.add("balance", f"账户 {self.account_id}：{year} 结息年度有明细，没有余额行")
        for hold in holds:
            if hold[5] == "1" and not hold[7] and int(hold[2]) not in self.paid.get(hold[6], ()):
                self.found.add("held", f"账户 {self.account_id}：已支付的止付 {hold[1]} 没有同额的明细")
        if before is None:
            return 0
        if max(int(one[9]) for one in balances) != self.seq:
            self.found.add("sequence", f"账户 {self.account_id}：末号 {before[9]}，明细到第 {self.seq} 条")
        return int(before[3])

    def _parts(self, one: Row, sums: tuple[int, int, int, int], holds: list[Row]) -> None:
        year = int(one[1])
        where = f"账户 {self.account_id} {year} 结息年度"
        if (int(one[5]), int(one[6]), int(one[8])) != sums[:3]:
            self.found.add("parts", f"{where}：累计与明细累计不同")
        if int(one[9]) != sums[3]:
            self.found.add("sequence", f"{where}：末号 {one[9]}，明细到第 {sums[3]} 条")
        carried = self.carried.get(year, int(one[2]))
        if int(one[10]) != carried:
            self.found.add("carried", f"{where}：上年结转余额 {one[10]} 分，明细重算 {carried} 分")
        held = sum(int(hold[2]) for hold in holds if int(hold[3]) <= year and (not hold[4] or int(hold[4]) > year))
        if int(one[4]) != held:
            self.found.add("held", f"{where}：止付余额 {one[4]} 分，止付合计 {held} 分")

    def closed(self, one: Row) -> None:
        """One closing against its line: the principal it paid, and the interest that the line's product earned."""
        where = f"账户 {self.account_id} 的销户结算（凭证 {one[1]}）"
        if not one[2]:
            return
        line = self.last.pop(one[2], None)
        if line is None or (line[0], line[1]) != (one[1], int(one[3])):
            self.found.add("closing", f"{where}：本金与明细不符")
        elif max(self.rates.earned_by(one[6], -line[2]), 0) != int(one[4]):
            self.found.add("closing", f"{where}：利息 {one[4]} 分，与积数重算的不同")

    def _year(self, one: Row, before: Row | None) -> None:
        year, opening, balance, weighted = int(one[1]), int(one[2]), int(one[3]), int(one[7])
        where = f"账户 {self.account_id} {year} 结息年度"
        expected = opening + self.change.get(year, 0)
        if balance != expected:
            self.found.add("balance", f"{where}：余额 {balance} 分，明细合计 {expected} 分")
        follows = before is not None and int(before[1]) == year - 1
        last = int(before[3]) if before is not None and follows else 0
        credited = self.credited.get(year, 0)
        if opening != last + credited:
            self.found.add("opening", f"{where}：年初余额 {opening} 分，上年余额加结息 {last + credited} 分")
        products = opening * self.rates.at_start(year) + self.products.get(year, 0)
        if weighted != products:
            self.found.add("weighted", f"{where}：积数 {weighted}，明细重算 {products}")
        if before is not None and follows:
            earned = last * self.rates.at_start(year) - int(before[7])
            interest = max(int(before[4]) - last, self.rates.earned(year - 1, earned))
            if credited != interest:
                self.found.add("interest", f"{where}：上年结息 {credited} 分，应为 {interest} 分")


def read_accounts(folder: Path, rates: Rates, books: Books, found: Findings) -> tuple[int, int, int]:
    """Follow member lines and balance rows side by side, account by account; accounts, lines, sum of balances."""
    lines, balances = table(folder, "member_lines"), table(folder, "balances")
    holds, closings = _Beside(table(folder, "holds")), _Beside(table(folder, "close_outs"))
    line, balance = next(lines, None), next(balances, None)
    accounts = count = total = 0
    while line is not None or balance is not None:
        account_id = min(int(one[0]) for one in (line, balance) if one is not None)
        accounts += 1
        account, name, rows = Account(account_id, rates, found), str(account_id), []
        while line is not None and line[0] == name:
            account.line(line)
            books.take(line)
            count += 1
            line = next(lines, None)
        while balance is not None and balance[0] == name:
            rows.append(balance)
            balance = next(balances, None)
        total += account.close(rows, holds.of(account_id))
        for one in closings.of(account_id):
            account.closed(one)
            books.close(one)
        for number, (voucher_id, *_) in account.last.items():
            found.add("closing", f"账户 {name} 第 {number} 条（凭证 {voucher_id}）没有销户结算")
    for name, left in (("止付", holds), ("销户结算", closings)):
        for one in left.rest():
            found.add("held" if name == "止付" else "closing", f"{name}的账户 {one[0]} 不在导出中")
    return accounts, count, total


class _Beside:
    """Rows of a file in the order of accounts, read beside the lines."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self.rows, self.next = rows, next(rows, None)
        self.strange: list[Row] = []

    def of(self, account_id: int) -> list[Row]:
        """The rows of the account at hand."""
        mine: list[Row] = []
        while self.next is not None and int(self.next[0]) <= account_id:
            (mine if int(self.next[0]) == account_id else self.strange).append(self.next)
            self.next = next(self.rows, None)
        return mine

    def rest(self) -> list[Row]:
        """Rows of accounts that are not there."""
        left = [] if self.next is None else [self.next]
        return [*self.strange, *left, *self.rows]


def verify(folder: Path, heads: Path | None = None) -> Findings:
    """Everything, on one export."""
    found = Findings()
    try:
        manifest = check_manifest(folder, found)
        rates = Rates(folder, found)
        chains = Chains(folder, found, heads)
        books = Books(folder, found, int(manifest["made_at_us"]))
        books.read(table(folder, "vouchers"), chains)
        chains.end()
        accounts, lines, total = read_accounts(folder, rates, books, found)
        books.check_accruals(folder)
        books.end()
        if total != books.control_fen:
            found.add("members", f"个人账户合计 {total} 分，统驭科目余额 {books.control_fen} 分")
        found.notes.append(
            f"凭证 {books.vouchers} 张（已封存 {chains.sealed} 张），账户 {accounts} 个，个人明细 {lines} 条"
        )
    except (OSError, ValueError, KeyError, StopIteration, csv.Error) as error:
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


if __name__ == "__main__":
    sys.exit(main())
