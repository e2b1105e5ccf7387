"""A ZIP with a list and its pictures: judged unopened, unpacked flat, names cleaned."""

import re
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from catalog.ingest import spreadsheets
from catalog.ingest.records import UnreadableFileError

MEMBER_LIMIT = 20_000
UNPACKED_LIMIT = 4_000_000_000
"""Bytes of a list with its pictures, which hardly pack."""
LISTS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt", ".xlsx", ".xml")
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".tif", ".tiff", ".bmp")


def is_archive(path: Path) -> bool:
    """Whether the file is a ZIP of files, which an XLSX is not."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" not in archive.namelist()
    except zipfile.BadZipFile:
        return True


def unpack(path: Path, folder: Path, *, name: str) -> Path:
    """Unpack pictures and the list into `folder`; returns the list. Raises UnreadableFileError."""
    spreadsheets.guard(path, limit=UNPACKED_LIMIT)
    with zipfile.ZipFile(path) as archive:
        members = [info for info in archive.infolist() if not info.is_dir() and _is_wanted(info.filename)]
        if len(members) > MEMBER_LIMIT:
            raise UnreadableFileError(
                f"{name} holds {len(members)} files; at most {MEMBER_LIMIT} are unpacked. Split it."
            )
        lists = [info for info in members if info.filename.lower().endswith(LISTS)]
        if len(lists) != 1:
            found = ", ".join(info.filename for info in lists[:5]) or "none"
            raise UnreadableFileError(
                f"{name} must hold exactly one product list (CSV, XLSX, JSON, XML) beside its pictures; found {found}."
            )
        _refuse_doubles(members, name)
        try:
            for info in members:
                with archive.open(info) as source, (folder / _flat(info.filename)).open("wb") as target:
                    shutil.copyfileobj(source, target)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
            raise UnreadableFileError(f"{name} is damaged: {error}. Pack it again and upload the new copy.") from error
    return folder / _flat(lists[0].filename)


def _refuse_doubles(members: list[zipfile.ZipInfo], name: str) -> None:
    """Pictures are found by their names: two of one name would show one product in place of another."""
    seen: dict[str, str] = {}
    for info in members:
        earlier = seen.setdefault(_flat(info.filename).lower(), info.filename)
        if earlier is not info.filename:
            raise UnreadableFileError(
                f"{name} holds '{earlier}' and '{info.filename}', which have one name. Rename one, in the list too."
            )


def _is_wanted(member: str) -> bool:
    plain = PurePosixPath(member.replace("\\", "/"))
    hidden = plain.name.startswith(".") or "__MACOSX" in plain.parts
    return not hidden and member.lower().endswith(LISTS + PICTURES)


def _flat(member: str) -> str:
    """The last part of the name, without anything that a file system could take for a path."""
    return re.sub(r"[^\w.\- ]+", "_", member.replace("\\", "/").rpartition("/")[2])[-200:]
