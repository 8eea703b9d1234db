"""The one question of a rent withdrawal: what is the monthly rent."""

from __future__ import annotations

from anju.casework.fields import FieldMeta, ServiceForm, YuanField


class RentForm(ServiceForm):
    """Everything else is known to the centre or to other agencies."""

    monthly_rent = YuanField(
        label="每月房租",
        meta=FieldMeta(unit="元", example="按租房合同填写，例如 2600", inputmode="decimal", width="short"),
    )
