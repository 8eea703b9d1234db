"""Taking bank statements: what the bank says of an account joins what it said before, to the fen.

Two steps. The file is proven, fitted to the chain of entries that is kept already, and stored in one transaction:
all of it or nothing. Then each entry that no notice told of becomes a notice, one transaction each, so matching and
suspense run as for any other; a job planned with the first step finishes what breaks off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from anju import jobs
from anju.audit.actions import record
from anju.database.encryption import digest, seal, unseal
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.money import format_fen
from anju.ledger.actions import enter_gate
from anju.treasury.actions.accounts import NUMBER_KIND
from anju.treasury.actions.contradictions import keep_contradiction
from anju.treasury.actions.mandates import require_treasurer
from anju.treasury.actions.notices import receive_notice
from anju.treasury.sql import insert_once, wait_turn
from anju.treasury.statement_queries import UNKNOWN_NOTICES, statement
from anju.treasury.statements import Statement, StatementEntry, read_statement
from anju.treasury.statements.shape import fault
from anju.treasury.types import Direction, EntryNotice, StatementTaken

TELL_JOB = "treasury.tell_entries"

_INSERT = """
INSERT INTO bank_entry (centre_id, bank_account_id, statement_id, position, host_serial, entry_date, booked_time,
    direction, amount_fen, balance_after_fen, counter_name, counter_account, counter_bank, summary, remark,
    voucher_number, reversal, original_host_serial, original_serial, content_digest)
SELECT %(centre)s, %(account)s, %(statement)s, e.* FROM unnest(%(position)s::bigint[], %(host_serial)s::text[],
    %(entry_date)s::date[], %(booked_time)s::text[], %(direction)s::smallint[], %(amount_fen)s::bigint[],
    %(balance_after_fen)s::bigint[], %(counter_name)s::bytea[], %(counter_account)s::bytea[],
    %(counter_bank)s::text[], %(summary)s::text[], %(remark)s::text[], %(voucher_number)s::text[],
    %(reversal)s::boolean[], %(original_host_serial)s::text[], %(original_serial)s::text[], %(digest)s::bytea[]) AS e
