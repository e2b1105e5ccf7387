"""XLSX as a stream: one row in memory at a time, the texts that cells share in a file on disk.

A workbook of a hundred thousand rows takes no more memory than one of a hundred.
"""

import datetime
import os
import posixpath
import re
import tempfile
import zipfile
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from catalog.ingest.records import UnreadableFileError

BLOCK = 1 << 16
MOST_ROWS, MOST_COLUMNS = 1_048_576, 2000
MOST_CELLS = 40_000_000
"""Blank ones included, so that a sheet of far-away cells costs no more than a full one."""
LONGEST = 1_000_000
"""Characters of one cell; the programs that write such files take 32,767."""
DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""Number formats that mean a date or a time and need no definition of their own."""
_DATE_LETTERS = re.compile(r"[dmyhs]", re.IGNORECASE)
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001  # a cell knows no time zone
_EPOCH_OF_1904 = _EPOCH + datetime.timedelta(days=1462)


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether this reader knows the archive; other spreadsheets in ZIP (ODS, XLSB) are for other readers."""
    return "xl/workbook.xml" in archive.namelist()


def rows(path: Path) -> Iterator[list[str]]:
    """The rows of the first sheet that has any, as the text a person sees; rows left out are []. Raises
    UnreadableFileError."""
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryFile() as file:
            book = _Book(archive, path.name)
            texts = _Texts(file, book)
            for member in book.sheets():
                sheet = _Sheet(book, texts)
                has_rows = False
                for row in sheet.rows(member):
                    has_rows = True
                    yield row
                if has_rows:
                    return
    except (expat.ExpatError, zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise UnreadableFileError(f"{path.name} cannot be read as XLSX: {error}. Save it again or as CSV.") from error
    raise UnreadableFileError(f"{path.name} is empty: none of its sheets has a row.")


class _Book:
    """The parts of the archive, and what the workbook says about all sheets."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.archive, self.name = archive, name
        self.targets: dict[str, tuple[str, str]] = {}
        """Relationship id -> kind and member."""
        self.order: list[str] = []
        self.epoch = _EPOCH
        self.formats: dict[int, str] = {}
        self.styles: list[int] = []
        self.parse("xl/_rels/workbook.xml.rels", self._relationship)
        self.parse("xl/workbook.xml", self._workbook)
        styles = self.member("styles")
        self.is_date: list[bool] = []
        if styles:
            self._in_styles = False
            self.parse(styles, self._style, end=self._style_ends)
            self.is_date = [_is_date(number, self.formats.get(number, "")) for number in self.styles]

    def parse(
        self,
        member: str,
        start: Callable[[str, dict[str, str]], None],
        *,
        end: Callable[[str], None] | None = None,
        data: Callable[[str], None] | None = None,
    ) -> None:
        """Run handlers over a whole member; names come without their namespace."""
        for _ in self.blocks(member, start, end=end, data=data):
            pass

    def blocks(
        self,
        member: str,
        start: Callable[[str, dict[str, str]], None],
        *,
        end: Callable[[str], None] | None = None,
        data: Callable[[str], None] | None = None,
    ) -> Iterator[None]:
        """The same block by block, for handlers whose finds are taken in between."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = lambda name, values: start(name.rpartition(" ")[2], values)
        if end is not None:
            parser.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
        if data is not None:
            parser.CharacterDataHandler = data
        with self.archive.open(member) as file:
            while block := file.read(BLOCK):
                parser.Parse(block, False)
                yield
            parser.Parse(b"", True)
            yield

    def member(self, kind: str) -> str:
        """The member of the only relationship of a kind, such as ``styles``; "" where there is none."""
        return next((member for known, member in self.targets.values() if known == kind), "")

    def sheets(self) -> list[str]:
        """The members with cells, in the order of the tabs."""
        listed = [self.targets[key] for key in self.order if key in self.targets]
        names = set(self.archive.namelist())
        return [member for kind, member in listed if kind == "worksheet" and member in names]

    def _refuse(self, *_: Any) -> None:
        raise UnreadableFileError(
            f"{self.name} declares a document type or entities, which can be used to attack a server. Save it again."
        )

    def _relationship(self, name: str, values: dict[str, str]) -> None:
        if name == "Relationship" and values.get("TargetMode") != "External":
            member = posixpath.normpath(posixpath.join("/xl", values.get("Target", ""))).lstrip("/")
            self.targets[values.get("Id", "")] = (values.get("Type", "").rpartition("/")[2], member)

    def _workbook(self, name: str, values: dict[str, str]) -> None:
        if name == "sheet":
            self.order.append(next((value for key, value in values.items() if key.endswith(" id")), ""))
        elif name == "workbookPr" and values.get("date1904") in ("1", "true"):
            self.epoch = _EPOCH_OF_1904

    def _style(self, name: str, values: dict[str, str]) -> None:
        if name == "numFmt":
            self.formats[int(values["numFmtId"])] = values.get("formatCode", "")
        elif name == "cellXfs":
            self._in_styles = True
        elif name == "xf" and self._in_styles:
            self.styles.append(int(values.get("numFmtId", "0")))

    def _style_ends(self, name: str) -> None:
        if name == "cellXfs":
            self._in_styles = False


def _is_date(number: int, code: str) -> bool:
    return number in DATES or (number > 163 and _DATE_LETTERS.search(_NOT_FORMAT.sub("", code)) is not None)


class _Reader:
    """Collects the text of elements; `is_open` says whether characters belong to one."""

    def __init__(self, book: _Book) -> None:
        self.book, self.text, self.size = book, list[str](), 0
        self.is_open = False

    def open(self) -> None:
        self.is_open = True

    def data(self, text: str) -> None:
        if self.is_open:
            self.size += len(text)
            if self.size > LONGEST:
                raise UnreadableFileError(f"{self.book.name} has a cell of more than {LONGEST:,} characters.")
            self.text.append(text)

    def take(self) -> str:
        taken = "".join(self.text)
        self.text, self.size, self.is_open = [], 0, False
        return taken


class _Texts(_Reader):
    """The texts that cells share: written to `file` one behind the other, found by where each ends."""

    def __init__(self, file: IO[bytes], book: _Book) -> None:
        super().__init__(book)
        self.file, self.ends, self.end = file, array("Q", [0]), 0
        self.is_reading_aid = False
        member = book.member("sharedStrings")
        if member:
            book.parse(member, self._start, end=self._end, data=self.data)
        file.flush()
        self.descriptor = file.fileno()

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self.ends) - 1:
            raise ValueError(f"a cell points at text {index}, which is not there")
        start, end = self.ends[index], self.ends[index + 1]
        return os.pread(self.descriptor, end - start, start).decode()

    def _start(self, name: str, _values: dict[str, str]) -> None:
        if name == "rPh":
            self.is_reading_aid = True
        elif name == "t" and not self.is_reading_aid:
            self.open()

    def _end(self, name: str) -> None:
        if name == "t":
            self.is_open = False
        elif name == "rPh":
            self.is_reading_aid = False
        elif name == "si":
            content = self.take().encode("utf-8", "replace")
            self.file.write(content)
            self.end += len(content)
            self.ends.append(self.end)


