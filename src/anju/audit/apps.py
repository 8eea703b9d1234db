"""App of the audit room."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Insert-only memory of acts and looks."""

    name = "anju.audit"
    label = "audit"
