"""Parameters of one product out of everything its listing says, and where the listing contradicts itself."""

import math
import re
from collections.abc import Iterator
from typing import Any

import pint

from catalog.facts import Parameter
from catalog.ingest import quantities, unit_words
from catalog.ingest.cells import Cell, Group, entries, pairs
from catalog.ingest.delimited import normalise
from catalog.ingest.numbers import NUMBER, number

HEADER_UNIT = re.compile(
    r"[\s_(\[（]+(?P<unit>mm|cm|m|km|in|ft|g|kg|lbs?|oz|ml|l|w|v|mah|lm|hours?|grams)[\s)\]）]*$", re.IGNORECASE
)
UNIT_COLUMNS = {
    "weight": ("weight_unit", "variant_weight_unit"),
    "width": ("dimensions_unit", "dimension_unit"),
    "height": ("dimensions_unit", "dimension_unit"),
    "depth": ("dimensions_unit", "dimension_unit"),
    "length": ("dimensions_unit", "dimension_unit"),
}
UNIT_NAMES = {
    "grams": "g",
    "lbs": "lb",
    "in": "inch",
    "ft": "foot",
    "w": "W",
    "v": "V",
    "mah": "mA*h",
    "hours": "hour",
    "hour": "hour",
}
NO_UNIT = "without a unit"
"""By these words a remark is known that a unit for the whole column would settle."""
_PLAIN_NUMBER = re.compile(rf"^\s*(?:{NUMBER})\s*$")
_BOUNDS = ("max", "min", "exact", "range")


def read(group: Group, *, locale: str, claims: tuple[Cell, ...]) -> tuple[tuple[Parameter, ...], dict[str, str]]:
    """Parameters, and the properties without a number (material, colour). Contradictions become warnings.

    `claims` are title and bullets: they add what the specification leaves out, and are compared with what it says.
    """
    found: dict[str, tuple[Parameter, Cell]] = {}
    properties: dict[str, str] = {}
    for cell, name, value in _named_values(group):
        row = _record(group, cell, value) if isinstance(value, dict) else _cell(group, cell, name, value, locale)
        if isinstance(row, Parameter):
            _add(group, found, row, cell)
        elif row:
            properties.setdefault(quantities.slug(name), row)
    is_complete = group.columns.dialect.name == "vitrine" and bool(found)
    for cell in claims:
        for quantity in quantities.find(cell.text, locale=locale):
            if quantity.name and (quantity.name in found or not is_complete):
                _add(
                    group,
                    found,
                    quantities.as_parameter(quantity, source=f"{cell.column}: {quantity.text}"[:200]),
                    cell,
                )
    return tuple(row for row, _ in found.values()), properties


def _named_values(group: Group) -> Iterator[tuple[Cell, str, Any]]:
    for cell in group.cells("details"):
        is_list = isinstance(cell.value, list) or cell.text.startswith("[")
        listed = entries(cell.value) if is_list else []
        if listed and all(isinstance(item, dict) and "name" in item and "value" in item for item in listed):
            yield from ((cell, str(item["name"]), item) for item in listed)
        else:
            for name, text in pairs(cell.value):
                yield Cell(cell.row, f"{cell.column}: {name}", text), name, text
    for cell, name in _attribute_pairs(group):
        yield cell, name, cell.value
    for column in group.columns.attributes:
        own = group.named(column)
        if own is not None and not isinstance(own.value, dict):
            yield (
                own,
                column,
                ", ".join(str(item) for item in entries(own.value)) if isinstance(own.value, list) else own.value,
            )


def _attribute_pairs(group: Group) -> Iterator[tuple[Cell, str]]:
    """``Attribute 1 name`` + ``Attribute 1 value(s)`` and ``Option1 Name`` + ``Option1 Value``."""
    columns = {normalise(column): column for row in group.rows for column in row.values}
    for plain, column in columns.items():
        match = re.match(r"^(?:attribute|option)_?\d+(?=_name)", plain)
        if match:
            name = group.named(column)
            partner = next(
                (original for key, original in columns.items() if key.startswith(match.group() + "_value")), None
            )
            texts = list(
                dict.fromkeys(str(row.values[partner]) for row in group.rows if partner and partner in row.values)
            )
            if name and texts and texts != ["Default Title"]:
                yield Cell(name.row, str(partner), ", ".join(texts)), name.text


def _cell(group: Group, cell: Cell, name: str, value: Any, locale: str) -> Parameter | str | None:
    """A named cell: a parameter, a property in words, or None when it says nothing."""
    text = str(value).strip()
    if _PLAIN_NUMBER.match(text):
        return _bare_number(group, cell, name, text, locale)
    row = quantities.parameter(name, text, locale=locale, source=cell.column[:200])
    if row is not None and row.value == 0 and unit_words.dimension(row.unit) == unit_words.LENGTH:
        return None  # a thing without width: the shop's blank
    return row or (text[:500] if len(text) <= 500 else None)


