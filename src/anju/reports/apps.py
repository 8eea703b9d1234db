"""App of the reports room."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Stored questions."""

    name = "anju.reports"
    label = "reports"