"""
_PLAIN = (
    "host_serial", "entry_date", "booked_time", "amount_fen", "balance_after_fen", "counter_bank", "summary",
    "remark", "voucher_number", "reversal", "original_host_serial", "original_serial",
)  # fmt: skip
_SAME_KEY = (
    "n.centre_id = e.centre_id AND n.bank_account_id = e.bank_account_id AND n.host_serial = e.host_serial"
    " AND n.entry_date = e.entry_date"
)
_UNTOLD = (
    "SELECT e.* FROM bank_entry e WHERE e.centre_id = %s AND e.statement_id = %s AND NOT EXISTS"  # noqa: S608
    f" (SELECT 1 FROM bank_notice n WHERE {_SAME_KEY}) ORDER BY e.position"
)
_OTHERWISE = (
    "SELECT e.*, n.notice_id FROM bank_entry e"  # noqa: S608  (a constant)
    f" JOIN bank_notice n ON {_SAME_KEY} WHERE e.centre_id = %s AND e.statement_id = %s AND (n.amount_fen <>"
    " e.amount_fen OR n.reversal <> e.reversal OR (NOT n.reversal AND n.direction <> e.direction)) ORDER BY e.position"
)

@dataclass(frozen=True)
class _Chain:
    """The ends of what is kept of an account: positions, days, and the balances outside them."""

    first_position: int
    last_position: int
    first_on: date
    last_on: date
    before_fen: int
    after_fen: int


def import_statement(content: bytes, filename: str, *, actor: Actor, at: datetime) -> StatementTaken:
    """Take a statement file. Only a treasurer; the same file again answers the same.

    Refuses, keeping nothing: a file that is not proven (`statements.read_statement`), an account that is not the
    centre's, days in the future, a gap to what is kept, and any line that contradicts a line that is kept.
    """
    taken = keep_statement(content, filename, actor=actor, at=at)
    told = tell_entries(actor.centre_id, taken.statement_id, at=at)
    seen = statement(actor.centre_id, taken.statement_id)
    unknown = rows(
        UNKNOWN_NOTICES,
        {"centre": actor.centre_id, "account": seen.bank_account_id, "first": seen.first_on, "last": seen.last_on,
         "limit": 1000},
    )  # fmt: skip
    return replace(taken, told_count=told, unknown_notice_ids=tuple(one["notice_id"] for one in unknown))


def keep_statement(content: bytes, filename: str, *, actor: Actor, at: datetime) -> StatementTaken:
    """The first step alone: proven, joined to what is kept, and stored; the planned job tells the entries.

    Refuses as `import_statement` does.
    """
    person_id = require_treasurer(actor)
    read = read_statement(content, filename)
    if read.last > at.date():
        raise fault("future", f"对账单的截止日期 {read.last} 还没有到，请核对后重新上传。")
    return _keep(read, _account(actor.centre_id, read.account), person_id, actor=actor, at=at)


def tell_entries(centre_id: int, statement_id: int, *, at: datetime) -> int:
    """Make a notice of each entry of a statement that no notice told of; how many. Twice is once."""
    account = row(
        "SELECT a.number_sealed FROM bank_statement s JOIN bank_account a USING (centre_id, bank_account_id)"
        " WHERE s.centre_id = %s AND s.statement_id = %s",
        [centre_id, statement_id],
    )
    assert account is not None, statement_id
    number = unseal(account["number_sealed"], where="bank_account‖number_sealed")
    untold = rows(_UNTOLD, [centre_id, statement_id])
    return sum(
        not receive_notice(_notice(entry, number), at=at, centre_id=centre_id).replayed for entry in untold
    )


# ---------------------------------------------------------------------------------------------- keeping


def _account(centre_id: int, number: str) -> int:
    found = row(
        "SELECT bank_account_id FROM bank_account WHERE centre_id = %s AND number_digest = %s",
        [centre_id, digest(NUMBER_KIND, number)],
    )
    if found is None:
        raise fault("account_unknown", f"尾号 {number[-4:]} 的账号不是本中心的存款专户，请核对是不是选错了文件。")
    return int(found["bank_account_id"])


@transaction.atomic
def _keep(statement: Statement, account_id: int, person_id: int, *, actor: Actor, at: datetime) -> StatementTaken:
    """Store what is new, or answer what the same file answered before."""
    centre_id = actor.centre_id
    enter_gate(centre_id)
    wait_turn(f"statement:{centre_id}:{account_id}")
    known = row(
        "SELECT statement_id, entry_count, new_count FROM bank_statement WHERE centre_id = %s"
        " AND bank_account_id = %s AND file_digest = %s",
        [centre_id, account_id, statement.digest],
    )
    if known is not None:
        return StatementTaken(**known, bank_account_id=account_id, told_count=0, unknown_notice_ids=(), replayed=True)
    chain = _chain(centre_id, account_id)
    earlier, later = _new_entries(centre_id, account_id, statement, chain)
    statement_id = insert_once(
        "bank_statement",
        {
            "centre_id": centre_id, "bank_account_id": account_id, "format": str(statement.format),
            "file_digest": statement.digest, "first_on": statement.first, "last_on": statement.last,
            "opening_fen": statement.opening_fen, "closing_fen": statement.closing_fen,
            "entry_count": len(statement.entries), "new_count": len(earlier) + len(later),
            "imported_by_person_id": person_id, "imported_at": at,
        },
        "statement_id",
    )  # fmt: skip
    assert statement_id is not None, "one import of an account at a time"
    if earlier:
        assert chain is not None
        _insert(centre_id, account_id, statement_id, earlier, chain.first_position - len(earlier))
    if later:
        _insert(centre_id, account_id, statement_id, later, chain.last_position + 1 if chain else 1)
    for other in rows(_OTHERWISE, [centre_id, statement_id]):
        keep_contradiction(centre_id, other["notice_id"], _notice(other, statement.account), at=at)
    jobs.plan(
        TELL_JOB, queue="bank", lock=f"treasury.statement.{centre_id}.{statement_id}", centre_id=centre_id,
        statement_id=statement_id,
    )  # fmt: skip
    record(
        "treasury.import_statement", actor=actor, at=at, subject="bank_statement", subject_id=statement_id,
        details={"entries": len(statement.entries), "new": len(earlier) + len(later)},
    )  # fmt: skip
    return StatementTaken(
        statement_id, account_id, len(statement.entries), len(earlier) + len(later), 0, (), False
    )


def _chain(centre_id: int, account_id: int) -> _Chain | None:
    ends = rows(
        "(SELECT position, entry_date, direction, amount_fen, balance_after_fen FROM bank_entry WHERE centre_id = %s"
        " AND bank_account_id = %s ORDER BY position LIMIT 1) UNION ALL"
        " (SELECT position, entry_date, direction, amount_fen, balance_after_fen FROM bank_entry WHERE centre_id = %s"
        " AND bank_account_id = %s ORDER BY position DESC LIMIT 1)",
        [centre_id, account_id] * 2,
    )
    if not ends:
        return None
    first, last = ends
    effect = first["amount_fen"] if first["direction"] == Direction.CREDIT else -first["amount_fen"]
    return _Chain(
        first["position"], last["position"], first["entry_date"], last["entry_date"],
        first["balance_after_fen"] - effect, last["balance_after_fen"],
    )  # fmt: skip


_Parts = tuple[tuple[StatementEntry, ...], tuple[StatementEntry, ...]]


def _new_entries(centre_id: int, account_id: int, statement: Statement, chain: _Chain | None) -> _Parts:
    """What the file adds before and after the kept chain; refused unless it fits without a gap or a difference."""
    entries = statement.entries
    if chain is None:
        return _after_quiet(centre_id, account_id, statement)
    kept = rows(
        "SELECT position, host_serial, entry_date, balance_after_fen, content_digest FROM bank_entry"
        " WHERE centre_id = %s AND bank_account_id = %s AND entry_date BETWEEN %s AND %s ORDER BY position",
        [centre_id, account_id, statement.first, statement.last],
    )
    place = {(entry.host_serial, entry.entry_date): index for index, entry in enumerate(entries)}
    shared = [one for one in kept if (one["host_serial"], one["entry_date"]) in place]
    _refuse_missing(statement, kept, place)
    if not shared:
        return _attach(centre_id, account_id, statement, chain)
    indices = [place[one["host_serial"], one["entry_date"]] for one in shared]
    for one, index in zip(shared, indices, strict=True):
        if bytes(one["content_digest"]) != entries[index].digest:
            raise fault(
                "contradicts",
                f"{entries[index].place}（流水号 {entries[index].host_serial}）的金额或余额与已收下的对账单不一致，"
                "整份文件没有收下，请向银行核实后再上传。",
            )
    start, end = indices[0], indices[-1]
    inserted = next((index for n, index in enumerate(indices) if index != start + n), None)
    if inserted is not None:
        _refuse_inserted(entries[inserted - 1])
    earlier, later = entries[:start], entries[end + 1 :]
    if earlier and shared[0]["position"] != chain.first_position:
        _refuse_inserted(earlier[-1])
    if later and shared[-1]["position"] != chain.last_position:
        _refuse_inserted(later[0])
    return earlier, later


def _refuse_missing(statement: Statement, kept: list[dict[str, Any]], place: dict[tuple[str, date], int]) -> None:
    """A kept entry of the file's days that the file leaves out, other than at its very ends."""
    present = [(one["host_serial"], one["entry_date"]) in place for one in kept]
    for n, one in enumerate(kept):
        at_start = one["entry_date"] == statement.first and not any(present[:n])
        at_end = one["entry_date"] == statement.last and not any(present[n:])
        if not present[n] and not at_start and not at_end:
            raise fault(
                "leaves_out",
                f"文件里没有 {one['entry_date']} 流水号 {one['host_serial']} 的一笔，而以前收下的对账单里有，"
                "整份文件没有收下，请向银行核实后再上传。",
            )


