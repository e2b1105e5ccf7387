"""Vocabulary of the quantity parser: how seven languages write units, bounds and the things that are measured."""

import re
import tomllib
from functools import cache
from pathlib import Path

import pint

from catalog.facts import units

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
    r"up ?to|limited to|begrenzt auf|limitée? à|"
    r"max(?:imum|imal(?:e[rs]?)?|imo)?\.?(?: of| de)?|m[aá]xim[oa](?: de)?|m[aá]x\.?|at ?most|"
    r"(?:no|not|any) (?:more|longer|higher|heavier|over|slower|larger|bigger|greater|further|farther|wider|taller|"
    r"deeper|later) than|less tha[nt]|under|below|"
    r"bis(?: zu)?|höchstens|(?:nicht|kaum) mehr als|weniger als|unter|"
    r"jusqu['’]?[àa]?(?: à)?|au plus|(?:pas|ne) plus de|moins de|au maximum|hasta|como máximo|no más de|menos de|"
    r"不到|不[够夠]|不足|未[满滿]|[顶頂至]多|了不起|(?:坚持|撑|用)不[了到]|达不到|没到|最高|最大|最多|最长|最長|最远|不超过|不超過|不高于|不大于|低于|小于|少于|可达|可達|高达|最深|최대|≤|<=|<|＜|≦"
)
MAX_OF = (
    r"(?:max(?:imum|imal\w*)?\.?(?: [^\W\d]+){1,3}|[^\W\d]+ (?:maximale?|m[aá]xim[oa]))|最[高大多长長远深][一-鿿]{1,6}"
)
"""A maximum with its noun: "maximum spray height", "potencia máxima", "最远射程"."""
MIN_OF = r"min(?:imum|imal\w*)?\.?(?: [^\W\d]+){1,3}"
MAX_AFTER = (
    r"max(?:imum|imal)?\b\.?(?!(?:\s[^\W\d]+){1,3}\s*:?\s*\d)|"
    r"or (?:less|lower)|oder weniger|ou moins|o menos|まで|以下|以内|之内|不到|이하|까지|미만"
)
MIN_BEFORE = (
    r"at ?least|min(?:imum|imal(?:e[rs]?)?|destens|d)?\.?(?: of| de)?|mínim[oa](?: de)?|mín\.?|"
    r"(?:no|not|any) (?:less|fewer|shorter|smaller|lighter|lower|faster|sooner|earlier) than|in excess of|upwards? of|"
    r"(?:up|well|go(?:es)?) past|more tha[nt]|over(?! a )|(?<!the )above|nicht weniger als|mehr als|über|"
    r"ab|au moins|pas moins de|plus de|dès|à partir de|al menos|no menos de|más de|desde|"
    r"至少|最低|最少|最小|不少于|不低于|不小于|高于|大于|多于|(?<!不)超[过過]|少なくとも|최소|≥|>=|>|＞|≧"
)
MIN_AFTER = (
    r"min(?:imum|imal)?\b\.?(?!(?:\s[^\W\d]+){1,3}\s*:?\s*\d)|"
    r"or (?:more|longer|higher|older|larger|bigger)|(?:and |on )?(?:up(?:wards)?|above|beyond|older)\b(?! to)|"
    r"to infinity|oder mehr|ou plus|o más|以上|이상|\+(?!\s*/?\s*[-\d])"
)
"""A bound whose number follows belongs to that one: "987 ft Minimum Distance 10 m"."""
ABOUT_BEFORE = (
    r"about|around|close to|almost|nearly|approx(?:imately)?\.?|roughly|ca\.?|circa|etwa|ungefähr|rund|knapp|"
    r"env(?:iron)?\.?|presque|aprox(?:imadamente)?\.?|casi|unos|unas|"
    r"大约|大約|大概|差不多|估计|约|約|将近|およそ|ほぼ|약|대략|거의|~|～|≈"
)
ABOUT_AFTER = (
    r"左右|多点|多(?![功种样款用层色])|程度|ほど|정도|くらい|ぐらい|environ|env\.|approx|aprox|circa|ungefähr|or so\b|"
    r"oder so\b"
)
RANGE_BETWEEN = r"-|–|—|~|～|〜|to|bis|à|a|至|到|から|부터|and|und|et|y|or|oder|ou|o|或者?"

NEEDS_UNIT = re.compile(
    r"(?:height|width|length|depth|diameter|weight|thickness|capacity|volume|power|wattage|voltage|runtime|run_time|"
    r"burn_time|charging_time|range|distance|brightness|pressure|flow|noise|temperature|höhe|breite|länge|gewicht|hauteur|"
    r"largeur|longueur|poids|altura|ancho|peso|高|宽|长|重|高さ|幅|높이|너비|길이|무게)$"
)
"""Names of parameters that mean nothing without a unit."""

