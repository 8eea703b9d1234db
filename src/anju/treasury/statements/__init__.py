"""Reading bank statements (对账单) out of files: csv and xlsx in banks' column shapes, and ISO 20022 camt.053.

Pure: bytes in, a proven `Statement` out, or a `Refusal` that names line and column. docs/bank-statements.md shows
the shapes.
"""

from __future__ import annotations

from anju.treasury.statements.camt import looks_like_xml, read_camt
from anju.treasury.statements.proof import prove
from anju.treasury.statements.shape import Statement, StatementEntry
from anju.treasury.statements.tables import read_table_statement

__all__ = ["Statement", "StatementEntry", "read_statement"]


def read_statement(content: bytes, filename: str) -> Statement:
    """The statement in a file, proven: complete, in order, in CNY, and its balances add up to the fen."""
    read = read_camt if looks_like_xml(content) else read_table_statement
    return prove(read(content, filename))