def _bare_number(group: Group, cell: Cell, name: str, text: str, locale: str) -> Parameter | str | None:
    value = number(text, locale=locale)
    if value == 0:
        return None
    unit = _unit_beside(group, name)
    plain = HEADER_UNIT.sub("", name) if HEADER_UNIT.search(name) else name
    if unit:
        known = quantities.canonical(plain, unit)
        return Parameter(id=f"par-{known}", name=known, value=value, unit=unit, source=cell.column[:200])
    if unit_words.NEEDS_UNIT.search(quantities.slug(name)):
        example = "kg" if "weight" in name.lower() else "cm"
        group.warn(
            Cell(cell.row, cell.column, text),
            f"'{name}' is {text} {NO_UNIT}, so no video may rest on it.",
            f"Write the unit with the number, such as '{text} {example}'.",
        )
        return None
    return text


def _unit_beside(group: Group, name: str) -> str:
    """The unit that the column's name carries ("Weight (kg)") or that stands in a unit column of the row."""
    match = HEADER_UNIT.search(name)
    if match:
        unit = match["unit"].lower()
        return UNIT_NAMES.get(unit, unit)
    if unit_words.is_spelling(name):
        return unit_words.named(name.strip())
    if normalise(name) in group.columns.units:
        return group.columns.units[normalise(name)]
    for column in UNIT_COLUMNS.get(normalise(name), ()):
        for row in group.rows:
            unit = next((str(text).lower() for key, text in row.values.items() if normalise(key) == column), "")
            if unit:
                return UNIT_NAMES.get(unit, unit)
    return ""


def _record(group: Group, cell: Cell, item: dict[str, Any]) -> Parameter | str | None:
    """A parameter written as an object with value, unit and bound (our own dialect)."""
    name, value, unit = quantities.slug(str(item["name"])), item["value"], str(item.get("unit") or "")
    if isinstance(value, str) and not unit:
        row = quantities.parameter(name, value, source=str(item.get("source", "")))
        return row or value
    lower, upper = value if isinstance(value, list) and len(value) == 2 else (item.get("lower"), value)
    shown = Cell(cell.row, f"parameters.{name}", json_text(value))
    if not _is_number(upper):
        group.warn(
            shown,
            f"Parameter '{name}' has the value '{json_text(value)}', which is not a number.",
            "Write a number and a unit.",
        )
        return None
    if not unit and unit_words.NEEDS_UNIT.search(name):
        group.warn(
            shown,
            f"Parameter '{name}' is {upper} without a unit, so no video may rest on it.",
            'Add "unit", such as "cm".',
        )
        return None
    return _checked(group, shown, item, name, (lower, float(upper), "" if unit == "count" else unit))


def _checked(
    group: Group, cell: Cell, item: dict[str, Any], name: str, measure: tuple[Any, float, str]
) -> Parameter | None:
    lower, upper, unit = measure
    bound = item.get("bound") or ("range" if _is_number(lower) else "exact")
    tolerance = item.get("tolerance") or 0.0
    if not unit_words.is_unit(unit):
        group.warn(
            cell,
            f"Parameter '{name}' has the unit '{unit}', which is not known.",
            "Use a unit such as cm, g, W, V, lm or h.",
        )
        return None
    fits = bound in _BOUNDS and _is_number(tolerance) and 0 <= tolerance < 1
    if not fits or (bound == "range" and not (_is_number(lower) and lower <= upper)):
        group.warn(
            cell,
            f"Parameter '{name}' has a bound or tolerance that cannot be read.",
            "Bounds are max, min, exact and range (with a lower end); 0.1 is a tolerance of 10 %.",
        )
        return None
    return Parameter(
        id=f"par-{name}",
        name=name,
        value=upper,
        unit=unit,
        bound=bound,  # type: ignore[arg-type]  # checked against _BOUNDS above
        lower=float(lower) if bound == "range" else None,
        tolerance=float(tolerance),
        source=str(item.get("source") or cell.column)[:200],
        how_it_may_look=str(item.get("how_it_may_look") or "")[:300],
    )


def _add(group: Group, found: dict[str, tuple[Parameter, Cell]], row: Parameter, cell: Cell) -> None:
    """Keep the first statement about a thing; a later one that cannot be true with it is reported, not chosen."""
    if row.name not in found:
        found[row.name] = (row, cell)
        return
    earlier, said_in = found[row.name]
    try:
        agree = quantities.same(earlier, row)
    except pint.PintError:
        agree = False
    if not agree:
        group.warn(
            cell,
            f"{cell.column} says {row.name} {written(row)}, but {said_in.column} says {written(earlier)}.",
            f"Correct one of them; until then {written(earlier)} is what videos are checked against.",
        )


def written(row: Parameter) -> str:
    """A parameter as people write it: "at most 45 cm", "30 to 50 cm"."""
    number = f"{row.lower:g} to {row.value:g}" if row.bound == "range" and row.lower is not None else f"{row.value:g}"
    words = {"max": "at most ", "min": "at least "}.get(row.bound, "")
    return f"{words}{number} {row.unit}".strip()


def json_text(value: Any) -> str:
    """A value as it is shown in a problem."""
    return f"{value[0]} to {value[1]}" if isinstance(value, list) and len(value) == 2 else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
