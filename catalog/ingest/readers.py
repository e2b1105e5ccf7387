"""The door of the import: any file a merchant has, opened as one table of rows, or refused with a reason."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.ingest import delimited, spreadsheets, structured
from catalog.ingest.records import RawRow, UnreadableFileError

SIZE_LIMIT = 2_000_000_000
COLUMN_SAMPLE = 50
OTHER_KINDS = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a picture or a sound",
    b"\x1f\x8b": "a gzip archive",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel file (XLS)",
}


@dataclass(frozen=True)
class Table:
    """A file that was understood as rows with named columns."""

    name: str
    format: str
    """For people: "CSV (comma-separated, utf-8)"."""
    columns: tuple[str, ...]
    open_rows: Callable[[], Iterator[RawRow]]
    """Starts reading from the first row, each time it is called."""


def open_table(path: Path, *, name: str = "", known: frozenset[str] = frozenset()) -> Table:
    """Find out what the file is. `known` are normalised column names, used to find the header row.

    Raises UnreadableFileError with the file's name, the reason and what to do.
    """
    name = name or path.name
    head = _head(path, name)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"PK\x03\x04"):
        return _spreadsheet(path, name, known)
    for mark, kind in OTHER_KINDS.items():
        if head.startswith(mark):
            raise UnreadableFileError(f"{name} is {kind}. Upload the list as CSV, TSV, XLSX, JSON or XML.")
    if start.startswith(b"<"):
        return _structured(name, "XML", lambda: structured.xml_rows(path))
    if start[:1] in (b"{", b"["):
        return _json(path, name, start)
    if name.lower().endswith((".yaml", ".yml")):
        return _structured(name, "YAML", lambda: structured.yaml_rows(path))
    how = delimited.layout(path, known=known)
    kind = "TSV" if how.delimiter == "\t" else "CSV"
    return Table(name, f"{kind} ({how})", how.columns, lambda: delimited.rows(path, how))


def _head(path: Path, name: str) -> bytes:
    size = path.stat().st_size
    if size > SIZE_LIMIT:
        raise UnreadableFileError(f"{name} has {size:,} bytes; at most {SIZE_LIMIT:,} are read. Split the list.")
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        raise UnreadableFileError(f"{name} is empty. Export the list again and check that it has rows.")
    return head


def _json(path: Path, name: str, start: bytes) -> Table:
    lines = start[:1] == b"{" and (name.lower().endswith((".jsonl", ".ndjson")) or _first_line_is_object(path))
    if lines:
        return _structured(name, "JSON Lines", lambda: structured.json_lines(path))
    return _structured(name, "JSON", lambda: structured.json_rows(path))


def _first_line_is_object(path: Path) -> bool:
    with path.open("rb") as file:
        first = file.readline(structured.LINE_LIMIT).strip()
        return first.startswith(b"{") and first.endswith(b"}") and file.read(1) == b"{"


def _structured(name: str, kind: str, open_rows: Callable[[], Iterator[RawRow]]) -> Table:
    columns: dict[str, None] = {}
    for row in itertools.islice(open_rows(), COLUMN_SAMPLE):
        columns.update(dict.fromkeys(row.values))
    if not columns:
        raise UnreadableFileError(f"{name} was read as {kind} but holds no product entries.")
    return Table(name, kind, tuple(columns), open_rows)


def _spreadsheet(path: Path, name: str, known: frozenset[str]) -> Table:
    first = list(itertools.islice(spreadsheets.records(path), delimited.HEADER_SEARCH))
    header = delimited.header_row(first, known)
    columns = delimited.unique_names(first[header], name)

    def open_rows() -> Iterator[RawRow]:
        for number, cells in enumerate(spreadsheets.records(path), start=1):
            if number > header + 1 and any(cell.strip() for cell in cells):
                yield delimited.row(number, cells, columns)

    return Table(name, "XLSX", columns, open_rows)
