"""One row group seen through its column map: the first cell that says something, and who said it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from catalog.ingest.dialects import ColumnMap
from catalog.ingest.records import Problem, RawRow

_NESTED = re.compile(r'"key"\s*=>\s*"(?P<key>[^"]*)"\s*,\s*"value"\s*=>\s*"(?P<value>[^"]*)"')


@dataclass(frozen=True)
class Cell:
    """A value and where it stands."""

    row: int
    column: str
    value: Any

    @property
    def text(self) -> str:
        """The value as one text; a mapping gives its first value."""
        value = self.value
        if isinstance(value, dict):
            value = next(iter(value.values()), "")
        if isinstance(value, list):
            value = ", ".join(str(item) for item in value)
        return str(value).strip()


@dataclass
class Group:
    """Rows that describe one product, and what was found wrong with them so far."""

    rows: tuple[RawRow, ...]
    columns: ColumnMap
    problems: list[Problem] = field(default_factory=list)

    def cells(self, name: str) -> Iterator[Cell]:
        """Every non-blank cell of a field: rows in order, columns as believed."""
        for row in self.rows:
            for column in self.columns.fields.get(name, ()):
                if column in row.values:
                    yield Cell(row.number, column, row.values[column])

    def first(self, name: str) -> Cell | None:
        """The first non-blank cell of a field."""
        return next(self.cells(name), None)

    def text(self, name: str) -> str:
        """The first non-blank cell as text, else ""."""
        cell = self.first(name)
        return cell.text if cell else ""

    def named(self, column: str) -> Cell | None:
        """The first non-blank cell of a column by its name in the file."""
        return next((Cell(row.number, column, row.values[column]) for row in self.rows if column in row.values), None)

    def warn(self, cell: Cell | None, reason: str, suggestion: str = "") -> None:
        """Note something about a cell; the product is used all the same."""
        self.note(cell, reason, suggestion, refused=False)

    def note(self, cell: Cell | None, reason: str, suggestion: str = "", *, refused: bool) -> None:
        """Note a problem with a cell, or with the group when there is none."""
        self.problems.append(
            Problem(
                row=cell.row if cell else self.rows[0].number,
                column=cell.column if cell else "",
                value=cell.text[:500] if cell else "",
                reason=reason[:300],
                suggestion=suggestion[:300],
                severity="refused" if refused else "warning",
            )
        )


def entries(value: Any) -> list[Any]:
    """A cell that holds a list: a list, JSON, or text split at line breaks, pipes and semicolons."""
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        text = value.strip()
        if text.startswith(("[", "{")):
            try:
                parsed = json.loads(text)
            except (ValueError, RecursionError):
                return [text]
            return parsed if isinstance(parsed, list) else [parsed]
        return [part.strip() for part in re.split(r"[\n|]|;\s*(?!\d)", text) if part.strip()]
    return [value]


def pairs(value: Any) -> Iterator[tuple[str, str]]:
    """Named values of a specification cell: objects, ``section:name:value``, ``name: value``, marketplace text."""
    if isinstance(value, str) and "=>" in value:
        yield from ((match["key"], match["value"]) for match in _NESTED.finditer(value))
        return
    for entry in entries(value):
        if isinstance(entry, dict):
            yield from _object_pairs(entry)
        elif isinstance(entry, str) and re.search(r"[:：]", entry):
            *names, text = re.split(r"[:：]", entry, maxsplit=2 if entry.count(":") > 1 else 1)
            yield names[-1].strip(), text.strip()


def _object_pairs(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    name = entry.get("attribute_name") or entry.get("name") or entry.get("key")
    text = entry.get("attribute_value") or entry.get("value")
    if name and text is not None:
        yield str(name), str(text)
    elif not name:
        yield from ((str(key), str(item)) for key, item in entry.items() if isinstance(item, str | int | float))
