"""Notices of the bank (SBDC100): signed XML in, signed-for XML out. Refuses what is unsigned or too large."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from anju.identity.permissions import permission
from anju.kernel.refusal import Refusal
from anju.portals.common import moment_of
from anju.treasury.inbound import handle_notice, refusal_reply

LARGEST_BYTES = 64 * 1024


@csrf_exempt
@permission("machine")
@require_POST
def notices(request: HttpRequest) -> HttpResponse:
    """Hand one notice to the treasury; the bank repeats it until it reads a 2xx."""
    if len(request.body) > LARGEST_BYTES:
        return HttpResponse(status=413)
    at = moment_of(request)
    status = 200
    try:
        content = handle_notice(request.body, request.headers.get("X-Anju-Signature", ""), at=at)
    except Refusal as refusal:
        content, status = refusal_reply(refusal, at=at), refusal.status
    return HttpResponse(content, status=status, content_type="application/xml; charset=utf-8")
