"""Quantities out of merchants' and buyers' words: "up to 45 cm", "30–50 cm", "最高45厘米", "±10 %", "IP68".

`find` reads free text, `parameter` one named cell. Both return what is written and choose nothing: ranges stay
ranges, bounds stay bounds, units stay the writer's own (any name that Pint knows).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import pint

from catalog.facts import Bound, Parameter, units
from catalog.ingest import unit_words
from catalog.ingest.plain_text import half_width

NUMBER = r"\d{1,3}(?:[.,'’ ]\d{3})+(?:[.,]\d+)?(?!\d)|\d+[.,]\d+|\d+ \d+/\d+|\d+/\d+|\d+[½¼¾]?|[½¼¾]"
COMMA_LANGUAGES = frozenset({"de", "fr", "es", "it", "pt", "nl", "pl", "ru", "tr"})
APPROXIMATE = 0.05
"""Relative tolerance of "about", "ca.", "约": the writer's own rounding."""
GENERIC = frozenset({"height", "width", "length", "depth", "range"})
"""Names that a more telling word in the same clause replaces: "spray height" is no height of the product."""
FILLERS = frozenset({"item", "product", "overall", "total", "max", "maximum", "approx", "the", "of", "in", "cm", "mm"})
COMPOUND = {"lb": "oz", "foot": "inch", "hour": "min", "kg": "g", "m": "cm", "min": "s"}
"""Units that are written in two parts, larger first."""
FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}
CLAUSE_END = re.compile(r"[.;!?。；！？\n](?!\d)|,\s|，|、|\s[–—-]\s")


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One quantity as written. `start` and `end` are positions in the text."""

    value: float
    unit: str
    bound: Bound = "exact"
    lower: float | None = None
    tolerance: float = 0.0
    name: str = ""
    """Canonical name of what is measured, where the words around it say so."""
    text: str = ""
    start: int = 0
    end: int = 0


def find(text: str, *, locale: str = "en") -> tuple[Quantity, ...]:
    """Every quantity in a text, in order; () where there is none."""
    if not any(letter.isdigit() or letter in FRACTIONS for letter in text):
        return ()
    plain = half_width(text)
    found = [*_ratings(plain), *_boxes(plain, locale)]
    taken = [(quantity.start, quantity.end) for quantity in found]
    for match in _pattern().finditer(plain):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            found.append(_quantity(plain, match, locale))
            taken.append((found[-1].start, found[-1].end))
    return tuple(_joined(plain, sorted(found, key=lambda quantity: quantity.start)))


def parameter(name: str, text: str, *, locale: str = "en", source: str = "") -> Parameter | None:
    """A named cell such as ("Spray height", "up to 45 cm ±10 %"); None unless it is one quantity and little else."""
    every = find(text, locale=locale)
    found = [quantity for quantity in every if quantity.unit != "percent"] or list(every)
    if len(found) != 1 or len(text) > 80:
        return None
    named = found[0].name if found[0].name in ("ip_rating", "ipx_rating") else canonical(name, found[0].unit)
    return as_parameter(replace(found[0], name=named), source=source)


def as_parameter(quantity: Quantity, *, source: str = "") -> Parameter:
    """The quantity as a row of the facts; it must have a name."""
    return Parameter(
        id=f"par-{quantity.name}", name=quantity.name, value=quantity.value, unit=quantity.unit, bound=quantity.bound,
        lower=quantity.lower, tolerance=quantity.tolerance, source=source,
    )  # fmt: skip


def canonical(name: str, unit: str) -> str:
    """The common name of a measured thing: ("Wattage", "W") -> power, ("Spray height", "cm") -> spray_height.

    Names that say of which part ("Heel height") are kept: they measure another thing than the product's own height.
    """
    key = slug(name)
    if key in unit_words.SYNONYMS:
        return unit_words.SYNONYMS[key]
    of_a_part = len([word for word in key.split("_") if word.isascii() and word not in FILLERS]) > 1
    for known, _, words in _keywords(dimension(unit)):
        if words and words.search(name.lower()) and not (of_a_part and known in GENERIC):
            return known
    return key


def slug(name: str) -> str:
    """A parameter name: lower case, words joined by underscores; other scripts stay as they are."""
    return re.sub(r"[^\w]+", "_", half_width(name).strip().lower()).strip("_")[:80]


@cache
def dimension(unit: str) -> str:
    """Pint's dimensionality as text, "" for counts."""
    return "" if unit in ("", "percent", "degree", "dB") else str(units().Quantity(1, unit).dimensionality)


