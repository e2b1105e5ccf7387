"""Comparing words that were read or heard with words that were planned, across scripts and a reader's slips."""

import difflib
import re
import unicodedata
from collections.abc import Sequence

from review.checks.numerals import with_digits

_LOOKALIKES = str.maketrans({"i": "l", "1": "l", "|": "l", "0": "o"})
_CJK = r"\u3040-\u30ff\u3400-\u9fff"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+", re.UNICODE)
_SPELLED = {
    spelled: symbol
    for symbol, words in {
        "cm": "centimetre centimetres centimeter centimeters",
        "mm": "millimetre millimetres millimeter millimeters",
        "m": "metre metres meter meters",
        "ml": "millilitre millilitres milliliter milliliters",
        "l": "litre litres liter liters",
        "kg": "kilogramme kilogrammes kilogram kilograms kilos",
        "g": "gramme grammes gram grams",
    }.items()
    for spelled in words.split()
}
"""Units are the same word in full and as a symbol: a recogniser chooses for itself."""
ALIKE = 0.72
"""Similarity from which two words count as the same word, misread or misheard."""


def plain(text: str) -> str:
    """Case, accents, width and punctuation evened out; numbers in digits."""
    folded = unicodedata.normalize("NFKD", with_digits(text).casefold())
    bare = "".join(character for character in folded if not unicodedata.combining(character))
    return " ".join(_SPELLED.get(word, word) for word in _TOKEN.findall(bare))


def tokens(text: str) -> list[str]:
    """Words of a text; every Chinese or Japanese character is a word of its own."""
    return plain(text).split()


def coverage(planned: str, noticed: str) -> float:
    """Share of the planned text (by letters) that is there, in order, in what was noticed: 0..1."""
    wanted = tokens(planned)
    given = _apart(tokens(noticed), wanted)
    if not wanted:
        return 1.0
    weight = sum(len(word) for word in wanted)
    return _common(wanted, given) / weight


def _common(wanted: Sequence[str], given: Sequence[str]) -> float:
    """Letters in the longest common subsequence of words, where alike words count in proportion."""
    row = [0.0] * (len(given) + 1)
    for word in wanted:
        before = 0.0
        for index, other in enumerate(given):
            kept = row[index + 1]
            row[index + 1] = max(kept, row[index], before + len(word) * likeness(word, other))
            before = kept
    return row[-1]


def _apart(given: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Words that a reader ran together ("underclouds") taken apart again, where the plan has them side by side."""
    runs = {
        "".join(wanted[start:end]).translate(_LOOKALIKES): list(wanted[start:end])
        for start in range(len(wanted))
        for end in range(start + 2, min(start + 4, len(wanted)) + 1)
    }
    return [part for word in given for part in runs.get(word.translate(_LOOKALIKES), [word])]


def resemblance(planned: str, heard: str) -> float:
    """How alike two sentences sound, by letters, over the stretch of words that fits best: 0..1.

    A recogniser writes what it hears with other word borders ("jet d'eau", "gédo"). Numbers have to be the same.
    """
    wanted, given = tokens(planned), tokens(heard)
    numbers, target = [word for word in wanted if word.isdigit()], "".join(wanted)
    best = 0.0
    for start in range(len(given)):
        for end in range(start + 1, len(given) + 1):
            span = given[start:end]
            if [word for word in span if word.isdigit()] == numbers:
                ratio = difflib.SequenceMatcher(None, target, "".join(span), autojunk=False).ratio()
                best = max(best, ratio)
    return best


def likeness(first: str, second: str) -> float:
    """1 for the same word, the similarity for a slip of the reader, 0 for another word. Numbers never slip."""
    if first == second or first.translate(_LOOKALIKES) == second.translate(_LOOKALIKES):
        return 1.0
    if min(len(first), len(second)) < 3 or first.isdigit() or second.isdigit():
        return 0.0
    ratio = difflib.SequenceMatcher(None, first, second, autojunk=False).ratio()
    return ratio if ratio >= ALIKE else 0.0


def says(text: str, phrase: str) -> bool:
    """Whether a phrase stands in a text as whole words (or characters, in Chinese and Japanese), read well or not."""
    wanted, given = ([word.translate(_LOOKALIKES) for word in tokens(part)] for part in (phrase, text))
    if not wanted:
        return False
    return any(given[start : start + len(wanted)] == wanted for start in range(len(given) - len(wanted) + 1))
