"""Reading papers: the holder's own, and the check by anybody who has number and code.

The check says of a paper: genuine, expired, revoked, altered or unknown. It shows what stands on the paper and only
to somebody who has its code. One indexed look-up a check; how often one may ask is the portal's limit.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from anju.certificates.fonts import missing_characters
from anju.certificates.numbers import code_digest, read_code, read_number, write_code
from anju.certificates.paper import zh_date
from anju.certificates.types import CertificateKind, CertificateSeen, CheckStatus, Paper, Verification
from anju.database.encryption import unseal
from anju.database.sql import row, rows
from anju.kernel.clock import ZONE
from anju.kernel.money import format_fen

__all__ = [
    "certificate_of", "certificates_of", "check_address", "check_link", "missing_characters", "paper_of", "verify",
    "verify_file",
]  # fmt: skip

#: What is said to whoever holds a paper that does not agree with the centre's record.
ALTERED = "纸面内容可能被改动或抄错，请勿采信；可请持证人重新下载，或拨打 12329 核实。"
_SELECT = (
    "SELECT c.*, r.revoked_at FROM certificate c LEFT JOIN certificate_revocation r USING (centre_id, certificate_id)"
    " WHERE c.centre_id = %s AND "
)
_NUMBER_IN_FILE = re.compile(rb"JC\d{8}-\d{6,12}-\d{2}")


def code_key() -> bytes:
    return bytes.fromhex(settings.ANJU_CERTIFICATE_KEY)


def check_address() -> str:
    """The check page as printed on papers."""
    return f"{settings.ANJU_PUBLIC_URL.rstrip('/')}/verify/"


def check_link(number: str, code: str) -> str:
    """What the QR code of a paper holds: the check page with number and code filled in."""
    return f"{check_address()}?{urlencode({'n': number, 'c': code})}"


def facts_place(number: str) -> str:
    return f"certificate‖facts_sealed‖{number}"


def paper_place(number: str) -> str:
    return f"certificate_paper‖content_sealed‖{number}"


def certificates_of(person_id: int, *, centre_id: int, limit: int = 50) -> list[CertificateSeen]:
    """A person's papers, newest first."""
    found = rows(_SELECT + "c.person_id = %s ORDER BY c.certificate_id DESC LIMIT %s", [centre_id, person_id, limit])
    return [_seen(one) for one in found]


def certificate_of(person_id: int, certificate_id: int, *, centre_id: int) -> CertificateSeen | None:
    """One paper of this person; another person's is not found."""
    found = row(_SELECT + "c.person_id = %s AND c.certificate_id = %s", [centre_id, person_id, certificate_id])
    return None if found is None else _seen(found)


def paper_of(person_id: int, certificate_id: int, *, centre_id: int) -> Paper | None:
    """The file of one paper of this person, the same bytes every time."""
    found = row(
        "SELECT c.number, c.kind, c.pdf_sha256, p.content_sealed FROM certificate c"
        " JOIN certificate_paper p USING (centre_id, certificate_id)"
        " WHERE c.centre_id = %s AND c.person_id = %s AND c.certificate_id = %s",
        [centre_id, person_id, certificate_id],
    )
    if found is None:
        return None
    content = base64.b64decode(unseal(found["content_sealed"], where=paper_place(found["number"])))
    digest = hashlib.sha256(content).digest()
    assert digest == bytes(found["pdf_sha256"]), "a kept paper is the paper that was issued"
    return Paper(content, f"{CertificateKind(found['kind']).zh}-{found['number']}.pdf", digest.hex())


def verify(
    number: str, code: str, *, at: datetime, centre_id: int | None = None, amount_fen: int | None = None
) -> Verification:
    """Check a paper by number and code; with `amount_fen`, also whether an amount read off the paper stands on it."""
    read = read_number(number)
    if read is None:
        return Verification(CheckStatus.UNKNOWN, "编号的格式不对。编号形如 JC20261123-000481-04，请对照纸面重新输入。")
    spelled, fits = read
    if not fits:
        return Verification(
            CheckStatus.ALTERED, f"编号 {spelled} 的校验位不符：其中有数字被改动或抄错。{ALTERED}", spelled
        )
    found = row(_SELECT + "c.number = %s", [_centre(centre_id), spelled])
    if found is None:
        return Verification(CheckStatus.UNKNOWN, f"本中心没有出具过编号 {spelled} 的证明。请勿采信。", spelled)
    given = code_digest(spelled, read_code(code), code_key())
    if not hmac.compare_digest(given, bytes(found["code_digest"])):
        return Verification(CheckStatus.ALTERED, f"编号与核验码对不上：至少一处不符。{ALTERED}", spelled)
    return _compared(_genuine(found, at), found, amount_fen)


def verify_file(content: bytes, *, at: datetime, centre_id: int | None = None) -> Verification:
    """Check an uploaded PDF by its digest: genuine only when not one byte differs from what was issued."""
    digest = hashlib.sha256(content).digest()
    found = row(_SELECT + "c.pdf_sha256 = %s", [_centre(centre_id), digest])
    if found is not None:
        return _genuine(found, at)
    for claimed in dict.fromkeys(_NUMBER_IN_FILE.findall(content)):
        number = claimed.decode()
        if row(_SELECT + "c.number = %s", [_centre(centre_id), number]) is not None:
            return Verification(
                CheckStatus.ALTERED,
                f"这份文件写着编号 {number}，但与中心留存的原件不一致：内容被改动，或经过另存、转换。{ALTERED}",
                number,
            )
    return Verification(
        CheckStatus.UNKNOWN,
        "这份文件不是本中心出具的原件。扫描件和照片不能这样核对，请输入纸面上的编号和核验码。",
    )


def _genuine(found: dict[str, Any], at: datetime) -> Verification:
    number, title = found["number"], CertificateKind(found["kind"]).zh
    if found["revoked_at"] is not None:
        on = zh_date(found["revoked_at"].astimezone(ZONE).date())
        return Verification(CheckStatus.REVOKED, f"这张证明已于 {on} 作废，请勿采信。", number, title)
    shown = tuple((label, text) for label, text in _facts(found)["shown"])
    if at.astimezone(ZONE).date() > found["valid_until"]:
        status, text = CheckStatus.EXPIRED, f"这张证明是真实的，但有效期已于 {zh_date(found['valid_until'])} 届满。"
    else:
        status, text = CheckStatus.GENUINE, "这张证明是本中心出具的。请逐项对照纸面，内容应与下列一致。"
    return Verification(status, text, number, title, shown, found["issued_at"], found["valid_until"])


def _compared(answer: Verification, found: dict[str, Any], amount_fen: int | None) -> Verification:
    """The same answer, unless an amount was read off the paper that does not stand there."""
    if amount_fen is None or not answer.shown or amount_fen in _facts(found)["amounts_fen"]:
        return answer
    text = f"纸面上的金额 {format_fen(amount_fen)} 元与中心记录不一致。{ALTERED}"
    return Verification(CheckStatus.ALTERED, text, answer.number, answer.title)


def _seen(found: dict[str, Any]) -> CertificateSeen:
    return CertificateSeen(
        found["certificate_id"], found["number"], CertificateKind(found["kind"]), found["purpose"],
        write_code(_facts(found)["code"]), found["issued_at"], found["valid_until"], found["revoked_at"],
        check_address(),
    )  # fmt: skip


def _facts(found: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(unseal(found["facts_sealed"], where=facts_place(found["number"]))))


def _centre(centre_id: int | None) -> int:
    return settings.ANJU_CENTRE_ID if centre_id is None else centre_id
