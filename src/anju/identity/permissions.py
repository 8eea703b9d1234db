"""The decorator every view carries. A view without exactly one permission fails the build and answers 404 anyway.

Refuses: nobody on a page that needs a log-in (sent to log-in, and back afterwards to the same host only), and a
capacity without the permission (403 with the permission's words and the capacities that have it). Whoever acts for
a unit or the centre with a password that is too old gets to the page that changes it, and to no other.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from anju.identity.principal import Principal
from anju.identity.table import EVERYBODY, MACHINE, PERMISSIONS, Permission
from anju.identity.types import MandateFacts

__all__ = ["LOG_IN_PATH", "PERMISSIONS", "NotPermitted", "Permission", "permission", "requires", "to_log_in"]

LOG_IN_PATH = "/login/"
RENEWAL_PATH = "/me/settings/password/"
RENEWAL = "login.password"
View = Callable[..., HttpResponseBase]


class NotPermitted(PermissionDenied):
    """403. The page says which permission is missing and, when another capacity has it, offers to switch."""

    def __init__(self, entry: Permission, capacities: tuple[MandateFacts, ...]) -> None:
        super().__init__(entry.name)
        self.permission = entry
        self.capacities = capacities

    @property
    def text(self) -> str:
        if self.capacities:
            return f"您现在的身份不能“{self.permission.zh}”，请切换身份后再试。"
        return f"您没有“{self.permission.zh}”的权限。需要时请向本单位账户管理员或中心申请。"


def permission(name: str) -> Callable[[View], View]:
    """Declare the one permission of a view and hold callers to it."""
    entry = PERMISSIONS[name]

    def declare(view: View) -> View:
        assert not hasattr(view, "permission"), f"{view.__name__} declares two permissions"

        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
            if entry.open_to not in (EVERYBODY, MACHINE):
                principal: Principal = request.principal  # type: ignore[attr-defined]
                if principal.is_anonymous:
                    return to_log_in(request)
                if name != RENEWAL and principal.must_renew_password:
                    return to_new_password(request)
                if not principal.can(name):
                    raise NotPermitted(entry, principal.capacities_for(name))
            return view(request, *args, **values)

        guarded.permission = name  # type: ignore[attr-defined]
        return guarded

    return declare


requires = permission


def to_new_password(request: HttpRequest) -> HttpResponse:
    """To the page that changes the password, and back to this address afterwards. What was sent is not done."""
    wanted = {"next": request.get_full_path()} if request.method == "GET" else {}
    target = RENEWAL_PATH + (f"?{urlencode(wanted)}" if wanted else "")
    if request.headers.get("HX-Request") == "true":
        answer = HttpResponse(status=403)
        answer["HX-Redirect"] = RENEWAL_PATH
        return answer
    return HttpResponseRedirect(target)


def to_log_in(request: HttpRequest) -> HttpResponse:
    """To the log-in page, and back to this address afterwards; a fragment asks the whole page to go."""
    principal: Principal = request.principal  # type: ignore[attr-defined]
    wanted = {"next": request.get_full_path()} if request.method == "GET" else {}
    if principal.timed_out:
        wanted["ended"] = "1"
    target = LOG_IN_PATH + (f"?{urlencode(wanted)}" if wanted else "")
    if request.headers.get("HX-Request") == "true":
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = LOG_IN_PATH + ("?ended=1" if principal.timed_out else "")
        return answer
    return HttpResponseRedirect(target)
