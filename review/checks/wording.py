"""Comparing words that were read or heard with words that were planned, across scripts and a reader's slips."""

import difflib
import re
import unicodedata
from collections.abc import Sequence

from review.checks.numerals import with_digits

_LOOKALIKES = str.maketrans({"i": "l", "1": "l", "|": "l", "0": "o"})
_CJK = r"\u3040-\u30ff\u3400-\u9fff"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W_]+", re.UNICODE)
ALIKE = 0.72
"""Similarity from which two words count as the same word, misread or misheard."""


def plain(text: str) -> str:
    """Case, accents, width and punctuation evened out; numbers in digits."""
    folded = unicodedata.normalize("NFKD", with_digits(text).casefold())
    bare = "".join(character for character in folded if not unicodedata.combining(character))
    return " ".join(_TOKEN.findall(bare))


def tokens(text: str) -> list[str]:
    """Words of a text; every Chinese or Japanese character is a word of its own."""
    return plain(text).split()


def coverage(planned: str, noticed: str) -> float:
    """Share of the planned text (by letters) that is there, in order, in what was noticed: 0..1."""
    wanted, given = tokens(planned), tokens(noticed)
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


def likeness(first: str, second: str) -> float:
    """1 for the same word, the similarity for a slip of the reader, 0 for another word. Numbers never slip."""
    if first == second or first.translate(_LOOKALIKES) == second.translate(_LOOKALIKES):
        return 1.0
    if min(len(first), len(second)) < 3 or first.isdigit() or second.isdigit():
        return 0.0
    ratio = difflib.SequenceMatcher(None, first, second, autojunk=False).ratio()
    return ratio if ratio >= ALIKE else 0.0


def says(text: str, phrase: str) -> bool:
    """Whether a phrase stands in a text as whole words (or as characters, in Chinese and Japanese)."""
    wanted, given = tokens(phrase), tokens(text)
    if not wanted:
        return False
    return any(given[start : start + len(wanted)] == wanted for start in range(len(given) - len(wanted) + 1))
