"""What a product's own numbers let a video say where the merchant wrote no selling point: "Holds 350 ml"."""

from catalog.facts import Parameter, ProductFacts
from generation.planning.scenarios import TELLING
from generation.prompts.locales import Phrases

MOST = 3
"""Of the numbers a product has, those that a video may tell: more would only fill time."""
LADDERS = (("m", "cm", "mm"), ("kg", "g"), ("L", "ml"))
"""Units of one kind, largest first: a length below one metre is told in centimetres."""
SHORT = {"L": "l", "inch": "in", "foot": "ft", "pound": "lb", "ounce": "oz", "hour": "h", "minute": "min"}
"""How a unit is written where that differs from its name."""


def stated(facts: ProductFacts, words: Phrases) -> list[tuple[str, str, str]]:
    """Caption, spoken form and evidence id of each parameter that a shopper understands at once, most telling first."""
    by_name = {row.name: row for row in facts.parameters}
    rows = [(words.statements[name], by_name[name]) for name in TELLING if name in by_name]
    return [(*said, row.id) for pattern, row in rows if (said := _said(pattern, row, words))][:MOST]


def _said(pattern: str, row: Parameter, words: Phrases) -> tuple[str, str] | None:
    """None where the unit is none that people use, or no short number is true to the bound."""
    unit = _unit(row)
    ends = [_number(row, row.in_unit(unit), unit)]
    if row.bound == "range" and row.lower is not None:
        ends.insert(0, _number(row, row.lower * row.in_unit(unit) / row.value, unit))
    spoken_unit = words.units.get(SHORT.get(unit, unit)) or words.units.get(unit)
    if spoken_unit is None or not all(ends):
        return None
    number = words.bounds[row.bound].format(*(end.replace(".", "," if words.decimal_comma else ".") for end in ends))
    shown, said = (pattern.format(f"{number} {name}") for name in (SHORT.get(unit, unit), spoken_unit))
    return _capital(shown), _capital(said)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _unit(row: Parameter) -> str:
    """The unit of the same kind in which the number is neither tiny nor huge."""
    ladder = next((each for each in LADDERS if row.unit in each), (row.unit,))
    return next((unit for unit in ladder if row.in_unit(unit) >= 1), ladder[-1])


def _number(row: Parameter, value: float, unit: str) -> str:
    """The shortest decimal that the parameter allows and proves; "" when none of four digits does."""
    shorter = (f"{float(f'{value:.{digits}g}'):g}" for digits in (2, 3, 4))
    beyond = value * (1 + 1e-9) if row.bound == "min" else float("inf")
    return next((text for text in shorter if row.allows(float(text), unit) and float(text) <= beyond), "")
