"""Tags of the portals: the project's own texts (guides, agreements) as HTML."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()
# Raw HTML is off and links are left as text: a text can only bring structure, never markup of its own.
_READER = MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline", "autolink"])


@register.filter
def plain_markdown(text: str, deeper: int = 2) -> SafeString:
    """Markdown of our own service folders as HTML; headings start at the third level, or so many levels deeper."""
    lines = [f"{'#' * deeper}{line}" if line.startswith("#") else line for line in str(text).splitlines()]
    return mark_safe(_READER.render("\n".join(lines)))  # noqa: S308  (our own files, raw HTML off)
