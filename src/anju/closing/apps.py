"""App of the closing room."""

from django.apps import AppConfig


class ClosingConfig(AppConfig):
    """Closing of days, months and years: steps, differences, explanations, reports, signatures."""

    name = "anju.closing"
    label = "closing"
    verbose_name = "日结和月结"
