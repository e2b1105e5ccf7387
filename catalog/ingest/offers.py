"""What a grouped export sells under one product: each size or colour with its own SKU and price."""

import re
from collections.abc import Iterator
from typing import Any

from catalog.ingest import money
from catalog.ingest.cells import Cell, Group
from catalog.ingest.delimited import normalise
from catalog.ingest.records import RawRow

SKUS = ("variant_sku", "sku")
MOST = 200
NO_CHOICE = "Default Title"
"""What Shopify writes where a product has no variants."""
_OPTION = re.compile(r"option_?(\d)_(name|value)$")


def read(group: Group) -> tuple[dict[str, Any], ...]:
    """``{"sku", "price_minor", "options": {name: value}}`` of every row that is a variant, in order; () for exports
    that do not group. Prices that cannot be read have been said by then; they are None here."""
    if not group.columns.dialect.group:
        return ()
    names, currency = _names(group), group.text("currency") or group.columns.currency
    found = (_variant(group, row, names, currency) for row in group.rows)
    return tuple(row for row in found if row["sku"] or row["options"])[:MOST]


def _variant(group: Group, row: RawRow, names: dict[str, str], currency: str) -> dict[str, Any]:
    plain = {normalise(column): str(value).strip() for column, value in row.values.items()}
    options = {names.get(place, f"option {place}"): text for place, text in _options(plain, "value")}
    chosen = {name: text[:80] for name, text in options.items() if text and text != NO_CHOICE}
    sku = next((plain[name] for name in SKUS if plain.get(name)), "")[:120]
    return {"sku": sku, "price_minor": _price(group, row, currency), "options": chosen}


def _names(group: Group) -> dict[str, str]:
    """Place -> name of an option; the export writes it in the first row only."""
    plain = [{normalise(column): str(value).strip() for column, value in row.values.items()} for row in group.rows]
    return {place: text[:40] for row in reversed(plain) for place, text in _options(row, "name") if text}


def _options(plain: dict[str, str], part: str) -> Iterator[tuple[str, str]]:
    for column, text in plain.items():
        match = _OPTION.match(column)
        if match and match[2] == part:
            yield match[1], text


def _price(group: Group, row: RawRow, currency: str) -> int | None:
    for column in group.columns.fields.get("price", ()):
        if column in row.values:
            try:
                return money.parse(Cell(row.number, column, row.values[column]).text, currency=currency)[0]
            except money.PriceError:
                return None
    return None
