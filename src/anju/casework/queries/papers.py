"""A decision on paper (决定书): the code printed on it, and the check by anybody who holds the paper.

Nothing is stored for it. The code comes out of the centre's own key, the case's number and the digest of the whole
decision, so a code fits one decision only and cannot be made outside. Shows what the paper shows, the name masked.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from anju.casework import registry
from anju.casework.models import CaseDecision, CaseNumber, CaseOpinion
from anju.casework.types import CaseState, Outcome
from anju.certificates.numbers import code_from, read_code, write_code
from anju.database.encryption import digest
from anju.kernel.clock import ZONE

_SPELLED = re.compile(r"(?:办审)?(\d{4})(\d{4})-?(\d{6,12})号?", re.ASCII)
LONGEST = 60


@dataclass(frozen=True, kw_only=True)
class DecisionPaper:
    """A decision as its paper shows it. `state`: what became of the case since."""

    number: str
    opinion_number: str
    state: CaseState
    title: str
    applicant: str
    outcome: Outcome
    text: str
    amount_fen: int | None
    decided_at: datetime
    policy_release: str
    digest: str


def paper_code(number: str, decision_digest: str) -> str:
    """The code printed on a decision, in groups."""
    return write_code(_code(number, decision_digest))


def _code(number: str, decision_digest: str) -> str:
    return code_from(digest("decision_paper", f"{number}:{decision_digest}"))


def grouped(decision_digest: str) -> str:
    """指纹 as printed, a91f 03c7 5be2 4d18: enough of a digest to compare by eye."""
    return " ".join(decision_digest[at : at + 4] for at in range(0, 16, 4))


def case_number(text: str) -> str | None:
    """The case's number out of either spelling on the paper, 办审〔2026〕1123-000017号 or 20261123-000017."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    found = _SPELLED.fullmatch(re.sub(r"[\s—\[\]()〔〕【】]", "", plain))
    return f"{found[1]}{found[2]}-{found[3]}" if found else None


def decision_on_paper(number: str, code: str, *, centre_id: int) -> DecisionPaper | None:
    """The decision of this number if the code fits it. A number that is not there and a wrong code read alike."""
    known = CaseNumber.objects.filter(pk=(centre_id, number)).first()
    kept = CaseDecision.objects.select_related("case").filter(pk=known.case_id).first() if known else None
    expected = _code(number, kept.digest if kept else "")
    if not hmac.compare_digest(expected, read_code(code)) or kept is None:
        return None
    opinion = CaseOpinion.objects.filter(case_id=kept.case_id).order_by("n").last()
    case = kept.case
    return DecisionPaper(
        number=number, opinion_number=opinion.number if opinion else number, state=CaseState(case.state),
        title=registry.service(case.service).title, applicant=case.applicant, outcome=Outcome(kept.outcome),
        text=kept.text, amount_fen=kept.amount_fen, decided_at=kept.decided_at.astimezone(ZONE),
        policy_release=kept.policy_release, digest=kept.digest,
    )  # fmt: skip
