"""The design app: found by Django for its templates, static files and template tags; it has no models."""

from django.apps import AppConfig


class DesignConfig(AppConfig):
    name = "anju.design"
    label = "design"
    verbose_name = "页面样式"
