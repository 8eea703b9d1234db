"""App of the demo room."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo city; installed everywhere, does nothing unless it is asked to build."""

    name = "anju.demo"
    label = "demo"