@cache
def is_unit(unit: str) -> bool:
    """Whether Pint knows the unit; "" is a plain count."""
    try:
        units().Unit(unit)
    except (pint.PintError, ValueError, AssertionError, TypeError):
        return False
    return True


def same(first: Parameter, second: Parameter) -> bool:
    """Whether two statements about one thing can both be true: their permitted ranges overlap in kind and size."""
    if dimension(first.unit) != dimension(second.unit):
        return False
    low, high = first.limits(first.unit)
    other_low, other_high = second.limits(first.unit)
    if {first.bound, second.bound} <= {"max"} or {first.bound, second.bound} <= {"min"}:
        return abs(first.in_unit(first.unit) - second.in_unit(first.unit)) <= 0.02 * abs(first.value)
    room = 0.01 * abs(first.value)
    return low - room <= other_high and other_low - room <= high


def number(text: str, *, locale: str = "en") -> float:
    """A written number: decimal comma or point, thousands marks, fractions such as 1/2 and 2½."""
    plain = re.sub(r"['’]", "", text.strip())
    if plain[-1] in FRACTIONS:
        return (float(plain[:-1]) if plain[:-1] else 0.0) + FRACTIONS[plain[-1]]
    if "/" in plain:
        whole, _, fraction = plain.rpartition(" ")
        top, _, bottom = fraction.partition("/")
        return (float(whole) if whole else 0.0) + float(top) / max(float(bottom), 1.0)
    plain = plain.replace(" ", "")
    marks = [mark for mark in plain if mark in ".,"]
    if len(set(marks)) == 2:
        return float(plain.replace(marks[0], "").replace(marks[-1], "."))
    if len(marks) > 1:
        return float(plain.replace(marks[0], ""))
    if marks and _is_thousands(plain, marks[0], locale):
        return float(plain.replace(marks[0], ""))
    return float(plain.replace(",", "."))


def _is_thousands(plain: str, mark: str, locale: str) -> bool:
    whole, _, fraction = plain.partition(mark)
    if len(fraction) != 3 or whole == "0" or len(whole) > 3:
        return False
    return (mark == ".") == (locale.split("-")[0] in COMMA_LANGUAGES)


@cache
def _pattern() -> re.Pattern[str]:
    """number, optional range, unit. One pass over the text."""
    between = unit_words.RANGE_BETWEEN
    unit = f"(?P<unit>{_unit_pattern()})"
    first = f"(?P<first>{NUMBER})\\s?(?:(?P<first_unit>{_unit_pattern()})\\s?)?"
    return re.compile(f"(?<![A-Za-z0-9.,/])(?:{first}\\s?(?:{between})\\s?)?(?P<value>{NUMBER})[\\s-]?{unit}")


@cache
def _unit_pattern() -> str:
    symbols = sorted(
        (re.escape(mark) for marks in unit_words.SYMBOLS.values() for mark in marks), key=len, reverse=True
    )
    words = sorted((word for group in unit_words.WORDS.values() for word in group), key=len, reverse=True)
    # "3 in 1" and "10 in the box" are not inches; seconds, amperes and kelvin need care with plurals and articles.
    guarded = "(?:(?i:in)(?=\\.?\\s*(?:$|[),;x×*/]|\\.(?!\\w)|high|wide|long|tall|deep|dia|thick))(?!\\s*\\d))"
    plain = "|".join(word for word in words if word != "in")
    return f"(?:(?i:{plain})(?![a-zà-ÿ])|{guarded}|(?:{'|'.join(symbols)})(?![A-Za-zà-ÿ0-9²³]))"


@cache
def _unit_names() -> tuple[dict[str, str], tuple[tuple[re.Pattern[str], str], ...]]:
    exact = {mark: unit for unit, marks in unit_words.SYMBOLS.items() for mark in marks}
    words = tuple((re.compile(f"(?i:{w})$"), unit) for unit, group in unit_words.WORDS.items() for w in group)
    return exact, words


