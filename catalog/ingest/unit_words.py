"""Vocabulary of the quantity parser: how seven languages write units, bounds and the things that are measured."""

import re
import tomllib
from pathlib import Path

_TABLE = tomllib.loads(Path(__file__).with_name("units.toml").read_text(encoding="utf-8"))
SYMBOLS: dict[str, list[str]] = _TABLE["symbols"]
"""Unit as Pint names it -> symbols, where capital and small letters differ in meaning."""
WORDS: dict[str, list[str]] = _TABLE["words"]
"""Unit -> whole words as regular expressions, compared without case."""
KEYWORDS = tuple((row["name"], row["measures"], "|".join(row.get("words", ()))) for row in _TABLE["keywords"])
"""Canonical parameter name, what it measures, words that announce it; no words: the dimension alone names it."""
BY_UNIT: dict[str, str] = _TABLE["by_unit"]
"""Units that name the thing better than their dimension does."""
SYNONYMS: dict[str, str] = _TABLE["synonyms"]
"""Names of columns that mean a common thing, in any language."""
LENGTH = "[length]"

MAX_BEFORE = (
    r"up ?to|max(?:imum|imal|imale|imo)?\.?(?: of| de)?|m[aá]x(?:imo)?\.?|at most|no(?:t)? more than|less than|"
    r"under|below|bis(?: zu)?|höchstens|weniger als|unter|"
    r"jusqu['’]?[àa]?(?: à)?|au plus|moins de|hasta|como máximo|menos de|"
    r"最高|最大|最多|最长|最長|最远|不超过|不超過|可达|可達|高达|最深|최대|최고|≤|<=|<|＜|≦"
)
MAX_AFTER = r"max(?:imum|imal)?\b\.?|or (?:less|lower)|oder weniger|ou moins|o menos|まで|以下|以内|之内|이하|까지|미만"
MIN_BEFORE = (
    r"at least|min(?:imum|imal|destens)?\.?(?: of| de)?|mín(?:imo)?\.?|more than|over|above|mehr als|über|"
    r"au moins|plus de|"
    r"à partir de|al menos|más de|desde|至少|最低|最少|最小|不少于|不低于|(?<!不)超[过過]|少なくとも|최소|≥|>=|>|＞|≧"
)
MIN_AFTER = r"min(?:imum|imal)?\b\.?|or (?:more|longer|higher)|oder mehr|ou plus|o más|以上|이상|\+(?!\s*/?\s*[-\d])"
ABOUT_BEFORE = (
    r"about|around|approx(?:imately)?\.?|roughly|ca\.?|circa|etwa|ungefähr|rund|env(?:iron)?\.?|aprox(?:imadamente)?\.?|"
    r"unos|unas|大约|大約|约|約|およそ|약|대략|~|～|≈"
)
ABOUT_AFTER = r"左右|程度|정도|くらい|ぐらい"
RANGE_BETWEEN = r"-|–|—|~|～|〜|to|bis|à|a|至|到|から|부터|and|und|et|y"

NEEDS_UNIT = re.compile(
    r"(?:height|width|length|depth|diameter|weight|thickness|capacity|volume|power|wattage|voltage|runtime|run_time|"
    r"burn_time|charging_time|range|distance|brightness|pressure|flow|noise|temperature|höhe|breite|länge|gewicht|hauteur|"
    r"largeur|longueur|poids|altura|ancho|peso|高|宽|长|重|高さ|幅|높이|너비|길이|무게)$"
)
"""Names of parameters that mean nothing without a unit."""
