"""Forms as pages show them: messages in whole sentences, refusals beside their field, 422 when something is wrong.

`DesignForm` is the base of every form of the portals; `form_page` answers with the page and the right status.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anju.kernel.refusal import Refusal

__all__ = ["DesignForm", "form_page"]


def _missing_text(field: forms.Field) -> str:
    label = str(field.label or "").rstrip("？?")
    if isinstance(field.widget, forms.FileInput):
        return f"请选择文件：{label}。"
    if isinstance(field.widget, forms.Select | forms.CheckboxSelectMultiple):
        return f"请选择{label}。"
    return f"请填写{label}。"


class DesignForm(forms.Form):
    """A form of the product. Extra keys in a request have no effect, as with every Django form."""

    # The browser's own bubbles are neither in the page nor in the summary: the server says what is missing.
    use_required_attribute = False

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(*args, **options)
        for field in self.fields.values():
            if field.required and not isinstance(field, forms.BooleanField):
                field.error_messages["required"] = _missing_text(field)

    #: What the page answers while something is wrong: 422, or 409 where nothing typed can mend it.
    wrong_status = 422

    def refuse(self, refusal: Refusal) -> None:
        """Shows a refusal of an action: beside its field when this form has it, on top otherwise.

        409 stays 409: the page was sent already with other content, or what it is about has moved on.
        """
        text = f"{refusal.text}（{refusal.law}）" if refusal.law else refusal.text
        self.add_error(refusal.field if refusal.field in self.fields else None, text)
        if refusal.status == 409:
            self.wrong_status = 409


def form_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    form: forms.BaseForm | None = None,
    status: int | None = None,
) -> HttpResponse:
    """The page with its form: 200 as asked for, 422 with `form_errors` set when something is to be mended."""
    wrong = bool(form is not None and form.is_bound and form.errors)
    shown = {"form": form, "form_errors": wrong, **(context or {})}
    return render(request, template, shown, status=status or (getattr(form, "wrong_status", 422) if wrong else 200))
