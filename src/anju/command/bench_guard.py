"""``anju bench guard``: member lines with all the product's safeguards, beside the same lines with none.

Guarded: appended to the partitioned table with its checks, append-only trigger and rights, as the serving role; totals
and digest of what was written, and their voucher with general-ledger lines, period check and the balance check at
commit, by the product's own action. Bare: the same columns and indexes, nothing else. Balances are moved afterwards,
outside the time of either, so that every invariant can be proven.
"""

# ruff: noqa: S608  whole numbers and names of this module only
from __future__ import annotations

import time
from datetime import date
from statistics import median

from django.db import connection as serving
from django.db import transaction

from anju.command.bench_city import City, build, month_of
from anju.command.bench_ground import CENTRE, Options, Owner, moment, owner, peak_mb, prove, prove_books
from anju.command.bench_row import BenchRow

FEN = 100
_FLOOR = """
DROP TABLE IF EXISTS floor_line;
CREATE TABLE floor_line (LIKE member_line, PRIMARY KEY (account_id, seq, period));
CREATE INDEX ON floor_line USING brin (voucher_id) WITH (pages_per_range = 32, autosummarize = on);
GRANT INSERT ON floor_line TO anju_app;
"""
_COLUMNS = """account_id, seq, voucher_id, centre_id, known_at, debit_fen, credit_fen, own_fen, unit_fen,
    balance_after_fen, weighted_sum_after, source_id, period, booked_on, value_on, kind"""
_SOURCE = """
SELECT account_id, last_seq + 1 AS seq, {voucher}::bigint AS voucher_id, centre_id, '{at}'::timestamptz AS known_at,
       0::bigint AS debit_fen, {fen}::bigint AS credit_fen, {fen}::bigint AS own_fen, 0::bigint AS unit_fen,
       balance_fen + {fen} AS balance_after_fen, weighted_sum + {fen} * {index} AS weighted_sum_after, 1::bigint,
       {period}, '{day}'::date, '{day}'::date, 1
  FROM balance WHERE interest_year = 2025 ORDER BY account_id
"""
_MOVE = """
UPDATE balance SET balance_fen = balance_fen + {fen}, own_paid_fen = own_paid_fen + {fen}, last_seq = last_seq + 1,
       weighted_sum = weighted_sum + {fen} * {index} WHERE interest_year = 2025
"""


def run(options: Options) -> list[BenchRow]:
    """Append ``options.rows`` lines a round, guarded and bare, in an order that turns round."""
    lines = options.rows or 100_000
    guarded: list[float] = []
    bare: list[float] = []
    with owner() as connection:
        city = build(connection, lines, 1)
        try:
            for turn in range(options.rounds + 1):
                connection.execute(_FLOOR)
                connection.execute("VACUUM ANALYZE balance_2025")
                _round(connection, city, turn, guarded, bare)
        finally:
            connection.execute("DROP TABLE IF EXISTS floor_line")
        prove_books()
    ours, floor = median(guarded[1:]), median(bare[1:])  # the first round warms the pages
    return [BenchRow("guard", f"{lines} lines", lines, ours, "no safeguard", floor, ours / floor, peak_mb(), 1.3)]


def _round(connection: Owner, city: City, turn: int, guarded: list[float], bare: list[float]) -> None:
    from anju.accounts.actions._ground import next_voucher_id
    from anju.database.sql import execute, row

    year, number = month_of(1 + turn % 11)
    day = date(year, number, 28)
    index = row("SELECT rate_index_at(1::smallint, %s) AS value", [day])
    assert index is not None
    values = {"at": moment(day), "day": day, "period": year * 100 + number, "fen": FEN, "index": index["value"],
              "voucher": next_voucher_id()}  # fmt: skip
    source = _SOURCE.format(**values)
    for act in ("guarded", "bare") if turn % 2 else ("bare", "guarded"):
        with transaction.atomic():
            began = time.perf_counter()
            if act == "guarded":
                _guarded(source, values, day, city)
                guarded.append(time.perf_counter() - began)
                execute(_MOVE.format(**values))
            else:
                written = execute(f"INSERT INTO floor_line ({_COLUMNS}) {source}")
                bare.append(time.perf_counter() - began)
                prove("bare lines", written, city.accounts)


def _guarded(source: str, values: dict[str, object], day: date, city: City) -> None:
    """Lines, what they add up to, and their voucher, checked as at commit."""
    from anju.accounts.actions._ground import DIGEST
    from anju.database.sql import execute, row
    from anju.ledger.actions import enter_gate_on, post_voucher
    from anju.ledger.posting_rules import PostingRule, pair
    from anju.ledger.types import VoucherDraft, VoucherKind

    enter_gate_on(CENTRE, at=moment(day))
    done = row(
        f"WITH written AS (INSERT INTO member_line ({_COLUMNS}) {source}"
        " RETURNING *)"
        f" SELECT count(*) AS lines, sum(credit_fen)::bigint AS fen, {DIGEST} AS digest FROM written"
    )
    assert done is not None
    prove("guarded lines", (done["lines"], done["fen"]), (city.accounts, city.accounts * FEN))
    post_voucher(
        VoucherDraft(
            centre_id=CENTRE, idempotency_key=f"bench:guard:{values['voucher']}", request_digest=b"",
            kind=VoucherKind.CONTRIBUTION, business_date=day, maker_person_id=1, checker_person_id=2,
            member_count=done["lines"], member_credit_fen=done["fen"], lines_digest=bytes(done["digest"]),
            voucher_id=int(str(values["voucher"])),
            lines=pair(PostingRule.REMITTANCE_MATCHED, amount_fen=done["fen"], unit_id=1, bank_account_id=1),
        ),
        at=moment(day),
    )  # fmt: skip
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("SET CONSTRAINTS ALL DEFERRED")
    assert serving.in_atomic_block
