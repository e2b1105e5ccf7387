"""What looks like a number with a unit and is none: years, prices, article numbers, the end of a quotation."""

import re

from catalog.ingest.numbers import number

ARTICLE = re.compile(r"-[A-Z](?![A-Za-z])|-\d+(?:[.,]\d+)?(?!\s?[A-Za-z°%\"']|[\d.,]*\d)")
"""What follows the unit of no quantity: engine oil 5W-30, the flash 45cl-3."""
PRICE = re.compile(r"(?:Rs\.?|INR|USD|EUR|[₹$€£¥])\s?$")
INCHES, QUOTES = frozenset({'"', "''", "”"}), ("'", "‘", '"', "“")
SECONDS = re.compile(
    r"\b(?:in|for|within|after|every|only|just|about|than|to|of|[\d.]+)[\s–-]*$|[:(]\s*$", re.IGNORECASE
)
"""Behind such a word 60s are seconds, else the sixties."""
DECADE = re.compile(r"\b(?:a|the|early|late|mid|retro|vintage)[ -]$", re.IGNORECASE)
SIZES = re.compile(r"\b(?:with|in|of|wear\w*|bought|ordered|got) (?:the|my|these|those|size) $", re.IGNORECASE)
"""Who goes with the 29s speaks of sizes."""
MEMORY = re.compile(
    r"\s*的?(?:运行|運行|手机)?(?:内存|運存|运存|存储|ram|memory|网|信号|通话|network|bust|cup)", re.IGNORECASE
)
MEMORY_BEFORE = re.compile(r"(?:内存|存储|ram|memory)\s*[:：]?\s*$", re.IGNORECASE)
GENERATION = re.compile(
    r"\b(?:phone|mobile|smartphone|tablet|pouch|sim|lte|wi-?fi|modem|router|dongle|unlocked)\b|"
    r"\b(?:designed|compatible|made|case|cover) (?:for|with)\b",
    re.IGNORECASE,
)
"""Among such words 3g is a network."""
NECK = re.compile(r"[\s-]*(?:neck|shape)", re.IGNORECASE)
DATED = re.compile(r"\s*(?:\d{1,2}\s*[月월]|[初中末底春夏秋冬产購购买買款到]|双|新款|生产|上市)")
CLOCK = re.compile(r"[时時点點]\s*$")
FIRST_COLOUR_TEMPERATURE = 1000
OLDEST = 500
"""Years that a thing may last; more are a date, or the sale of June 18."""
LONGEST_IN = 1000
"""Inches that anybody writes as "in": "the model 8000 in" is cut off."""
FIRST_SHORT_YEAR, LAST_SHORT_YEAR = 8, 30


def is_one(match: re.Match[str], unit: str, value: float, *, around: tuple[str, str], locale: str) -> bool:
    """Whether a match is no quantity; it has the groups `first`, `value` and `unit`, `around` is the text beside it."""
    return (
        _is_code(match, value, around)
        or _is_quoted(match, around[0])
        or _is_word(match, locale, around[0])
        or _is_of_that_unit(match, unit, value, around)
    )


def _is_code(match: re.Match[str], value: float, around: tuple[str, str]) -> bool:
    """Article numbers 01W, 5W-30 and 778-6A, prices."""
    written = match["value"]
    if written.isdecimal() and len(written) > 1 and written[0] == "0":
        return True
    if match["first"] and f"-{written}" in match.group() and number(match["first"]) > value:
        return True
    return bool((around[1][:1] == "-" and ARTICLE.match(around[1])) or PRICE.search(around[0][-5:]))


def _is_quoted(match: re.Match[str], before: str) -> bool:
    """The end of a quotation, such as '9' or " unlike the 3650 "."""
    mark = match["unit"]
    if mark in INCHES and match.group()[: -len(mark)][-1:].isspace() and before.count(mark) % 2:
        return True
    return mark in "'’′\"″”" and before.endswith(QUOTES)


def _is_word(match: re.Match[str], locale: str, before: str) -> bool:
    """English articles, Chinese years by their last digits, and 分 that are points, not minutes (分钟)."""
    if match["unit"].lower() in ("an", "ans"):
        return not locale.startswith("fr")
    if match["unit"] == "年" and FIRST_SHORT_YEAR <= number(match["value"]) < LAST_SHORT_YEAR:
        return match.string.startswith("的", match.end())
    return match["unit"] == "分" and locale.startswith("zh") and CLOCK.search(before) is None


def _is_of_that_unit(match: re.Match[str], unit: str, value: float, around: tuple[str, str]) -> bool:
    """18 K gold, the year 2014, the 70s, V-necks, 3G of memory."""
    before, after = around
    if unit == "K":
        return value < FIRST_COLOUR_TEMPERATURE
    if unit == "year":
        return value > OLDEST or DATED.match(after) is not None
    if unit == "inch" and match["unit"] == "in":
        return value >= LONGEST_IN
    if unit == "V":
        return NECK.match(after) is not None
    if unit == "s" and SIZES.search(before) and match.group().endswith(f"{match['value']}s"):
        return True
    if unit == "s" and value % 10 == 0 and match.group().endswith(f"{match['value']}s"):
        is_decade = 50 <= value <= 90 and not SECONDS.search(before)
        return is_decade or 1900 <= value <= 2100 or DECADE.search(before) is not None
    if unit != "g":
        return False
    is_network = match["value"] in "2345" and match.group()[-2].isdigit() and GENERATION.search(before + after)
    return bool(is_network or MEMORY.match(after) or MEMORY_BEFORE.search(before))
