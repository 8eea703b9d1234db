"""Acting on one thing from its own page: what is refused comes back there, what is done goes on from there."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse

from anju.design.forms import DesignForm
from anju.kernel.refusal import Refusal


def act_from_page(
    form: DesignForm, work: Callable[[], object], *, page: Callable[[DesignForm, int | None], HttpResponse],
    then: Callable[[], HttpResponse],
) -> HttpResponse:  # fmt: skip
    """Do it where the form is good, then go on; else the page again with its form, and a refusal's status.

    A refusal stands beside its field. A thing that is not there (404) has no page to come back to.
    """
    if not form.is_valid():
        return page(form, None)
    try:
        work()
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return page(form, refusal.status)
    return then()
