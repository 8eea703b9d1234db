"""App of the ledger room."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Vouchers, general-ledger lines, business days, chart of subjects."""

    name = "anju.ledger"
    label = "ledger"
    verbose_name = "总账"
