"""Quantities out of merchants' and buyers' words: "up to 45 cm", "30–50 cm", "最高45厘米", "±10 %", "IP68".

`find` reads free text, `parameter` one named cell. Both return what is written and choose nothing: ranges stay
ranges, bounds stay bounds, units stay the writer's own (any name that Pint knows).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from catalog.facts import Parameter, converted, units
from catalog.ingest import bounds, lookalikes, notations, unit_words
from catalog.ingest.numbers import COMMA_LANGUAGES, FRACTION, FRACTIONS, NUMBER, number
from catalog.ingest.plain_text import half_width
from catalog.ingest.records import Quantity
from catalog.ingest.unit_words import dimension

APPROXIMATE = 0.05
"""Relative tolerance of "about", "ca.", "约": the writer's own rounding."""
OF_THE_NEXT = re.compile(r"(?:height|width|length|depth|dia(?:meter)?|weight)s?\s*[:=]?\s*\d", re.IGNORECASE)
"""Such a word behind a number belongs to the number that follows it: "15 inch Width 59 inch"."""
GENERIC = frozenset({"height", "width", "length", "depth", "range"})
"""Names that a more telling word in the same clause replaces: "spray height" is no height of the product."""
BESIDE, FAR = 2, 18
"""Characters between a number and a word right before it, and one that says nothing of it any more."""
FILLERS = frozenset({"item", "product", "overall", "total", "max", "maximum", "approx", "the", "of", "in", "cm", "mm"})
COMPOUND = {"lb": "oz", "foot": "inch", "hour": "min", "kg": "g", "m": "cm", "min": "s"}
"""Units that are written in two parts, larger first."""
CLAUSE_END = re.compile(
    r"(?:[;!?。；！？\n]|(?<!\bapprox)(?<!\baprox)(?<!\bmind)(?<!\bmax)(?<!\bmin)(?<!\benv)(?<!\bca)\.)(?!\d)|,\s|，|、|\s[–—-]\s"
)
NAMES_OF_THINGS = re.compile(
    r"(?:^|_)(?:model|code|sku|ean|gtin|mpn|brand|title|id|package|features?|box|designed_for|compatible\w*|型号|货号|品番|모델)(?:_|$)"
)
"""Cells that name or list things: "12V Charger" as a model is no voltage."""
AND = re.compile(r"\d\s?[^\d\s]*\s(?:and|und|et|y)\s", re.IGNORECASE)
BETWEEN = re.compile(r"\b(?:between|zwischen|entre|from|von|de|des)\s*$", re.IGNORECASE)
"""Without such a word "4 and 5 megapixels" are two quantities."""
UNTELLING = re.compile(
    r"(?:other_.*|(?:\w+_)?(?:dimensions?|type)|details?|specifications?|size|maße|dimensiones|尺寸|サイズ|크기)$"
)
"""Names of cells that do not say what is measured; the text may."""
WEARS = re.compile(r"\s*tall\b.{0,30}\bwear")
"""Five feet tall is who wears a size."""
BELOW_ZERO = re.compile(r"(?:^|[\s(:：])[-−]$")
EVERY = re.compile(r"\b(?:every|alle|tou(?:te)?s les|cada)\s*$|每隔?$", re.IGNORECASE)
"""What happens every five days takes another time."""
DIFFERENCE = re.compile(
    r"[\s-]*(?:old|too?\s(?:long|short|big|small|wide|tight|high|low)|too|above|below|zu|"
    r"(?:short|long|low|high|tall|wid|small|larg|thick|thinn|deep|heavi|light)er|(?:kürz|läng|höh|breit)er)\b",
    re.IGNORECASE,
)
"""Three inches too long are no length, and a three years old thing does not run for three years."""
OF_A_CAMERA = re.compile(r"[\s-]*(?:resolution|sensor|ccd|digital|camera(?! (?:card|memory)))", re.I)
"""Behind "3 meg" such a word makes pixels of it."""
NEXT_ROW = re.compile(r"(?:\s+[A-Z][\w()-]*)+\s*:?\s*$")
"""Capitalised words between two quantities, as in a table without its lines: what named the first has ended."""
REMEMBERED = 120
"""Characters of a text that is worth remembering."""
SEARCHED = 20_000
"""Characters of a text that are searched; whoever writes more does not describe a product."""
_PLAIN = re.compile(NUMBER)
_HAS_NUMBER = re.compile(rf"[\d{''.join(FRACTIONS)}]")


