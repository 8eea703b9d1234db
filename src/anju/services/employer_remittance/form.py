"""What declaring a month states: the month, and the total the agent saw."""

from __future__ import annotations

from anju.casework.fields import MonthField, ServiceForm, WholeNumberField

MOST_FEN = 10**13


class RemittanceForm(ServiceForm):
    """Nothing is typed: both stand on the page the agent confirms."""

    month = MonthField(label="所属年月")
    expected_total_fen = WholeNumberField(label="合计应缴（分）", lowest=0, highest=MOST_FEN)
