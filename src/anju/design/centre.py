"""Who speaks on the page: the centre's name, telephone and counter, as head and foot show them.

Read from the setting ANJU_CENTRE when the installation gives one; the defaults are the demo city's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.conf import settings


@dataclass(frozen=True)
class Centre:
    name: str = "安居市住房公积金管理中心"
    short: str = "安居公积金"
    city: str = "安居市"
    phone: str = "12329"
    hours: str = "工作日 8:30–17:30，夜间可留言"
    counter: str = "安居市临湖区安和路 88 号，办事大厅 2 楼"


@cache
def centre() -> Centre:
    return Centre(**getattr(settings, "ANJU_CENTRE", {}))


def host() -> str:
    """The site's one address, for the strip that tells how to know the real site."""
    url: str = getattr(settings, "ANJU_PUBLIC_URL", "")
    return url.split("//", 1)[-1].rstrip("/") or "本网址"
