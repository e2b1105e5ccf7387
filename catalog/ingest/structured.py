"""JSON, JSON Lines, YAML and XML feeds as rows: nested values stay nested, repeated elements become lists."""

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast
from xml.etree.ElementTree import Element, ParseError

import yaml
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from catalog.ingest import encodings, json_stream
from catalog.ingest.records import Problem, RawRow, UnreadableFileError

YAML_LIMIT = 16_000_000
LINE_LIMIT = 4_000_000
ENTRY_LIMIT = 8_000_000
"""Bytes of one XML entry; more is no product."""
PARSED_ENCODINGS = ("utf-8", "utf-16", "us-ascii", "iso-8859-1")
_DECLARED = re.compile(rb"""(\s*<\?xml[^>]*?encoding=["'])([\w.-]+)""")
ITEMS = frozenset({"item", "entry", "product", "offer"})


def json_rows(path: Path) -> Iterator[RawRow]:
    """The objects of one JSON document: a list, or the list inside an object such as ``{"products": [...]}``."""
    for number, item in enumerate(json_stream.entries(path), start=1):
        yield _row(number, item)


def json_lines(path: Path) -> Iterator[RawRow]:
    """One object a line; a line that is no object is refused alone and the rest goes on."""
    with path.open(encoding=encodings.detect(path), errors="replace") as file:
        number = 0
        while line := file.readline(LINE_LIMIT):
            if len(line) >= LINE_LIMIT:
                raise UnreadableFileError(f"{path.name} has a line of more than {LINE_LIMIT:,} characters.")
            number += 1
            if line.strip():
                yield _json_line(number, line)


def yaml_rows(path: Path) -> Iterator[RawRow]:
    """The mappings of one YAML document. Aliases are refused: a few lines of them can stand for gigabytes."""
    if path.stat().st_size > YAML_LIMIT:
        raise UnreadableFileError(f"{path.name} has more than {YAML_LIMIT:,} bytes. Save it as JSON Lines or CSV.")
    text = path.read_text(encoding=encodings.detect(path))
    try:
        has_alias = any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.CSafeLoader))
        document = None if has_alias else yaml.load(text, Loader=yaml.CSafeLoader)  # the safe one, in C
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UnreadableFileError(f"{path.name} is not valid YAML: {reason}.") from error
    if has_alias:
        raise UnreadableFileError(f"{path.name} uses YAML aliases (*name), which are not followed. Save it as JSON.")
    for number, item in enumerate(_items(document, path.name), start=1):
        yield _row(number, item)


def xml_rows(path: Path) -> Iterator[RawRow]:
    """Every ``item``, ``entry`` or ``product`` element. Entities and document types are refused."""
    number = 0
    try:
        with path.open("rb") as file:
            source = _Measured(_in_utf8(file), path.name)
            for _, element in iterparse(source, events=("end",), forbid_dtd=True):
                if _local(element) in ITEMS and len(element):
                    number += 1
                    yield _row(number, _entry(element))
                    element.clear()
                    source.since_entry = 0
    except DefusedXmlException as error:
        raise UnreadableFileError(
            f"{path.name} declares a document type or entities, which can be used to attack a server. "
            "Export the feed without a DOCTYPE."
        ) from error
    except (ParseError, LookupError, RecursionError) as error:
        raise UnreadableFileError(f"{path.name} is not well-formed XML after item {number}: {error}.") from error


class _Measured:
    """A file that refuses to give more for one entry than any product has."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name, self.since_entry = file, name, 0

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.since_entry += len(block)
        if self.since_entry > ENTRY_LIMIT:
            raise UnreadableFileError(f"{self._name} has more than {ENTRY_LIMIT:,} bytes without an end of a product.")
        return block


def _in_utf8(file: IO[bytes]) -> IO[bytes]:
    """The file, in UTF-8 if it is declared to be in an encoding that XML parsers do not know, such as GB18030."""
    head = file.read(200)
    file.seek(0)
    declared = _DECLARED.match(head)
    name = declared[2].decode().lower() if declared else "utf-8"
    return file if name in PARSED_ENCODINGS else cast("IO[bytes]", _Recoded(file, name))


class _Recoded:
    """A file in UTF-8 that says so: a parser believes the declaration, and would decode it a second time."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file, self._is_first = codecs.EncodedFile(file, "utf-8", encoding, errors="replace"), True

    def read(self, size: int = -1) -> bytes:
        block: bytes = self._file.read(size)
        if self._is_first:
            block, self._is_first = _DECLARED.sub(rb"\1utf-8", block, count=1), False
        return block


def _items(document: Any, name: str) -> list[Any]:
    """The list of a YAML document, as `json_stream.entries` finds it in JSON."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        lists = {key: value for key, value in document.items() if isinstance(value, list)}
        named = [value for key, value in lists.items() if key in json_stream.LISTS] or list(lists.values())
        return named[0] if len(named) == 1 and all(isinstance(item, dict) for item in named[0]) else [document]
    raise UnreadableFileError(f"{name} holds neither a list nor an object. Expected a list of products.")


def _json_line(number: int, line: str) -> RawRow:
    try:
        return _row(number, json.loads(line))
    except (ValueError, RecursionError) as error:
        flaw = _flaw(number, line, f"The line is not valid JSON: {error}.")
        return RawRow(number, {}, (flaw,))


def _row(number: int, item: Any) -> RawRow:
    if not isinstance(item, dict):
        return RawRow(number, {}, (_flaw(number, str(item), "The entry is not an object with named fields."),))
    cells = {str(_clean(key)): _clean(value) for key, value in item.items() if value not in (None, "", [], {})}
    return RawRow(number, cells)


def _clean(value: Any) -> Any:
    """Text without what no database stores: zero bytes and halves of letters."""
    if isinstance(value, str):
        if "\0" in value:
            value = value.replace("\0", "")
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return {str(_clean(key)): _clean(item) for key, item in value.items()} if isinstance(value, dict) else value


def _flaw(number: int, value: str, reason: str) -> Problem:
    suggestion = 'Write one JSON object a product, such as {"sku": "A-1", "title": "Mug"}.'
    return Problem(row=number, value=value[:200], reason=reason[:300], suggestion=suggestion, severity="refused")


def _entry(element: Element) -> dict[str, Any]:
    """The children of an item, and the id that some feeds write as its attribute."""
    known = {"id": element.get("id")} if element.get("id") else {}
    return known | _children(element)


def _children(element: Element) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for child in element:
        name = _local(child)
        value: Any = _children(child) if len(child) else (child.text or child.get("href") or "").strip()
        if value and child.get("name"):  # <param name="Height" unit="cm">45</param>
            value = {"name": child.get("name"), "value": f"{value} {child.get('unit') or ''}".strip()}
        if name in values:
            earlier = values[name] if isinstance(values[name], list) else [values[name]]
            values[name] = [*earlier, value]
        else:
            values[name] = value
    return values


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()
