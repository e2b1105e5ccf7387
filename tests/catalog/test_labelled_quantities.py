"""Quantities in seven languages against labels that were written before the parser saw the strings.

`quantities/written.csv` holds our own strings; `quantities/learned.csv` and `held.csv` places in real feeds, drawn by
seed: the parser learned from the first kind, and not from the second. A label lists every quantity of the string:
``name <= 30..45 cm ±0.1``, ``-`` where the words do not say what is measured.
"""

import re
import sys
from pathlib import Path

import pytest

from catalog.facts import Parameter
from catalog.ingest import quantities
from catalog.ingest.records import Quantity
from tests.catalog.quantities import draw

FOLDER = Path(__file__).parent / "quantities"
SIGNS = {"max": "<=", "min": ">=", "exact": "=", "range": "="}
ENOUGH, FIRST_TIME = 0.97, 0.95
"""Shares of exact strings: of all, and of those that the parser has not learned from."""


def written(row: Quantity | Parameter) -> str:
    """A quantity in the words of the labels."""
    number = f"{row.lower:.12g}..{row.value:.12g}" if row.lower is not None else f"{row.value:.12g}"
    slack = f" ±{row.tolerance:g}" if row.tolerance else ""
    return f"{row.name or '-'} {SIGNS[row.bound]} {number} {row.unit}".strip() + slack


def read(text: str, locale: str, *, is_named: bool) -> str:
    """What the parser finds: in a named cell one parameter, in other text every quantity."""
    if is_named:
        name, _, value = text.partition(": ")
        parameter = quantities.parameter(name, value, locale=locale)
        return written(parameter) if parameter else ""
    return "; ".join(written(found) for found in quantities.find(text, locale=locale))


def same(label: str, found: str) -> bool:
    """Equal but for the way a number is written."""
    plain = [re.sub(r"\d+(?:\.\d+)?", lambda number: f"{float(number.group()):.9g}", text) for text in (label, found)]
    return plain[0] == plain[1]


def misses(rows: list[tuple[str, str, str, str]]) -> list[str]:
    """The strings that were not read exactly, as lines for a person."""
    return [
        f"{locale}  {text!r}: read '{found}', labelled '{label}'"
        for locale, text, label, found in rows
        if not same(label, found)
    ]


def tell(kind: str, count: int, wrong: list[str]) -> None:
    """The misses, into the test's output (`pytest -s`)."""
    sys.stdout.write("\n  ".join([f"{count - len(wrong)} of {count} {kind} strings exact", *wrong]) + "\n")


def from_feeds(name: str, data: Path) -> list[tuple[str, str, str, str]]:
    """Language, string, label and reading of the places of one file."""
    found = []
    for row in draw.labelled(FOLDER / name):
        place = draw.Place.of(row)
        text = place.text(data)
        is_named = place.column == "product_specifications"
        found.append((place.locale, text, row["quantities"], read(text, place.locale, is_named=is_named)))
    return found


def ours() -> list[tuple[str, str, str, str]]:
    """The same of our own strings."""
    return [
        (row["locale"], row["text"], row["quantities"], read(row["text"], row["locale"], is_named=False))
        for row in draw.labelled(FOLDER / "written.csv")
    ]


def test_at_least_97_of_100_written_strings_are_read_exactly() -> None:
    wrong = misses(ours())
    tell("written", len(ours()), wrong)
    assert {locale for locale, *_ in ours()} == {"en", "de", "fr", "es", "zh", "ja", "ko"}
    assert len(wrong) <= (1 - ENOUGH) * len(ours()), "\n".join(wrong)


@pytest.mark.real_data
def test_at_least_97_of_100_labelled_strings_are_read_exactly(shared_data: Path) -> None:
    drawn = [*from_feeds("learned.csv", shared_data), *from_feeds("held.csv", shared_data)]
    wrong = misses([*ours(), *drawn])
    tell("labelled", len(ours()) + len(drawn), wrong)
    assert len(drawn) >= 150
    assert len(ours()) + len(drawn) >= 300
    assert len(wrong) <= (1 - ENOUGH) * (len(ours()) + len(drawn)), "\n".join(wrong)


@pytest.mark.real_data
def test_95_of_100_strings_that_nobody_taught_are_read_exactly(shared_data: Path) -> None:
    rows = from_feeds("held.csv", shared_data)
    wrong = misses(rows)
    tell("held", len(rows), wrong)
    assert len(rows) >= 150
    assert len(wrong) <= (1 - FIRST_TIME) * len(rows), "\n".join(wrong)


@pytest.mark.real_data
def test_the_held_places_are_those_that_the_seed_draws(shared_data: Path) -> None:
    assert [draw.Place.of(row) for row in draw.labelled(FOLDER / "held.csv")] == list(draw.places(shared_data))


def test_a_wrong_label_counts_as_a_miss() -> None:
    assert same("width = 12 cm", read("12.0 cm wide", "en", is_named=False))
    assert not same("width = 13 cm", read("12 cm wide", "en", is_named=False))
    assert not same("height = 12 cm", read("12 cm wide", "en", is_named=False))
