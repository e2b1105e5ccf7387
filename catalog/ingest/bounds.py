"""What the words around a number say about it: at most, at least, about, plus or minus."""

import re
from functools import cache

from catalog.facts import Bound
from catalog.ingest import unit_words
from catalog.ingest.numbers import NUMBER, number
from catalog.ingest.plain_text import half_width

REACH = 44
"""Characters before a number that may bound it: "maximum spray height of"."""

_TOLERANCE = re.compile(
    rf"\s*\(?\s*(?:±|\+/-|\+-|\+)\s*(?P<slack>{NUMBER})\s*(?P<percent>%|percent|prozent)?", re.IGNORECASE
)


def of(before: str, after: str) -> tuple[Bound, bool]:
    """The bound, and whether the words only approximate it. "no more than" is a maximum: the longer phrase wins."""
    if not before.strip() and not after.strip():
        return "exact", False
    around = _around()
    about = around["about"].search(before)
    if about:
        before = before[: about.start()]
    roughly = bool(about or around["about_after"].match(after))
    low, high = around["min"].search(before), around["max"].search(before)
    if low and high:
        return ("min" if low.start() < high.start() else "max"), roughly
    if high or (not low and around["max_after"].match(after)):
        return "max", roughly
    return ("min" if low or around["min_after"].match(after) else "exact"), roughly


def tolerance(after: str, value: float) -> tuple[float, int]:
    """Relative tolerance written behind a quantity and how many characters it takes."""
    match = _TOLERANCE.match(half_width(after))
    if not match or (not match["percent"] and "±" not in match.group() and "+/-" not in match.group()):
        return 0.0, 0
    slack = number(match["slack"])
    relative = slack / 100 if match["percent"] else slack / abs(value) if value else 0.0
    return (round(relative, 6), match.end()) if relative < 1 else (0.0, 0)


@cache
def _around() -> dict[str, re.Pattern[str]]:
    before = "(?:(?<![a-zà-ÿ])(?:{}))\\s*[:：]?\\s*(?:de |of |a |zu )?$"
    return {
        "max": re.compile(before.format(f"{unit_words.MAX_BEFORE}|{unit_words.MAX_OF}"), re.IGNORECASE),
        "min": re.compile(before.format(f"{unit_words.MIN_BEFORE}|{unit_words.MIN_OF}"), re.IGNORECASE),
        "about": re.compile(before.format(unit_words.ABOUT_BEFORE), re.IGNORECASE),
        "max_after": re.compile(rf"\s*\(?(?:{unit_words.MAX_AFTER})", re.IGNORECASE),
        "min_after": re.compile(rf"\s*\(?(?:{unit_words.MIN_AFTER})", re.IGNORECASE),
        "about_after": re.compile(rf"\s*\(?(?:{unit_words.ABOUT_AFTER})", re.IGNORECASE),
    }
