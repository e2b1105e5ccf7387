"""XLSX: the archive is judged before it is opened, cells become the text a person sees in them."""

import datetime
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from catalog.ingest.records import UnreadableFileError

UNPACKED_LIMIT = 300_000_000
RATIO_LIMIT = 100
FREE_SIZE = 10_000_000
"""Below this unpacked size no ratio is suspicious."""


def guard(path: Path) -> None:
    """Refuse archives that would unpack to far more than they are, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableFileError(f"{path.name} is damaged: {error}. Save it again and upload the new copy.") from error
    unpacked = sum(info.file_size for info in infos)
    packed = max(1, sum(info.compress_size for info in infos))
    if unpacked > UNPACKED_LIMIT or (unpacked > FREE_SIZE and unpacked / packed > RATIO_LIMIT):
        raise UnreadableFileError(
            f"{path.name} would unpack from {packed:,} to {unpacked:,} bytes, which looks like a zip bomb. "
            "Split the list or save it as CSV."
        )
    if any(info.flag_bits & 1 for info in infos):
        raise UnreadableFileError(f"{path.name} is protected by a password. Save it without one.")


def records(path: Path) -> Iterator[list[str]]:
    """The rows of the first sheet that has any, as text."""
    guard(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height:
                yield from ([_text(cell) for cell in row] for row in sheet.iter_rows())
                return
    except CalamineError as error:
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
