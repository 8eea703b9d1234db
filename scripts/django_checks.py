"""Django's own checks without a database: deploy check, missing migrations, template syntax, messages."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "anju.project.settings"
os.environ.setdefault("ANJU_SECRET_KEY", "check-" + "k" * 60)
warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")

import django  # noqa: E402  (settings are chosen first)
from django.core.management import call_command  # noqa: E402
from django.template import TemplateSyntaxError, engines  # noqa: E402


def templates() -> int:
    """Compile every template of ours; the number that do not."""
    broken = 0
    engine = engines["django"]
    for folder in _folders():
        for page in sorted(folder.rglob("*.html")):
            try:
                engine.get_template(str(page.relative_to(folder)))
            except TemplateSyntaxError as error:
                print(f"{page}: {error}")
                broken += 1
    return broken


def _folders() -> list[Path]:
    from django.template.utils import get_app_template_dirs

    return [Path(folder) for folder in get_app_template_dirs("templates") if "anju" in Path(folder).parts]


def main() -> int:
    """0 when everything is well."""
    django.setup()
    call_command("check", deploy=True, fail_level="WARNING", databases=[])
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    return 1 if templates() else 0


if __name__ == "__main__":
    sys.exit(main())
