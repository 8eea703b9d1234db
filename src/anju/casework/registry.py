"""The services installed, and which of them the city has switched on.

Service folders lie above casework and are handed in at start; casework imports none. What is installed can always
be read, so that a case of a service that was switched off since is followed to its end. What is *on offer* on a day
stands in the city's own list (`services.on`): nothing else is shown to anybody or accepted from anybody.
"""

from __future__ import annotations

from datetime import date

from anju.casework.rulebook import book
from anju.casework.types import Audience, Service
from anju.kernel.refusal import Refusal

SWITCHES = "services.on"
_SERVICES: dict[str, Service] = {}
_ON_EVERYWHERE: set[str] = set()


def install(service: Service) -> None:
    """Make a service known; two of one code are a mistake in the installation."""
    known = _SERVICES.get(service.code)
    assert known is None or known.folder == service.folder, f"two services called {service.code}"
    _SERVICES[service.code] = service


def offer(service: Service) -> None:
    """Install a service and have it on in every city; for tests that bring their own."""
    install(service)
    _ON_EVERYWHERE.add(service.code)


def withdraw_offer(code: str) -> None:
    """Take a service out again; for tests that brought their own."""
    _SERVICES.pop(code, None)
    _ON_EVERYWHERE.discard(code)


def service(code: str) -> Service:
    """The declaration of an installed service, switched on or not, or a Refusal that reads like a missing page."""
    found = _SERVICES.get(code)
    if found is None:
        raise _unknown()
    return found


def offered(code: str, *, on: date) -> Service:
    """The declaration of a service that is on in this city on that day; any other reads like a missing page."""
    if not is_on(code, on=on):
        raise _unknown()
    return service(code)


def is_on(code: str, *, on: date) -> bool:
    """Whether the city has this service on."""
    return code in _SERVICES and (code in _ON_EVERYWHERE or code in _switched_on(on))


def services(audience: Audience | None = None) -> tuple[Service, ...]:
    """All installed services, of one audience if given, by code: what cases may be of."""
    chosen = (found for found in _SERVICES.values() if audience in (None, found.audience))
    return tuple(sorted(chosen, key=lambda found: found.code))


def services_on_offer(audience: Audience | None = None, *, on: date) -> tuple[Service, ...]:
    """The services a person can file today, of one audience if given, by code."""
    return tuple(found for found in services(audience) if is_on(found.code, on=on))


def _switched_on(on: date) -> tuple[str, ...]:
    rules = book()
    return rules.choices(SWITCHES, on) if rules.has(SWITCHES, on) else ()


def _unknown() -> Refusal:
    text = "没有这项业务，或者本中心没有在网上开通。请到柜台办理，或拨打 12329。"
    return Refusal("service_unknown", text, status=404)
