"""App of the jobs room."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The queue lives in procrastinate's own tables; this app has none."""

    name = "anju.jobs"
    label = "jobs"
