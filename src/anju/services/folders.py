"""Finding the service folders. A folder with a `service.py` is a service; nothing else has to be edited to add one."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from anju.casework import registry
from anju.casework.types import Service

HERE = Path(__file__).resolve().parent


def service_folders() -> tuple[Path, ...]:
    """Every service folder, by name."""
    return tuple(sorted(path.parent for path in HERE.glob("*/service.py")))


def read_service(folder: Path) -> Service:
    """The declaration of one folder."""
    service = import_module(f"anju.services.{folder.name}.service").SERVICE
    assert isinstance(service, Service), f"{folder.name}/service.py declares no SERVICE"
    assert service.code == folder.name, f"{folder.name}/service.py declares {service.code}"
    return service


def install_all() -> None:
    """Make every service known; called once at start. Which of them are on, the city says."""
    for folder in service_folders():
        registry.install(read_service(folder))