def find(text: str, *, locale: str = "en") -> tuple[Quantity, ...]:
    """Every quantity in a text, in order; () where there is none."""
    text = text[:SEARCHED]
    if not _HAS_NUMBER.search(text):
        return ()
    return _remembered(text, locale) if len(text) <= REMEMBERED else _found(text, locale)


@lru_cache(maxsize=1 << 14)
def _remembered(text: str, locale: str) -> tuple[Quantity, ...]:
    """Cells of a feed repeat; whole paragraphs do not, and would fill the memory."""
    return _found(text, locale)


def _found(text: str, locale: str) -> tuple[Quantity, ...]:
    plain = half_width(text)
    found = [_bounded(plain, quantity) for quantity in notations.find(plain, locale=locale)]
    taken = [(quantity.start, quantity.end) for quantity in found]
    for match in _matches(plain, taken):
        since = max((end for _, end in taken if end <= match.start()), default=0)
        if (quantity := _quantity(plain, match, locale, since=since)) is not None:
            if quantity.bound == "range" and AND.search(match.group()) and not BETWEEN.search(plain[: match.start()]):
                found.append(replace(quantity, value=quantity.lower or 0.0, bound="exact", lower=None))
                quantity = replace(quantity, bound="exact", lower=None, start=match.start("value"))
            found.append(quantity)
            taken.append((quantity.start, quantity.end))
    return tuple(_joined(plain, sorted(found, key=lambda quantity: quantity.start)))


def _bounded(text: str, quantity: Quantity) -> Quantity:
    """A size in its own notation with what the words around say: "at least 5'9\""."""
    if not quantity.unit or quantity.bound == "range":
        return quantity
    before = text[max(0, quantity.start - bounds.REACH) : quantity.start]
    bound, about = bounds.of(before, text[quantity.end : quantity.end + bounds.REACH])
    return replace(quantity, bound=bound, tolerance=APPROXIMATE if about else 0.0)


