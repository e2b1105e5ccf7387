"""Numbers in words to digits (English, French, Chinese), and digits in any notation to a number."""

import re

_ENGLISH = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    word: 10 * (n + 2)
    for n, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])
}
_FRENCH = {
    word: value
    for value, word in enumerate(
        [
            "zéro",
            "un",
            "deux",
            "trois",
            "quatre",
            "cinq",
            "six",
            "sept",
            "huit",
            "neuf",
            "dix",
            "onze",
            "douze",
            "treize",
            "quatorze",
            "quinze",
            "seize",
        ]
    )
} | {"une": 1, "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
_SMALL = _ENGLISH | _FRENCH
_LARGE = {"hundred": 100, "cent": 100, "cents": 100, "thousand": 1000, "mille": 1000}
_JOINERS = {"and", "et"}
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_CHINESE = re.compile(r"[零〇一二两兩三四五六七八九十百千]+(?:点[零〇一二三四五六七八九]+)?")
_AMBIGUOUS = {"one", "un", "une"}
"""Alone these are more often a pronoun or an article: kept as words."""


def with_digits(text: str) -> str:
    """The text with its number words replaced: ``forty-five centimetres`` becomes ``45 centimetres``."""
    text = _CHINESE.sub(lambda match: _chinese(match[0]), text)
    pieces = re.split(r"([^\W\d_]+)", re.sub(r"(?<=[^\W\d_])-(?=[^\W\d_])", " ", text) if _has_number(text) else text)
    out: list[str] = []
    index = 0
    while index < len(pieces):
        words, used = _run(pieces, index)
        out.append(_value_of(words) if words else pieces[index])
        index += used
    return "".join(out)


def number(text: str, language: str) -> float:
    """``0,45``, ``1.500,5``, ``1 500`` and ``1,500`` as numbers. A lone comma before three digits groups in English."""
    digits = re.sub(r"[\s\u00a0\u202f]", "", text)
    if "," in digits and "." in digits:
        grouping = "," if digits.rfind(".") > digits.rfind(",") else "."
        return float(digits.replace(grouping, "").replace(",", "."))
    grouped = re.fullmatch(r"\d{1,3}(,\d{3})+", digits)
    if grouped and language in ("en", "zh", "ja"):
        return float(digits.replace(",", ""))
    return float(digits.replace(",", "."))


def _has_number(text: str) -> bool:
    return any(word in _SMALL for word in re.findall(r"[^\W\d_]+", text.casefold()))


def _run(pieces: list[str], start: int) -> tuple[list[str], int]:
    """Number words from `start` on (spaces between them skipped), and how many pieces they take."""
    words: list[str] = []
    used = 1
    index = start
    while index < len(pieces):
        word = pieces[index].casefold()
        if word in _SMALL or (words and (word in _LARGE or word in _JOINERS)):
            words.append(word)
            used = index - start + 1
        elif not (words and pieces[index].isspace()):
            break
        index += 1
    while words and words[-1] in _JOINERS:
        words.pop()
        used -= 2
    if len(words) == 1 and words[0] in _AMBIGUOUS:
        return [], 1
    return words, max(1, used)


def _value_of(words: list[str]) -> str:
    total = current = 0
    for word in words:
        if word in _LARGE:
            current = max(1, current) * _LARGE[word]
            if _LARGE[word] == 1000:
                total, current = total + current, 0
        elif word in ("vingt", "vingts") and current % 100 == 4:
            current += 76
        elif word not in _JOINERS:
            current += _SMALL[word]
    return str(total + current)


def _chinese(text: str) -> str:
    whole, _, fraction = text.partition("点")
    if len(text) == 1 and text not in _POWERS:
        return text if text in ("一", "零") else str(_DIGITS[text])
    total = digit = 0
    for character in whole:
        if character in _POWERS:
            total += max(1, digit) * _POWERS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    decimals = "".join(str(_DIGITS[character]) for character in fraction)
    return f"{total + digit}.{decimals}" if decimals else str(total + digit)
