"""App of the support room."""

from django.apps import AppConfig


class SupportConfig(AppConfig):
    """Reports of what is wrong."""

    name = "anju.support"
    label = "support"
