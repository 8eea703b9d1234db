"""From a Django form field to what the field component draws: label, hint, error and control, joined by ids.

Owns the accessibility of every form: `aria-describedby` names hint and error, `aria-invalid` marks the
control, `autocomplete` and `inputmode` come from the field. Validates nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField


@dataclass(frozen=True)
class Choice:
    control: str
    label: str
    hint: str


@dataclass(frozen=True)
class FieldView:
    """One field as drawn. `kind`: input, choices, date, check or file."""

    kind: str
    id: str
    name: str
    label: str
    hint: str
    errors: tuple[str, ...]
    is_optional: bool
    control: str = ""
    choices: tuple[Choice, ...] = ()
    before: str = ""
    after: str = ""
    words: bool = False
    words_value: str = ""
    reveals: bool = False
    caps: bool = False
    hint_id: str = ""
    error_id: str = ""


@dataclass(frozen=True)
class SummaryLine:
    href: str
    text: str


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.MultiWidget | forms.SelectDateWidget):
        return "date"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    return "file" if isinstance(widget, forms.FileInput) else "input"


def _described(hint: str, errors: tuple[str, ...], field_id: str, extra: str = "") -> str:
    parts = [f"{field_id}-hint" if hint else "", f"{field_id}-error" if errors else "", extra]
    return " ".join(part for part in parts if part)


def _choices(field: BoundField) -> tuple[Choice, ...]:
    hints = getattr(field.field, "choice_hints", {})
    return tuple(
        Choice(option.tag(), option.choice_label, str(hints.get(str(option.data["value"]), "")))
        for option in field.subwidgets
    )


def _words(field: BoundField) -> str:
    """大写 of what stands in an amount's field; nothing for other fields."""
    say = getattr(field.field, "words", None)
    return str(say(field.value())) if say else ""


def _control_class(field: BoundField, kind: str) -> str:
    own = str(field.field.widget.attrs.get("class", ""))
    return f"input {own}".strip() if kind == "input" else own


def view_field(
    field: BoundField,
    *,
    label: str = "",
    hint: str = "",
    before: str = "",
    after: str = "",
    **attrs: Any,
) -> FieldView:
    """A bound form field. Further names (placeholder, autocomplete, rows …) become attributes of the control."""
    widget, kind = field.field.widget, _kind(field.field.widget)
    shown_hint = hint or str(field.help_text or "")
    errors = tuple(str(error) for error in field.errors)
    field_id = field.id_for_label or field.auto_id or field.html_name
    if kind in ("choices", "date"):
        field_id = field.auto_id or field.html_name
    words = bool(getattr(field.field, "shows_words", False))
    described = _described(shown_hint, errors, field_id, f"{field_id}-words" if words else "")
    merged = {name.replace("_", "-"): value for name, value in attrs.items()}
    if described and kind not in ("choices", "date"):
        merged["aria-describedby"] = described
    css = _control_class(field, kind)
    if css:
        merged["class"] = css
    reveals = isinstance(widget, forms.PasswordInput)
    if reveals:
        merged["data-caps"] = f"{field_id}-caps"
    if words:
        merged["data-words"] = f"{field_id}-words"
    return FieldView(
        kind=kind,
        id=field_id,
        name=field.html_name,
        label=label or str(field.label),
        hint=shown_hint,
        errors=errors,
        is_optional=not field.field.required and kind != "check",
        control="" if kind == "choices" else field.as_widget(attrs=merged),
        choices=_choices(field) if kind == "choices" else (),
        before=before or getattr(field.field, "before", ""),
        after=after or getattr(field.field, "after", ""),
        words=words,
        words_value=_words(field),
        reveals=reveals,
        caps=reveals,
        hint_id=f"{field_id}-hint" if shown_hint else "",
        error_id=f"{field_id}-error" if errors else "",
    )


def view_raw_field(*, name: str, label: str, hint: str = "", error: str = "", **options: Any) -> FieldView:
    """A field without a Django form behind it (searches, filters): a single-line control."""
    field_id = str(options.pop("id", "") or f"id_{name}")
    value, kind = options.pop("value", ""), str(options.pop("type", "") or "text")
    before, after = str(options.pop("before", "") or ""), str(options.pop("after", "") or "")
    is_optional = bool(options.pop("optional", False))
    errors = (str(error),) if error else ()
    attrs: dict[str, Any] = {
        key.replace("_", "-"): given for key, given in options.items() if given not in ("", None, False)
    }
    attrs |= {"class": f"input {attrs.pop('class', '')}".strip(), "id": field_id}
    described = _described(hint, errors, field_id)
    if described:
        attrs["aria-describedby"] = described
    if errors:
        attrs["aria-invalid"] = "true"
    widget = forms.Textarea() if options.get("rows") else forms.TextInput(attrs={"type": kind})
    return FieldView(
        kind="input",
        id=field_id,
        name=name,
        label=label,
        hint=hint,
        errors=errors,
        is_optional=is_optional,
        control=widget.render(name, value, attrs),
        before=before,
        after=after,
        hint_id=f"{field_id}-hint" if hint else "",
        error_id=f"{field_id}-error" if errors else "",
    )


def focus_id(field: BoundField) -> str:
    """The id of the control that an error link leads to."""
    kind = _kind(field.field.widget)
    if kind == "choices":
        return next((option.id_for_label for option in field.subwidgets), field.auto_id)
    if kind == "date":
        return f"{field.auto_id}_0"
    return str(field.id_for_label or field.auto_id)


def summary_lines(form: forms.BaseForm | None = None, errors: Any = None) -> list[SummaryLine]:
    """Every error once, with the way to its field; `errors` are (target id or address, text) pairs."""
    lines = []
    if form is not None and form.is_bound:
        lines += [SummaryLine("", str(error)) for error in form.non_field_errors()]
        for field in form:
            lines += [SummaryLine(f"#{focus_id(field)}", str(error)) for error in field.errors]
    for target, text in errors or ():
        href = target if not target or target.startswith(("#", "/")) else f"#{target}"
        lines.append(SummaryLine(href, str(text)))
    return lines
