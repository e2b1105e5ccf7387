"""JSON, JSON Lines, YAML and XML feeds as rows: nested values stay nested, repeated elements become lists."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import yaml
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from catalog.ingest import encodings
from catalog.ingest.records import Problem, RawRow, UnreadableFileError

JSON_LIMIT = 64_000_000
YAML_LIMIT = 16_000_000
LINE_LIMIT = 4_000_000
LISTS = ("products", "items", "data", "catalog", "entries", "results", "rows")
ITEMS = frozenset({"item", "entry", "product", "offer"})


def json_rows(path: Path) -> Iterator[RawRow]:
    """The objects of one JSON document: a list, or the list inside an object such as ``{"products": [...]}``."""
    if path.stat().st_size > JSON_LIMIT:
        raise UnreadableFileError(
            f"{path.name} has {path.stat().st_size:,} bytes; one JSON document may have {JSON_LIMIT:,}. "
            "Save it as JSON Lines (one product a line), which has no limit."
        )
    try:
        document = json.loads(path.read_text(encoding=encodings.detect(path)))
    except (ValueError, RecursionError) as error:
        raise UnreadableFileError(f"{path.name} is not valid JSON: {error}.") from error
    for number, item in enumerate(_items(document, path.name), start=1):
        yield _row(number, item)


def json_lines(path: Path) -> Iterator[RawRow]:
    """One object a line; a line that is no object is refused alone and the rest goes on."""
    with path.open(encoding=encodings.detect(path)) as file:
        number = 0
        while line := file.readline(LINE_LIMIT):
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
        for _, element in iterparse(path, events=("end",), forbid_dtd=True):
            if _local(element) in ITEMS and len(element):
                number += 1
                yield _row(number, _children(element))
                element.clear()
    except DefusedXmlException as error:
        raise UnreadableFileError(
            f"{path.name} declares a document type or entities, which can be used to attack a server. "
            "Export the feed without a DOCTYPE."
        ) from error
    except ParseError as error:
        raise UnreadableFileError(f"{path.name} is not well-formed XML after item {number}: {error}.") from error


def _items(document: Any, name: str) -> list[Any]:
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        lists = {key: value for key, value in document.items() if isinstance(value, list)}
        for key in LISTS:
            if key in lists:
                return lists[key]
        if len(lists) == 1 and all(isinstance(item, dict) for item in next(iter(lists.values()))):
            return next(iter(lists.values()))
        return [document]
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
    return RawRow(number, {str(key): value for key, value in item.items() if value not in (None, "", [], {})})


def _flaw(number: int, value: str, reason: str) -> Problem:
    suggestion = 'Write one JSON object a product, such as {"sku": "A-1", "title": "Mug"}.'
    return Problem(row=number, value=value[:200], reason=reason[:300], suggestion=suggestion, severity="refused")


def _children(element: Element) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for child in element:
        name = _local(child)
        value = _children(child) if len(child) else (child.text or child.get("href") or "").strip()
        if name in values:
            earlier = values[name] if isinstance(values[name], list) else [values[name]]
            values[name] = [*earlier, value]
        else:
            values[name] = value
    return values


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()
