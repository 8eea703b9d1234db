"""App of the parties room."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """People and units."""

    name = "anju.parties"
    label = "parties"