def _refuse_inserted(entry: StatementEntry) -> None:
    raise fault(
        "inserted",
        f"{entry.place}（流水号 {entry.host_serial}）在以前收下的同一段对账单里没有，"
        "整份文件没有收下，请向银行核实后再上传。",
    )


def _attach(centre_id: int, account_id: int, statement: Statement, chain: _Chain) -> _Parts:
    """A file that shares no entry with the chain: it must begin or end exactly where the chain ends or begins."""
    if not statement.entries:
        if statement.last < chain.first_on and statement.closing_fen != chain.before_fen:
            raise _gap(
                f"期末余额 {format_fen(statement.closing_fen)} 元", f"{chain.first_on} 以前的余额", chain.before_fen
            )
        return _after_quiet(centre_id, account_id, statement)
    if statement.entries[0].entry_date >= chain.last_on:
        if statement.opening_fen == chain.after_fen:
            return (), statement.entries
        raise _gap(f"期初余额 {format_fen(statement.opening_fen)} 元", f"{chain.last_on} 的余额", chain.after_fen)
    if statement.entries[-1].entry_date <= chain.first_on and statement.closing_fen == chain.before_fen:
        return statement.entries, ()
    raise _gap(f"期末余额 {format_fen(statement.closing_fen)} 元", f"{chain.first_on} 以前的余额", chain.before_fen)


