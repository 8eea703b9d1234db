"""Days of an account that were agreed (已核对日): from there later tables go on."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from anju.database.fields import FenField


class ReconciledDay(models.Model):
    """What a table of an account left behind on a day, and the print of every line it rested on.

    The lists name the lines that stood alone; `paired_fen` and `before_fen` are the sums of all others. It is used only
    while the print is still the same, so it can be thrown away at any time and never makes an answer wrong.
    """

    pk = models.CompositePrimaryKey("centre_id", "bank_account_id", "on_day")
    centre_id = models.BigIntegerField()
    bank_account_id = models.BigIntegerField()
    balance_fen = FenField()
    paired_fen = FenField()
    before_fen = FenField()
    agreed_at = models.DateTimeField()
    on_day = models.DateField()
    print = models.TextField()
    entry_ids = ArrayField(models.BigIntegerField())
    notice_ids = ArrayField(models.BigIntegerField())
    order_ids = ArrayField(models.BigIntegerField())
    voucher_ids = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "reconciled_day"
        verbose_name = "已核对日"
