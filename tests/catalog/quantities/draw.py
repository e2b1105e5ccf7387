"""Draws fragments with a number out of real feeds, without the parser's help, as places: file, row, column, characters.

The fragments were printed by this file, labelled by hand, and only then shown to the parser. Nothing of the feeds is
kept here: `drawn.csv` holds the places and the labels, the texts are read from the feeds.

    python tests/catalog/quantities/draw.py ../shared/data
"""

import csv
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

SEEDS = (20261122, 777)
"""The second draw was made, labelled and read once after the parser had learned from the first: 59 of 64 exact."""
BEFORE, AFTER = 34, 34
"""Characters kept on either side of the number, cut at the clause."""
CLAUSE = re.compile(r"[;!?。；！？\n|{}\[\]]|\.\s|\s-\s")
FIRST = (
    # file, column, locale, how many
    ("flipkart_sample/flipkart_sample.csv", "product_specifications", "en", 60),
    ("flipkart_sample/flipkart_sample.csv", "description", "en", 15),
    ("magento_csv/CatalogSampleData__SimpleProduct_products_gear_bags.csv", "description", "en", 10),
    ("magento_csv/CatalogSampleData__SimpleProduct_products_gear_fitness_equipment_ball.csv", "description", "en", 4),
    ("magento_csv/CatalogSampleData__SimpleProduct_products_gear_watches.csv", "description", "en", 5),
    ("spree_catalog/products.csv", "description", "en", 18),
    ("spree_catalog/product_translations.csv", "description", "", 34),
    ("reviews_womens_clothing/womens_clothing_e-commerce_reviews.csv", "Review Text", "en", 12),
    ("zh_shopping_10cats/reviews.csv", "review", "zh", 26),
)
SECOND = (
    ("flipkart_sample/flipkart_sample.csv", "description", "en", 22),
    ("flipkart_sample/flipkart_sample.csv", "product_specifications", "en", 14),
    ("spree_catalog/product_translations.csv", "description", "", 10),
    ("zh_shopping_10cats/reviews.csv", "review", "zh", 12),
    ("reviews_womens_clothing/womens_clothing_e-commerce_reviews.csv", "Review Text", "en", 8),
    ("woocommerce_csv/sample_products.csv", "Description", "en", 4),
    ("magento_csv/CatalogSampleData__SimpleProduct_products_gear_fitness_equipment.csv", "description", "en", 6),
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

    def text(self, data: Path) -> str:
        """The fragment itself, without markup; a named cell as ``name: value``."""
        text = rows(data / self.file)[self.row - 2][self.column][self.start : self.end]
        return " ".join(re.sub(r"<[^>]*>|^\ufeff", "", text.replace('", "value"=>"', ": ")).split())


_READ: dict[Path, list[dict[str, str]]] = {}


def rows(path: Path) -> list[dict[str, str]]:
    """A feed's records, read once."""
    if path not in _READ:
        with path.open(newline="", encoding="utf-8-sig") as file:
            _READ[path] = list(csv.DictReader(file))
    return _READ[path]


def places(data: Path) -> Iterator[Place]:
    """The drawn places: of every source as many as it gives, in an order that the seed decides."""
    drawn: set[str] = set()
    for seed, sources in zip(SEEDS, (FIRST, SECOND), strict=True):
        for place in list(_sampled(data, seed, sources)):
            if place.text(data) not in drawn or seed == SEEDS[0]:
                yield place
            drawn.add(place.text(data))


def _sampled(data: Path, seed: int, sources: tuple[tuple[str, str, str, int], ...]) -> Iterator[Place]:
    for file, column, locale, count in sources:
        found = {place.text(data): place for place in _candidates(data, file, column, locale)}
        yield from random.Random(seed).sample(list(found.values()), min(count, len(found)))


def _candidates(data: Path, file: str, column: str, locale: str) -> Iterator[Place]:
    for row, record in enumerate(rows(data / file), start=2):
        text = record[column] or ""
        if "=>" in text:
            yield from _named(text, Place(file, row, column, 0, 0, locale))
            continue
        for match in re.finditer(r"(?<![\w.,/#&-])\d[\d.,/]*(?=\s?[^\W\d_]|\s?[%\"°″'~–-])", text):
            start, end = _clause(text, match.start(), match.end())
            yield Place(file, row, column, start, end, locale or record.get("locale", "en"))


def _named(text: str, place: Place) -> Iterator[Place]:
    """Cells such as ``"key"=>"Width", "value"=>"20 mm"`` with a number: from the name to the value's end."""
    for match in re.finditer(r'(?<="key"=>")(?:[^"]*)", "value"=>"(?=[^"]*\d)[^"]*', text):
        yield replace(place, start=match.start(), end=match.end())


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
