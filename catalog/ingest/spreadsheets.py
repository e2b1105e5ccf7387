"""Spreadsheets: the archive is judged before it is opened, cells become the text a person sees in them."""

import datetime
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from python_calamine import CalamineError, CalamineWorkbook

from catalog.ingest import workbooks
from catalog.ingest.records import UnreadableFileError

UNPACKED_LIMIT = 300_000_000
RATIO_LIMIT = 100
FREE_SIZE = 10_000_000
"""Below this unpacked size no ratio is suspicious."""


def guard(path: Path, *, limit: int = UNPACKED_LIMIT) -> None:
    """Refuse archives that would unpack to far more than they are, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableFileError(f"{path.name} is damaged: {error}. Save it again and upload the new copy.") from error
    unpacked = sum(info.file_size for info in infos)
    packed = max(1, sum(info.compress_size for info in infos))
    if unpacked > limit or (unpacked > FREE_SIZE and unpacked / packed > RATIO_LIMIT):
        raise UnreadableFileError(
            f"{path.name} would unpack from {packed:,} to {unpacked:,} bytes, which looks like a zip bomb. "
            "Split the list or save it as CSV."
        )
    _measure(path, infos)
    if any(info.flag_bits & 1 for info in infos):
        raise UnreadableFileError(f"{path.name} is protected by a password. Save it without one.")


def _measure(path: Path, infos: Sequence[zipfile.ZipInfo]) -> None:
    """Unpack into nothing and count: the sizes in the directory may be a lie that a reader would believe."""
    with path.open("rb") as file:
        for info in infos:
            if info.compress_type == zipfile.ZIP_DEFLATED and _unpacked_size(file, info) > info.file_size:
                raise UnreadableFileError(
                    f"{path.name} holds more in '{info.filename[:80]}' than it says. Save it again, upload that copy."
                )


def _unpacked_size(file: IO[bytes], info: zipfile.ZipInfo) -> int:
    """Bytes of one member, counted until they exceed what is announced."""
    file.seek(info.header_offset + 26)
    name, extra = struct.unpack("<HH", file.read(4).ljust(4, b"\0"))
    file.seek(info.header_offset + 30 + name + extra)
    inflate, size, left = zlib.decompressobj(-15), 0, info.compress_size
    while left > 0 and not inflate.eof and size <= info.file_size:
        block = file.read(min(left, 1 << 16))
        if not block:
            break
        left -= len(block)
        while block and not inflate.eof and size <= info.file_size:
            try:
                size += len(inflate.decompress(block, 1 << 20))
            except zlib.error:
                return size
            block = inflate.unconsumed_tail
    return size


def records(path: Path) -> Iterator[list[str]]:
    """The rows of the first sheet that has any, as text."""
    guard(path)
    with zipfile.ZipFile(path) as archive:
        is_workbook = workbooks.is_workbook(archive)
    yield from workbooks.rows(path) if is_workbook else _other(path)


def _other(path: Path) -> Iterator[list[str]]:
    """ODS and the binary formats, which are read as a whole."""
    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height:
                yield from ([_text(cell) for cell in row] for row in sheet.iter_rows())
                return
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableFileError(f"{path.name} cannot be read as XLSX: {error}. Save it again or as CSV.") from error
    raise UnreadableFileError(f"{path.name} is empty: none of its sheets has a row.")


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.isoformat()
    return str(cell)