def _matches(text: str, taken: list[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """Every number with a unit outside the spans that are taken, also by then; behind "5'3" in "5'3 and 120 lb" it
    goes on."""
    place = 0
    while match := _pattern().search(text, place):
        if match["first_unit"] and not _is_range(match):
            match = _pattern().search(text, match.start(), match.end("first_unit")) or match
        ends = [end for start, end in taken if start < match.end() and match.start() < end]
        if not ends:
            yield match
        place = max(ends) if ends and max(ends) < match.end() else match.end()


def _is_range(match: re.Match[str]) -> bool:
    """Whether both ends have the same kind of unit, the smaller first: "5 V - 2 A" and "50 % and 21 %" are two each."""
    first, unit = unit_words.named(match["first_unit"]), unit_words.named(match["unit"])
    if first == unit or not (first and unit):
        return number(match["first"]) <= number(match["value"])
    if not dimension(first) or dimension(first) != dimension(unit):
        return False
    return converted(number(match["first"]), first, unit) <= number(match["value"])


def parameter(name: str, text: str, *, locale: str = "en", source: str = "") -> Parameter | None:
    """A named cell such as ("Spray height", "up to 45 cm ±10 %"); None unless it is one quantity and little else."""
    if NAMES_OF_THINGS.search(slug(name)):
        return None
    every = find(
        f"{text} {name}" if _PLAIN.fullmatch(text.strip()) and unit_words.is_spelling(name) else text, locale=locale
    )
    found = [quantity for quantity in every if quantity.unit != "percent"] or list(every)
    if len(found) == 2 and _is_translated(*found):
        found = found[:1]
    if len(found) != 1 or found[0].start > 40 or (len(text) > 80 and found[0].start > 3):
        return None
    if found[0].unit == "percent" and re.match(r"\s*[^\W\d_]", text[found[0].end :]):
        return None  # a share of something, such as 100 % cotton: words, no size
    return as_parameter(replace(found[0], name=_named(name, text, found[0])), source=source)


def _named(name: str, text: str, quantity: Quantity) -> str:
    """The name of a cell's quantity: of the cell, unless the text tells more ("Other details": "Chest - 42 inch")."""
    if quantity.name in ("ip_rating", "ipx_rating"):
        return quantity.name
    if not UNTELLING.match(slug(name)):
        return canonical(name, quantity.unit)
    inside = re.fullmatch(r"([^\W\d]+(?: [^\W\d]+)?)\s?[-:]\s?", text[: quantity.start])
    return quantity.name or canonical(inside[1] if inside else name, quantity.unit)


def _is_translated(first: Quantity, second: Quantity) -> bool:
    """Whether a second unit says the same again: "88 inch / 225 cm"."""
    if first.unit == second.unit or not first.unit or dimension(first.unit) != dimension(second.unit):
        return False
    value = converted(second.value, second.unit, first.unit)
    return abs(value - first.value) <= 0.05 * abs(first.value)


def as_parameter(quantity: Quantity, *, source: str = "") -> Parameter:
    """The quantity as a row of the facts; it must have a name."""
    return Parameter(
        id=f"par-{quantity.name}", name=quantity.name, value=quantity.value, unit=quantity.unit, bound=quantity.bound,
        lower=quantity.lower, tolerance=quantity.tolerance, source=source,
    )  # fmt: skip


@lru_cache(maxsize=1 << 12)
def canonical(name: str, unit: str) -> str:
    """The common name of a measured thing: ("Wattage", "W") -> power, ("Spray height", "cm") -> spray_height.

    Names that say of which part ("Heel height") are kept: they measure another thing than the product's own height.
    """
    key = slug(name)
    if key in unit_words.SYNONYMS:
        return unit_words.SYNONYMS[key]
    of_a_part = len([word for word in key.split("_") if word.isascii() and word not in FILLERS]) > 1
    naming = _naming(dimension(unit))
    if unit_words.is_spelling(name):
        return unit_words.BY_UNIT.get(unit) or naming.default or key
    known = naming.nearest(name.lower(), "")
    return known if known and not (of_a_part and known in GENERIC) else key


@lru_cache(maxsize=1 << 12)
def slug(name: str) -> str:
    """A parameter name: lower case, words joined by underscores; other scripts stay as they are."""
    return re.sub(r"[^\w]+", "_", half_width(name).strip().lower()).strip("_")[:80]


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


@cache
def _pattern() -> re.Pattern[str]:
    """number, optional range, unit. One pass over the text."""
    unit = f"(?P<unit>{unit_words.pattern()})"
    first = f"(?P<first>{NUMBER})\\s?(?:(?P<first_unit>{unit_words.pattern()})\\s?)?"
    two_mains = r"/(?=\d{2,3}\s?(?i:v|hz|volts?)(?![A-Za-z]))"  # 110/220 V
    alternatives = r"(?(first_unit)(?!\s?(?i:or|oder|ou|o|或者?)\b))"  # "7 cm or 8 cm" are two
    mixed = f"(?:(?<=/\\d)|(?<=/\\d\\d)|(?!-{FRACTION}))"  # "1-1/2 inch" is one number
    between = f"{alternatives}{mixed}\\s?(?:(?i:{unit_words.RANGE_BETWEEN})|{two_mains})\\s?"
    glued = "|".join(f"(?<=(?i:{name}))" for name in ("length", "width", "height", "depth", "weight", "size"))
    share = r"(?:(?<=/\d)|(?<=/\d\d)|(?<=/\d{3}))(?:th|rd)? of an? "
    spoken = rf"(?:{share}|[多几幾]|[\s-](?i:business|working|full|consecutive|continuous|straight|whole|free)[\s-])"
    return re.compile(
        f"(?=[\\d½¼¾])(?:(?<![A-Za-z0-9])|{glued})(?<![0-9][.,/])(?:{first}{between})?(?P<value>{NUMBER})(?:{spoken}|[\\s-]?){unit}"
    )


def _quantity(text: str, match: re.Match[str], locale: str, *, since: int) -> Quantity | None:
    """A match as a quantity; None where the number belongs to something else, such as a year. `since` is where the
    quantity before it ended."""
    written = match["value"] if locale.split("-")[0] in COMMA_LANGUAGES else _without_another(match["value"])
    before = text[max(0, match.start() - bounds.REACH) : match.start()]
    after = text[match.end() : match.end() + bounds.REACH]
    unit, value = unit_words.named(match["unit"]), number(written, locale=locale)
    if match["unit"].lower().startswith("meg") and OF_A_CAMERA.match(after):
        unit = "megapixel"
    if lookalikes.is_one(match, unit, value, around=(before, after), locale=locale):
        return None
    lower = _lower_end(match, unit, locale)
    if unit in ("degC", "degF") and BELOW_ZERO.search(before):
        value, lower = (value, -number(match["first"], locale=locale)) if match["first"] else (-value, None)
    bound, about = bounds.of(before, after)
    if lower is not None:
        bound = "range"
    tolerance, length = bounds.tolerance(after, value)
    about, value = about or bool(set("多几幾") & set(match.group())), value + (0.5 if "半" in match["unit"] else 0.0)
    scale, unit = _scaled(unit)
    return Quantity(
        value=value * scale, unit=unit, bound=bound, lower=lower if lower is None else lower * scale,
        tolerance=tolerance or (APPROXIMATE if about else 0.0), name=_name(text, match, unit, since),
        text=text[match.start() : match.end() + length].strip(), start=match.start(), end=match.end() + length,
    )  # fmt: skip


def _without_another(written: str) -> str:
    """The number alone where an article number stands before it: "MN 110 250 ml" are no 110,250 ml, "1 500 W" are."""
    groups = written.split(" ")
    is_one = len(groups) == 1 or "/" in written or groups[-1].endswith("00")
    return written if is_one else groups[-1]


def _scaled(unit: str) -> tuple[float, str]:
    """Traditional units by metric ones: "500*g" is the jin."""
    factor, _, metric = unit.partition("*")
    return (float(factor), metric) if factor.isdecimal() else (1.0, unit)


def _joined(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """Two-part quantities as one: 2 lb 8 oz, 1 h 30 min; what says the same in another unit has the same name."""
    index = 0
    earlier: Quantity | None = None
    while index < len(found):
        first, second = found[index], found[index + 1] if index + 1 < len(found) else None
        index += 1
        if (
            second is not None
            and COMPOUND.get(first.unit) == second.unit
            and re.fullmatch(r"[\s,]*(?:and|und|et)?\s*", text[first.end : second.start])
        ):
            added = converted(second.value, second.unit, first.unit)
            first = replace(
                first, value=round(first.value + added, 6), end=second.end, text=text[first.start : second.end]
            )
            index += 1
        if earlier is not None and re.fullmatch(r"\s*[/(]\s*", text[earlier.end : first.start]):
            first = replace(first, name=earlier.name) if _is_translated(earlier, first) else first
        earlier = first
        yield first


def _lower_end(match: re.Match[str], unit: str, locale: str) -> float | None:
    if match["first"] is None or (locale.startswith("en") and re.search(r"\d\s+[aoyà]\s", match.group())):
        return None
    lower = number(match["first"], locale=locale)
    if match["first_unit"]:
        lower = converted(lower, unit_words.named(match["first_unit"]), unit)
    return lower if lower <= number(match["value"], locale=locale) else None


@dataclass(frozen=True)
class _Naming:
    """How quantities of one dimension are named: the words that announce a name, and the name without any."""

    words: re.Pattern[str]
    names: tuple[str, ...]
    default: str

    def nearest(self, left: str, right: str) -> str:
        """The name whose word stands nearest to the number; a telling name beats a generic one, unless the generic one
        stands right before the number and the telling one far behind it."""
        found: dict[bool, tuple[int, str]] = {}
        for match in self.words.finditer(left):
            self._keep(found, len(left) - match.end(), match)
        is_beside = False not in found and found.get(True, (1000, ""))[0] <= BESIDE
        for match in self.words.finditer(right[:FAR] if is_beside else right):
            if not OF_THE_NEXT.match(right, match.start()):
                self._keep(found, match.start(), match)
        return (found.get(False) or found.get(True) or (0, ""))[1]

    def _keep(self, found: dict[bool, tuple[int, str]], distance: int, match: re.Match[str]) -> None:
        name = self.names[(match.lastindex or 1) - 1]
        if distance < found.get(name in GENERIC, (1000, ""))[0]:
            found[name in GENERIC] = (distance, name)


@cache
def _naming(kind: str) -> _Naming:
    rows = [(name, words) for name, wanted, words in unit_words.KEYWORDS if _dimension_of(wanted) == kind]
    announced = [(name, words) for name, words in rows if words]
    # A Latin word begins where no other ends; others stand behind a unit as they are: 长30cm宽20cm.
    pattern = "|".join(f"(?:(?<![a-zà-ÿ])|(?=[ᄀ-\uffff]))({words})" for _, words in announced) or "(?!)"
    default = next((name for name, words in rows if not words), "")
    return _Naming(re.compile(pattern, re.IGNORECASE), tuple(name for name, _ in announced), default)


@cache
def _dimension_of(wanted: str) -> str:
    return str(units().get_dimensionality(wanted))


def _name(text: str, match: re.Match[str], unit: str, since: int) -> str:
    """What is measured: the nearest announcing word in the same clause, else what the unit alone says."""
    if unit in unit_words.BY_UNIT:
        return unit_words.BY_UNIT[unit]
    before, after = text[max(0, match.start() - 40) : match.start()], text[match.end() : match.end() + 40]
    if EVERY.search(before[-14:]) or DIFFERENCE.match(after):
        return ""
    since = since if since and NEXT_ROW.fullmatch(text[since : match.start()]) else 0
    left = CLAUSE_END.split(text[max(since, match.start() - 60) : match.start()].lower())[-1] if match.start() else ""
    right = CLAUSE_END.split(after.lower().removeprefix("."))[0]
    naming = _naming(dimension(unit))
    nearest = naming.nearest(left, right) if left or right else ""
    if nearest == "runtime" and unit in ("week", "month", "year"):
        return ""  # how long it is usable, not how long it runs
    if nearest == "height" and (unit_words.PERSON.search(before) or after.startswith("身高") or WEARS.match(after)):
        return ""
    if nearest or naming.default != "weight":
        return nearest or naming.default
    is_the_writer = unit_words.WRITER.search(before) and not unit_words.WEIGHED.search(before)
    if unit_words.OF_THE_THING.search(before):
        return "weight"
    if unit_words.GAINED.search(before):
        return ""
    people = unit_words.PERSON.search(before) or unit_words.OF_PEOPLE.search(before)
    is_a_persons = people or unit_words.OF_A_PERSON.match(after)
    return "" if is_the_writer or is_a_persons else "weight"
