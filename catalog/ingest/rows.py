"""Row groups to products: every row of a file ends ready, warned or refused, and each remark names its cell."""

import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from catalog.facts import SellingPoint
from catalog.ingest import attachments, money, offers, plain_text, quantities, specifications
from catalog.ingest.cells import Cell, Group, entries
from catalog.ingest.delimited import normalise
from catalog.ingest.dialects import ColumnMap
from catalog.ingest.records import ListedProduct, RawRow, Reading

CLEAR = "[clear]"
CLEARABLE = ("brand", "category", "description", "price", "link", "images", "tags")
TITLE_LIMIT, SKU_LIMIT, TEXT_LIMIT = 300, 120, 20_000
GROUP_LIMIT = 2000
"""Rows of one product; more than that is a group column that does not group."""
PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif|tiff?|bmp)$", re.IGNORECASE)
_URL_SPLIT = re.compile(r"[,;|\s]+(?=https?://)|[,;|\n]\s*")
_EFFECTS = frozenset({"jet", "mist", "steam", "beam", "particles", "none"})


def groups(rows: Iterable[RawRow], columns: ColumnMap) -> Iterator[tuple[RawRow, ...]]:
    """Consecutive rows of one product; without a group column every row is its own."""
    wanted = columns.dialect.group
    if not wanted:
        yield from ((row,) for row in rows)
        return

    def key(row: RawRow) -> str:
        return next((str(text) for name, text in row.values.items() if normalise(name) == wanted), f"row {row.number}")

    for _, members in itertools.groupby(rows, key=key):
        while block := tuple(itertools.islice(members, GROUP_LIMIT)):
            yield block


def readings(rows: Iterable[RawRow], columns: ColumnMap) -> Iterator[Reading]:
    """Every row group read. A SKU that came before in the same file is refused the second time."""
    seen: dict[bytes, int] = {}
    for block in groups(rows, columns):
        group = Group(block, columns)
        key = hashlib.blake2b(group.text("sku").encode() or str(block[0].number).encode(), digest_size=8).digest()
        first = seen.setdefault(key, block[0].number)
        if columns.dialect.kind != "products" or first == block[0].number:
            yield read(block, columns)
        elif columns.dialect.group and not group.text("title"):
            yield _continued(group, first)
        else:
            yield _repeated(group, first)


def read(block: tuple[RawRow, ...], columns: ColumnMap) -> Reading:
    """One row group as a product, or the reasons why it is none."""
    shown, cleared = _without_marks(block, columns)
    group = Group(shown, columns, problems=[flaw for row in block for flaw in row.flaws])
    _check_letters(group)
    product = None
    if not any(problem.severity == "refused" for problem in group.problems):
        product = _product(group) if columns.dialect.kind == "products" else _addition(group)
        product = replace(product, cleared=cleared) if product and cleared else product
    if any(problem.severity == "refused" for problem in group.problems):
        product = None
    return _reading(group, product)


def _without_marks(block: tuple[RawRow, ...], columns: ColumnMap) -> tuple[tuple[RawRow, ...], tuple[str, ...]]:
    """The rows without cells that ask for what is stored to be cleared, and the fields and parameters they stand in."""
    marked = {name for row in block for name, value in row.values.items() if value == CLEAR}
    if not marked:
        return block, ()
    shown = tuple(
        replace(row, values={name: value for name, value in row.values.items() if value != CLEAR}) for row in block
    )
    fields = [name for name in CLEARABLE if marked & set(columns.fields.get(name, ()))]
    return shown, (*fields, *sorted(quantities.slug(name) for name in marked & set(columns.attributes)))


def _check_letters(group: Group) -> None:
    """Letters that no encoding explains: refused where they name the product, else said."""
    for row in group.rows:
        for column, value in row.values.items():
            if isinstance(value, str) and "\ufffd" in value:
                naming = any(column in group.columns.fields.get(name, ()) for name in ("sku", "title", "price"))
                group.note(
                    Cell(row.number, column, value),
                    "The cell has letters that cannot be read (�): the file mixes encodings or was cut off.",
                    "Save the list once more as UTF-8 and look at this row.",
                    refused=naming,
                )


def _repeated(group: Group, first: int) -> Reading:
    sku = group.text("sku")
    group.note(
        group.first("sku"),
        f"SKU '{sku}' is already in row {first}; the first one is kept.",
        "Give every product its own SKU, or remove the repeated row.",
        refused=True,
    )
    return _reading(group, None)


def _continued(group: Group, first: int) -> Reading:
    """Rows of a product that was read before, such as the same variants priced for another market."""
    sku = group.text("sku")
    for row in group.rows:
        cell = Cell(row.number, _column(group, "sku"), sku)
        group.warn(
            cell,
            f"The row continues '{sku}' of row {first}: its pictures are added, its price is not.",
            "Upload each market's prices as a file of its own.",
        )
    return _reading(group, ListedProduct(sku=sku, images=attachments.images(group)))


