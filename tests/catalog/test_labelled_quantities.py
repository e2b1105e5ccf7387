"""Quantities in seven languages against labels that were written before the parser saw the strings.

`quantities/written.csv` holds our own strings; `quantities/drawn.csv` places in real feeds, drawn by seed. A label
lists every quantity of the string: ``name <= 30..45 cm ±0.1``, ``-`` where the words do not say what is measured.
"""

import csv
import re
import sys
from pathlib import Path

import pytest

from catalog.facts import Parameter
from catalog.ingest import quantities
from catalog.ingest.quantities import Quantity
from tests.catalog.quantities import draw

FOLDER = Path(__file__).parent / "quantities"
SIGNS = {"max": "<=", "min": ">=", "exact": "=", "range": "="}
ENOUGH = 0.97


def labelled(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


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


def test_at_least_97_of_100_written_strings_are_read_exactly() -> None:
    rows = [
        (row["locale"], row["text"], row["quantities"], read(row["text"], row["locale"], is_named=False))
        for row in labelled("written.csv")
    ]
    wrong = misses(rows)
    tell("written", len(rows), wrong)
    assert {locale for locale, *_ in rows} == {"en", "de", "fr", "es", "zh", "ja", "ko"}
    assert len(wrong) <= (1 - ENOUGH) * len(rows), "\n".join(wrong)


@pytest.mark.real_data
def test_at_least_97_of_100_strings_drawn_from_real_feeds_are_read_exactly(shared_data: Path) -> None:
    rows = []
    for row in labelled("drawn.csv"):
        place = draw.Place(
            row["file"], int(row["row"]), row["column"], int(row["start"]), int(row["end"]), row["locale"]
        )
        is_named = row["column"] == "product_specifications"
        text = place.text(shared_data)
        rows.append((place.locale, text, row["quantities"], read(text, place.locale, is_named=is_named)))
    wrong = misses(rows)
    tell("drawn", len(rows), wrong)
    assert len(wrong) <= (1 - ENOUGH) * len(rows), "\n".join(wrong)


@pytest.mark.real_data
def test_the_labelled_places_are_those_that_the_seed_draws(shared_data: Path) -> None:
    drawn = [(place.file, place.row, place.column, place.start, place.end) for place in draw.places(shared_data)]
    kept = [
        (row["file"], int(row["row"]), row["column"], int(row["start"]), int(row["end"]))
        for row in labelled("drawn.csv")
    ]
    assert kept == drawn
    assert len(kept) + len(labelled("written.csv")) >= 300


def test_a_wrong_label_counts_as_a_miss() -> None:
    assert same("width = 12 cm", read("12.0 cm wide", "en", is_named=False))
    assert not same("width = 13 cm", read("12 cm wide", "en", is_named=False))
    assert not same("height = 12 cm", read("12 cm wide", "en", is_named=False))
