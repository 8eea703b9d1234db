"""What must hold after each step, and what is recomputed from everything now and then."""

from __future__ import annotations

from dataclasses import dataclass

from anju import jobs
from anju.command.simulation.acting import Violation
from anju.command.simulation.town import Town
from anju.database.checks import prove
from anju.database.sql import row, rows

_VOUCHERS = """
SELECT coalesce(max(l.voucher_id), 0) AS last, coalesce(sum(l.debit_fen), 0)::bigint AS debit_fen,
       coalesce(sum(l.credit_fen), 0)::bigint AS credit_fen,
       coalesce(sum(l.debit_fen - l.credit_fen) FILTER (WHERE l.subject = '101'), 0)::bigint AS deposits_fen,
       coalesce(sum(l.credit_fen - l.debit_fen) FILTER (WHERE s.member_control), 0)::bigint AS members_fen,
       coalesce(sum(l.credit_fen - l.debit_fen) FILTER (WHERE l.subject BETWEEN '219' AND '219-03'),
                0)::bigint AS suspense_fen,
       coalesce(sum(l.credit_fen - l.debit_fen) FILTER (WHERE l.subject = '219-04'), 0)::bigint AS returned_fen
  FROM gl_line l JOIN subject s ON s.code = l.subject WHERE l.centre_id = %s AND l.voucher_id > %s
"""
_BALANCES = """
SELECT DISTINCT ON (account_id) account_id, interest_year, balance_fen, held_fen FROM balance
 ORDER BY account_id, interest_year DESC
"""
_SUSPENSE = """
SELECT coalesce(sum(CASE WHEN owed THEN -open_fen ELSE open_fen + refunding_fen END), 0)::bigint AS fen FROM suspense
"""
_UNDER_WAY = """
SELECT coalesce(sum(total_fen), 0)::bigint AS fen FROM remittance WHERE state = 3 AND receipt_id IS NOT NULL
"""


@dataclass
class Totals:
    """The general ledger so far; each look reads only the vouchers that are new."""

    last: int = 0
    deposits_fen: int = 0
    members_fen: int = 0
    suspense_fen: int = 0
    returned_fen: int = 0

    def look(self, town: Town) -> None:
        """Everything that is cheap to compare."""
        self._read(town)
        members = self._accounts(town)
        if members != self.members_fen:
            raise Violation(f"members hold {members} fen, their control account {self.members_fen}")
        self._bank(town)

    def _read(self, town: Town) -> None:
        fresh = row(_VOUCHERS, [town.centre_id, self.last])
        assert fresh is not None
        if fresh["debit_fen"] != fresh["credit_fen"]:
            raise Violation(f"vouchers after {self.last} do not balance: {fresh}")
        self.last = max(self.last, fresh["last"])
        self.deposits_fen += fresh["deposits_fen"]
        self.members_fen += fresh["members_fen"]
        self.suspense_fen += fresh["suspense_fen"]
        self.returned_fen += fresh["returned_fen"]

    def _accounts(self, town: Town) -> int:
        members = 0
        for line in rows(_BALANCES):
            members += line["balance_fen"]
            if not 0 <= line["held_fen"] <= line["balance_fen"]:
                raise Violation(f"less than nothing: {line}")
            expected = town.model.balance(line["account_id"], line["interest_year"])
            if line["balance_fen"] != expected:
                raise Violation(f"account {line['account_id']} holds {line['balance_fen']} fen instead of {expected}")
        return members

    def _bank(self, town: Town) -> None:
        suspense, under_way = row(_SUSPENSE), row(_UNDER_WAY)
        assert suspense is not None and under_way is not None
        if suspense["fen"] != self.suspense_fen:
            raise Violation(f"suspense items hold {suspense['fen']} fen, their subject {self.suspense_fen}")
        waiting = sum(town.model.waiting.values())
        if waiting != self.returned_fen:
            raise Violation(f"{waiting} fen came back and wait, their subject says {self.returned_fen}")
        if town.model.wrong:
            raise Violation(town.model.wrong[0])
        booked = self.deposits_fen + under_way["fen"]
        if booked != town.model.deposits_fen:
            raise Violation(f"the books say {booked} fen are at the bank instead of {town.model.deposits_fen}")
        twice = [serial for serial, times in town.bank.executed.items() if times > 1]
        if twice:
            raise Violation(f"paid twice: {twice}")


_PAYMENTS = "SELECT order_id, business_serial, state, last_answer FROM payment_order WHERE state IN (4, 5, 6)"


def numbering(town: Town) -> jobs.Held:
    """The job that numbers and seals vouchers."""
    return jobs.Held("ledger.number_vouchers", {"centre_id": town.centre_id})


def prove_all(town: Town) -> None:
    """Every invariant of ``anju check``, and every payment beside what the bank really did.

    Vouchers are numbered and sealed first: that it was done in time is what a living centre is asked.
    """
    jobs.perform(numbering(town))
    for room, invariant, found in prove():
        if found:
            raise Violation(f"{room}: {invariant.name}: {found[:3]}")
    for order in rows(_PAYMENTS):
        done = town.bank.executed[order["business_serial"]] if order["business_serial"] else 0
        if order["state"] == 4 and done != 1 or order["state"] == 6 and done:
            raise Violation(f"payment {order} and the bank has executed it {done} times")
