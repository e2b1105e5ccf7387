"""What a merchant decided about a kind of file: which column means what, the currency and the units it leaves out.

Columns are compared as `normalise` writes them, so that "Preis (netto)" stays the same column with another case.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from catalog.ingest import dialects, money, unit_words
from catalog.ingest.delimited import normalise
from catalog.ingest.dialects import ColumnMap, Dialect
from catalog.ingest.records import UnreadableFileError

SPECIFICATION, IGNORED = "specification", "ignored"
"""Besides the fields: a column that describes the product, and one that is left out."""


class ChoiceError(ValueError):
    """A choice that cannot be used; the message says which and what is possible."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Decisions about files with the same columns; empty where nothing was decided."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Normalised column -> field, `specification` or `ignored`."""
    currency: str = ""
    """Of prices that name none."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Normalised column -> unit of its bare numbers."""

    def __bool__(self) -> bool:
        return bool(self.columns or self.currency or self.units)


def meanings() -> tuple[str, ...]:
    """Everything that a column can be."""
    return (*dialects.aliases(), SPECIFICATION, IGNORED)


def signature(columns: Iterable[str]) -> str:
    """By this a kind of file is known again: its columns, whatever their order."""
    return hashlib.sha256("\n".join(sorted({normalise(column) for column in columns})).encode()).hexdigest()


def checked(choices: Choices, columns: Iterable[str]) -> Choices:
    """The choices with normalised names. Raises ChoiceError for a column, meaning, currency or unit that is none."""
    known = {normalise(column) for column in columns}
    chosen = {normalise(column): meaning for column, meaning in choices.columns.items()}
    units = {normalise(column): unit.strip() for column, unit in choices.units.items()}
    for column in (*chosen, *units):
        if column not in known:
            raise ChoiceError(f"The file has no column '{column}'. It has {', '.join(sorted(known)[:12])}.")
    for column, meaning in chosen.items():
        if meaning not in meanings():
            raise ChoiceError(f"'{meaning}' for column '{column}' is none of {', '.join(meanings())}.")
    for column, unit in units.items():
        if not unit or not unit_words.is_unit(unit):
            raise ChoiceError(f"'{unit}' for column '{column}' is no unit. Use one such as cm, g, W, V, lm or h.")
    currency = choices.currency.strip().upper()
    if currency and currency not in money.CODES:
        raise ChoiceError(f"'{choices.currency}' is no currency. Use a code such as EUR, USD or CNY.")
    return Choices(columns=chosen, currency=currency, units=units)


def detect(columns: Iterable[str], *, name: str, choices: Choices) -> ColumnMap:
    """`dialects.detect`, with what the merchant decided. Raises UnreadableFileError where that names no product."""
    columns = tuple(columns)
    left = tuple(column for column in columns if normalise(column) not in choices.columns)
    try:
        found = dialects.detect(columns, name=name)
    except UnreadableFileError:
        if not {"sku", "title"} & set(choices.columns.values()):
            raise
        found = ColumnMap(dialect=Dialect(name="generic", label="columns as you chose"), fields={}, attributes=left)
    return replace(
        found,
        fields=_fields(found, columns, choices),
        attributes=tuple(
            column
            for column in columns
            if choices.columns.get(normalise(column)) == SPECIFICATION
            or (column in found.attributes and column in left)
        ),
        currency=choices.currency,
        units=choices.units,
    )


def _fields(found: ColumnMap, columns: tuple[str, ...], choices: Choices) -> dict[str, tuple[str, ...]]:
    """The file's columns by field: chosen ones first, then those found by name that were not given another meaning."""
    fields: dict[str, tuple[str, ...]] = {}
    for name in dialects.aliases():
        chosen = [column for column in columns if choices.columns.get(normalise(column)) == name]
        named = [column for column in found.fields.get(name, ()) if normalise(column) not in choices.columns]
        if chosen or named:
            fields[name] = (*chosen, *named)
    return fields


def meaning_of(column: str, columns: ColumnMap) -> str:
    """What a column is taken as."""
    named = next((name for name, own in columns.fields.items() if column in own), "")
    return named or (SPECIFICATION if column in columns.attributes else IGNORED)
