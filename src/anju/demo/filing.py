"""How people of the demo city file a service: they fill its form, and what the form makes of it is submitted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from anju.casework import actions as casework
from anju.casework import registry, texts
from anju.casework.types import Submitted
from anju.demo.city import City
from anju.kernel.actor import Actor


def file(city: City, service_code: str, typed: Mapping[str, str], *, actor: Actor, at: datetime) -> Submitted:
    """Fill the form as it is typed and submit it; the agencies answer as of this moment."""
    service = registry.service(service_code)
    form = service.form(dict(typed), today=at.date())  # type: ignore[call-arg]  # every ServiceForm takes the day
    assert form.is_valid(), f"{service_code}: {form.errors.as_json()}"
    city.outside.at = at
    return casework.submit(service_code, service.answers(form), actor=actor, key=city.next_key(), at=at)


def sign(service_code: str, case_id: int, *, actor: Actor, at: datetime) -> None:
    """Read and sign the agreement in force."""
    agreement = texts.agreement(registry.service(service_code))
    casework.sign(case_id, version=agreement.version, text_digest=agreement.text_digest, actor=actor, at=at)
