"""Two views of the design app: choosing the look, and the gallery of components (demo installations only)."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from anju.design.context import MODE_COOKIE, MODES, THEME_COOKIE, THEMES
from anju.design.gallery import gallery_context
from anju.identity.permissions import permission

ONE_YEAR = 365 * 24 * 3600


def safe_path(target: str) -> str:
    """The path to go back to: on this host only, otherwise the start page."""
    is_local = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if is_local else "/"


@permission("public")
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Keeps the reader's choice of 长辈版 and colours in cookies; unknown values change nothing."""
    response = HttpResponseRedirect(safe_path(request.POST.get("next", "/")))
    for field, cookie, allowed in (("mode", MODE_COOKIE, MODES), ("theme", THEME_COOKIE, THEMES)):
        value = request.POST.get(field, "")
        if value in allowed:
            response.set_cookie(
                cookie, value, max_age=ONE_YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
            )
    return response


@permission("public")
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state, to look at and to test; only where the demo runs."""
    if not settings.ANJU_DEMO:
        raise Http404
    context = gallery_context(request.GET.get("show", ""))
    return render(request, f"design/{context['template']}", context)
