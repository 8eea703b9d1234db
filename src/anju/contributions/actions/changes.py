"""Applying a checked change list (汇缴变更清册): accounts opened, unsealed, moved, sealed, and terms written.

One transaction, set statements only. The list is applied whole or not at all; the same list again answers the same.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from anju import jobs
from anju.accounts import actions as accounts
from anju.audit.actions import record
from anju.contributions.ground import lock_unit
from anju.contributions.queries.people import last_list_of
from anju.contributions.queries.units import next_month, unit_of
from anju.contributions.roster.types import (
    LEAVING,
    ChangeKind,
    CheckedList,
    RosterLine,
    SealReason,
)
from anju.contributions.types import AppliedList, ListSource
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.identifiers import check_id18
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger.actions import enter_gate
from anju.parties import actions as parties
from anju.parties.types import PersonDraft, UnitState

VERIFY_JOB = "contributions.verify_elsewhere"

_TERMS = """
INSERT INTO contribution_term (account_id, from_month, revision, centre_id, unit_id, list_id, base_fen, known_at)
SELECT s.account_id, s.from_month,
       1 + coalesce((SELECT max(revision) FROM contribution_term t
                      WHERE t.account_id = s.account_id AND t.from_month = s.from_month), 0),
       %(centre)s, %(unit)s, %(list)s, s.base_fen, %(at)s
  FROM unnest(%(accounts)s::bigint[], %(months)s::integer[], %(bases)s::bigint[])
       AS s (account_id, from_month, base_fen)
 ORDER BY s.account_id
"""

_LINES = """
INSERT INTO change_line (centre_id, list_id, n, account_id, person_id, base_fen, old_base_fen, month, kind, reason)
SELECT %(centre)s, %(list)s, s.n, s.account_id, s.person_id, s.base_fen, s.old_base_fen, s.month, s.kind, s.reason
  FROM unnest(%(accounts)s::bigint[], %(people)s::bigint[], %(bases)s::bigint[], %(olds)s::bigint[],
              %(months)s::integer[], %(kinds)s::text[], %(reasons)s::text[]) WITH ORDINALITY
       AS s (account_id, person_id, base_fen, old_base_fen, month, kind, reason, n)
"""

_LIST = """
INSERT INTO change_list (centre_id, unit_id, month, content_digest, file_digest, source, file_id, case_id,
    maker_person_id, login_id, applied_at, joins, leaves, base_changes)
VALUES (%(centre)s, %(unit)s, %(month)s, %(digest)s, %(file_digest)s, %(source)s, %(file)s, %(case)s,
    %(maker)s, %(login)s, %(at)s, %(joins)s, %(leaves)s, %(base_changes)s)
