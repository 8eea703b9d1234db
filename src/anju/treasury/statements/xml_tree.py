"""A small tree of an XML document whose nodes know their line. No document types, entities or deep nesting."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml import sax
from defusedxml.common import DefusedXmlException

from anju.treasury.statements.shape import fault

DEPTH_LIMIT = 40
NODE_LIMIT = 1_000_000


@dataclass(slots=True)
class Node:
    """One element: its name without prefix, its line, attributes, text and children."""

    name: str
    line: int
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def all(self, path: str) -> list[Node]:
        """Every element at a path of names below this one."""
        found = [self]
        for name in path.split("/"):
            found = [child for node in found for child in node.children if child.name == name]
        return found

    def first(self, *paths: str) -> Node | None:
        """The first element that stands at one of the paths."""
        return next((found[0] for path in paths if (found := self.all(path))), None)

    def said(self, *paths: str) -> str:
        """The text at the first of the paths that has one."""
        return next((node.text for path in paths for node in self.all(path) if node.text), "")


class _Builder(ContentHandler):
    """Builds the tree and stops at the limits."""

    def __init__(self) -> None:
        super().__init__()
        self.root: Node | None = None
        self._open: list[Node] = []
        self._text: list[str] = []
        self._count = 0
        self._locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:  # noqa: N802  (the parser's name)
        self._locator = locator

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802
        self._count += 1
        line = int(self._locator.getLineNumber() or 0)
        if self._count > NODE_LIMIT or len(self._open) >= DEPTH_LIMIT:
            raise fault("too_large", f"文件到第 {line} 行时内容过多或嵌套过深，已停止读取，请按较短的日期分几次下载。")
        node = Node(name.rpartition(":")[2], line, dict(attrs.items()))
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)
        self._text = []

    def characters(self, content: str) -> None:
        self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        node = self._open.pop()
        if not node.children:
            node.text = "".join(self._text).strip()
        self._text = []


def parse(content: bytes) -> Node:
    """The document's root, or a refusal with the line and column where it breaks off."""
    builder = _Builder()
    try:
        sax.parseString(content, builder, forbid_dtd=True)
    except DefusedXmlException as error:
        raise fault("xml_unsafe", "文件里带有文档类型或实体定义，已拒绝打开，请重新从银行下载对账单。") from error
    except SAXParseException as error:
        raise fault(
            "cut",
            f"第 {error.getLineNumber()} 行第 {(error.getColumnNumber() or 0) + 1} 列处文件中断或不是正确的 XML，"
            "文件可能没有传完，请重新从银行下载。",
        ) from error
    except (SAXException, ValueError, LookupError) as error:
        raise fault("xml_damaged", "文件不是正确的 XML，请重新从银行下载对账单。") from error
    assert builder.root is not None
    return builder.root
