"""The main navigation of each portal.

An item whose URL name nobody registered is left out, never a dead link; so is one whose page the reader's role may
not open, by the permission that the page's view declares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, Resolver404, resolve, reverse


@dataclass(frozen=True)
class NavItem:
    url_name: str
    label: str
    icon: str = ""
    phone_bar: bool = False


@dataclass(frozen=True)
class NavLink:
    href: str
    label: str
    icon: str
    phone_bar: bool
    is_current: bool
    url_name: str


NAVIGATION: dict[str, tuple[NavItem, ...]] = {
    "public": (
        NavItem("services", "办事"),
        NavItem("progress", "查进度"),
        NavItem("calculators", "计算"),
        NavItem("policy", "政策"),
        NavItem("help-home", "帮助"),
    ),
    "me": (
        NavItem("me-home", "首页", "house", True),
        NavItem("me-services", "办事", "file-text", True),
        NavItem("me-cases", "进度", "clock", True),
        NavItem("me-inbox", "消息", "mail", True),
        NavItem("me-settings", "我的", "user", True),
    ),
    "unit": (
        NavItem("unit-home", "本月", "calendar", True),
        NavItem("unit-people", "职工", "users", True),
        NavItem("unit-payments", "缴款", "wallet", True),
        NavItem("unit-reports", "报表"),
        NavItem("unit-mandates", "授权"),
        NavItem("unit-inbox", "消息", "mail", True),
    ),
    "desk": (
        NavItem("desk-home", "待办"),
        NavItem("desk-cases", "案件"),
        NavItem("desk-treasury", "资金"),
        NavItem("desk-batches", "资金"),
        NavItem("desk-ledger", "账簿"),
        NavItem("desk-reports", "报表"),
        NavItem("desk-closing", "结账"),
        NavItem("desk-audit", "审计"),
        NavItem("desk-units", "单位"),
        NavItem("desk-people", "个人"),
        NavItem("desk-parameters", "参数"),
        NavItem("desk-administration", "管理"),
    ),
}


def nav_links(portal: str, path: str, *, can: Callable[[str], bool] | None = None) -> list[NavLink]:
    """The portal's links; current is the one with the longest address that the path begins with.

    Of several with one label the reader sees the first that is theirs to open.

    ``can`` says whether the reader has a permission; without it (a page nobody is known on) every link is drawn.
    """
    found: list[tuple[NavItem, str]] = []
    for item in NAVIGATION.get(portal, ()):
        try:
            href = reverse(item.url_name)
        except NoReverseMatch:
            continue
        drawn = any(item.label == earlier.label for earlier, _ in found)
        if not drawn and (can is None or can_open(href, can)):
            found.append((item, href))
    # The portal's home is a prefix of everything: it is current only on its own page.
    home = min((href for _, href in found), key=len, default="")
    matching = [href for _, href in found if path == href or (href != home and path.startswith(href))]
    current = max(matching, key=len, default="")
    return [
        NavLink(href, item.label, item.icon, item.phone_bar, href == current, item.url_name) for item, href in found
    ]


def can_open(href: str, can: Callable[[str], bool]) -> bool:
    """Whether the page at this address is the reader's to open: its view names one permission."""
    try:
        view = resolve(href).func
    except Resolver404:
        return False
    needed = getattr(view, "permission", None)
    return needed is None or can(needed)
