"""App of the services: at start it reads every folder."""

from __future__ import annotations

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """What the centre offers (事项)."""

    name = "anju.services"
    label = "services"
    verbose_name = "事项"

    def ready(self) -> None:
        """Read the folders."""
        from anju.services.folders import install_all

        install_all()
