"""The pages for what went wrong: not found, refused, broken, form too old."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long, or the form came from somewhere else."""
    return render(request, "anju/errors/csrf.html", status=403)
