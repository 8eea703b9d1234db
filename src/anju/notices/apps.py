"""App of the notices room."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Inbox messages and the SMS outbox."""

    name = "anju.notices"
    label = "notices"