def _reading(group: Group, product: ListedProduct | None) -> Reading:
    rows = group.rows
    return Reading(tuple(row.number for row in rows), product, tuple(group.problems), tuple(row.values for row in rows))


def _product(group: Group) -> ListedProduct | None:
    locale = group.text("locale").replace("_", "-")[:12]
    titles = _by_locale(group.first("title"), locale)
    sku, title = _identity(group, titles, locale)
    if not sku or not title:
        return None
    description, listed = plain_text.from_html(_in(group.first("description"), locale))
    points = attachments.selling_points(group, listed, locale)
    claims = (Cell(group.rows[0].number, _column(group, "title"), title), *_claims(group, points))
    parameters, properties = specifications.read(group, locale=locale or "en", claims=claims)
    price_minor, currency = _price(group)
    _check_type(group)
    record = group.rows[0].values
    effect, cap = _effect(group, record.get("effect"), {row.name for row in parameters})
    return ListedProduct(
        sku=sku,
        title=title,
        titles={key: text[:TITLE_LIMIT] for key, text in titles.items() if key and text != title},
        brand=group.text("brand")[:120],
        category=_category(group),
        locale=locale,
        description=description[:TEXT_LIMIT],
        price_minor=price_minor,
        currency=currency,
        link=_link(group),
        audience_tags=_tags(group),
        scene_tags=tuple(str(tag)[:40] for tag in entries(record.get("scene_tags", []))),
        in_the_box=tuple(str(item)[:200] for item in entries(record.get("in_the_box", []))),
        effect_kind=effect,
        effect_cap_parameter=cap,
        attributes=properties,
        parameters=parameters,
        selling_points=points,
        reviews=attachments.reviews(record.get("reviews")),
        questions=attachments.questions(record.get("questions")),
        search_terms=attachments.terms(record.get("search_terms")),
        images=attachments.images(group),
        offers=offers.read(group),
    )


def _identity(group: Group, titles: dict[str, str], locale: str) -> tuple[str, str]:
    """SKU and title; a missing title refuses the group, a missing SKU is made from the title with a warning."""
    title = titles.get(locale) or next(iter(titles.values()), "")
    title = plain_text.from_html(title)[0].replace("\n", " ")
    cell = group.first("sku")
    sku = cell.text if cell else ""
    if not title:
        name = f" '{group.columns.fields['title'][0]}'" if "title" in group.columns.fields else ""
        group.note(
            cell,
            f"The product has no title{f': column{name} is empty' if name else ''}.",
            "Add a column 'title' with the name buyers see.",
            refused=True,
        )
        return "", ""
    if len(title) > TITLE_LIMIT:
        group.warn(group.first("title"), f"The title has {len(title)} characters; the first {TITLE_LIMIT} are kept.")
    if not sku:
        sku = quantities.slug(title)[:SKU_LIMIT]
        if not sku:
            reason = f"The row has no SKU, and its title '{title[:40]}' has no letters to make one of."
            group.note(group.first("title"), reason, "Add a column 'sku'.", refused=True)
            return "", ""
        group.warn(group.first("title"), f"The row has no SKU; '{sku}' was made from the title.", "Add a column 'sku'.")
    if len(sku) > SKU_LIMIT or not sku.isprintable():
        group.note(
            cell,
            f"SKU '{sku[:40]}' is longer than {SKU_LIMIT} characters or not printable.",
            "Shorten it.",
            refused=True,
        )
        return "", ""
    return sku, title[:TITLE_LIMIT]


def _by_locale(cell: Cell | None, locale: str) -> dict[str, str]:
    if cell is None:
        return {}
    if isinstance(cell.value, dict):
        return {str(key): str(text).strip() for key, text in cell.value.items() if str(text).strip()}
    return {locale: cell.text}


def _in(cell: Cell | None, locale: str) -> str:
    texts = _by_locale(cell, locale)
    return texts.get(locale) or next(iter(texts.values()), "")


def _column(group: Group, name: str) -> str:
    return group.columns.fields.get(name, (name,))[0]


def _claims(group: Group, points: tuple[SellingPoint, ...]) -> Iterator[Cell]:
    column = _column(group, "bullets") if "bullets" in group.columns.fields else _column(group, "description")
    for point in points:
        yield Cell(group.rows[0].number, column, next(iter(point.text.values()), ""))