PERSON = re.compile(
    r"\b(?:i am|i['’]?m|i weigh|you are|you['’]?re|ich bin|ich wiege|je (?:fais|mesure|pèse)|mido|yo peso)\b|"
    r"我|本人|身高|体重|私は|키가|몸무게|(?<!\d)\d ?['’′][ -]?\d|(?<![\d.])\d{1,2}[\"”″] ?(?:and|&|/) ?$",
    re.IGNORECASE,
)
"""Who writes so speaks about themselves: 140 pounds are then not the product's weight."""

WRITER = re.compile(r"\b(?:i|i['’]\w+|me|my|ich|mir|mein\w*|je|moi|mon|yo|mi|mis)\b", re.IGNORECASE)
OF_A_PERSON = re.compile(
    r"[\s.,;/&()]*(?:and )?\d ?['’′]|\s*[都也]?(?:可以|能)?穿|的人|"
    r"[\s,]*(?:and |so |but )?(?:i )?(?:usually |normally |typically |always |generally )?"
    r"(?:take|wear|ordered|bought|got|i (?:am|was|have)|i['’]m)\b|"
    r"[\s.,]*(?:and )?(?:it|this|they|these) (?:fits?|runs?|looks?|hits?|falls?)\b|[\s,;/]+\d{2} ?[a-h]{1,3}\b",
    re.IGNORECASE,
)
"""Behind a weight: a height in feet, words for wearing, a size of underwear."""
OF_PEOPLE = re.compile(
    r"\b(?:child(?:ren)?|kids?|toddlers?|adults?|persons?|people|riders?|m[ae]n|wom[ae]n|husband|wife|son|daughter)"
    r"\s(?:(?:is|are|was|who|that|weigh\w*|over|under|up to|of|at|above|below|about|around)\s*){1,3}$",
    re.IGNORECASE,
)
"""A weight that others have: "for a child over 40 lbs"."""
GAINED = re.compile(r"\b(?:add(?:s|ed|ing)?|los[et]|losing|gain(?:s|ed|ing)?)\b[^.;,]{0,20}$", re.IGNORECASE)
"""A weight that came or went is not the product's."""
OF_THE_THING = re.compile(r"[总總净淨毛][重]|重量|单果|單果")
WEIGHED = re.compile(r"weigh|heavy|wieg|gewicht|schwer|pèse|poids|pesa|peso|重", re.IGNORECASE)
"""A buyer's sentence speaks of the product's weight where it weighs: "my kettle weighs 2 pounds"."""


@cache
def pattern() -> str:
    """Regular expression of any unit, longest spelling first."""
    symbols = sorted((re.escape(mark) for marks in SYMBOLS.values() for mark in marks), key=len, reverse=True)
    words = sorted((word for group in WORDS.values() for word in group), key=len, reverse=True)
    # "3 in 1" and "10 in the box" are not inches; seconds, amperes and kelvin need care with plurals and articles.
    size_words = "high|wide|long|tall|deep|dia|thick|waist|inseam|chest|bust|hips?|screen|display"
    behind = f"\\.?\\s*(?:$|[),;x×*/]|\\.(?!\\w)|{size_words})"
    guarded = f"(?:(?i:in)(?:(?={behind})|(?<=\\din))(?!\\s*\\d))"
    plain = "|".join(word for word in words if word != "in")
    # What is measured for every minute or metre is another thing: "45 g/day" are no 45 g.
    end = "(?!\\s?/\\s?[A-Za-z])"
    return f"(?:(?i:{plain})(?![a-zà-ÿA-WYZ_²³]){end}|{guarded}|(?:{'|'.join(symbols)})(?![A-Za-zà-ÿ0-9²³_]){end})"


@cache
def is_spelling(word: str) -> bool:
    """Whether a word is a unit and nothing else, as the name of a column may be: "Lumen". "Year" names a date."""
    is_unit = len(word) > 2 and re.fullmatch(pattern(), word.strip()) is not None
    return is_unit and dimension(named(word.strip())) != "[time]"


@cache
def named(written: str) -> str:
    """The unit of a spelling that `pattern` matched."""
    for unit, marks in SYMBOLS.items():
        if written in marks:
            return unit
    return next(unit for unit, group in WORDS.items() for word in group if re.fullmatch(f"(?i:{word})", written))


@cache
def dimension(unit: str) -> str:
    """Pint's dimensionality as text, "" for counts."""
    return "" if unit in ("", "percent", "degree", "dB") else str(units().Quantity(1, unit).dimensionality)


@cache
def is_unit(unit: str) -> bool:
    """Whether Pint knows the unit; "" is a plain count."""
    if len(unit) > 30:
        return False
    try:
        units().Unit(unit)
    except (pint.PintError, ValueError, AssertionError, TypeError):
        return False
    return True
