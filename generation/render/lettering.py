"""Letters: which font a text needs, breaking it into balanced lines, and drawing it as a layer."""

import functools
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from catalog import assets
from generation.render.errors import RenderError

Floats = NDArray[np.float32]
LEADING = 1.18
_CJK_FACES = {"ja": 0, "ko": 1, "zh": 2, "zh-TW": 3, "zh-HK": 4}
_CJK = ((0x2E80, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF))
_NO_LINE_START = "、。，．！？：；）」』】》…ー々"


@dataclass(frozen=True)
class Style:
    """A cut of the house typeface. `size` is the height of the em in pixels."""

    size: int
    weight: int
    locale: str


@functools.lru_cache(maxsize=512)
def is_cjk(text: str) -> bool:
    """Whether a text has Chinese, Japanese or Korean signs."""
    return any(low <= ord(sign) <= high for sign in text for low, high in _CJK)


@functools.lru_cache(maxsize=256)
def font(style: Style, *, cjk: bool) -> ImageFont.FreeTypeFont:
    """Inter, or Noto Sans CJK in the shapes of the locale."""
    if cjk:
        face = _CJK_FACES.get(style.locale, _CJK_FACES.get(style.locale.split("-")[0], 2))
        found = ImageFont.truetype(str(assets.resolve("font_cjk")), style.size, index=face)
        found.set_variation_by_axes([style.weight])
        return found
    found = ImageFont.truetype(str(assets.resolve("font_inter")), style.size)
    found.set_variation_by_axes([min(max(style.size, 14), 32), style.weight])
    return found


def font_for(text: str, style: Style) -> ImageFont.FreeTypeFont:
    """The font that has every sign of the text; raises RenderError naming those that none has."""
    chosen = font(style, cjk=is_cjk(text))
    missing = {sign for sign in text if not sign.isspace() and not _has(chosen, sign)}
    if missing:
        raise RenderError(f"No installed font has {' '.join(sorted(missing))} of “{text}” ({style.locale}).")
    return chosen


def cap_height(style: Style, text: str) -> float:
    """Height in pixels of the capitals, or of the signs of a CJK text."""
    box = font(style, cjk=is_cjk(text)).getbbox("国" if is_cjk(text) else "H")
    return float(box[3] - box[1])


def broken(text: str, style: Style, width: float, *, lines: int = 2) -> list[str] | None:
    """The text in at most that many lines of nearly equal length, or None if it does not fit the width."""
    measured = font_for(text, style)
    whole = measured.getlength(text)
    if whole <= width:
        return [text]
    if whole > lines * width:
        return None
    splits = [(left, right) for left, right in _splits(text) if measured.getlength(left) <= width]
    ways = []
    for left, right in splits:
        rest = broken(right, style, width, lines=lines - 1) if lines > 1 else None
        if rest is not None:
            ways.append([left, *rest])
    if not ways:
        return None
    fewest = min(len(way) for way in ways)
    return min(
        (way for way in ways if len(way) == fewest), key=lambda way: max(measured.getlength(line) for line in way)
    )


def measured(lines: list[str], style: Style) -> tuple[int, int]:
    """Height and width in pixels of lines as they will be drawn, without padding."""
    chosen = font_for("".join(lines), style)
    return round(style.size * LEADING) * len(lines), max(int(chosen.getlength(line)) + 2 for line in lines)


def drawn(lines: list[str], style: Style, *, padding: int) -> Floats:
    """Coverage (height, width) of left-aligned lines with room round them."""
    chosen, step = font_for("".join(lines), style), round(style.size * LEADING)
    height, width = measured(lines, style)
    image = Image.new("L", (width + 2 * padding, height + 2 * padding), 0)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        middle = padding + step * number + step / 2
        pen.text((padding, middle), line, fill=255, font=chosen, anchor="lm")
    return np.asarray(np.asarray(image) / 255, np.float32)


def _splits(text: str) -> list[tuple[str, str]]:
    # French sets a space before these signs; a line may not begin with them. A number stays with what it counts.
    text = re.sub(r" (?=[:;!?»])|(?<=\d) (?=\w)", "\u00a0", text.strip())
    if " " in text:
        words = text.split(" ")
        return [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    return [(text[:i], text[i:]) for i in range(1, len(text)) if text[i] not in _NO_LINE_START]


@functools.lru_cache(maxsize=4096)
def _has(chosen: ImageFont.FreeTypeFont, sign: str) -> bool:
    return bytes(chosen.getmask(sign)) != bytes(chosen.getmask("\U0010fffe"))
