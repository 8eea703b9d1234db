"""The services on offer. Service folders lie above casework and are handed in at start; casework imports none."""

from __future__ import annotations

from anju.casework.types import Audience, Service
from anju.kernel.refusal import Refusal

_SERVICES: dict[str, Service] = {}


def offer(service: Service) -> None:
    """Put a service on offer; two of one code are a mistake in the installation."""
    known = _SERVICES.get(service.code)
    assert known is None or known.folder == service.folder, f"two services called {service.code}"
    _SERVICES[service.code] = service


def withdraw_offer(code: str) -> None:
    """Take a service off again; for tests that offer their own."""
    _SERVICES.pop(code, None)


def service(code: str) -> Service:
    """The declaration, or a Refusal that reads like a missing page."""
    found = _SERVICES.get(code)
    if found is None:
        raise Refusal("service_unknown", "没有这项业务，或者本中心尚未开通。", status=404)
    return found


def services(audience: Audience | None = None) -> tuple[Service, ...]:
    """All services on offer, of one audience if given, by code."""
    chosen = (found for found in _SERVICES.values() if audience in (None, found.audience))
    return tuple(sorted(chosen, key=lambda found: found.code))
