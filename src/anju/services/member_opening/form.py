"""Opening asks nothing more: who the person is was stated at registration."""

from __future__ import annotations

from anju.casework.fields import ServiceForm


class MemberOpeningForm(ServiceForm):
    """No field: name, document and phone come from the log-in and are shown for checking."""
