"""Numbers as people write them: decimal comma or point, thousands marks, fractions such as 1/2 and 2½."""

import re

FRACTION = r"(?:[1357]/(?:2|4|8)|[12]/3|\d{1,2}/(?:16|32|64)|1/\d{2,4}(?=(?:th)? of an? |\s?s(?:ec)?\b))(?!\d)"
NUMBER = (
    r"\d{1,3} , 000(?!\d)|"
    rf"\d{{1,3}}(?:[.,'’ ]\d{{3}}){{1,5}}(?:[.,]\d{{1,17}})?(?!\d)|\d{{1,15}}[.,]\d{{1,17}}|"
    rf"\d{{1,6}}[ -]{FRACTION}|{FRACTION}|\d{{1,15}}[½¼¾]?|[½¼¾]"
)
"""Bounded in length: a cell of a million digits is no number, and takes no time."""
COMMA_LANGUAGES = frozenset({"de", "fr", "es", "it", "pt", "nl", "pl", "ru", "tr"})
FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}


def number(text: str, *, locale: str = "en") -> float:
    """The value of a written number; where one mark stands before three digits the language decides."""
    plain = re.sub(r"['’]", "", text.strip())
    if plain.isdecimal():
        return float(plain)
    if plain[-1] in FRACTIONS:
        return (float(plain[:-1]) if plain[:-1] else 0.0) + FRACTIONS[plain[-1]]
    if "/" in plain:
        whole, _, fraction = plain.replace("-", " ").rpartition(" ")
        top, _, bottom = fraction.partition("/")
        return (float(whole) if whole else 0.0) + float(top) / max(float(bottom), 1.0)
    plain = plain.replace(" ", "")
    marks = [mark for mark in plain if mark in ".,"]
    if len(set(marks)) == 2:
        return float(plain.replace(marks[0], "").replace(marks[-1], "."))
    if len(marks) > 1 or (marks and _is_thousands(plain, marks[0], locale)):
        return float(plain.replace(marks[0], ""))
    return float(plain.replace(",", "."))


def _is_thousands(plain: str, mark: str, locale: str) -> bool:
    whole, _, fraction = plain.partition(mark)
    if len(fraction) != 3 or whole == "0" or len(whole) > 3:
        return False
    return (mark == ".") == (locale.split("-")[0] in COMMA_LANGUAGES)
