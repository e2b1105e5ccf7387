"""Files made to hurt: refused with a clear error, in bounded memory and time."""

import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from catalog.ingest import archives, dialects, readers, rows
from catalog.ingest.records import Reading
from tests.catalog import hostile


def read(path: Path, content: str) -> list[Reading]:
    path.write_text(content, encoding="utf-8")
    table = readers.open_table(path, known=dialects.known_columns())
    return list(rows.readings(table.open_rows(), dialects.detect(table.columns, name=path.name)))


def test_the_hostile_set_is_refused_within_bounds(tmp_path: Path) -> None:
    """In a program of its own with little address space: a file that filled the memory would end it."""
    command = [sys.executable, hostile.__file__, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.stderr == ""
    *lines, (_, peak, _) = [line.split("\t") for line in done.stdout.splitlines()]
    assert [name for name, _, _ in lines] == list(hostile.FILES)
    assert [(name, said) for name, _, said in lines if hostile.FILES[name][1] not in said] == []
    assert [(name, seconds) for name, seconds, _ in lines if float(seconds) > 20] == []
    assert int(peak) < 500


SLOW = {
    "numbers": "111 " * 200_000,
    "digits": "1" * 900_000,
    "sizes": "1 x " * 200_000,
    "fractions": "1/2" * 200_000,
    "feet": "5'" * 200_000,
    "tags": "<a" * 300_000,
    "items": "<li>" * 200_000,
    "comments": "<!--" * 200_000,
    "spaces": "a" + " " * 900_000 + "b",
    "pairs": '"key"=>"' * 100_000,
    "colons": "a:" * 200_000,
    "entities": "&amp;" * 150_000,
    "maxima": "maximum " * 100_000 + "5 cm",
    "units": "5 " + "square " * 100_000,
    "formula": "=cmd|' /C calc'!A0",
}


@pytest.mark.parametrize("kind", SLOW)
@pytest.mark.parametrize(
    "column", ["title", "description", "price", "category", "features", "specifications", "Height"]
)
def test_a_cell_made_to_be_slow_is_judged_quickly(tmp_path: Path, kind: str, column: str) -> None:
    names = ["sku", "title", "price", "description", "category", "features", "specifications", "Height"]
    cells = {"sku": "A-1", "title": "Mug", "price": "5"} | {column: SLOW[kind]}
    quoted = ['"' + cells.get(name, "").replace('"', '""') + '"' for name in names]
    started = time.process_time()
    readings = read(tmp_path / "list.csv", ",".join(names) + "\n" + ",".join(quoted) + "\n")
    assert time.process_time() - started < 4
    assert sum(len(reading.rows) for reading in readings) == 1
    assert all(reading.problems for reading in readings if reading.product is None)


def test_names_in_a_zip_cannot_leave_their_folder(tmp_path: Path) -> None:
    path, folder = tmp_path / "list.zip", tmp_path / "out"
    folder.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../list.csv", "sku,title,price\nA,Mug,5\n")
        archive.writestr("..\\..\\evil.jpg", b"x")
        archive.writestr("/etc/cron.d/job.jpg", b"x")
        archive.writestr("run.sh", b"x")
    assert archives.unpack(path, folder, name="list.zip") == folder / "list.csv"
    assert sorted(item.name for item in folder.iterdir()) == ["evil.jpg", "job.jpg", "list.csv"]
