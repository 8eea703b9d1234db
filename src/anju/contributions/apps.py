"""Registers the contributions room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ContributionsConfig(AppConfig):
    """Contributions of employers for their staff (归集)."""

    name = "anju.contributions"
    label = "contributions"
    verbose_name = "归集"
