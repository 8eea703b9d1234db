"""What a certificate says: all of it from the centre's own books, read once, at the moment of asking."""

from __future__ import annotations

from typing import Any

from anju.accounts import queries as accounts
from anju.accounts.types import AccountState, LineKind, Overview
from anju.casework.types import Asking, Fact, Facts
from anju.certificates import queries as certificates
from anju.contributions import queries as contributions
from anju.kernel.money import format_fen
from anju.kernel.month import Month
from anju.parties import queries as parties
from anju.services.deposit_certificate.labels import LABELS

BOOKS, ROOM = "中心账簿", "证明打印字库"
# A remittance that was reversed stands among the newest lines together with its reversal.
_NEWEST = 40


def gather(asking: Asking) -> Facts:
    """Every fact is known: a member without an account has state 0 and nothing to certify."""
    person_id = asking.subject.person_id
    assert person_id is not None, "members only"
    person = parties.person(person_id)
    assert person is not None, person_id
    account_id = accounts.account_of_person(person_id)
    if account_id is None:
        return Facts((*_nothing(asking), _printable(person.name, "", asking)))
    seen = accounts.overview(account_id)
    unit_name = _unit_name(seen, asking)
    return Facts((*_account(seen, unit_name, asking), _printable(person.name, unit_name, asking)))


def _fact(name: str, value: Any, text: str, asking: Asking, source: str = BOOKS) -> Fact:
    return Fact(name, LABELS[name], value, text, source, "", asking.at.isoformat(timespec="seconds"))


def _nothing(asking: Asking) -> list[Fact]:
    found = [_fact("account_state", 0, "在本中心没有个人账户", asking)]
    return found + [
        _fact(name, None, "没有", asking) for name in LABELS if name not in ("account_state", "unprintable")
    ]


def _account(seen: Overview, unit_name: str, asking: Asking) -> list[Fact]:
    paid = accounts.contribution_months(seen.account_id)
    last = paid.last
    state = f"{seen.state.zh}{'，已冻结' if seen.frozen else ''}"
    return [
        _fact("account_state", int(seen.state), state, asking),
        _fact("opened_on", seen.opened_on.isoformat(), f"{seen.opened_on:%Y-%m-%d}", asking),
        _fact("unit", unit_name, unit_name, asking),
        _fact("balance_fen", seen.balance_fen, f"{format_fen(seen.balance_fen)} 元", asking),
        _fact("paid_to", str(last) if last else None, last.zh if last else "尚未缴存", asking),
        _fact("months_total", paid.count, f"{paid.count} 个月", asking),
        _fact("months_continuous", paid.continuous, f"{paid.continuous} 个月", asking),
        _monthly(seen, asking),
    ]


def _unit_name(seen: Overview, asking: Asking) -> str:
    if seen.unit_id is None:
        return "无"
    names = parties.unit_names(asking.subject.centre_id, [seen.unit_id])
    return names.get(seen.unit_id, "无")


def _monthly(seen: Overview, asking: Asking) -> Fact:
    """Base, ratios and both shares of the last month that was posted, while the account is contributed to."""
    value = _last_month(seen) if seen.state is AccountState.NORMAL else None
    if value is None:
        return _fact("monthly", None, "目前没有正在执行的月缴存额", asking)
    total_fen = value["own_fen"] + value["unit_fen"]
    return _fact("monthly", value, f"{Month.parse(value['month']).zh}，合计 {format_fen(total_fen)} 元", asking)


def _last_month(seen: Overview) -> dict[str, Any] | None:
    lines = accounts.movements(seen.account_id, limit=_NEWEST)
    reversed_ones = {line.reverses_seq for line in lines if line.reverses_seq is not None}
    for line in lines:
        remitted = line.kind is LineKind.REMITTANCE and line.reverses_seq is None and line.seq not in reversed_ones
        if not remitted or line.source_id is None or line.month is None:
            continue
        terms = contributions.line_of(seen.account_id, line.source_id)
        if terms is not None:
            return {
                "month": str(line.month), "base_fen": terms.base_fen, "own_ratio": str(terms.person_ratio),
                "unit_ratio": str(terms.unit_ratio), "own_fen": terms.own_fen, "unit_fen": terms.unit_fen,
            }  # fmt: skip
    return None


def _printable(person_name: str, unit_name: str, asking: Asking) -> Fact:
    missing = "".join(certificates.missing_characters(person_name + unit_name))
    text = f"有 {len(missing)} 个字不能打印" if missing else "能打印"
    return _fact("unprintable", missing, text, asking, ROOM)
