"""App of the certificates room."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Papers: issued once, kept byte for byte, checked without log-in."""

    name = "anju.certificates"
    label = "certificates"
