"""Quantities claimed in a sentence: the number, its unit, and whether the claim is a limit ("up to", "at least")."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from review.checks.numerals import number, with_digits

Kind = Literal["exact", "max", "min"]


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A quantity as claimed. `unit` is one Pint knows, or a currency code; `words` is how it was said."""

    value: float
    unit: str
    kind: Kind
    words: str


_UNITS: Mapping[str, str] = {
    "cm": "centimetres? centimeters? centimètres? cms? 厘米 公分",
    "mm": "millimetres? millimeters? millimètres? mm 毫米",
    "km": "kilometres? kilometers? kilomètres? km",
    "m": "metres? meters? mètres? m 米",
    "inch": 'inch(?:es)? pouces? in(?!\\s*\\d) 英寸 [″"]',
    "foot": "feet foot pieds? ft 英尺",
    "litre / hour": "litres?\\s*(?:per|par|an)\\s*(?:hour|heure) liters?\\s*per\\s*hour l\\s*/\\s*h 升每小时",
    "millilitre": "millilitres? milliliters? ml 毫升",
    "centilitre": "centilitres? centiliters? cl",
    "litre": "litres? liters? l 升",
    "fluid_ounce": "fl\\.?\\s*oz fluid\\s+ounces?",
    "ounce": "ounces? oz 盎司",
    "kilogram": "kilogrammes? kilograms? kilos? kg 公斤 千克",
    "milligram": "milligrammes? milligrams? mg 毫克",
    "gram": "grammes? grams? g 克",
    "pound": "pounds? lbs?",
    "watt_hour": "watt[\\s-]*hours? wattheures? wh",
    "kilowatt": "kilowatts? kw 千瓦",
    "milliampere_hour": "mah 毫安时?",
    "watt": "watts? w 瓦",
    "volt": "volts? v 伏",
    "lumen": "lumens? lm 流明",
    "lux": "lux lx",
    "kelvin": "kelvins? k",
    "degC": "°\\s*c degr(?:ees?|és?)\\s*celsius 摄氏度 度",
    "degF": "°\\s*f degrees?\\s*fahrenheit",
    "decibel": "decibels? décibels? db 分贝",
    "bar": "bars?",
    "count": "pieces? pcs\\.? pièces? 件",
    "percent": "% percent per\\s+cent pour\\s+cents?",
    "day": "days? jours? 天",
    "hour": "hours? heures? hrs? h 小时",
    "minute": "minutes? mins? 分钟",
    "second": "seconds? secondes? secs? s 秒",
    "year": "years? ans? années? 年",
    "EUR": "€ euros? eur 欧元",
    "USD": "\\$ dollars? usd 美元",
    "GBP": "£ gbp",
    "CNY": "¥ rmb cny 元 人民币",
}
CURRENCIES = frozenset({"EUR", "USD", "GBP", "CNY"})
_MOST = (
    r"up\s+to|at\s+most|maximum(?:\s+of)?|max\.?|no\s+more\s+than|jusqu['’]\s*[àa]|au\s+plus|maximum\s+de"
    r"|最高可?达?|最多|高达|可达|最大"
)
_LEAST = r"at\s+least|minimum(?:\s+of)?|min\.?|more\s+than|over|au\s+moins|plus\s+de|minimum\s+de|至少|不少于|超过"
_LATIN_END = r"(?![^\W\d_])"


def _alternatives() -> str:
    groups = []
    for index, spellings in enumerate(_UNITS.values()):
        words = [word + ("" if re.search(r"[㐀-鿿%€$£¥″]", word) else _LATIN_END) for word in spellings.split(" ")]
        groups.append(f"(?P<u{index}>{'|'.join(words)})")
    return "|".join(groups)


_NUMBER = r"\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d+)?"
_BEFORE = re.compile(rf"(?P<symbol>[$€£¥])\s*(?P<number>{_NUMBER})", re.IGNORECASE)
_AFTER = re.compile(
    rf"(?:(?P<low>{_NUMBER})\s*(?:-|–|to|à|至|到)\s*)?(?<![\da-zA-Z.,])(?P<number>{_NUMBER}|one|une?)[\s\u00a0\u202f-]*(?:{_alternatives()})",
    re.IGNORECASE,
)
_SETS = re.compile(r"\b(?:set|pack|box|lot|jeu|coffret)\s+(?:of|de)\s+(?P<number>\d+)\b", re.IGNORECASE)
_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "CNY"}


def claimed(text: str, language: str) -> list[Quantity]:
    """Every number with a unit in a sentence; a range gives its two ends."""
    spoken = with_digits(text)
    units = list(_UNITS)
    found: list[Quantity] = []
    for match in _BEFORE.finditer(spoken):
        value = number(match["number"], language)
        found.append(Quantity(value=value, unit=_SYMBOLS[match["symbol"]], kind="exact", words=match[0]))
    found += [
        Quantity(value=number(match["number"], language), unit="count", kind="exact", words=match[0])
        for match in _SETS.finditer(spoken)
    ]
    for match in _AFTER.finditer(spoken):
        unit = units[next(index for index in range(len(units)) if match[f"u{index}"])]
        kind = _kind(spoken[: match.start()])
        for part in (match["low"], match["number"]):
            if part:
                value = number(part, language) if part[0].isdigit() else 1.0
                found.append(Quantity(value=value, unit=unit, kind=kind, words=match[0].strip()))
    return found


def _kind(before: str) -> Kind:
    """Whether the words right before a number make it a limit."""
    if re.search(rf"(?:{_MOST})\W*$", before, re.IGNORECASE):
        return "max"
    return "min" if re.search(rf"(?:\b|(?<=[㐀-鿿]))(?:{_LEAST})\W*$", before, re.IGNORECASE) else "exact"