class _Sheet(_Reader):
    """The rows of one sheet, handed out block by block."""

    def __init__(self, book: _Book, texts: _Texts) -> None:
        super().__init__(book)
        self.texts = texts
        self.ready: list[list[str]] = []
        self.cells: list[str] = []
        self.number = self.total = 0
        self.kind = self.style = ""
        self.column = -1

    def rows(self, member: str) -> Iterator[list[str]]:
        for _ in self.book.blocks(member, self._start, end=self._end, data=self.data):
            yield from self.ready
            self.ready = []

    def _start(self, name: str, values: dict[str, str]) -> None:
        if name in ("v", "t"):
            self.open()
        elif name == "c":
            self.kind, self.style = values.get("t", "n"), values.get("s", "")
            self.column = _column(values["r"]) if "r" in values else self.column + 1
        elif name == "row":
            self._row(int(values.get("r", self.number + 1)))

    def _row(self, number: int) -> None:
        if number > MOST_ROWS:
            raise UnreadableFileError(f"{self.book.name} has a row {number:,}; a sheet ends at {MOST_ROWS:,}.")
        self.ready += [[] for _ in range(number - self.number - 1)]
        self.number, self.cells, self.column = max(number, self.number + 1), [], -1

    def _end(self, name: str) -> None:
        if name in ("v", "t"):
            self.is_open = False
        elif name == "c":
            text = self.take()
            if text:
                self._keep(self._shown(text))
        elif name == "row":
            self.ready.append(self.cells)

    def _keep(self, text: str) -> None:
        missing = self.column - len(self.cells)
        if self.column >= MOST_COLUMNS:
            raise UnreadableFileError(f"{self.book.name} has more than {MOST_COLUMNS} columns.")
        if missing < 0:
            self.cells[self.column] = text
            return
        self.total += missing + 1
        if self.total > MOST_CELLS:
            raise UnreadableFileError(f"{self.book.name} has more than {MOST_CELLS:,} cells. Split the list.")
        self.cells += [""] * missing
        self.cells.append(text)

    def _shown(self, text: str) -> str:
        """A cell's content as a person sees it; what a formula failed to give is blank."""
        if self.kind == "s":
            return self.texts[int(text)]
        if self.kind == "b":
            return "true" if text.strip() == "1" else "false"
        if self.kind == "n":
            return self._number(float(text))
        return "" if self.kind == "e" else text

    def _number(self, value: float) -> str:
        style = int(self.style or 0)
        if style < len(self.book.is_date) and self.book.is_date[style]:
            return _moment(self.book.epoch, value)
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)


def _column(reference: str) -> int:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(f"a cell is called '{reference[:20]}'")
    index = 0
    for letter in match[1].upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def _moment(epoch: datetime.datetime, days: float) -> str:
    """A date, a time or both; numbers that are none stay numbers."""
    if not 0 <= days < 2_958_466:
        return str(days)
    moment = epoch + datetime.timedelta(seconds=round(days * 86_400))
    if days < 1:
        return moment.time().isoformat()
    return moment.date().isoformat() if float(days).is_integer() else moment.isoformat()
