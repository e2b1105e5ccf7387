"""Descriptions as shops store them (HTML, entities, full-width digits) turned into plain sentences."""

import html
import re
import unicodedata
from html.parser import HTMLParser

_HALF_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F) if wide != 0xFF0C} | str.maketrans(
    "￥￦￡￠\u3000\u00a0\u202f", "¥₩£¢   "
)
_THOUSANDS = re.compile(r"(?<=[0-9])，(?=[0-9]{3}(?![0-9]))")
"""A full-width comma separates clauses, unless it stands inside a number."""
_TAG = re.compile(r"<[a-zA-Z/!][^>]*>")
_BLOCKS = {"p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "tr", "table", "section"}
_SPACE = re.compile(r"[ \t\u00a0\u3000\r\f\v]+")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.items: list[str] = []
        self._hidden = 0
        self._item: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._hidden += 1
        if tag in _BLOCKS:
            self.parts.append("\n")
            self._close_item()
        if tag == "li":
            self._item = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden = max(0, self._hidden - 1)
        if tag in _BLOCKS:
            self.parts.append("\n")
            self._close_item()

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.parts.append(data)
        if self._item is not None:
            self._item.append(data)

    def _close_item(self) -> None:
        text = tidy("".join(self._item or []))
        if text:
            self.items.append(text)
        self._item = None


def tidy(text: str) -> str:
    """Spaces collapsed, lines stripped, no empty lines, composed characters."""
    lines = (_SPACE.sub(" ", line).strip() for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n".join(line for line in lines if line)


def from_html(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without markup and the entries of its lists (``<li>``), which shops use for selling points."""
    if not _TAG.search(text):
        return tidy(html.unescape(text) if "&" in text else text), ()
    parser = _Text()
    parser.feed(text)
    parser.close()
    return tidy("".join(parser.parts)), tuple(parser.items)


def half_width(text: str) -> str:
    """Full-width digits, letters and signs as their ordinary forms, one for one, so that positions stay."""
    return text if text.isascii() else _THOUSANDS.sub(",", text.translate(_HALF_WIDTH))
