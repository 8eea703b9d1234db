"""Words and figures on pages: amounts, dates, names, icons, drawings. Loaded in every template.

Filters turn values into text and decide nothing. An amount is whole fen; whatever is not is an error,
because a page that guesses an amount is worse than a page that fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from anju.design import charts, drawn, fields_view, navigation, qr
from anju.kernel import clock
from anju.kernel.identifiers import mask_name
from anju.kernel.money import Money, fen_in_words, format_fen
from anju.kernel.month import Month

register = template.Library()

# The order is the cascade: tokens, dark colours, then from the general to the special, print last.
STYLES = (
    "tokens",
    "dark",
    "base",
    "layout",
    "actions",
    "fields",
    "money",
    "content",
    "table",
    "progress",
    "receipt",
    "desk",
    "print",
)


def _whole_fen(value: Any) -> int:
    if isinstance(value, Money):
        return value.fen
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"an amount on a page is whole fen, not {type(value).__name__}")
    return value


@register.filter
def fen(value: Any) -> str:
    """123456 → 1,234.56; a negative amount carries the true minus sign. Nothing → —."""
    return "—" if value in (None, "") else format_fen(_whole_fen(value)).replace("-", "−")


@register.filter
def signed_fen(value: Any) -> str:
    """+2,064.00 or −1,800.00: for movements."""
    amount = _whole_fen(value)
    return ("+" if amount > 0 else "") + fen(amount)


@register.filter
def yuan_parts(value: Any) -> dict[str, str]:
    """The pieces of a large amount: sign, whole yuan with commas, fen with the point."""
    amount = _whole_fen(value)
    whole, cents = format_fen(abs(amount)).split(".")
    return {"sign": "−" if amount < 0 else "", "yuan": whole, "fen": f".{cents}"}


@register.filter
def in_words(value: Any) -> str:
    """大写: 180000 → 壹仟捌佰元整."""
    return fen_in_words(_whole_fen(value))


def _moment(value: Any) -> date | datetime | None:
    """A date or a local datetime; ISO text (as kept in a working) is read, other text is left alone."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return timezone.localtime(value) if timezone.is_aware(value) else value
    return value if isinstance(value, date) else None


@register.filter
def zh_date(value: Any) -> str:
    """2026年11月23日."""
    day = _moment(value)
    return f"{day.year}年{day.month}月{day.day}日" if day else str(value or "—")


@register.filter
def zh_day(value: Any) -> str:
    """11月23日, where the year is plain from the page."""
    day = _moment(value)
    return f"{day.month}月{day.day}日" if day else str(value or "—")


@register.filter
def zh_time(value: Any) -> str:
    """14:05."""
    moment = value if isinstance(value, time) else _moment(value)
    return f"{moment:%H:%M}" if isinstance(moment, datetime | time) else str(value or "—")


@register.filter
def zh_datetime(value: Any) -> str:
    """2026年11月23日 14:05."""
    moment = _moment(value)
    return f"{zh_date(moment)} {moment:%H:%M}" if isinstance(moment, datetime) else zh_date(value)


def _zh_day_time(value: date | datetime) -> str:
    return f"{zh_day(value)} {value:%H:%M}" if isinstance(value, datetime) else zh_day(value)


@register.filter
def zh_month(value: Any) -> str:
    """2026年11月, from a Month, a date, 202611 or 2026-11."""
    if isinstance(value, Month):
        return value.zh
    if isinstance(value, int):
        return Month.from_number(value).zh
    if isinstance(value, str) and value:
        return Month.parse(value).zh
    day = _moment(value)
    return Month.of(day).zh if day else "—"


@register.filter
def masked_name(value: Any) -> str:
    """张三丰 → 张**."""
    return mask_name(str(value)) if value else "—"


@register.filter
def split_bar(value: Any) -> list[Any]:
    """ "上传名册|核对|缴款" → three parts; a list passes as it is, so components take either."""
    return value.split("|") if isinstance(value, str) else list(value or ())


@register.filter
def key_parts(value: str) -> dict[str, Any]:
    """ "J K:下一件" → the keys and what they do."""
    keys, _, text = value.partition(":")
    return {"keys": keys.split(), "text": text}


@register.filter
def split_steps(items: Any, current: Any) -> list[dict[str, str]]:
    """Steps with their state. A part may carry a note, "复核~陈立"; current counts from 1."""
    now, steps = int(current or 1), []
    for number, item in enumerate(split_bar(items), start=1):
        label, _, note = str(item).partition("~")
        state = "done" if number < now else "now" if number == now else ""
        steps.append({"label": label, "note": note, "state": state})
    return steps


@register.filter
def figure(value: Any) -> str:
    """A count with its commas: 5000 → 5,000."""
    return f"{int(value):,}"


@register.filter
def strip_text(value: Any) -> str:
    """What a slot holds, without its white space: to ask whether it holds anything."""
    return str(value).strip()


