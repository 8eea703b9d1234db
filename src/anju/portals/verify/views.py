"""核验: a paper is genuine, expired, revoked, altered or unknown, be it a certificate or a decision.

Shows only what the paper shows.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from anju.casework.queries import papers as decisions
from anju.casework.queries.papers import DecisionPaper, grouped
from anju.casework.types import CaseState, Outcome
from anju.certificates import queries as certificates
from anju.certificates.types import CheckStatus, Verification
from anju.design.forms import form_page
from anju.identity.permissions import permission
from anju.kernel.money import fen_in_words, format_fen
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
    """A certificate or a decision: the number says which."""
    values = form.cleaned_data
    decision_number = decisions.case_number(values["number"])
    if decision_number is not None:
        return _decision(decision_number, values["code"], amount_fen=values["amount"])
    return certificates.verify(
        values["number"], values["code"], centre_id=settings.ANJU_CENTRE_ID, at=moment_of(request),
        amount_fen=values["amount"],
    )  # fmt: skip


def _decision(number: str, code: str, *, amount_fen: int | None) -> Verification:
    found = decisions.decision_on_paper(number, code, centre_id=settings.ANJU_CENTRE_ID)
    if found is None:
        return Verification(CheckStatus.ALTERED, f"编号与核验码对不上：至少一处不符。{certificates.ALTERED}", number)
    if amount_fen is not None and amount_fen != found.amount_fen:
        text = f"纸面上的金额 {format_fen(amount_fen)} 元与中心记录不一致。{certificates.ALTERED}"
        return Verification(CheckStatus.ALTERED, text, number)
    if found.state is CaseState.WITHDRAWN:
        text = "这份决定书是本中心出具的，但申请人后来撤回了申请，决定没有执行。请勿采信。"
        return Verification(CheckStatus.REVOKED, text, number)
    text = "这份决定书是本中心出具的。请逐项对照纸面，内容应与下列一致。"
    return Verification(CheckStatus.GENUINE, text, number, f"{found.title}决定书", _on_decision(found))


def _on_decision(found: DecisionPaper) -> tuple[tuple[str, str], ...]:
    """The decision line by line, nothing that its paper does not show."""
    at = found.decided_at
    lines = [
        ("编号", found.opinion_number), ("申请人", found.applicant),
        ("决定", "同意" if found.outcome is Outcome.GRANT else "不予同意"), ("决定内容", found.text),
    ]  # fmt: skip
    if found.amount_fen:
        lines.append(("金额", f"{format_fen(found.amount_fen)} 元（人民币{fen_in_words(found.amount_fen)}）"))
    lines.append(("决定时间", f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"))
    return (*lines, ("规则版本", found.policy_release), ("指纹", grouped(found.digest)))


def _by_file(request: HttpRequest, form: FileCheckForm) -> Verification | None:
    upload = form.cleaned_data["file"]
    if upload.size > LARGEST_BYTES:
        form.add_error("file", "文件超过 5 MB，不是本中心开的证明。")
        return None
    return certificates.verify_file(upload.read(), centre_id=settings.ANJU_CENTRE_ID, at=moment_of(request))
