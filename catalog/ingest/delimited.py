"""CSV and TSV: encoding, delimiter, header row, comment lines, ragged rows; one row in memory at a time."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from catalog.ingest import encodings
from catalog.ingest.records import Problem, RawRow, UnreadableFileError

LINE_LIMIT = 4_000_000
CELL_LIMIT = 1_000_000
DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe"}
FORMULA_STARTS = ("=", "+", "-", "@")
HEADER_SEARCH = 6
"""Amazon's templates put two rows of notes above the machine names, Meta's a comment line."""


@dataclass(frozen=True)
class Layout:
    """How the file is written."""

    encoding: str
    delimiter: str
    header: int
    """Rows above the header row."""
    columns: tuple[str, ...]

    def __str__(self) -> str:
        return f"{DELIMITERS[self.delimiter]}-separated, {self.encoding}"


def layout(path: Path, *, known: frozenset[str]) -> Layout:
    """Sniff the file. `known` are normalised column names; the header is the early row that has most of them."""
    encoding = encodings.detect(path)
    with _opened(path, encoding) as file:
        head = [line for line, _ in zip(_Lines(file, path.name), range(40), strict=False)]
    if not "".join(head).strip():
        raise UnreadableFileError(f"{path.name} is empty. Export the list again and check that it has rows.")
    csv.field_size_limit(CELL_LIMIT)
    delimiter = max(DELIMITERS, key=lambda mark: _evidence(head, mark, known))
    try:
        records = [cells for cells, _ in zip(csv.reader(head, delimiter=delimiter), range(HEADER_SEARCH), strict=False)]
    except csv.Error as error:
        raise UnreadableFileError(f"{path.name} cannot be read: {error}. Look for an unclosed quote.") from error
    header = header_row(records, known)
    return Layout(encoding, delimiter, header, unique_names(records[header], path.name))


def rows(path: Path, how: Layout) -> Iterator[RawRow]:
    """Every row below the header that has any content. Raises UnreadableFileError where reading cannot go on."""
    csv.field_size_limit(CELL_LIMIT)
    with _opened(path, how.encoding) as file:
        lines = _Lines(file, path.name)
        records = csv.reader(lines, delimiter=how.delimiter)
        number, narrowest = 0, len(how.columns)
        try:
            for number, cells in enumerate(records, start=1):
                if number > how.header + 1 and any(cell.strip() for cell in cells):
                    is_cut = len(cells) < narrowest and not lines.last.endswith(("\n", "\r"))
                    yield row(number, cells, how.columns, is_cut=is_cut)
                    narrowest = min(narrowest, len(cells))
        except csv.Error as error:
            raise UnreadableFileError(
                f"{path.name} cannot be read after row {number}: {error}. Look for an unclosed quote there."
            ) from error


def header_row(records: list[list[str]], known: frozenset[str]) -> int:
    """Index of the early row with most recognised names, else of the first that is neither empty nor a comment. Of two
    rows that say the same to people and to programs, the second is the header: item_sku below "Item SKU"."""

    def rank(index: int) -> tuple[int, int, int]:
        for_programs = sum(bool(cell) and normalise(cell) == cell for cell in records[index])
        return _recognised(records[index], known), for_programs, -index

    header = max(range(len(records)), key=rank)
    if _recognised(records[header], known):
        return header
    return next((index for index, cells in enumerate(records) if _is_data(cells)), 0)


@lru_cache(maxsize=1 << 12)
def normalise(column: str) -> str:
    """Lower case, no ``g:``, words joined by one underscore: the form in which column names are compared."""
    plain = re.sub(r"^\s*(g:|\ufeff)", "", column.strip().lower())
    return re.sub(r"[\s\-_/:.*\[\]]+", "_", plain).strip("_")


def unique_names(cells: list[str], name: str) -> tuple[str, ...]:
    """Column names: padding removed, unnamed ones numbered, repeated ones kept apart."""
    seen: dict[str, int] = {}
    names = []
    for index, cell in enumerate(cells, start=1):
        plain = cell.replace("\ufeff", "").strip() or f"column {index}"
        seen[plain] = seen.get(plain, 0) + 1
        names.append(plain if seen[plain] == 1 else f"{plain} {seen[plain]}")
    if len(names) > 2000:
        raise UnreadableFileError(f"{name} has {len(names)} columns; at most 2000 are read.")
    return tuple(names)


def row(number: int, cells: list[str], columns: tuple[str, ...], *, is_cut: bool = False) -> RawRow:
    """One record under its column names. `is_cut`: the file ends here, with fewer cells than any other row has."""
    values = {name: _plain(cell) for name, cell in zip(columns, cells, strict=False) if cell.strip()}
    extra = [cell for cell in cells[len(columns) :] if cell.strip()]
    if is_cut:
        words = f"The file ends in this row, after {len(cells)} of {len(columns)} cells: it may have been cut off."
        suggestion = "Export the list again. If the row is whole, end it with a line break."
        return RawRow(number, values, (Problem(row=number, reason=words, suggestion=suggestion, severity="refused"),))
    if not extra:
        return RawRow(number, values)
    flaw = Problem(
        row=number,
        value=extra[0][:200],
        reason=f"The row has {len(cells)} cells but the header has {len(columns)}.",
        suggestion="Put text that contains the separator between double quotes.",
        severity="refused",
    )
    return RawRow(number, values, (flaw,))


def _plain(cell: str) -> str:
    """The cell without the apostrophe that keeps spreadsheet programs from running it as a formula."""
    text = cell.strip()
    return text[1:] if text[0] == "'" and text[1:2] in FORMULA_STARTS else text


def _opened(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=encoding, newline="", errors="replace")


class _Lines:
    """The lines of a file, none endless; `last` is the one that was read last."""

    def __init__(self, file: TextIO, name: str) -> None:
        self._file, self._name, self.last = file, name, ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LINE_LIMIT)
        if not line:
            raise StopIteration
        if len(line) >= LINE_LIMIT and not line.endswith("\n"):
            raise UnreadableFileError(
                f"{self._name} has a line of more than {LINE_LIMIT:,} characters: it is not a table."
            )
        self.last = line
        return line.replace("\0", "") if "\0" in line else line


def _evidence(head: Iterable[str], mark: str, known: frozenset[str]) -> tuple[int, int, int]:
    """How well a delimiter explains the first rows: column names that mean something, then rows of one width."""
    try:
        records = [row for row in csv.reader(head, delimiter=mark) if row]
    except csv.Error:
        return 0, 0, 0
    names = max((_recognised(cells, known) for cells in records[:HEADER_SEARCH]), default=0)
    widths = [len(row) for row in records]
    best = max(set(widths), key=lambda width: (widths.count(width) * (width - 1), width), default=1)
    return names, widths.count(best) * (best - 1), best


def _recognised(cells: Iterable[str], known: frozenset[str]) -> int:
    return sum(normalise(cell) in known for cell in cells)


def _is_data(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#")
