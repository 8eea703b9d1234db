"""App of the portals: pages only, no tables."""

from django.apps import AppConfig


class PortalsConfig(AppConfig):
    """Finds the templates of all portals."""

    name = "anju.portals"
    label = "portals"
