"""Quantities with a notation of their own: IP68, 30 x 20 x 10 cm, L 29" x W 13", 5'4"."""

import re
from collections.abc import Iterator
from functools import cache

from catalog.ingest import unit_words
from catalog.ingest.numbers import NUMBER, number
from catalog.ingest.records import Quantity

_RATING = re.compile(r"(?<![A-Z0-9])IP(?:(?P<solid>[0-6X])(?P<water>\d)K?|X(?P<only>\d))(?![A-Z0-9])")
_FEET = re.compile(
    r"(?<![\w.,'’])(?P<feet>\d)\s?(?:''|['’′]|feet|foot|ft\.?)[\s-]?(?P<inches>1[01]|\d)(?P<part>[.,]\d|½)?(?:\s?(?:\"|″|”|'')|(?![\d\w]))"
)
_FEET_SAID = re.compile(
    r"\b(?:i am|i['’]?m|she is|he is) (?P<feet>[4-6]) (?P<inches>1[01]|\d)(?P<part>[.,]\d|½)?\s?[\"″”]", re.I
)
_FEET_MARK = re.compile(r"['’′]|\d ?f(?:ee|oo)?t", re.IGNORECASE)
_AXES = {
    "l": "length", "w": "width", "h": "height", "d": "depth", "b": "width", "t": "depth", "p": "depth",
    "长": "length", "長": "length", "길이": "length", "宽": "width", "寬": "width", "幅": "width", "가로": "width",
    "너비": "width", "폭": "width", "高": "height", "높이": "height", "深": "depth", "奥行": "depth", "세로": "depth",
    "厚": "thickness",
}  # fmt: skip
"""Letters and words that name an axis; Japanese ones without their last syllable."""
_WORD = "|".join(mark for mark in _AXES if not mark.isascii())
_MARK = f"[LWHDBTPl](?![A-Za-z])|(?:{_WORD})[さきり度]?"
_CROSS = r"\s*(?:[xX×*]|-?\bby\b-?)\s*"
_DEGREES = re.compile(r"(?<![\w.,-])(?P<lower>\d{1,3})\s?(?:-|–|to)\s?(?P<value>\d{2,3})\s?C(?![\w°])")
_CLOCK = re.compile(
    r"(?<![0-9A-Za-z:.])(?P<hours>\d{1,2}):(?P<minutes>[0-5]\d)\s?(?:h(?:ours?|rs?)?|小[时時]|stunden|heures|horas|時間|시간)(?![a-z])",
    re.IGNORECASE,
)
_IN_FRONT = re.compile(
    rf"(?<![A-Za-z0-9])(?<!\d[ -])(?P<unit>[Ll]umens?|GSM|Gsm|gsm)\s?[:=-]?\s?(?P<value>{NUMBER})"
    r"(?![\w.,]*\d|\s?[A-Za-z]{1,3}\b)"
)
_MEMORY = re.compile(
    r"(?<![A-Za-z0-9.,-])(?P<value>\d{1,4})(?:\s?(?P<unit>k|mg?)"
    r"(?=\s(?:of )?(?:[\w-]+ ){0,2}\w*(?:cache|ram|memory|cards?|sticks?)\b)"
    r"|(?P<gig>g)(?=\s(?:model|version|player|ipod|hard|drive|disk|mp3)\b))",
    re.IGNORECASE,
)
_METRES = re.compile(r"(?<![0-9A-Za-z.,])(?P<whole>[1-9])\s?(?:m(?=\d\d)|米)(?P<part>\d{1,2})(?![A-Za-z0-9.,])")
_TIMES = re.compile(r"\d[^\d]{0,12}[xX×*]|\bby[ -]\d")
_LETTER = f"([LWHDBTPl]|(?:{_WORD}))[さきり]?"
_NEXT = r"(?:\s?[xX×*]\s?|(?<=[ᄀ-\uffff])(?=[ᄀ-\uffff]))"
_LETTERS = f"(?<![A-Za-z]){_LETTER}{_NEXT}{_LETTER}(?:{_NEXT}{_LETTER})?(?![A-Za-z])"
_ORDER_BEFORE = re.compile(_LETTERS + r"\s?[)）]?\s?[:=：]?\s?$")
_ORDER_AFTER = re.compile(r"\s?[(（]?\s?" + _LETTERS)
"""Axes named before or behind the numbers: "(WxHxD): 53 x 31 x 52 cm", "30 x 40 x 20 cm (B × H × T)"."""


