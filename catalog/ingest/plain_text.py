"""Descriptions as shops store them (HTML, entities, full-width digits) turned into plain sentences."""

import html
import re
import unicodedata

_HALF_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F) if wide != 0xFF0C} | str.maketrans(
    "￥￦￡￠\u3000\u00a0\u202f", "¥₩£¢   "
)
_THOUSANDS = re.compile(r"(?<=[0-9])，(?=[0-9]{3}(?![0-9]))")
"""A full-width comma separates clauses, unless it stands inside a number."""
_BLOCKS = "p|div|br|li|ul|ol|h[1-6]|tr|table|section|article|blockquote|dl|dt|dd|hr"
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_BLOCK = re.compile(rf"</?(?:{_BLOCKS})(?:\s[^<>]*|/)?>", re.IGNORECASE)
_ITEM = re.compile(rf"<li(?:\s[^<>]*)?>(.*?)(?=</?(?:{_BLOCKS})(?:\s[^<>]*|/)?>|\Z)", re.IGNORECASE | re.DOTALL)
_HIDDEN = re.compile(r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_PICTURE = re.compile(r"""<img\b[^<>]*?\ssrc\s*=\s*(["'])([^"'<>]+)\1""", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\u00a0\u3000\r\f\v]+")


def tidy(text: str) -> str:
    """Spaces collapsed, lines stripped, no empty lines, composed characters."""
    plain = text if text.isascii() else unicodedata.normalize("NFC", text)
    lines = (_SPACE.sub(" ", line).strip() for line in plain.split("\n"))
    return "\n".join(line for line in lines if line)


def from_html(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without markup and the entries of its lists (``<li>``), which shops use for selling points."""
    if not _TAG.search(text):
        return tidy(html.unescape(text) if "&" in text else text), ()
    shown = _HIDDEN.sub("", text)
    items = (_without_tags(item) for item in _ITEM.findall(shown))
    return _without_tags(_BLOCK.sub("\n", shown)), tuple(item for item in items if item)


def pictures(text: str) -> tuple[str, ...]:
    """Addresses of the pictures in a description, in order, each once; pictures without an address of their own are
    left out."""
    found = (html.unescape(match[2]).strip() for match in _PICTURE.finditer(_HIDDEN.sub("", text)))
    whole = (f"https:{source}" if source.startswith("//") else source for source in found)
    return tuple(dict.fromkeys(source for source in whole if source.startswith(("https://", "http://"))))


def _without_tags(text: str) -> str:
    return tidy(html.unescape(_TAG.sub("", text)))


def half_width(text: str) -> str:
    """Full-width digits, letters and signs as their ordinary forms, one for one, so that positions stay."""
    return text if text.isascii() else _THOUSANDS.sub(",", text.translate(_HALF_WIDTH))