@register.filter
def unbroken(value: Any) -> SafeString:
    """An expression whose line may break before an operator, never inside a term: 余额 − 保留."""
    pieces = re.split(r" (?=[−×÷+＋=＝≥≤<>] )", str(value or ""))
    return format_html_join(" ", '<span class="nowrap">{}</span>', ((piece,) for piece in pieces))


@register.filter
def book_title(value: Any) -> str:
    """A law's name in its marks: 《住房公积金管理条例》."""
    text = str(value or "")
    return text if not text or text.startswith("《") else f"《{text}》"


@register.filter
def met_text(working: Any) -> str:
    """4 项条件，全部满足; or how many are not."""
    conditions = working["conditions"] if isinstance(working, dict) else working.conditions
    met = [c["met"] if isinstance(c, dict) else c.met for c in conditions]
    no, unknown = met.count(False), met.count(None)
    told = [f"{no} 项不满足" if no else "", f"{unknown} 项未能查到" if unknown else ""]
    return f"{len(met)} 项条件，{'，'.join(t for t in told if t) or '全部满足'}"


@register.filter
def share_of(done: int, total: int) -> int:
    """Whole percent, never 100 before the last one is done."""
    return 0 if not total else done * 100 // total


@register.simple_tag
def moment(value: Any, show: str = "datetime") -> SafeString | str:
    """<time datetime=…> in Chinese; show is datetime, date, day, time or recent (this year goes unsaid)."""
    point = _moment(value)
    if point is None:
        return str(value or "—")
    if show == "recent":
        show = "day_time" if point.year == clock.now().year else "datetime"
    say = {
        "datetime": zh_datetime,
        "day_time": _zh_day_time,
        "date": zh_date,
        "day": zh_day,
        "time": zh_time,
    }[show]
    stamp = point.isoformat(timespec="minutes") if isinstance(point, datetime) else point.isoformat()
    return format_html('<time datetime="{}">{}</time>', stamp, say(point))


@register.simple_tag
def moment_now() -> SafeString | str:
    """When this page was made, for printed papers."""
    return moment(clock.now())


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, label: str = "") -> SafeString:
    """An icon of icons.svg; decoration unless it carries a label of its own. The same on every page, so drawn once."""
    href = f"{static('anju/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', href)


@register.simple_tag(takes_context=True)
def stylesheets(context: template.Context) -> SafeString:
    """The stylesheets, side by side; dark colours by the reader's wish."""
    return _style_links(context["look"].dark_media if "look" in context else "screen and (prefers-color-scheme: dark)")


@lru_cache
def _style_links(media: str) -> SafeString:
    links = [
        (static(f"anju/{name}.css"), media if name == "dark" else "all") for name in STYLES if name != "dark" or media
    ]
    return format_html_join("\n", '<link rel="stylesheet" href="{}" media="{}">', links)


@lru_cache
def _address(name: str) -> str:
    """The address of a page that takes no argument; nothing where nobody registered it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@register.simple_tag
def address(name: str, path: str = "") -> str:
    """The page's address, or the given one where the page is not there (yet): never an error, never a dead link."""
    return _address(name) or path


@register.simple_tag(takes_context=True)
def nav_links(context: template.Context, portal: str) -> list[navigation.NavLink]:
    """The portal's main navigation, without what this reader may not open."""
    request = context.get("request")
    return navigation.nav_links(portal, request.path if request else "/", can=_rights(context))


@register.simple_tag(takes_context=True)
def may(context: template.Context, permission: str) -> bool:
    """Whether the reader's role holds a permission, so that no link is drawn that it may not open."""
    can = _rights(context)
    return can is not None and can(permission)


def _rights(context: template.Context) -> Callable[[str], bool] | None:
    """What somebody who is logged in may do; None while nobody is."""
    principal = context.get("principal")
    return getattr(principal, "can", None) if getattr(principal, "actor", None) is not None else None


@register.simple_tag
def view_field(field: BoundField, **options: Any) -> fields_view.FieldView:
    """What the field component draws; see fields_view."""
    return fields_view.view_field(field, **{name: value for name, value in options.items() if value})


@register.simple_tag
def view_raw_field(**options: Any) -> fields_view.FieldView:
    return fields_view.view_raw_field(**options)


@register.simple_tag
def summary_lines(form: Any = None, errors: Any = None) -> list[fields_view.SummaryLine]:
    return fields_view.summary_lines(form or None, errors)


@register.simple_tag
def balance_chart(points: Any, notes: Any = ()) -> charts.BalanceChart:
    return charts.balance_chart(points, notes or ())


@register.simple_tag
def balance_svg(chart: charts.BalanceChart, drawing: charts.Drawing, name: str) -> SafeString:
    return drawn.balance_svg(chart, drawing, name)


@register.simple_tag
def balance_rows(chart: charts.BalanceChart, heading: str) -> SafeString:
    return drawn.balance_rows(chart, heading)


@register.simple_tag
def bar_chart(bars: Any) -> charts.BarChart:
    return charts.bar_chart(bars)


@register.simple_tag
def qr_path(text: str) -> qr.QrDrawing:
    return qr.draw(text)
