"""One JSON document of any size, an entry of its product list at a time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog.ingest import encodings
from catalog.ingest.records import UnreadableFileError

BLOCK = 1 << 18
ENTRY_LIMIT = 8_000_000
"""Characters of one entry; more is no product."""
LISTS = frozenset({"products", "items", "data", "catalog", "entries", "results", "rows"})
_SPACES = " \t\r\n\ufeff"


def entries(path: Path) -> Iterator[Any]:
    """The entries of a list, or of the list inside an object such as ``{"products": [...]}``; else the object itself.

    Raises UnreadableFileError.
    """
    with path.open(encoding=encodings.detect(path), errors="replace") as file:
        stream = _Stream(file, path.name)
        if stream.peek() == "[":
            yield from stream.list()
        elif stream.peek() == "{":
            yield from _of_object(stream)
        else:
            raise UnreadableFileError(f"{path.name} holds neither a list nor an object. Expected a list of products.")


def _of_object(stream: "_Stream") -> Iterator[Any]:
    """The entries of the list with a telling name; else of the only list of objects; else the object as one entry."""
    document: dict[str, Any] = {}
    for name in stream.names():
        if name in LISTS and stream.peek() == "[":
            yield from stream.list()
            return
        document[name] = stream.value()
    lists = [value for value in document.values() if isinstance(value, list)]
    if len(lists) == 1 and all(isinstance(item, dict) for item in lists[0]):
        yield from lists[0]
    elif document:
        yield document


class _Stream:
    """Reads on only where the text at hand does not hold a whole value."""

    def __init__(self, file: Any, name: str) -> None:
        self._file, self._name = file, name
        self._text, self._place, self._is_all = "", 0, False
        self._decode = json.JSONDecoder().raw_decode

    def peek(self) -> str:
        """The next letter that is no space; "" at the end."""
        while True:
            while self._place < len(self._text) and self._text[self._place] in _SPACES:
                self._place += 1
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._read_on():
                return ""

    def value(self) -> Any:
        """The next value."""
        self.peek()
        while True:
            try:
                value, end = self._decode(self._text, self._place)
            except (ValueError, RecursionError) as error:
                if isinstance(error, RecursionError) or not self._read_on():
                    raise UnreadableFileError(f"{self._name} is not valid JSON: {error}.") from error
                continue
            if end < len(self._text) or not self._read_on():
                self._place = end
                return value

    def list(self) -> Iterator[Any]:
        """The entries of the list that begins here."""
        self._take("[")
        while self.peek() != "]":
            yield self.value()
            if self.peek() != "]":
                self._take(",")

    def names(self) -> Iterator[str]:
        """The names of the object that begins here, each with its value next in the stream."""
        self._take("{")
        while self.peek() != "}":
            name = str(self.value())
            self._take(":")
            yield name
            if self.peek() != "}":
                self._take(",")

    def _take(self, sign: str) -> None:
        found = self.peek()
        if found != sign:
            where = f"'{found}' stands" if found else "the file ends"
            raise UnreadableFileError(
                f"{self._name} is not valid JSON: {where} where '{sign}' is expected. Export it again, whole."
            )
        self._place += 1

    def _read_on(self) -> bool:
        if self._is_all:
            return False
        if len(self._text) - self._place > ENTRY_LIMIT:
            raise UnreadableFileError(f"{self._name} has an entry of more than {ENTRY_LIMIT:,} characters.")
        block = self._file.read(max(BLOCK, len(self._text) - self._place))
        self._text, self._place = self._text[self._place :] + block, 0
        self._is_all = not block
        return bool(block)
