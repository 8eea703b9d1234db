"""``anju export-books``: the books as files (账册导出), as they stand at one moment, to be verified elsewhere.

Numbers, dates and digests only: no names, identity numbers, phones or texts. Streams each table with COPY in the order
in which ``verify_books.py``, copied beside it, reads it. Refuses a folder that holds something already.
"""

# ruff: noqa: S608  the centre is a whole number; every other part is a constant
from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from anju.command import verify_books

# In the order and with the columns that verify_books reads; the columns of a voucher are those of its canonical form.
TABLES = {
    "vouchers": """
        SELECT v.centre_id, v.id AS voucher_id, v.number, v.kind, v.business_date,
               (extract(epoch FROM v.known_at) * 1000000)::bigint AS known_at_us, v.maker_person_id,
               v.checker_person_id, v.reverses_id, v.event_id, v.member_count, v.member_debit_fen, v.member_credit_fen,
               v.public_ref, encode(sha256(convert_to(v.idempotency_key, 'UTF8')), 'hex') AS key_sha256,
               encode(v.request_digest, 'hex') AS request_digest, encode(v.lines_digest, 'hex') AS lines_digest
          FROM voucher v WHERE v.centre_id = {centre} ORDER BY v.number NULLS LAST, v.id""",
    "gl_lines": """
        SELECT l.voucher_id, l.n, l.unit_id, l.bank_account_id, l.debit_fen, l.credit_fen, l.subject
          FROM gl_line l LEFT JOIN voucher v ON v.centre_id = l.centre_id AND v.id = l.voucher_id
         WHERE l.centre_id = {centre} ORDER BY v.number NULLS LAST, l.voucher_id, l.n""",
    "member_lines": """
        SELECT account_id, seq, voucher_id, period, kind, booked_on, value_on, month, debit_fen, credit_fen, own_fen,
               unit_fen, source_id, reverses_seq, balance_after_fen, weighted_sum_after,
               (extract(epoch FROM known_at) * 1000000)::bigint AS known_at_us
          FROM member_line WHERE centre_id = {centre} ORDER BY account_id, seq""",
    "balances": """
        SELECT account_id, interest_year, opening_fen, balance_fen, held_fen, own_paid_fen, unit_paid_fen, weighted_sum,
               interest_fen, last_seq, carried_fen
          FROM balance WHERE centre_id = {centre} ORDER BY account_id, interest_year""",
    "rate_index": """
        SELECT product, day, value, rate_bp, daily_step, factor, day_base FROM rate_index ORDER BY product, day""",
    "holds": """
        SELECT account_id, id, amount_fen, held_year, ended_year, outcome, source_id, closes_on
          FROM hold WHERE centre_id = {centre} ORDER BY account_id, id""",
    "close_outs": """
        SELECT account_id, voucher_id, seq, principal_fen, interest_fen, corrected_fen, closes_on, paid_on
          FROM close_out WHERE centre_id = {centre} ORDER BY account_id, voucher_id""",
    "accruals": """
        SELECT month, interest_year, accrued_fen, amount_fen, voucher_id
          FROM interest_accrual WHERE centre_id = {centre} ORDER BY interest_year, month % 100 = 13, month""",
    "periods": """
        SELECT kind, number, state, closings, maker_person_id, checker_person_id, closed_at, signed_at
          FROM period WHERE centre_id = {centre} ORDER BY kind, number""",
    "distributions": """
        SELECT year, income_fen, reserve_rate, reserve_fen, management_fee_fen, supplement_fen, maker_person_id,
               checker_person_id, signed_at
          FROM income_distribution WHERE centre_id = {centre} ORDER BY year""",
    "subjects": "SELECT code, name, debit_side, member_control, section, parent FROM subject ORDER BY code",
    "seals": """
        SELECT number, voucher_id, period, n, encode(previous, 'hex') AS previous, encode(digest, 'hex') AS digest
          FROM voucher_seal WHERE centre_id = {centre} ORDER BY number""",
    "heads": """
        SELECT centre_id, day, period, n, debit_fen, encode(digest, 'hex') AS digest
          FROM books_head WHERE centre_id = {centre} ORDER BY day, period""",
}


def run(out: Path, *, centre: int | None = None) -> int:
    """Export on the data folder's database, started when it does not run; the exit code."""
    from anju.command.check import with_database

    return with_database(lambda: _export_and_tell(out, centre))


def _export_and_tell(out: Path, centre: int | None) -> int:
    import django

    django.setup()
    from django.conf import settings

    if out.exists() and any(out.iterdir()):
        print(f"{out} 里已经有文件：请用 --out 指定一个空文件夹。")
        return 1
    manifest = export(out, centre_id=centre or settings.ANJU_CENTRE_ID)
    for name, told in manifest["files"].items():
        print(f"{name}  {told['bytes']:,} 字节  {told['sha256']}")
    print(f"已导出到 {out}。核验：python3 {out / 'verify_books.py'} {out}")
    return 0


def export(out: Path, *, centre_id: int) -> dict[str, Any]:
    """Write the books of a centre into an empty folder; the manifest, written last: without it nothing counts."""
    from anju.kernel import clock
    from anju.ledger.proving import one_moment

    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    with one_moment(centre_id):
        made_at = clock.now()
        files = {f"{name}.csv": _copy_out(sql.format(centre=int(centre_id)), out / f"{name}.csv")
                 for name, sql in TABLES.items()}  # fmt: skip
    shutil.copyfile(verify_books.__file__, out / "verify_books.py")
    manifest = {
        "format": verify_books.FORMAT, "centre_id": centre_id, "made_at": made_at.isoformat(),
        "made_at_us": int(made_at.timestamp()) * 1_000_000, "files": files,
    }  # fmt: skip
    (out / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return manifest


def _copy_out(query: str, path: Path) -> dict[str, Any]:
    from django.db import connection

    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(descriptor, "wb") as stream,
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER)") as copy,
    ):
        for block in copy:
            stream.write(block)
            digest.update(block)
            size += len(block)
    return {"sha256": digest.hexdigest(), "bytes": size}
