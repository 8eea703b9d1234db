"""App of the casework room."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Cases and their one life-cycle (业务办件)."""

    name = "anju.casework"
    label = "casework"
    verbose_name = "业务办件"