def find(text: str, *, locale: str) -> Iterator[Quantity]:
    """Every quantity in such a notation; `text` has half-width digits."""
    if "IP" in text or "ip" in text:
        yield from _ratings(text)
    if _FEET_MARK.search(text):
        yield from _feet_and_inches(_FEET, text)
    yield from _feet_and_inches(_FEET_SAID, text)
    if _TIMES.search(text):
        yield from _boxes(text, locale)
        yield from _lettered_boxes(text, locale)
    if "C" in text:
        yield from _degrees(text)
    if ":" in text:
        yield from _clock(text)
    if "m" in text or "米" in text:
        yield from _metres(text)
    if _IN_FRONT.search(text):
        yield from _unit_in_front(text, locale)
    yield from _memory(text)


def _ratings(text: str) -> Iterator[Quantity]:
    """Protection classes: IP68 is 68, IPX7 is 7 of another name, because its dust digit is unknown."""
    for match in _RATING.finditer(text.upper()):
        known = match["solid"] not in (None, "X")
        value = float(f"{match['solid']}{match['water']}") if known else float(match["water"] or match["only"])
        name = "ip_rating" if known else "ipx_rating"
        yield Quantity(value=value, unit="", name=name, text=match.group(), start=match.start(), end=match.end())


def _feet_and_inches(pattern: re.Pattern[str], text: str) -> Iterator[Quantity]:
    """Heights such as 5'4", 5'1 and 5'1.5", of people 5 4" too."""
    for match in pattern.finditer(text):
        part = 0.5 if match["part"] == "½" else float(f"0.{match['part'][1:]}") if match["part"] else 0.0
        value = round(int(match["feet"]) + (int(match["inches"]) + part) / 12, 6)
        yield Quantity(value=value, unit="foot", text=match.group(), start=match.start("feet"), end=match.end())


def _degrees(text: str) -> Iterator[Quantity]:
    """Temperatures without their circle, where a range shows that the letter is no article number: 150-230C."""
    for match in _DEGREES.finditer(text):
        lower, value = float(match["lower"]), float(match["value"])
        if lower < value:
            yield Quantity(
                value=value, lower=lower, bound="range", unit="degC", name="temperature", text=match.group(),
                start=match.start(), end=match.end(),
            )  # fmt: skip


def _clock(text: str) -> Iterator[Quantity]:
    """Hours and minutes: 4:16 hours."""
    for match in _CLOCK.finditer(text):
        value = round(int(match["hours"]) + int(match["minutes"]) / 60, 6)
        yield Quantity(value=value, unit="hour", text=match.group(), start=match.start(), end=match.end())


def _metres(text: str) -> Iterator[Quantity]:
    """Metres with what is left behind the unit: 1m75, 1米8."""
    for match in _METRES.finditer(text):
        value = float(f"{match['whole']}.{match['part']}")
        yield Quantity(value=value, unit="m", text=match.group(), start=match.start(), end=match.end())


def _unit_in_front(text: str, locale: str) -> Iterator[Quantity]:
    """Rows of a table whose name is the unit: "Lumen 815", "GSM 500"."""
    for match in _IN_FRONT.finditer(text):
        unit = unit_words.named(match["unit"])
        yield Quantity(
            value=number(match["value"], locale=locale), unit=unit, text=match.group(), start=match.start(),
            name="brightness" if unit == "lm" else "grammage", end=match.end(),
        )  # fmt: skip


def _memory(text: str) -> Iterator[Quantity]:
    """Memory with half its unit: "32k of cache", "16M card"."""
    for match in _MEMORY.finditer(text):
        unit = "gigabyte" if match["gig"] else "kilobyte" if match["unit"] in "kK" else "megabyte"
        yield Quantity(
            value=float(match["value"]), unit=unit, name="storage", text=match.group(), start=match.start(),
            end=match.end(),
        )  # fmt: skip


