"""Django settings. What differs between installations comes from ``environment``; nothing secret stands here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from anju.project.environment import read_environment

ENVIRONMENT = read_environment()
PACKAGE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = ENVIRONMENT.data_dir

SECRET_KEY = ENVIRONMENT.secret_key or "only-for-commands-that-serve-nobody-" + "0" * 32
DEBUG = False
ALLOWED_HOSTS = os.environ.get("ANJU_HOSTS", "localhost,127.0.0.1,testserver").split(",")

ANJU_DEMO = ENVIRONMENT.demo
ANJU_CITY = ENVIRONMENT.city
ANJU_CENTRE_ID = int(os.environ.get("ANJU_CENTRE_ID", "990100"))
ANJU_PUBLIC_URL = ENVIRONMENT.public_url
ANJU_BANK_URL = ENVIRONMENT.bank_url
ANJU_BANK_KEY = ENVIRONMENT.bank_key
ANJU_SMS_URL = ENVIRONMENT.sms_url
ANJU_AGENCIES_URL = ENVIRONMENT.agencies_url
ANJU_ENCRYPTION_KEYS = ENVIRONMENT.encryption_keys
ANJU_DIGEST_KEY = ENVIRONMENT.digest_key
ANJU_CERTIFICATE_KEY = ENVIRONMENT.certificate_key
# Where daily heads of the books are kept outside the database, see docs/verify-books.md.
ANJU_HEADS = os.environ.get("ANJU_HEADS", "")
ANJU_FILES_DIR = DATA_DIR / "files"
ANJU_TESTING_ATOMIC = False

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "csp",
    "procrastinate.contrib.django",
    "anju.database",
    "anju.audit",
    "anju.jobs",
    "anju.files",
    "anju.notices",
    "anju.exchange",
    "anju.identity",
    "anju.ledger",
    "anju.parties",
    "anju.treasury",
    "anju.certificates",
    "anju.accounts",
    "anju.casework",
    "anju.contributions",
    "anju.withdrawals",
    "anju.closing",
    "anju.services",
    "anju.support",
    "anju.reports",
    "anju.demo",
    "anju.design",
    "anju.portals",
    "anju.wiring",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "anju.identity.middleware.PrincipalMiddleware",
    "anju.portals.common.RefusalMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "anju.project.urls"
WSGI_APPLICATION = "anju.project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "anju.design.context.look",
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.cache",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "anju.design.templatetags.anju",
                "anju.portals.templatetags.portals",
            ],
        },
    }
]


def _database(url: str, *, pool: bool) -> dict[str, Any]:
    parts = urlsplit(url)
    options: dict[str, Any] = {"options": "-c statement_timeout=60000 -c lock_timeout=20000"}
    if pool:
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 20}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "TIME_ZONE": None,
    }


# ANJU_ROLE=owner is for migrations alone; everything that serves people is anju_app, which owns nothing.
_URL = (
    ENVIRONMENT.owner_database_url
    if os.environ.get("ANJU_ROLE") == "owner"
    else ENVIRONMENT.app_database_url
) or "postgresql://anju_app@localhost:5432/anju"
DATABASES = {"default": _database(_URL, pool=os.environ.get("ANJU_POOL") == "1")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.Login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Served from where each room keeps them: nothing is collected into a folder of its own, so there is no STATIC_ROOT.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

SILENCED_SYSTEM_CHECKS = [
    # TLS ends at the reverse proxy of the installation; redirecting and HSTS are its work.
    "security.W004",
    "security.W008",
]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = True
CSRF_FAILURE_VIEW = "anju.portals.errors.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("ANJU_LOG", "WARNING")},
}
