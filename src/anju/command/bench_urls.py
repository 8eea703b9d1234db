"""The product's addresses and one more: a static answer behind the same middleware, as a floor."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from anju.identity.permissions import permission


@permission("public")
def static_answer(request: HttpRequest) -> HttpResponse:
    """Two bytes and no query."""
    return HttpResponse("ok")


urlpatterns = [path("bench/static/", static_answer), path("", include("anju.project.urls"))]
