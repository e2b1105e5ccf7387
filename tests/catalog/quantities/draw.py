"""Draws fragments with a number out of real feeds, without the parser's help, as places: file, row, column, characters.

A draw is printed by this file, labelled by hand, and only then shown to the parser. Nothing of the feeds is kept here:
`held.csv` holds places and labels of the last draw, from which the parser has learned nothing before it was first read;
`learned.csv` those of earlier draws. Texts are read from the feeds.

Only odd rows are drawn: what the parser makes of the even ones may be looked at while it is being written.

    python tests/catalog/quantities/draw.py ../shared/data
"""

import csv
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

SEED = 44
"""Of the draw in `held.csv`. Whoever teaches the parser by it moves it to `learned.csv` and takes another."""
FIRST_READINGS = {
    20261122: "92 %", 777: "59 of 64", 30: "133 of 157", 31: "142 of 152", 32: "139 of 150", 33: "157 of 166",
    35: "156 of 167", 36: "149 of 159", 37: "151 of 156", 38: "146 of 151", 39: "161 of 168", 40: "169 of 178",
    41: "147 of 154", 42: "141 of 150", 43: "146 of 152",
    44: "155 of 162",
}  # fmt: skip
"""How many strings of each draw were exact when the parser first saw them. 39 to 41 are nearly all buyers' sentences,
and so are two thirds of 42 to 44: of their 162 listing texts (names, descriptions, specifications) 160 were exact, of
the 302 buyers' sentences 282. 147 more of `learned.csv` were labelled after they had been seen."""
BEFORE, AFTER = 34, 34
"""Characters kept on either side of the number, cut at the clause."""
CLAUSE = re.compile(r"[;!?。；！？\n|{}\[\]]|\.\s|\s-\s")
NUMBER = re.compile(r"(?<![A-Za-z0-9_.,/#&-])\d[\d.,/]*(?=\s?[^\W\d_]|\s?[%\"°″'~–-])")
NAMED = re.compile(r'(?<="key"=>")(?:[^"]*)", "value"=>"(?=[^"]*\d)[^"]*')
"""A cell such as ``"key"=>"Width", "value"=>"20 mm"`` with a number: from the name to the value's end."""
LINE = "line"
"""The only column of a file that is not CSV."""
SOURCES = (
    # file, column, locale ("" = the row's own), how many
    ("flipkart_sample/flipkart_sample.csv", "product_name", "en", 10),
    ("spree_catalog/product_translations.csv", "meta_description", "", 25),
    ("spree_catalog/product_translations.csv", "name", "", 10),
    ("spree_catalog/products.csv", "meta_description", "en", 20),
    ("spree_catalog/products.csv", "name", "en", 8),
    ("nltk_product_reviews/comparative_sentences/labeledSentences.txt", LINE, "en", 30),
    ("nltk_product_reviews/product_reviews_1/Creative_Labs_Nomad_Jukebox_Zen_Xtra_40GB.txt", LINE, "en", 14),
    ("nltk_product_reviews/product_reviews_1/Apex_AD2600_Progressive_scan_DVD player.txt", LINE, "en", 8),
    ("nltk_product_reviews/pros_cons/IntegratedCons.txt", LINE, "en", 45),
    ("nltk_product_reviews/pros_cons/IntegratedPros.txt", LINE, "en", 45),
    ("reviews_womens_clothing/womens_clothing_e-commerce_reviews.csv", "Review Text", "en", 10),
)


@dataclass(frozen=True)
class Place:
    """Where a fragment stands. `row` counts records, header = 1."""

    file: str
    row: int
    column: str
    start: int
    end: int
    locale: str

    @classmethod
    def of(cls, row: dict[str, str]) -> "Place":
        """The place that a labelled row names."""
        numbers = (int(row[name]) for name in ("row", "start", "end"))
        number, start, end = numbers
        return cls(row["file"], number, row["column"], start, end, row["locale"])

    def text(self, data: Path) -> str:
        """The fragment itself, without markup; a named cell as ``name: value``."""
        text = rows(data / self.file)[self.row - 2][self.column][self.start : self.end]
        return " ".join(re.sub(r"<[^>]*>|^\ufeff", "", text.replace('", "value"=>"', ": ")).split())

    def overlaps(self, other: "Place") -> bool:
        """Whether both show some of the same characters."""
        same_cell = (self.file, self.row, self.column) == (other.file, other.row, other.column)
        return same_cell and self.start < other.end and other.start < self.end


_READ: dict[Path, list[dict[str, str]]] = {}


def rows(path: Path) -> list[dict[str, str]]:
    """A feed's records, read once."""
    if path not in _READ:
        with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
            is_table = path.suffix == ".csv"
            _READ[path] = list(csv.DictReader(file)) if is_table else [{LINE: line.rstrip()} for line in file]
    return _READ[path]


def labelled(path: Path) -> list[dict[str, str]]:
    """Places or strings with their labels."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def places(data: Path) -> Iterator[Place]:
    """The drawn places: of every source as many as it gives, none that was drawn before."""
    earlier = [Place.of(row) for row in labelled(Path(__file__).with_name("learned.csv"))]
    read = {place.text(data) for place in earlier}
    for file, column, locale, count in SOURCES:
        near = [place for place in earlier if (place.file, place.column) == (file, column)]
        found = [(place.text(data), place) for place in _candidates(data, file, column, locale)]
        known = read | {text for text, place in found if place.row % 2 == 0}
        odd = {text: place for text, place in found if place.row % 2 and text not in known}
        fresh = [place for place in odd.values() if not any(place.overlaps(other) for other in near)]
        yield from random.Random(SEED).sample(fresh, min(count, len(fresh)))


def _candidates(data: Path, file: str, column: str, locale: str) -> Iterator[Place]:
    for row, record in enumerate(rows(data / file), start=2):
        text = record[column] or ""
        place = Place(file, row, column, 0, 0, locale or record.get("locale", "en"))
        if "=>" in text:
            yield from (replace(place, start=match.start(), end=match.end()) for match in NAMED.finditer(text))
            continue
        for match in NUMBER.finditer(text):
            start, end = _clause(text, match.start(), match.end())
            yield replace(place, start=start, end=end)


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    before, after = text[max(0, start - BEFORE) : start], text[end : end + AFTER]
    cuts = [match.end() for match in CLAUSE.finditer(before)]
    begin = start - len(before) + (cuts[-1] if cuts else _word_start(text, start - len(before)))
    stop = CLAUSE.search(after)
    last = end + (stop.start() if stop else after.rfind(" ") if len(after) == AFTER and " " in after else len(after))
    return begin, last


def _word_start(text: str, place: int) -> int:
    """Characters to skip so that a fragment does not begin inside a word."""
    if place <= 0 or not text[place - 1].isalnum():
        return 0
    space = text.find(" ", place, place + 15)
    return space - place + 1 if space >= 0 else 0


if __name__ == "__main__":
    for number, place in enumerate(places(Path(sys.argv[1])), start=1):
        sys.stdout.write(f"{number}\t{place.locale}\t{place.text(Path(sys.argv[1]))!r}\n")
