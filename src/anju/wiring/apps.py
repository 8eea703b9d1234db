"""App of the wiring room: at start it connects listeners to events."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Last of the rooms to be ready."""

    name = "anju.wiring"
    label = "wiring"

    def ready(self) -> None:
        """Connect everybody once."""
        from anju.wiring import events

        events.connect()
