"""App of the treasury room."""

from django.apps import AppConfig


class TreasuryConfig(AppConfig):
    """Money at the bank: what came in, what was ordered out, and what became of it."""

    name = "anju.treasury"
    label = "treasury"
