"""App of the identity room."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Log-ins, codes, sessions, mandates and the activity a person can read."""

    name = "anju.identity"
    label = "identity"
    verbose_name = "身份与权限"
