"""Whose export a file is, told from its columns, and which of its columns means what.

The names are data, in columns.toml: one list serves every dialect, a dialect adds only what is its own.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from catalog.ingest import unit_words
from catalog.ingest.delimited import normalise
from catalog.ingest.records import UnreadableFileError

Kind = Literal["products", "parameters", "reviews", "questions", "search_terms", "translations", "images"]

NUMBERED = re.compile(
    r"^(?P<stem>other_image_url|bullet_point|additional_image_link|image|picture|image_url|photo|product_highlight|主图|商品画像(?:url)?|추가이미지|상품이미지|bild|foto)_?\d+(?:_src|_url)?$"
)
STEMS = {"bullet_point": "bullets", "product_highlight": "bullets"}
EVIDENCE_OF_PRODUCTS = frozenset({"description", "brand", "price", "images", "details", "sale_price"})
REVIEW_TEXTS = frozenset(
    {"review", "reviews", "review_text", "review_body", "comment", "评论", "评价", "レビュー", "리뷰"}
)
IGNORED = re.compile(
    r"^(meta_|seo_|published|visib|tax_|inventory|stock|qty|quantity|in_stock|is_|backorder|download|upsell|cross_?sell|related|"
    r"position|available|discontinue|variant_(inventory|fulfil|requires|taxable|barcode|compare|tax)|gift_card|google_shopping|"
    r"price_|status|shipping|guest_|featured|new$|url_|inventories|customer_group|manage_stock|allow_customer|purchase_note|"
    r"sold_indiv|low_stock|option\d|attribute_\d|cost|compare_at|date_sale|crawl_|gtin|mpn|availability|condition|bundle_|"
    r"associated_|configurable_|up_sell|parent|grouped|button|product_photos_qty|product_(name|description)_len|reviews$|questions$|"
    r"problem$|row$|search_terms$|effect$|in_the_box$|titles$|tax$|scene_tags$|typ$|veröffentlicht|publié|publicado)"
)
"""Columns about stock, tax and shop windows: kept nowhere, because no video may speak about them."""


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """A kind of export. `marks` are columns that together give it away."""

    name: str
    label: str
    marks: frozenset[str] = frozenset()
    kind: Kind = "products"
    group: str = ""
    """Normalised column whose equal, consecutive values make one product."""
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns believed before the common ones, by field."""
    types: frozenset[str] = frozenset()
    """What the shop's column "type" may say; it is then no category."""

    def fits(self, columns: Collection[str]) -> bool:
        """Whether every mark is among the normalised columns."""
        return all(any(name in columns for name in mark.split("|")) for mark in self.marks)

    def named(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The cells of `row` under the first name of their mark: {"评论": ...} as {"review": ...}."""
        firsts = {name: mark.split("|")[0] for mark in self.marks for name in mark.split("|")}
        return {firsts.get(column, column): value for column, value in row.items()}


@dataclass(frozen=True, kw_only=True)
class ColumnMap:
    """A dialect applied to one file: which of its columns feed which field, and which are specifications."""

    dialect: Dialect
    fields: Mapping[str, tuple[str, ...]]
    """Field -> the file's own column names, best first."""
    attributes: tuple[str, ...]
    """Columns that describe the product and have no field of their own."""
    currency: str = ""
    """Of prices that name none, where the merchant said so."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Normalised column -> unit of its bare numbers, where the merchant said so."""


@cache
def aliases() -> Mapping[str, tuple[str, ...]]:
    """Field -> column names in the order in which they are believed."""
    return {name: tuple(names) for name, names in _table()["aliases"].items()}


@cache
def dialects(part: Literal["dialects", "lists"] = "dialects") -> tuple[Dialect, ...]:
    """Every known export; ``lists`` are files that only add to products that exist, asked when nothing else fits."""
    return tuple(
        Dialect(
            name=row["name"],
            label=row["label"],
            marks=frozenset(row["marks"]),
            kind=row.get("kind", "products"),
            group=row.get("group", ""),
            own={name: tuple(columns) for name, columns in row.get("own", {}).items()},
            types=frozenset(row.get("types", ())),
        )
        for row in _table()[part]
    )


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))


def known_columns() -> frozenset[str]:
    """Every column name that means something in some dialect; used to find the header row."""
    names = {alias for columns in aliases().values() for alias in columns}
    marks = {mark for dialect in (*dialects(), *dialects("lists")) for mark in dialect.marks}
    return frozenset(names.union(*(mark.split("|") for mark in marks)))


def detect(columns: Iterable[str], *, name: str) -> ColumnMap:
    """The dialect of a file with these columns. Raises UnreadableFileError naming what was found and what is needed."""
    columns = tuple(columns)
    plain = {normalise(column): column for column in reversed(columns)}
    is_priced = any(name in plain for name in (*aliases()["price"], *aliases()["sale_price"]))
    for dialect in dialects():
        if dialect.fits(plain.keys()) and not (dialect.kind == "reviews" and is_priced):
            return _mapped(dialect, columns, plain)
    generic = _mapped(Dialect(name="generic", label="columns recognised by name"), columns, plain)
    has_identity = "title" in generic.fields or "sku" in generic.fields
    if has_identity and _speaks_of_products(generic) and not _is_image_list(plain):
        return generic
    if "title" not in generic.fields and "sku" in generic.fields and any("length" in column for column in plain):
        return generic
    for dialect in dialects("lists"):
        if dialect.fits(plain.keys()):
            return _mapped(dialect, columns, plain)
    if "sku" in generic.fields and any(unit_words.NEEDS_UNIT.search(normalise(name)) for name in generic.attributes):
        return _mapped(
            Dialect(name="parameters", label="Sizes and other parameters", kind="parameters"), columns, plain
        )
    shown = ", ".join(columns[:8]) + (" …" if len(columns) > 8 else "")
    if REVIEW_TEXTS & plain.keys():
        raise UnreadableFileError(
            f"{name} looks like reviews, but no column says which product each is about: its columns are {shown}. "
            "Add a column 'sku'."
        )
    raise UnreadableFileError(
        f"{name} is no product list that we know: its columns are {shown}. "
        "A product list needs a title and an id (sku, id, handle) and a price, description or picture column."
    )


def _speaks_of_products(columns: ColumnMap) -> bool:
    """Something that is for sale has more than a name; ``id, name, image`` may be a list of categories."""
    found = EVIDENCE_OF_PRODUCTS & columns.fields.keys()
    return bool(found - {"images"}) or (bool(found) and normalise(columns.fields.get("sku", ("id",))[0]) != "id")


def _is_image_list(plain: Mapping[str, str]) -> bool:
    return set(plain) == {"sku", "image"} or ({"slug", "locale", "name"} <= plain.keys() and "price" not in plain)


def _mapped(dialect: Dialect, columns: tuple[str, ...], plain: Mapping[str, str]) -> ColumnMap:
    fields: dict[str, tuple[str, ...]] = {}
    for name, common in aliases().items():
        wanted = [alias for alias in (*dialect.own.get(name, ()), *common) if alias != "type" or not dialect.types]
        found = dict.fromkeys(plain[alias] for alias in wanted if alias in plain)
        if found:
            fields[name] = tuple(found)
    for column in columns:
        match = NUMBERED.match(normalise(column))
        if match:
            target = STEMS.get(match["stem"], "images")
            fields[target] = tuple(dict.fromkeys((*fields.get(target, ()), column)))
    used = {column for names in fields.values() for column in names}
    rest = tuple(column for column in columns if column not in used and not IGNORED.match(normalise(column)))
    return ColumnMap(dialect=dialect, fields=fields, attributes=rest)
