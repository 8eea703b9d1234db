"""What became of the code: a part of every page that waits for one."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anju.identity.http import browser
from anju.identity.permissions import permission
from anju.identity.types import Purpose
from anju.portals.common import moment_of
from anju.portals.public.codes import PURPOSES, code_state


@permission("public")
@require_safe
def state(request: HttpRequest, purpose: str) -> HttpResponse:
    """The newest code of this browser, for its page to ask about while it waits."""
    if purpose not in {one.value for one in PURPOSES}:
        raise Http404
    found = code_state(browser(request), Purpose(purpose), at=moment_of(request))
    return render(request, "public/code_state.html", {"code_state": found})