ON CONFLICT ON CONSTRAINT change_list_once DO NOTHING RETURNING list_id
"""


@transaction.atomic
def apply_changes(
    checked: CheckedList, *, centre_id: int, unit_id: int, source: ListSource, actor: Actor, at: datetime,
    content_digest: bytes | None = None, file_id: int | None = None, case_id: int | None = None,
    seal_left_out: SealReason | None = None, verify_elsewhere: bool = True,
) -> AppliedList:  # fmt: skip
    """Do what the list says. With `seal_left_out` the people a full list leaves out are sealed for that reason.

    Refuses a list that still has errors, a unit that is closed or sealed, and a month whose list is frozen.
    """
    if checked.errors:
        raise Refusal("list_has_errors", f"名单里还有 {len(checked.errors)} 处需要修改，改好后再提交。", field="file")
    # The gate comes before the unit's turn, as in every action that ends in accounts.
    enter_gate(centre_id)
    lock_unit(centre_id, unit_id)
    unit = unit_of(centre_id, unit_id, month=checked.month)
    if unit.state in (UnitState.CLOSED, UnitState.SEALED):
        raise Refusal("unit_closed", f"单位账户已{unit.state.zh}，不能变更职工。", status=409)
    digest = content_of(checked, seal_left_out, file_digest=content_digest)
    known = _applied(centre_id, unit_id, checked.month, digest)
    if known is None and content_digest is not None and nothing_to_do(checked, seal_left_out):
        known = _applied(centre_id, unit_id, checked.month, content_digest, column="file_digest")
    if known is not None:
        return known
    if checked.last_list_id not in (None, last_list_of(centre_id, unit_id)):
        raise Refusal("list_stale", "您核对之后，本单位又提交了别的变更。请重新核对这份名单再提交。", status=409)
    open_from = next_month(centre_id, unit_id, first_month=unit.first_month)
    if checked.month < open_from:
        raise Refusal(
            "month_frozen", f"{checked.month.zh}的名单已经申报，不能再改。请在 {open_from.zh}的名单里变更。", status=409
        )
    work = _Work(checked, centre_id, unit_id, actor, at, seal_left_out)
    list_id = work.write_list(digest, file_digest=content_digest, source=source, file_id=file_id, case_id=case_id)
    work.apply(list_id)
    if verify_elsewhere and any(problem.code == "elsewhere_unknown" for problem in checked.notices):
        jobs.plan(VERIFY_JOB, centre_id=centre_id, list_id=list_id)
    record(
        "contributions.apply_changes", actor=actor, at=at, subject="change_list", subject_id=list_id,
        unit_id=unit_id, case_id=case_id,
        details={"month": str(checked.month), "source": source.value, **work.counts},
    )  # fmt: skip
    return AppliedList(list_id, checked.month, replayed=False, **work.counts)


def nothing_to_do(checked: CheckedList, seal_left_out: SealReason | None) -> bool:
    """Everybody stays as they are."""
    leaving = checked.left_out if seal_left_out else ()
    return not leaving and all(line.change is ChangeKind.SAME for line in checked.lines)


def content_of(checked: CheckedList, seal_left_out: SealReason | None, *, file_digest: bytes | None = None) -> bytes:
    """A digest of everything a list would do to the unit as it stood when it was checked.

    Sent twice at once, a list has the same digest twice. The same file weeks later, after other changes, has another.
    """
    content = [
        [line.change, line.name, *line.document, line.base_fen, str(line.month), line.reason, line.phone]
        for line in checked.lines
    ]
    leaving = [seal_left_out, *checked.left_out] if seal_left_out else []
    whole = [str(checked.month), checked.last_list_id, file_digest.hex() if file_digest else "", content, leaving]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).digest()


def _applied(
    centre_id: int, unit_id: int, month: Month, digest: bytes, *, column: str = "content_digest"
) -> AppliedList | None:
    found = row(
        "SELECT list_id, joins, leaves, base_changes FROM change_list"  # noqa: S608  (two columns, named above)
        f" WHERE centre_id = %s AND unit_id = %s AND month = %s AND {column} = %s ORDER BY list_id DESC LIMIT 1",
        [centre_id, unit_id, month.number, digest],
    )
    return None if found is None else AppliedList(month=month, replayed=True, **found)


class _Work:
    """One application: the lines by kind, and the statements in their order."""

    def __init__(
        self, checked: CheckedList, centre_id: int, unit_id: int, actor: Actor, at: datetime,
        seal_left_out: SealReason | None,
    ) -> None:  # fmt: skip
        self.checked, self.centre_id, self.unit_id, self.actor, self.at = checked, centre_id, unit_id, actor, at
        self.left_out = checked.left_out if seal_left_out else ()
        self.left_out_reason = seal_left_out or SealReason.OTHER
        self.today = at.astimezone(ZONE).date()
        self.counts = {
            "joins": len(checked.joins), "leaves": len(checked.leaves) + len(self.left_out),
            "base_changes": len(checked.base_changes),
        }  # fmt: skip

    def write_list(
        self, digest: bytes, *, file_digest: bytes | None, source: ListSource, file_id: int | None, case_id: int | None
    ) -> int:
        made = row(
            _LIST,
            {"centre": self.centre_id, "unit": self.unit_id, "month": self.checked.month.number,
             "digest": digest, "file_digest": file_digest, "source": source.value, "file": file_id, "case": case_id,
             "maker": self.actor.person_id, "login": self.actor.login_id, "at": self.at, **self.counts},
        )  # fmt: skip
        assert made is not None, "the unit's turn is held, and the list was not there"
        return int(made["list_id"])

    def apply(self, list_id: int) -> None:
        opened = self._open(self.checked.of(ChangeKind.NEW))
        self._return(self.checked.of(ChangeKind.UNSEAL), self.checked.of(ChangeKind.TRANSFER_IN))
        self._seal()
        done = [
            (line, *opened.get(line.row, (line.account_id, line.person_id)))
            for line in self.checked.lines
            if line.change is not ChangeKind.SAME
        ]
        self._write_terms(list_id, done)
        self._write_lines(list_id, done)

    def _open(self, lines: Sequence[RosterLine]) -> dict[int, tuple[int, int]]:
        """Account and person of each new line, by row; account numbers run on in the order of the list."""
        if not lines:
            return {}
        people = parties.find_or_create_people(
            [_draft(line) for line in lines], centre_id=self.centre_id, at=self.at, unit_id=self.unit_id
        )
        differing = [line.row for line, person in zip(lines, people, strict=True) if person.name_differs]
        if differing:
            raise Refusal(
                "name_differs", f"第 {differing[0]} 行的姓名与该证件登记的姓名不一致，请核对后重新提交。", field="file"
            )
        ids = [person.person_id for person in people]
        opened = accounts.open_accounts(
            ids, centre_id=self.centre_id, unit_id=self.unit_id, opened_on=self.today, at=self.at,
            actor=self.actor,
        )  # fmt: skip
        return {line.row: pair for line, pair in zip(lines, zip(opened, ids, strict=True), strict=True)}

    def _return(self, unsealed: Sequence[RosterLine], moved: Sequence[RosterLine]) -> None:
        for month, ids in _by_month(unsealed).items():
            accounts.unseal_accounts(ids, on=month.first_day, at=self.at, actor=self.actor)
        for month, ids in _by_month(moved).items():
            accounts.move_accounts(ids, to_unit_id=self.unit_id, on=month.first_day, at=self.at, actor=self.actor)

    def _seal(self) -> None:
        groups: dict[tuple[str, date], list[int]] = defaultdict(list)
        for line in self.checked.of(*LEAVING):
            assert line.account_id is not None
            groups[(line.reason, line.month.first_day)].append(line.account_id)
        for account_id in self.left_out:
            groups[(self.left_out_reason.value, self.checked.month.first_day)].append(account_id)
        for (reason, on), ids in groups.items():
            accounts.seal_accounts(ids, reason=SealReason(reason).zh, on=on, at=self.at, actor=self.actor)

    def _write_terms(self, list_id: int, done: list[tuple[RosterLine, int | None, int | None]]) -> None:
        with_base = [(line, account) for line, account, _ in done if line.change not in LEAVING]
        if not with_base:
            return
        execute(
            _TERMS,
            {"centre": self.centre_id, "unit": self.unit_id, "list": list_id, "at": self.at,
             "accounts": [account for _, account in with_base],
             "months": [line.month.number for line, _ in with_base],
             "bases": [line.base_fen for line, _ in with_base]},
        )  # fmt: skip

    def _write_lines(self, list_id: int, done: list[tuple[RosterLine, int | None, int | None]]) -> None:
        values: dict[str, list[Any]] = {
            "accounts": [account for _, account, _ in done], "people": [person for _, _, person in done],
            "bases": [line.base_fen for line, _, _ in done], "olds": [line.old_base_fen for line, _, _ in done],
            "months": [line.month.number for line, _, _ in done],
            "kinds": [line.change.value for line, _, _ in done],
            "reasons": [line.reason for line, _, _ in done],
        }  # fmt: skip
        for account_id, person_id in self._people_left_out():
            for name, value in zip(
                values,
                (account_id, person_id, None, None, self.checked.month.number, ChangeKind.SEAL.value,
                 self.left_out_reason.value),
                strict=True,
            ):  # fmt: skip
                values[name].append(value)
        if values["accounts"]:
            execute(_LINES, {"centre": self.centre_id, "list": list_id, **values})

    def _people_left_out(self) -> list[tuple[int, int]]:
        if not self.left_out:
            return []
        from anju.accounts import queries

        return sorted(queries.person_ids(self.left_out).items())


def _by_month(lines: Sequence[RosterLine]) -> dict[Month, list[int]]:
    groups: dict[Month, list[int]] = defaultdict(list)
    for line in lines:
        assert line.account_id is not None
        groups[line.month].append(line.account_id)
    return groups


def _draft(line: RosterLine) -> PersonDraft:
    check = check_id18(line.id_number)
    return PersonDraft(
        name=line.name, id_kind=line.id_kind, id_number=line.id_number, phone=line.phone,
        birth_on=check.birth_on if check.valid else None,
        sex={"男": "1", "女": "2"}.get(check.sex or "", "0") if check.valid else "0",
    )  # fmt: skip


def lines_of(list_id: int, *, centre_id: int) -> list[dict[str, Any]]:
    """The lines of an applied list, in order."""
    return rows(
        "SELECT n, account_id, person_id, kind, month, base_fen, old_base_fen, reason FROM change_line"
        " WHERE centre_id = %s AND list_id = %s ORDER BY n",
        [centre_id, list_id],
    )
