"""Files made to hurt: refused with a clear error, in bounded memory and time."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from catalog.ingest import archives, delimited, dialects, readers, rows
from catalog.ingest.records import UnreadableFileError

BILLION_LAUGHS = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss><item><id>1</id><title>&b;</title><price>5</price></item></rss>"""
FILE_READER = """<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<rss><item><id>1</id><title>&x;</title><price>5</price></item></rss>"""


def read(path: Path) -> None:
    table = readers.open_table(path, known=dialects.known_columns())
    list(rows.readings(table.open_rows(), dialects.detect(table.columns, name=path.name)))


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read(path)
    return str(caught.value)


@pytest.mark.parametrize("text", [BILLION_LAUGHS, FILE_READER])
def test_xml_entities_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(text)
    assert refusal(path) == (
        "feed.xml declares a document type or entities, which can be used to attack a server. "
        "Export the feed without a DOCTYPE."
    )


def test_a_spreadsheet_that_would_unpack_to_gigabytes_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    assert path.stat().st_size < 100_000
    assert "which looks like a zip bomb" in refusal(path)


def test_a_truncated_spreadsheet_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"PK\x03\x04 and nothing more")
    assert refusal(path).startswith("list.xlsx is damaged:")


def test_an_endless_line_is_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "LINE_LIMIT", 1000)
    path = tmp_path / "line.csv"
    path.write_text("sku,title,price\n" + "x" * 5000)
    assert refusal(path) == "line.csv has a line of more than 1,000 characters: it is not a table."


def test_an_unclosed_quote_names_where_to_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    limit = csv.field_size_limit()
    request.addfinalizer(lambda: csv.field_size_limit(limit))
    monkeypatch.setattr(delimited, "CELL_LIMIT", 2000)
    path = tmp_path / "quote.csv"
    path.write_text('sku,title,price\nA,Mug,5\nB,"open,6\n' + "C,Cup,7\n" * 1000)
    assert refusal(path).startswith("quote.csv cannot be read after row 2: field larger than field limit")


def test_json_that_is_nested_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text("[" * 100_000)
    assert refusal(path).startswith("deep.json is not valid JSON")


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


def test_a_zip_without_a_list_says_what_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "pictures.zip"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.jpg", b"x")
    path.write_bytes(content.getvalue())
    with pytest.raises(UnreadableFileError, match=r"must hold exactly one product list .* found none"):
        archives.unpack(path, tmp_path, name="pictures.zip")
