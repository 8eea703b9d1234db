"""App of the withdrawals room."""

from django.apps import AppConfig


class WithdrawalsConfig(AppConfig):
    """Withdrawals by reason and period."""

    name = "anju.withdrawals"
    label = "withdrawals"