@cache
def _box_pattern() -> re.Pattern[str]:
    before = f"(?:\\s?\\(?(?<![A-Za-z长長宽寬高深厚幅])(?P<{{}}>{_MARK})\\)?[:：]?\\s?)?"
    after = "(?:\\s?\\(?(?<![A-Za-z])(?P<{}>[LWHDBT])(?![A-Za-z])(?!\\s?[xX×*]\\s?[LWHDBTPl](?![A-Za-z]))\\)?\\s?)?"
    glued = "(?:[\"″”'′]|'')(?=[LWHDBT](?![A-Za-z]))"
    unit = f"(?:[\\s-]?(?P<{{}}>{unit_words.pattern()}|{glued}))?"
    parts = []
    for axis in "abc":
        number_and_unit = f"(?P<{axis}>{NUMBER}){unit.format(f'{axis}_unit')}"
        parts.append(before.format(f"{axis}_before") + number_and_unit + after.format(f"{axis}_after"))
    return re.compile(f"(?<![A-Za-z0-9.,/]){parts[0]}{_CROSS}{parts[1]}(?:{_CROSS}{parts[2]})?")


@cache
def _lettered_pattern() -> re.Pattern[str]:
    parts = [f"(?P<{axis}>{NUMBER})\\s?(?P<{axis}_mark>[LWHDBT])" for axis in "abc"]
    joined = f"{parts[0]}\\s?[xX×*]\\s?{parts[1]}(?:\\s?[xX×*]\\s?{parts[2]})?"
    return re.compile(f"(?<![A-Za-z0-9.,/]){joined}\\s*(?P<unit>{unit_words.pattern()})")


def _lettered_boxes(text: str, locale: str) -> Iterator[Quantity]:
    """Sizes with the letters at the numbers and the unit at the end: 30L x 20W x 10H cm."""
    for match in _lettered_pattern().finditer(text):
        unit = unit_words.named(match["unit"])
        if unit_words.dimension(unit) == unit_words.LENGTH:
            for axis in "abc":
                if match[axis]:
                    yield Quantity(
                        value=number(match[axis], locale=locale), unit=unit, name=_AXES[match[f"{axis}_mark"].lower()],
                        text=match.group(), start=match.start(), end=match.end(),
                    )  # fmt: skip


def _boxes(text: str, locale: str) -> Iterator[Quantity]:
    """Sizes of two or three axes; letters name the axes, else their order does."""
    for match in _box_pattern().finditer(text):
        axes = [axis for axis in "abc" if match[axis]]
        last = next((match[f"{axis}_unit"] for axis in reversed(axes) if match[f"{axis}_unit"]), None)
        unit = unit_words.named(last) if last else ""
        if unit not in ("pixel", "dot/inch") and unit_words.dimension(unit) != unit_words.LENGTH:
            continue
        order = _order(text, match, len(axes), locale)
        for axis, fallback in zip(axes, order, strict=False):
            mark = (match[f"{axis}_before"] or match[f"{axis}_after"] or "").lower().rstrip("さき度り")
            name = "resolution" if unit == "dot/inch" else _AXES.get(mark, fallback)
            yield Quantity(
                value=number(match[axis], locale=locale), unit=unit_words.named(match[f"{axis}_unit"] or last),
                name=name, text=match.group().strip(), start=match.start(), end=match.end(),
            )  # fmt: skip


def _order(text: str, match: re.Match[str], count: int, locale: str) -> tuple[str, ...]:
    """What the axes are without letters of their own: named beside the numbers, else as most people write them."""
    said = _ORDER_BEFORE.search(text[: match.start()]) or _ORDER_AFTER.match(text, match.end())
    marks = [mark for mark in said.groups() if mark] if said else []
    if len(marks) != count:
        return ("length", "width", "height") if count == 3 else ("width", "height")
    is_french_width = locale.startswith("fr") and "P" in marks and "l" not in marks  # L x P x H: largeur
    small = {"l": "width"} if locale.startswith("fr") and "L" in marks else {}
    return tuple(
        "width" if is_french_width and mark == "L" else small.get(mark) or _AXES[mark.lower()] for mark in marks
    )
