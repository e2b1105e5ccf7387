"""Evidence pictures a merchant understands at a glance: the frame, the allowed line, the seen line and its band."""

import io
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from review.observe.media import Frame
from review.observe.records import Box, Ruler

ALLOWED = (64, 214, 160)
SEEN = (255, 92, 92)
WITHIN = (255, 255, 255)
INK = (17, 22, 28)
_WEIGHT_AXIS = 600


@dataclass(frozen=True, kw_only=True)
class Height:
    """What is drawn: the limit, the height seen with its uncertainty (metres), and where they are measured from."""

    ruler: Ruler
    allowed: float
    measured: float
    uncertainty: float
    exceeds: bool
    at_least: bool = False


def height_picture(frame: Frame, height: Height) -> bytes:
    """JPEG of the frame with both heights drawn beside the effect."""
    image = Image.fromarray(frame).convert("RGB")
    unit = min(image.size) / 720
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    ruler, tone = height.ruler, SEEN if height.exceeds else WITHIN
    left, right = _extent(image.width, ruler, unit)
    low, high = (ruler.row(height.measured + sign * height.uncertainty) for sign in (-1, 1))
    draw.rectangle((left, max(0, high), right, low), fill=(*tone, 60))
    _line(draw, (left, right), ruler.row(height.measured), tone, width=round(3 * unit))
    _dashes(draw, (left, right), ruler.row(height.allowed), ALLOWED, unit)
    _line(draw, (left, right), ruler.y, (255, 255, 255), width=max(1, round(1.5 * unit)))
    _arrow(draw, right - 10 * unit, (ruler.y, ruler.row(height.measured)), tone, unit)
    rows = _apart([ruler.row(height.measured), ruler.row(height.allowed)], 46 * unit, image.height)
    sign = "≥ " if height.at_least else ""
    seen = f"{sign}{_centimetres(height.measured)} ± {_centimetres(height.uncertainty)} seen"
    _tag(draw, (right + 12 * unit, rows[0]), seen, tone, unit)
    _tag(draw, (right + 12 * unit, rows[1]), f"{height.allowed * 100:.3g} cm allowed", ALLOWED, unit)
    return _jpeg(Image.alpha_composite(image.convert("RGBA"), layer))


def place_picture(frame: Frame, box: Box, caption: str, *, good: bool) -> bytes:
    """JPEG of the frame with one place marked, such as the product or a line of text, and why."""
    image = Image.fromarray(frame).convert("RGB")
    unit = min(image.size) / 720
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    tone = ALLOWED if good else SEEN
    margin = 8 * unit
    corners = (box.x - margin, box.y - margin, box.x + box.width + margin, box.y + box.height + margin)
    draw.rounded_rectangle(corners, radius=10 * unit, outline=(*tone, 255), width=round(3 * unit))
    top = corners[1] - 26 * unit if corners[1] > 60 * unit else corners[3] + 26 * unit
    left = min(max(12 * unit, corners[0]), image.width - _font(unit).getlength(caption) - 44 * unit)
    _tag(draw, (left, top), caption, tone, unit)
    return _jpeg(Image.alpha_composite(image.convert("RGBA"), layer))


def _extent(width: int, ruler: Ruler, unit: float) -> tuple[float, float]:
    """Left and right end of the lines; the tags need their room on the right."""
    half = max(90 * unit, 0.16 * ruler.pixels_per_metre)
    right = min(ruler.x + half, width - 285 * unit)
    return max(8 * unit, min(ruler.x - half, right - 60 * unit)), right


def _line(draw: ImageDraw.ImageDraw, span: tuple[float, float], y: float, tone: tuple[int, ...], *, width: int) -> None:
    draw.line((span[0], y + 1, span[1], y + 1), fill=(*INK, 120), width=width + 2)
    draw.line((span[0], y, span[1], y), fill=(*tone, 255), width=width)


def _dashes(draw: ImageDraw.ImageDraw, span: tuple[float, float], y: float, tone: tuple[int, ...], unit: float) -> None:
    for start in np.arange(span[0], span[1], 18 * unit):
        _line(draw, (float(start), min(float(start) + 11 * unit, span[1])), y, tone, width=round(3 * unit))


def _arrow(draw: ImageDraw.ImageDraw, x: float, rows: tuple[float, float], tone: tuple[int, ...], unit: float) -> None:
    bottom, top = rows[0], max(rows[1], 4 * unit)
    draw.line((x, bottom, x, top), fill=(*tone, 230), width=max(1, round(2 * unit)))
    if bottom - top > 30 * unit:
        tip = 6 * unit
        draw.polygon([(x, top), (x - tip, top + 1.8 * tip), (x + tip, top + 1.8 * tip)], fill=(*tone, 230))
        draw.polygon([(x, bottom), (x - tip, bottom - 1.8 * tip), (x + tip, bottom - 1.8 * tip)], fill=(*tone, 230))


def _apart(rows: list[float], least: float, height: int) -> list[float]:
    """Keep two tags from covering each other and inside the picture."""
    first, second = rows
    if abs(first - second) < least:
        middle = (first + second) / 2
        first, second = (
            (middle - least / 2, middle + least / 2) if first <= second else (middle + least / 2, middle - least / 2)
        )
    edge = least * 0.6
    return [min(max(first, edge), height - edge), min(max(second, edge), height - edge)]


def _tag(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, tone: tuple[int, ...], unit: float) -> None:
    """A dark pill with a coloured dot; `at` is the middle of its left end."""
    font = _font(unit)
    x, y = at
    half, pad = 19 * unit, 14 * unit
    width = font.getlength(text) + 2 * pad + 18 * unit
    draw.rounded_rectangle((x, y - half, x + width, y + half), radius=half, fill=(*INK, 225))
    dot = 5 * unit
    draw.ellipse((x + pad - 2 * unit, y - dot, x + pad - 2 * unit + 2 * dot, y + dot), fill=(*tone, 255))
    draw.text((x + pad + 16 * unit, y), text, font=font, fill=(255, 255, 255, 255), anchor="lm")


def _centimetres(metres: float) -> str:
    return f"{metres * 100:.0f} cm"


@cache
def _font(unit: float) -> ImageFont.FreeTypeFont:
    spec = find_spec("fontpkg_inter")
    if spec is None or not spec.origin:
        raise RuntimeError("The package fontpkg-inter is not installed: run `make install`.")
    file = next(path for path in (Path(spec.origin).parent / "files").glob("Inter*.ttf") if "Italic" not in path.name)
    font = ImageFont.truetype(str(file), max(10, round(19 * unit)))
    font.set_variation_by_axes([14, _WEIGHT_AXIS])
    return font


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
