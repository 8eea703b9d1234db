"""The product's own application as ``anju bench pages`` serves it: with the floor's address beside the others."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anju.project.settings")
settings.ROOT_URLCONF = "anju.command.bench_urls"
application = get_wsgi_application()
