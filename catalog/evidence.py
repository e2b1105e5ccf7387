"""What buyers say about the specification: "only sprays 20 cm" against ``spray_height <= 0.45 m``."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pint

from catalog.facts import Parameter
from catalog.ingest import quantities, unit_words
from catalog.ingest.records import Quantity

FAR_BELOW, NEAR = 0.75, 0.85
"""Shares of an upper limit: a buyer who saw less than the first disputes it, one who saw the second supports it."""
DISAPPOINTED = re.compile(
    r"\b(?:only|barely|hardly|merely|just|not even|never more than|nur|kaum|lediglich|nicht einmal|seulement|à peine|"
    r"ne .{0,20} que|solo|sólo|apenas)\b|只有|只能|才|不到|しか|だけ|밖에|겨우",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(r".{0,24}\b(?:without|ohne|sans|sin)\b|.{0,8}(?:なし|不含|不带)", re.IGNORECASE)
"""What follows speaks of another thing: "142 mm high without the lid"."""
SPOKEN_OF_ANYTHING = (unit_words.LENGTH, "[time]")
"""Lengths and times need a word that says of what: parcels take days, buyers have a height."""
STANCES = {"agrees": "supports", "supports": "supports", "contradicts": "contradicts"}


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A parameter that a text speaks about. `value` is None where the text was filed under it without a number."""

    parameter: str
    stance: str
    """supports, contradicts or neutral."""
    value: float | None = None
    unit: str = ""


def mentions(
    text: str, parameters: Iterable[Parameter], *, locale: str = "en", about: Mapping[str, str] | None = None
) -> tuple[Mention, ...]:
    """Parameters that a review or question speaks about, each once; `about` is what its author filed it under."""
    parameters = tuple(parameters)
    found: dict[str, Mention] = {}
    for quantity in quantities.find(text, locale=locale):
        row = _meant(quantity, parameters, is_about_writer=bool(unit_words.PERSON.search(text[: quantity.start][-40:])))
        if row is not None:
            if ELSEWHERE.match(text[quantity.end :]):
                continue
            stance = _stance(row, quantity, disappointed=bool(DISAPPOINTED.search(text[: quantity.start][-40:])))
            found.setdefault(
                row.name, Mention(parameter=row.name, stance=stance, value=quantity.value, unit=quantity.unit)
            )
    for name, stance in (about or {}).items():
        earlier = found.get(name)
        found[name] = Mention(
            parameter=name,
            stance=STANCES.get(stance, "neutral"),
            value=earlier.value if earlier else None,
            unit=earlier.unit if earlier else "",
        )
    return tuple(found.values())


def _meant(quantity: Quantity, parameters: tuple[Parameter, ...], *, is_about_writer: bool) -> Parameter | None:
    """The parameter a quantity is about: the same name, else the only one of its kind where kinds are few."""
    comparable = [row for row in parameters if row.unit and _kind(row.unit) == _kind(quantity.unit) and quantity.unit]
    for row in comparable:
        if quantity.name and quantity.name in (row.name, quantities.canonical(row.name, row.unit)):
            return row
    is_only_one = len(comparable) == 1 and _kind(quantity.unit) not in SPOKEN_OF_ANYTHING and not quantity.name
    return comparable[0] if is_only_one and not is_about_writer else None


def _kind(unit: str) -> str:
    return unit_words.dimension(unit) or unit


def _stance(row: Parameter, quantity: Quantity, *, disappointed: bool) -> str:
    try:
        limit = row.in_unit(quantity.unit)
        low, high = row.limits(quantity.unit)
    except pint.PintError:
        return "neutral"
    value = quantity.value
    if row.bound == "max":
        if value > high or value < FAR_BELOW * limit or (disappointed and value < limit):
            return "contradicts"
        return "supports" if value >= NEAR * limit else "neutral"
    room = 0.05 * abs(limit)
    return "supports" if low - room <= value <= high + room else "contradicts"