def _after_quiet(centre_id: int, account_id: int, statement: Statement) -> _Parts:
    """A file without entries, or the first entries of an account: its opening is the balance that was known then."""
    known = row(
        "SELECT fen, on_day FROM ((SELECT balance_after_fen AS fen, entry_date AS on_day, position FROM bank_entry"
        " WHERE centre_id = %(centre)s AND bank_account_id = %(account)s AND entry_date <= %(first)s"
        " ORDER BY position DESC LIMIT 1) UNION ALL (SELECT closing_fen, last_on, NULL FROM bank_statement"
        " WHERE centre_id = %(centre)s AND bank_account_id = %(account)s AND last_on <= %(first)s"
        " ORDER BY last_on DESC, statement_id DESC LIMIT 1)) k ORDER BY on_day DESC, position DESC NULLS LAST LIMIT 1",
        {"centre": centre_id, "account": account_id, "first": statement.first},
    )
    if known is not None and known["fen"] != statement.opening_fen:
        raise _gap(
            f"期初余额 {format_fen(statement.opening_fen)} 元", f"{known['on_day']} 的余额", known["fen"]
        )
    return (), statement.entries


def _gap(own: str, kept: str, fen: int) -> Exception:
    return fault(
        "gap",
        f"这份对账单的{own}与已收下的{kept} {format_fen(fen)} 元接不上，中间缺少对账单，请按日期先后补齐后再上传。",
    )


def _insert(
    centre_id: int, account_id: int, statement_id: int, entries: tuple[StatementEntry, ...], position: int
) -> None:  # fmt: skip
    columns: dict[str, Any] = {name: [getattr(entry, name) for entry in entries] for name in _PLAIN}
    columns |= {
        "centre": centre_id, "account": account_id, "statement": statement_id,
        "position": list(range(position, position + len(entries))),
        "direction": [int(entry.direction) for entry in entries], "digest": [entry.digest for entry in entries],
        "counter_name": [seal(entry.counter_name, where="bank_entry‖counter_name") for entry in entries],
        "counter_account": [seal(entry.counter_account, where="bank_entry‖counter_account") for entry in entries],
    }  # fmt: skip
    assert execute(_INSERT, columns) == len(entries)


def _notice(entry: dict[str, Any], account: str) -> EntryNotice:
    """An entry of a statement as the notice it should have been."""
    plain = ("host_serial", "amount_fen", "entry_date", "counter_bank", "booked_time", "summary", "remark", "reversal",
             "original_host_serial", "original_serial", "voucher_number")  # fmt: skip
    return EntryNotice(
        account=account, direction=Direction(entry["direction"]), **{name: entry[name] for name in plain},
        counter_name=unseal(entry["counter_name"], where="bank_entry‖counter_name"),
        counter_account=unseal(entry["counter_account"], where="bank_entry‖counter_account"),
    )  # fmt: skip