def _unit(text: str) -> str:
    exact, words = _unit_names()
    return exact.get(text) or next(unit for pattern, unit in words if pattern.match(text))


def _quantity(text: str, match: re.Match[str], locale: str) -> Quantity:
    unit, value = _unit(match["unit"]), number(match["value"], locale=locale)
    before, after = text[max(0, match.start() - 26) : match.start()], text[match.end() : match.end() + 22]
    lower = _lower_end(text, match, unit, locale)
    bound, about = _bound(before, after)
    if lower is not None:
        bound = "range"
    tolerance, length = _tolerance(after, value)
    return Quantity(
        value=value, unit=unit, bound=bound, lower=lower, tolerance=tolerance or (APPROXIMATE if about else 0.0),
        name=_name(text, match, unit), text=text[match.start() : match.end() + length].strip(),
        start=match.start(), end=match.end() + length,
    )  # fmt: skip


def _joined(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """Two-part quantities as one: 2 lb 8 oz, 5 ft 8 in, 1 h 30 min."""
    index = 0
    while index < len(found):
        first, second = found[index], found[index + 1] if index + 1 < len(found) else None
        index += 1
        if (
            second is not None
            and COMPOUND.get(first.unit) == second.unit
            and re.fullmatch(r"[\s,]*(?:and|und|et)?\s*", text[first.end : second.start])
        ):
            added = float(units().Quantity(second.value, second.unit).to(first.unit).magnitude)
            first = replace(
                first, value=round(first.value + added, 6), end=second.end, text=text[first.start : second.end]
            )
            index += 1
        yield first


def _lower_end(text: str, match: re.Match[str], unit: str, locale: str) -> float | None:
    if match["first"] is None:
        return None
    lower = number(match["first"], locale=locale)
    if match["first_unit"]:
        lower = float(units().Quantity(lower, _unit(match["first_unit"])).to(unit).magnitude)
    return lower if lower <= number(match["value"], locale=locale) else None


@cache
def _around() -> dict[str, re.Pattern[str]]:
    before = "(?:(?<![a-zà-ÿ])(?:{}))\\s*[:：]?\\s*(?:de |of |a |zu )?$"
    return {
        "max": re.compile(before.format(unit_words.MAX_BEFORE), re.IGNORECASE),
        "min": re.compile(before.format(unit_words.MIN_BEFORE), re.IGNORECASE),
        "about": re.compile(before.format(unit_words.ABOUT_BEFORE), re.IGNORECASE),
        "max_after": re.compile(rf"\s*\(?(?:{unit_words.MAX_AFTER})", re.IGNORECASE),
        "min_after": re.compile(rf"\s*\(?(?:{unit_words.MIN_AFTER})", re.IGNORECASE),
        "about_after": re.compile(rf"\s*(?:{unit_words.ABOUT_AFTER})", re.IGNORECASE),
    }


def _bound(before: str, after: str) -> tuple[Bound, bool]:
    """The bound that the words around a number set, and whether they only approximate it."""
    around = _around()
    about = around["about"].search(before)
    if about:
        before = before[: about.start()]
    roughly = bool(about or around["about_after"].match(after))
    if around["min"].search(before) or around["min_after"].match(after):
        return "min", roughly
    if around["max"].search(before) or around["max_after"].match(after):
        return "max", roughly
    return "exact", roughly


_TOLERANCE = re.compile(
    rf"\s*\(?\s*(?:±|\+/-|\+-|\+)\s*(?P<slack>{NUMBER})\s*(?P<percent>%|percent|prozent)?", re.IGNORECASE
)


def _tolerance(after: str, value: float) -> tuple[float, int]:
    """Relative tolerance written behind a quantity and how many characters it takes."""
    match = _TOLERANCE.match(half_width(after))
    if not match or (not match["percent"] and "±" not in match.group() and "+/-" not in match.group()):
        return 0.0, 0
    slack = number(match["slack"])
    relative = slack / 100 if match["percent"] else slack / abs(value) if value else 0.0
    return (round(relative, 6), match.end()) if relative < 1 else (0.0, 0)


@cache
def _keywords(kind: str) -> tuple[tuple[str, str, re.Pattern[str] | None], ...]:
    rows = []
    for name, wanted, words in unit_words.KEYWORDS:
        if _dimension_of(wanted) == kind:
            rows.append((name, kind, re.compile(rf"(?<![a-zà-ÿ])(?:{words})", re.IGNORECASE) if words else None))
    return tuple(rows)


@cache
def _dimension_of(wanted: str) -> str:
    return str(units().get_dimensionality(wanted))


def _name(text: str, match: re.Match[str], unit: str) -> str:
    """What is measured: the nearest announcing word in the same clause, else what the unit alone says."""
    if unit in unit_words.BY_UNIT:
        return unit_words.BY_UNIT[unit]
    left = CLAUSE_END.split(text[max(0, match.start() - 60) : match.start()].lower())[-1] if match.start() else ""
    right = CLAUSE_END.split(text[match.end() : match.end() + 40].lower().removeprefix("."))[0]
    nearest: dict[bool, tuple[int, str]] = {}
    for name, _, words in _keywords(dimension(unit)):
        if words is None:
            return name
        distance = min(_distances(words, left, right), default=None)
        generic = name in GENERIC
        if distance is not None and distance < nearest.get(generic, (1000, ""))[0]:
            nearest[generic] = (distance, name)
    return (nearest.get(False) or nearest.get(True) or (0, ""))[1]


def _distances(words: re.Pattern[str], left: str, right: str) -> Iterator[int]:
    for found in words.finditer(left):
        yield len(left) - found.end()
    for found in words.finditer(right):
        yield found.start()


_RATING = re.compile(r"\bIP(?P<solid>[0-6X])(?P<water>\d)K?\b|\bIPX(?P<only>\d)\b")


def _ratings(text: str) -> Iterator[Quantity]:
    """Protection classes: IP68 is 68, IPX7 is 7 of another name, because its dust digit is unknown."""
    for match in _RATING.finditer(text.upper()):
        known = match["solid"] not in (None, "X")
        value = float(f"{match['solid']}{match['water']}") if known else float(match["water"] or match["only"])
        name = "ip_rating" if known else "ipx_rating"
        yield Quantity(value=value, unit="", name=name, text=match.group(), start=match.start(), end=match.end())


_AXES = {"l": "length", "w": "width", "h": "height", "d": "depth", "b": "width", "t": "depth"}


@cache
def _box_pattern() -> re.Pattern[str]:
    letter = "(?:\\s?\\(?(?P<{}>[LWHDBT])\\)?\\s?)?"
    unit = f"(?P<{{}}>{_unit_pattern()})?"
    parts = []
    for axis in "abc":
        before, after = letter.format(f"{axis}_before"), letter.format(f"{axis}_after")
        parts.append(f"{before}(?P<{axis}>{NUMBER})\\s?{unit.format(f'{axis}_unit')}{after}")
    return re.compile(f"(?<![A-Za-z0-9.,/]){parts[0]}\\s*[x×*]\\s*{parts[1]}(?:\\s*[x×*]\\s*{parts[2]})?")


def _boxes(text: str, locale: str) -> Iterator[Quantity]:
    """Sizes such as ``30 x 20 x 10 cm`` or ``L 29" x W 13" x H 11"``; letters name the axes, else their order does."""
    if not re.search(r"[x×*]", text):
        return
    for match in _box_pattern().finditer(text):
        axes = [axis for axis in "abc" if match[axis]]
        last = next((match[f"{axis}_unit"] for axis in reversed(axes) if match[f"{axis}_unit"]), None)
        if last is None or dimension(_unit(last)) != "[length]":
            continue
        order = ("length", "width", "height") if len(axes) == 3 else ("width", "height")
        for axis, fallback in zip(axes, order, strict=False):
            mark = (match[f"{axis}_before"] or match[f"{axis}_after"] or "").lower()
            yield Quantity(
                value=number(match[axis], locale=locale), unit=_unit(match[f"{axis}_unit"] or last),
                name=_AXES.get(mark, fallback), text=match.group().strip(), start=match.start(), end=match.end(),
            )  # fmt: skip
