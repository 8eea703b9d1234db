"""Registers the files room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Uploads kept outside the web root (文件)."""

    name = "anju.files"
    label = "files"
    verbose_name = "文件"
