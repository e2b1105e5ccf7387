"""Quantities with a notation of their own: IP68, 30 x 20 x 10 cm, L 29" x W 13", 5'4"."""

import re
from collections.abc import Iterator
from functools import cache

from catalog.ingest import unit_words
from catalog.ingest.numbers import NUMBER, number
from catalog.ingest.records import Quantity

_RATING = re.compile(r"(?<![A-Z0-9])IP(?:(?P<solid>[0-6X])(?P<water>\d)K?|X(?P<only>\d))(?![A-Z0-9])")
_FEET = re.compile(
    r"(?<![\w.,'’])(?P<feet>\d)\s?['’′][\s-]?(?P<inches>1[01]|\d)(?P<part>[.,]\d|½)?(?:\s?(?:\"|″|”|'')|(?![\d\w]))"
)
_AXES = {"l": "length", "w": "width", "h": "height", "d": "depth", "b": "width", "t": "depth"}
_TIMES = re.compile(r"\d[^\d]{0,12}[x×*]")


def find(text: str, *, locale: str) -> Iterator[Quantity]:
    """Every quantity in such a notation; `text` has half-width digits."""
    if "IP" in text or "ip" in text:
        yield from _ratings(text)
    if "'" in text or "’" in text or "′" in text:
        yield from _feet_and_inches(text)
    if _TIMES.search(text):
        yield from _boxes(text, locale)


def _ratings(text: str) -> Iterator[Quantity]:
    """Protection classes: IP68 is 68, IPX7 is 7 of another name, because its dust digit is unknown."""
    for match in _RATING.finditer(text.upper()):
        known = match["solid"] not in (None, "X")
        value = float(f"{match['solid']}{match['water']}") if known else float(match["water"] or match["only"])
        name = "ip_rating" if known else "ipx_rating"
        yield Quantity(value=value, unit="", name=name, text=match.group(), start=match.start(), end=match.end())


def _feet_and_inches(text: str) -> Iterator[Quantity]:
    """Heights such as 5'4", 5'1 and 5'1.5"."""
    for match in _FEET.finditer(text):
        part = 0.5 if match["part"] == "½" else float(f"0.{match['part'][1:]}") if match["part"] else 0.0
        value = round(int(match["feet"]) + (int(match["inches"]) + part) / 12, 6)
        yield Quantity(value=value, unit="foot", text=match.group(), start=match.start(), end=match.end())


@cache
def _box_pattern() -> re.Pattern[str]:
    letter = "(?:\\s?\\(?(?P<{}>[LWHDBT])\\)?\\s?)?"
    unit = f"(?P<{{}}>{unit_words.pattern()})?"
    parts = []
    for axis in "abc":
        before, after = letter.format(f"{axis}_before"), letter.format(f"{axis}_after")
        parts.append(f"{before}(?P<{axis}>{NUMBER})\\s?{unit.format(f'{axis}_unit')}{after}")
    return re.compile(f"(?<![A-Za-z0-9.,/]){parts[0]}\\s*[x×*]\\s*{parts[1]}(?:\\s*[x×*]\\s*{parts[2]})?")


def _boxes(text: str, locale: str) -> Iterator[Quantity]:
    """Sizes of two or three axes; letters name the axes, else their order does."""
    for match in _box_pattern().finditer(text):
        axes = [axis for axis in "abc" if match[axis]]
        last = next((match[f"{axis}_unit"] for axis in reversed(axes) if match[f"{axis}_unit"]), None)
        if last is None or unit_words.dimension(unit_words.named(last)) != unit_words.LENGTH:
            continue
        order = ("length", "width", "height") if len(axes) == 3 else ("width", "height")
        for axis, fallback in zip(axes, order, strict=False):
            mark = (match[f"{axis}_before"] or match[f"{axis}_after"] or "").lower()
            yield Quantity(
                value=number(match[axis], locale=locale), unit=unit_words.named(match[f"{axis}_unit"] or last),
                name=_AXES.get(mark, fallback), text=match.group().strip(), start=match.start(), end=match.end(),
            )  # fmt: skip
