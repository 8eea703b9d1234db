"""App of the exchange room."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Questions to other agencies and their answers."""

    name = "anju.exchange"
    label = "exchange"