def _price(group: Group) -> tuple[int | None, str]:
    """The lowest price of the group that is not zero; an unreadable or negative one refuses the group."""
    currency = group.text("currency") or group.columns.currency
    found = []
    for cell in (*group.cells("price"), *(() if group.first("price") else group.cells("sale_price"))):
        try:
            found.append(_amount(cell, currency))
        except money.PriceError as error:
            group.note(
                cell,
                str(error),
                "Write it with digits only, such as 12.90, or with a currency, such as 12.90 EUR.",
                refused=True,
            )
            return None, ""
    above_zero = [price for price in found if price[0] > 0]
    if found and not above_zero:
        group.warn(
            group.first("price"), "The price is 0, so no video will show a price.", "Enter the price buyers pay."
        )
    return min(above_zero) if above_zero else (None, currency.upper()[:3] if len(currency) == 3 else "")


def _amount(cell: Cell, currency: str) -> tuple[int, str]:
    if isinstance(cell.value, dict) and "units" in cell.value:
        whole, nanos = int(cell.value.get("units") or 0), int(cell.value.get("nanos") or 0)
        return money.parse(f"{whole + nanos / 1e9:.4f}", currency=str(cell.value.get("currencyCode", currency)))
    return money.parse(cell.text, currency=currency)


def _check_type(group: Group) -> None:
    """A kind of product that the shop's own software does not know: its row may mean another thing than it says."""
    known = group.columns.dialect.types
    cell = (group.named("type") or group.named("Type")) if known else None
    if cell and not {part.strip().lower() for part in cell.text.split(",")} <= known:
        group.warn(
            cell,
            f"{group.columns.dialect.label} knows no product type '{cell.text[:60]}'; the row is read as simple.",
            f"Use one of {', '.join(sorted(known))}.",
        )


def _category(group: Group) -> str:
    parts = entries(group.text("category"))
    text = " ".join(str(parts[0])[:1000].split()) if parts else ""
    return re.sub(r" ?(?:>>|->|>|/) ?", " > ", text)[:200]


def _link(group: Group) -> str:
    link = group.text("link")
    return link if link.startswith(("http://", "https://")) and len(link) <= 1000 else ""


def _tags(group: Group) -> tuple[str, ...]:
    cell = group.first("tags")
    parts = cell.value if cell and isinstance(cell.value, list) else re.split(r"[,;|\n]", cell.text) if cell else []
    return tuple(dict.fromkeys(str(part).strip()[:40] for part in parts if str(part).strip()))[:20]


def _effect(group: Group, value: Any, known: set[str]) -> tuple[str, str]:
    if not isinstance(value, dict):
        return "none", ""
    kind, cap = str(value.get("kind") or "none"), str(value.get("cap_parameter") or "")
    cell = Cell(group.rows[0].number, "effect", json.dumps(value, ensure_ascii=False))
    if kind not in _EFFECTS:
        group.warn(cell, f"The effect '{kind}' is not known.", f"Use one of {', '.join(sorted(_EFFECTS))}.")
        return "none", ""
    if cap and cap not in known:
        group.warn(
            cell,
            f"The effect is limited by '{cap}', but no parameter with a unit has that name.",
            "Add the parameter; until then the effect is not shown.",
        )
        return "none", ""
    return kind, cap


def _addition(group: Group) -> ListedProduct | None:
    """A row that adds something to a product that exists: a review, a question, a search term, a picture, a title."""
    sku = group.text("sku")
    if not sku:
        group.note(
            None, "The row has no SKU, so it cannot be attached to a product.", "Fill the column 'sku'.", refused=True
        )
        return None
    row = {normalise(key): value for key, value in group.rows[0].values.items()}
    kind = group.columns.dialect.kind
    if kind == "reviews":
        reviews = attachments.reviews([group.columns.dialect.named(row)])
        if not reviews:
            group.note(
                None,
                "The review has no text.",
                "Fill the column with the buyer's words, or remove the row.",
                refused=True,
            )
        return ListedProduct(sku=sku, reviews=reviews)
    if kind == "questions":
        return ListedProduct(sku=sku, questions=attachments.questions([row]))
    if kind == "search_terms":
        return ListedProduct(sku=sku, search_terms=attachments.terms([row]))
    if kind == "translations":
        return ListedProduct(
            sku=sku,
            titles={str(row["locale"])[:12]: str(row.get("name") or "")[:TITLE_LIMIT]} if row.get("locale") else {},
        )
    if kind == "parameters":
        return _parameters(group, sku)
    return ListedProduct(sku=sku, images=attachments.images(group))


def _parameters(group: Group, sku: str) -> ListedProduct:
    """Sizes and other quantities for a product that was listed without them."""
    parameters, _ = specifications.read(group, locale=group.text("locale") or "en", claims=())
    if not parameters:
        group.note(
            None,
            f"The row of '{sku}' has no quantity with a unit.",
            "Fill a column such as 'width' with a number and its unit: 12 cm.",
            refused=True,
        )
    return ListedProduct(sku=sku, parameters=parameters)
