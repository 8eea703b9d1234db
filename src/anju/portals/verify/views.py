"""核验: a paper is genuine, expired, revoked, altered or unknown. Shows only what the paper shows."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from anju.certificates import queries as certificates
from anju.certificates.types import CheckStatus, Verification
from anju.design.forms import form_page
from anju.identity.permissions import permission
from anju.portals.common import moment_of
from anju.portals.verify.forms import CodeCheckForm, FileCheckForm

LARGEST_BYTES = 5 * 1024 * 1024
TAGS = {
    CheckStatus.GENUINE: "ok", CheckStatus.EXPIRED: "wait", CheckStatus.REVOKED: "error",
    CheckStatus.ALTERED: "error", CheckStatus.UNKNOWN: "error",
}  # fmt: skip


@permission("public")
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """By number and code (typed or from the QR code), or by the file."""
    found: Verification | None = None
    file_form = FileCheckForm(prefix="paper")
    scanned = {"number": request.GET.get("n", "")[:40], "code": request.GET.get("c", "")[:40]}
    typed = request.POST if request.method == "POST" and "number" in request.POST else None
    form = CodeCheckForm(typed or (scanned if scanned["number"] and scanned["code"] else None), initial=scanned)
    if request.method == "POST" and typed is None:
        file_form = FileCheckForm(request.POST, request.FILES, prefix="paper")
        form = CodeCheckForm()
        if file_form.is_valid():
            found = _by_file(request, file_form)
    elif form.is_bound and form.is_valid():
        found = _by_code(request, form)
    shown = file_form if file_form.is_bound else form
    context = {"found": found, "tag": TAGS[found.status] if found else "", "file_form": file_form, "form": form}
    response = form_page(request, "verify/verify.html", context, form=shown)
    response["Cache-Control"] = "no-store"
    return response


def _by_code(request: HttpRequest, form: CodeCheckForm) -> Verification:
    values = form.cleaned_data
    return certificates.verify(
        values["number"], values["code"], centre_id=settings.ANJU_CENTRE_ID, at=moment_of(request),
        amount_fen=values["amount"],
    )  # fmt: skip


def _by_file(request: HttpRequest, form: FileCheckForm) -> Verification | None:
    upload = form.cleaned_data["file"]
    if upload.size > LARGEST_BYTES:
        form.add_error("file", "文件超过 5 MB，不是本中心开的证明。")
        return None
    return certificates.verify_file(upload.read(), centre_id=settings.ANJU_CENTRE_ID, at=moment_of(request))
