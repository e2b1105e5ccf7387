"""How written quantities are read aloud: ``0.45 m`` as "0.45 metres", which a phonemiser would spell "m"."""

import re

UNITS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "mm": ("millimetre", "millimetres"),
        "cm": ("centimetre", "centimetres"),
        "m": ("metre", "metres"),
        "ml": ("millilitre", "millilitres"),
        "l": ("litre", "litres"),
        "g": ("gram", "grams"),
        "kg": ("kilogram", "kilograms"),
        "w": ("watt", "watts"),
        "v": ("volt", "volts"),
        "lm": ("lumen", "lumens"),
        "h": ("hour", "hours"),
        "min": ("minute", "minutes"),
        "s": ("second", "seconds"),
        "in": ("inch", "inches"),
        "ft": ("foot", "feet"),
        "oz": ("ounce", "ounces"),
        "°c": ("degree Celsius", "degrees Celsius"),
        "%": ("percent", "percent"),
    },
    "fr": {
        "mm": ("millimètre", "millimètres"),
        "cm": ("centimètre", "centimètres"),
        "m": ("mètre", "mètres"),
        "ml": ("millilitre", "millilitres"),
        "l": ("litre", "litres"),
        "g": ("gramme", "grammes"),
        "kg": ("kilogramme", "kilogrammes"),
        "w": ("watt", "watts"),
        "v": ("volt", "volts"),
        "lm": ("lumen", "lumens"),
        "h": ("heure", "heures"),
        "min": ("minute", "minutes"),
        "s": ("seconde", "secondes"),
        "°c": ("degré Celsius", "degrés Celsius"),
        "%": ("pour cent", "pour cent"),
    },
}
"""Singular and plural by language and unit in lower case. French uses the singular below 2, English for exactly 1."""


def read_aloud(text: str, language: str) -> str:
    """The text with its unit symbols written out; a language without a table comes back unchanged."""
    table = UNITS.get(language)
    if table is None:
        return text
    units = "|".join(re.escape(unit) for unit in sorted(table, key=len, reverse=True))

    def spelled(match: re.Match[str]) -> str:
        number, unit = match["number"], match["unit"].lower()
        value = float(number.replace(",", "."))
        is_one = value < 2 if language == "fr" else value == 1
        return f"{number} {table[unit][0 if is_one else 1]}"

    return re.sub(rf"(?P<number>\d+(?:[.,]\d+)?)[\s\u00a0\u202f]*(?P<unit>{units})(?!\w)", spelled, text, flags=re.I)
