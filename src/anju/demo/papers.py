"""Papers that people of the demo city hand in: drawn when they are needed, marked as invented on the paper itself."""

from __future__ import annotations

import typst

from anju.certificates.fonts import FAMILY, font_folder

_PAGE = """
#set page(width: 148mm, height: 105mm, margin: 14mm)
#set text(font: "{font}", size: 11pt, lang: "zh")
#align(center)[#text(size: 17pt)[{title}]]
#v(6mm)
{text}
#v(1fr)
#align(right)[#text(size: 9pt, fill: gray)[演示材料，内容均为虚构]]
"""


def paper(title: str, *lines: str) -> bytes:
    """A small PDF with a title and a few lines of plain text."""
    source = _PAGE.format(font=FAMILY, title=title, text="\n\n".join(lines))
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_folder())])
    return bytes(typst.compile(source.encode(), font_paths=fonts))
