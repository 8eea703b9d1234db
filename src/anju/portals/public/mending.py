"""补正 of an opening on one page: the fields that were asked for with what stands in them, and a place for each paper.

The form is the service's own and is sent whole; what was not asked for lies folded beneath, as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import HttpRequest

from anju.casework.types import Case, Correction, Service
from anju.portals.common import actor_of, moment_of
from anju.portals.person.filing import service_form
from anju.portals.person.forms import PapersForm
from anju.portals.person.views.case import EVERY_FIELD, open_correction, wanted_papers


@dataclass(frozen=True)
class Mending:
    """What is asked, and the two forms it is answered by."""

    asked: Correction
    papers: PapersForm
    form: forms.Form | None
    names: tuple[str, ...]

    @property
    def opened(self) -> list[BoundField]:
        """The fields asked for, in the form's own order."""
        return [] if self.form is None else [self.form[name] for name in self.form.fields if name in self.names]

    @property
    def rest(self) -> list[BoundField]:
        """The other fields: they stay as they are unless something in them no longer fits."""
        return [] if self.form is None else [self.form[name] for name in self.form.fields if name not in self.names]

    @property
    def rest_is_wrong(self) -> bool:
        return any(bound.errors for bound in self.rest)

    @property
    def fits(self) -> bool:
        """Whether all of it can be handed in; both forms are looked at, so that everything wrong is said at once."""
        return all([self.papers.is_valid(), self.form is None or self.form.is_valid()])

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Every error with the control it belongs to, for the one summary of the page."""
        found = [(bound.auto_id, str(error)) for bound in [*self.opened, *self.rest] for error in bound.errors]
        if self.form is not None and self.form.is_bound:
            found = [("", str(error)) for error in self.form.non_field_errors()] + found
        if self.papers.is_bound:
            found += [("", str(error)) for error in self.papers.non_field_errors()]
        return found + [(bound.auto_id, str(error)) for bound in self.papers for error in bound.errors]


def mending_of(request: HttpRequest, case: Case, service: Service, *, sent: bool = False) -> Mending | None:
    """The correction that waits for an answer, with its forms; None while nothing is asked for."""
    asked = open_correction(case)
    if asked is None:
        return None
    papers = PapersForm(*((request.POST, request.FILES) if sent else ()), wanted=wanted_papers(asked))
    wanted = {item.field: item.explanation for item in asked.items if item.field}
    if not wanted:
        return Mending(asked, papers, None, ())
    options: dict[str, Any] = {"data": request.POST} if sent else {}
    form = service_form(
        service, actor_of(request), at=moment_of(request), initial=dict(case.answers), **options
    )
    names = tuple(form.fields) if EVERY_FIELD in wanted else tuple(wanted)
    _say_what_stood(form, service, case.answers, wanted)
    return Mending(asked, papers, form, names)


def _say_what_stood(
    form: forms.Form, service: Service, answers: Mapping[str, Any], wanted: Mapping[str, str]
) -> None:
    """Under each field asked for: why, and what was written there, in the words it was confirmed in."""
    stood = {line.field: line.text for line in service.summary(answers) if line.field}
    for name, field in form.fields.items():
        if name not in wanted and EVERY_FIELD not in wanted:
            continue
        before = f"原来填的是“{stood[name]}”" if stood.get(name) else ""
        field.help_text = "".join(part for part in (wanted.get(name, ""), before) if part)
