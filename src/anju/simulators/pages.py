"""The simulators' plain pages: one frame, one style sheet, a few building blocks. No script, nothing from elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from .server import Reply, page_reply


@dataclass(frozen=True)
class Html:
    """Text that is already markup; everything else is escaped."""

    text: str


Cell = Html | str | int


def text(value: Cell) -> str:
    return value.text if isinstance(value, Html) else escape(str(value))


@dataclass(frozen=True)
class Frame:
    """What all pages of one simulator share."""

    name: str
    tabs: tuple[tuple[str, str], ...]

    def page(self, title: str, *parts: Html, here: str, message: str = "", error: str = "", status: int = 200) -> Reply:
        links = "".join(
            f'<a href="{escape(path)}"{" aria-current=page" if path == here else ""}>{escape(label)}</a>'
            for path, label in self.tabs
        )
        news = f'<p class="ok" role="status">{escape(message)}</p>' if message else ""
        if error:
            news = f'<p class="bad" role="alert">{escape(error)}</p>'
        body = "".join(part.text for part in parts)
        return page_reply(
            '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{'错误：' if error else ''}{escape(title)} · {escape(self.name)}</title>"
            '<link rel="stylesheet" href="/style.css"></head><body>'
            f'<header><p class="name">{escape(self.name)}</p><p class="mark">演示用模拟系统，不是真实机构</p>'
            f'<nav aria-label="页面">{links}</nav></header>'
            f"<main><h1>{escape(title)}</h1>{news}{body}</main></body></html>",
            status,
        )


@dataclass(frozen=True)
class Field:
    """One labelled input of a form."""

    name: str
    label: str
    value: str = ""
    kind: str = "text"
    hint: str = ""
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()

    def html(self, prefix: str) -> str:
        identity = f"{prefix}-{self.name}"
        hint = f'<span class="hint" id="{identity}-hint">{escape(self.hint)}</span>' if self.hint else ""
        described = f' aria-describedby="{identity}-hint"' if self.hint else ""
        need = " required" if self.required else ""
        if self.choices:
            options = "".join(
                f'<option value="{escape(value)}"{" selected" if value == self.value else ""}>{escape(label)}</option>'
                for value, label in self.choices
            )
            control = f'<select id="{identity}" name="{self.name}"{described}{need}>{options}</select>'
        elif self.kind == "textarea":
            opening = f'<textarea id="{identity}" name="{self.name}" rows="3"{described}{need}>'
            control = f"{opening}{escape(self.value)}</textarea>"
        else:
            control = (
                f'<input id="{identity}" name="{self.name}" type="{self.kind}" value="{escape(self.value)}"'
                f' autocomplete="off"{described}{need}>'
            )
        return f'<div class="field"><label for="{identity}">{escape(self.label)}</label>{hint}{control}</div>'


def form(action: str, fields: Iterable[Field], button: str, *, prefix: str = "f", method: str = "post") -> Html:
    inner = "".join(field.html(prefix) for field in fields)
    return Html(
        f'<form method="{method}" action="{escape(action)}"><div class="fields">{inner}</div>'
        f"<button>{escape(button)}</button></form>"
    )


def small_button(action: str, hidden: dict[str, str], label: str) -> Html:
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items()
    )
    return Html(
        f'<form class="inline" method="post" action="{escape(action)}">{inputs}'
        f'<button class="quiet">{escape(label)}</button></form>'
    )


def section(title: str, *parts: Html) -> Html:
    return Html(f"<section><h2>{escape(title)}</h2>{''.join(part.text for part in parts)}</section>")


def paragraph(words: str) -> Html:
    return Html(f"<p>{escape(words)}</p>")


def table(
    heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, empty: str, figures: frozenset[int] = frozenset()
) -> Html:
    """A table whose `figures` columns stand on the right; an empty one says what to do."""
    lines = []
    for row in rows:
        cells = "".join(
            f'<td{" class=n" if place in figures else ""} data-label="{escape(heads[place])}">{text(cell)}</td>'
            for place, cell in enumerate(row)
        )
        lines.append(f"<tr>{cells}</tr>")
    if not lines:
        return Html(f'<p class="empty">{escape(empty)}</p>')
    head = "".join(
        f'<th scope="col"{" class=n" if place in figures else ""}>{escape(name)}</th>'
        for place, name in enumerate(heads)
    )
    return Html(f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>')


def style_reply() -> Reply:
    return Reply(200, _STYLE.encode(), "text/css; charset=utf-8", (("Cache-Control", "max-age=300"),))


_STYLE = """
:root{color-scheme:light dark;--paper:#f5f5f2;--sheet:#fff;--ink:#16202e;--soft:#46515f;--line:#d5d5cf;--edge:#808893;
--blue:#0b4f9e;--on-blue:#fff;--good:#17663a;--bad:#b3231a;--warn:#7d5200}
@media(prefers-color-scheme:dark){:root{--paper:#12171f;--sheet:#1a212c;--ink:#e9edf2;--soft:#b0bac6;--line:#333d4a;
--edge:#8a94a1;--blue:#8ebcf0;--on-blue:#0c1a2b;--good:#7fd0a0;--bad:#f29a92;--warn:#e2b866}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.7 -apple-system,"PingFang SC","Microsoft YaHei",
"Noto Sans CJK SC","Noto Sans SC",sans-serif}
header,main{max-width:1080px;margin:0 auto;padding:0 16px}
header{padding-top:20px;border-bottom:4px double var(--line)}
.name{margin:0;font-weight:600;font-size:1.125rem}.mark{margin:0;color:var(--warn);font-size:.875rem}
nav{display:flex;flex-wrap:wrap;gap:4px 24px}
nav a{min-height:44px;line-height:44px;color:var(--blue);text-decoration:none}
nav a[aria-current]{color:var(--ink);font-weight:600;box-shadow:inset 0 -3px 0 var(--blue)}
h1{font-size:1.75rem;line-height:1.35;margin:28px 0 12px}h2{font-size:1.25rem;margin:0 0 12px}
section{background:var(--sheet);border:1px solid var(--line);border-radius:10px;padding:20px;margin:20px 0}
.fields{display:grid;grid-template-columns:repeat(auto-fit,minmax(240px,1fr));gap:12px 20px;margin-bottom:16px}
.field{display:flex;flex-direction:column}label{font-weight:600}.hint{color:var(--soft);font-size:.875rem}
input,select,textarea{margin-top:auto;min-height:44px;padding:8px 12px;font:inherit;color:inherit;
background:var(--sheet);border:1px solid var(--edge);border-radius:6px;width:100%}
button{white-space:nowrap;min-height:44px;padding:8px 24px;font:inherit;font-weight:600;border:0;border-radius:6px;
background:var(--blue);color:var(--on-blue);cursor:pointer}
button.quiet{background:none;color:var(--blue);border:1px solid var(--edge);padding:4px 14px;font-weight:400}
form.inline{display:inline-block;margin:2px 8px 2px 0}
:focus-visible{outline:3px solid var(--blue);outline-offset:2px}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9375rem}
th,td{padding:8px 10px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600;white-space:nowrap}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.empty{color:var(--soft)}.ok,.bad{padding:10px 16px;border:1px solid currentColor;border-radius:6px}
.ok,.good{color:var(--good)}.bad{color:var(--bad)}
.message{border-top:1px solid var(--line);padding:16px 0}.message:first-of-type{border-top:0}
.meta{margin:0;color:var(--soft);font-size:.9375rem}.text{margin:4px 0;font-size:1.125rem;overflow-wrap:anywhere}
.code{font-size:2.75rem;line-height:1.3;letter-spacing:.12em;font-weight:600;font-variant-numeric:tabular-nums;margin:0}
@media(max-width:640px){table,tbody,tr,td{display:block}thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{border-bottom:1px solid var(--edge);padding:8px 0}td{border:0;padding:2px 0}
td,.n{text-align:left;white-space:normal}td::before{content:attr(data-label) "　";color:var(--soft)}}
"""
