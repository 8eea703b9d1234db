"""App of the database room; grants rights to the serving role after every migration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DatabaseConfig(AppConfig):
    """First of the rooms: its migration makes the functions others attach."""

    name = "anju.database"
    label = "database"

    def ready(self) -> None:
        """Listen for the end of migrations."""
        from anju.database.roles import grant_after_migrate

        post_migrate.connect(grant_after_migrate, dispatch_uid="anju-grants")
