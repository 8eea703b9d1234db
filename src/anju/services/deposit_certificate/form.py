"""The one choice of a certificate: what it is for. The purpose is printed on the paper."""

from __future__ import annotations

from anju.casework.fields import ChoiceField, FieldMeta, ServiceForm
from anju.services.deposit_certificate.labels import PURPOSES


class CertificateForm(ServiceForm):
    """Everything that is certified stands in the centre's own books."""

    purpose = ChoiceField(label="证明用途", choices=PURPOSES.items(), meta=FieldMeta(example="会印在证明上"))
