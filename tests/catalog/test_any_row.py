"""Whatever stands in a file: no crash, no lost row, and a reason for each refusal."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Merchant
from catalog import selectors, services
from catalog.ingest import dialects, readers, rows
from catalog.ingest.records import Reading, UnreadableFileError
from catalog.models import Product

COLUMNS = ("sku", "title", "price", "description", "image_link", "Height", "features", "product_detail")
GOOD = (
    "A-1",
    "Clay pot",
    "12,50 €",
    "<p>Pot</p><ul><li>up to 45 cm</li></ul>",
    "a.jpg",
    "30 cm",
    "oak; steel",
    "a:b:5 W",
)
ODD = (
    "", " ", "\ufffd", "=1+1", "-5", "1e999", "9" * 400, "١٢٣", "½", "5'4\"", "12,9O", "<li>", "</", "&#0;", "&#xD800;",
    "[", "{", '"key"=>"', "::", "\u202e", "🧱" * 90, "x" * 400, "0x10", "NaN", "∞ cm", "45 cm ±999 %", "30–5 cm",
    "IP6", "1/0 inch", "\x07", "a\nb", "'", '"', ",", ";", "\t", "|", "--", "$", "CHF", "USD USD 5", "5 USD EUR", "https://[::1/a.jpg",
)  # fmt: skip
cells = st.one_of(st.sampled_from((*ODD, *GOOD)), st.text(max_size=40).filter(lambda text: "\0" not in text))
tables = st.lists(st.lists(cells, min_size=len(COLUMNS), max_size=len(COLUMNS)), min_size=1, max_size=12)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def as_csv(table: list[list[str]], **options: Any) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", **options)
    writer.writerow(COLUMNS)
    writer.writerow(GOOD)
    writer.writerows(table)
    return out.getvalue()


def read(path: Path) -> list[Reading]:
    table = readers.open_table(path, known=dialects.known_columns())
    return list(rows.readings(table.open_rows(), dialects.detect(table.columns, name=path.name)))


def each_row_has_one_verdict(readings: list[Reading]) -> int:
    """Checks the readings; returns how many rows they account for."""
    numbers = [number for reading in readings for number in reading.rows]
    assert max(Counter(numbers).values(), default=1) == 1
    for reading in readings:
        assert reading.ready + reading.warned + reading.refused == len(reading.rows)
        assert all(problem.reason and problem.row in reading.rows for problem in reading.problems)
        assert reading.product is not None or any(problem.severity == "refused" for problem in reading.problems)
    return len(numbers)


@quick
@given(table=tables)
def test_no_cell_makes_a_row_disappear(tmp_path: Path, table: list[list[str]]) -> None:
    path = tmp_path / "list.csv"
    path.write_text(as_csv(table, quoting=csv.QUOTE_ALL), encoding="utf-8", newline="")
    with path.open(encoding="utf-8", newline="") as file:
        counted = sum(any(cell.strip() for cell in cells) for cells in csv.reader(file)) - 1
    assert each_row_has_one_verdict(read(path)) == counted


@quick
@given(table=tables, place=st.integers(0, 2000), junk=st.binary(max_size=6), cut=st.integers(0, 400))
def test_no_damage_to_the_bytes_makes_a_crash(
    tmp_path: Path, table: list[list[str]], place: int, junk: bytes, cut: int
) -> None:
    content = as_csv(table).encode("utf-8")
    place %= len(content)
    path = tmp_path / "list.csv"
    path.write_bytes((content[:place] + junk + content[place:])[: max(1, len(content) - cut)])
    refusal = ""
    try:
        each_row_has_one_verdict(read(path))
    except UnreadableFileError as error:
        refusal = str(error)
    assert refusal == "" or refusal.startswith("list.csv ")


NAMES = ("name", "value", "unit", "text", "id", "")
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | cells | st.just("\ud800\0"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
FIELDS = (
    "sku", "title", "price", "parameters", "selling_points", "reviews", "questions", "search_terms", "effect", "images",
    "locale", "titles", "audience_tags", "in_the_box", "width",
)  # fmt: skip
objects = st.lists(st.dictionaries(st.sampled_from(FIELDS), values, max_size=8), min_size=1, max_size=6)


@few
@given(entries=objects)
def test_any_json_objects_are_stored_or_refused_with_a_reason(
    at_alice: Merchant, entries: list[dict[str, Any]]
) -> None:
    Product.objects.all().delete()
    lines = [json.dumps({"sku": "A-0", "title": "Pot", "price": 5, "parameters": []}), *map(json.dumps, entries)]
    batch = services.import_file(merchant=at_alice, file=io.BytesIO("\n".join(lines).encode()), name="l.jsonl")
    assert batch.state == "done", batch.error
    assert batch.rows == len(lines) == batch.ready + batch.warned + batch.refused
    assert batch.done == batch.rows
    refused = {problem.row for problem in selectors.import_problems(batch) if problem.severity == "refused"}
    assert len(refused) == batch.refused
    assert Product.objects.count() == batch.added


@few
@given(table=tables)
def test_any_table_is_stored_twice_without_a_change(at_alice: Merchant, table: list[list[str]]) -> None:
    Product.objects.all().delete()
    text = as_csv(table, quoting=csv.QUOTE_ALL).encode("utf-8", "replace")
    first, second = (services.import_file(merchant=at_alice, file=io.BytesIO(text), name="list.csv") for _ in range(2))
    assert (first.state, second.state) == ("done", "done")
    assert (second.added, second.changed, second.same) == (0, 0, first.added)
    assert Product.objects.count() == first.added
