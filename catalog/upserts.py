"""Listed products written in bulk: a handful of statements a chunk; the same chunk twice changes nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model

from accounts.models import Merchant
from catalog import bulk, evidence, selectors
from catalog.facts import Parameter as ParameterFact
from catalog.ingest.records import ListedProduct
from catalog.models import Evidence, Parameter, Product, Question, Review, SearchTerm, SellingPoint

TEXTS = (
    "title", "brand", "category", "locale", "description", "currency", "link", "effect_kind", "effect_cap_parameter",
)  # fmt: skip
OBJECTS = ("titles", "attributes")
LISTS = ("audience_tags", "scene_tags", "in_the_box", "offers")
DEFAULT_LOCALE = "en-US"
DEFAULTS = {
    "locale": f"coalesce(nullif(locale, ''), '{DEFAULT_LOCALE}')",
    "effect_kind": "coalesce(nullif(effect_kind, ''), 'none')",
    "image_urls": "coalesce(image_urls, '[]')",
}
"""What a new product has where its listing is blank."""
COLUMNS = ("id", "sku", "content_hash", *TEXTS, "price_minor", *OBJECTS, *LISTS, "image_urls")
"""Product columns that a listing fills; a blank cell keeps what was there."""

Touched = Sequence[tuple[int, ListedProduct]]
"""Rows that were stored, with the primary keys of their products."""


@dataclass(frozen=True)
class Stored:
    """What a chunk did, and the products it was about."""

    added: int
    changed: int
    same: int
    touched: Sequence[int] = ()
    """Products that existed and were changed or added to."""


@dataclass(frozen=True)
class _Known:
    """A product as it is stored, as far as an import has to know."""

    pk: int
    content_hash: str
    image_urls: list[str]


def store(merchant: Merchant, listed: Sequence[ListedProduct], *, elsewhere: Mapping[str, list[str]]) -> Stored:
    """Write a chunk inside the caller's transaction. Listings without a title add to products that exist.

    `elsewhere` are the pictures by SKU that the listing names and that are not at hand.
    """
    known = _known(merchant, {row.sku for row in listed})
    whole = {row.sku: row for row in listed if row.title}
    hashes = {sku: row.content_hash() for sku, row in whole.items()}
    new = [row for sku, row in whole.items() if sku not in known]
    changed = [row for sku, row in whole.items() if sku in known and known[sku].content_hash != hashes[sku]]
    moved = [row for sku, row in whole.items() if sku in known and _has_moved(row, known[sku], elsewhere)]
    moved = [row for row in moved if known[row.sku].content_hash == hashes[row.sku]]
    written = _write(merchant, known, [*new, *changed, *moved], hashes, elsewhere)
    keys = {sku: row.pk for sku, row in known.items()} | written
    additions = [row for row in listed if not row.title and row.sku in keys]
    _add(keys, additions, elsewhere)
    old = [(known[row.sku].pk, row) for row in (*changed, *additions) if row.sku in known]
    fresh = [(written[row.sku], row) for row in (*new, *additions) if row.sku in written]
    _store_rows(merchant, fresh, old)
    _clear([(pk, row) for pk, row in old if row.cleared])
    return Stored(len(new), len(changed), len(whole) - len(new) - len(changed), tuple(pk for pk, _ in old))


def _has_moved(row: ListedProduct, known: _Known, elsewhere: Mapping[str, list[str]]) -> bool:
    """Whether pictures that were only named are at hand now, or the other way round."""
    return bool(row.images) and known.image_urls != elsewhere.get(row.sku, [])


def _known(merchant: Merchant, skus: set[str]) -> dict[str, _Known]:
    rows = Product.objects.filter(merchant=merchant, sku__in=skus)
    return {sku: _Known(*rest) for sku, *rest in rows.values_list("sku", "pk", "content_hash", "image_urls")}


def _write(
    merchant: Merchant,
    known: Mapping[str, _Known],
    rows: Sequence[ListedProduct],
    hashes: Mapping[str, str],
    elsewhere: Mapping[str, list[str]],
) -> dict[str, int]:
    """Insert or update products; returns the primary keys of the new ones by SKU."""
    if not rows:
        return {}
    staged = bulk.stage(Product, COLUMNS, (_product(row, known.get(row.sku), hashes, elsewhere) for row in rows))
    names = COLUMNS[1:]
    values = ", ".join(DEFAULTS.get(name, name) for name in names)
    with connection.cursor() as cursor:
        if any(row.sku in known for row in rows):
            cursor.execute(
                f"update catalog_product p set {_kept_or_new()}, updated = now()"  # noqa: S608  # names of our columns
                f" from {staged} i where p.id = i.id"
            )
        cursor.execute(
            f"insert into catalog_product (merchant_id, public_id, created, updated, {', '.join(names)})"  # noqa: S608  # ours
            f" select %s, gen_random_uuid(), now(), now(), {values} from {staged} where id is null"
            " on conflict (merchant_id, sku) do update set content_hash = excluded.content_hash returning sku, id",
            [merchant.pk],
        )
        return dict(cursor.fetchall())


def _kept_or_new() -> str:
    """SET clause in which a blank value keeps what was there."""
    kept = [f"{name} = coalesce(nullif(i.{name}, ''), p.{name})" for name in ("content_hash", *TEXTS)]
    kept += [f"{name} = case when i.{name} = '{{}}' then p.{name} else i.{name} end" for name in OBJECTS]
    kept += [f"{name} = case when i.{name} = '[]' then p.{name} else i.{name} end" for name in LISTS]
    kept += [f"{name} = coalesce(i.{name}, p.{name})" for name in ("price_minor", "image_urls")]
    return ", ".join(kept)


def _product(
    row: ListedProduct, known: _Known | None, hashes: Mapping[str, str], elsewhere: Mapping[str, list[str]]
) -> bulk.Row:
    effect = "" if row.effect_kind == "none" else row.effect_kind
    texts = [effect if name == "effect_kind" else getattr(row, name) for name in TEXTS]
    objects = [bulk.as_json(dict(getattr(row, name))) for name in OBJECTS]
    lists = [bulk.as_json(list(getattr(row, name))) for name in LISTS]
    pictures = bulk.as_json(elsewhere.get(row.sku, [])) if row.images else None
    start = (known.pk if known else None, row.sku, hashes[row.sku])
    return (*start, *texts, row.price_minor, *objects, *lists, pictures)


CLEARED: dict[str, dict[str, Any]] = {
    "brand": {"brand": ""}, "category": {"category": ""}, "description": {"description": ""}, "link": {"link": ""},
    "price": {"price_minor": None}, "images": {"image_urls": []}, "tags": {"audience_tags": []},
}  # fmt: skip
"""What a field is when its cell says so explicitly."""


def _clear(rows: Touched) -> None:
    """Empty what a listing asks to be emptied; what a person entered by hand stays."""
    by_fields: dict[tuple[str, ...], list[int]] = {}
    for pk, row in rows:
        by_fields.setdefault(row.cleared, []).append(pk)
    for names, products in by_fields.items():
        values = {column: value for name in names for column, value in CLEARED.get(name, {}).items()}
        named = [name for name in names if name not in CLEARED]
        found = Product.objects.filter(pk__in=products)
        if values:
            found.update(**values)
        if named:
            Parameter.objects.filter(product__in=products, name__in=named, by_hand=False).delete()
            for product in found:
                kept = {name: value for name, value in product.attributes.items() if name not in named}
                found.filter(pk=product.pk).update(attributes=kept)


def _add(keys: Mapping[str, int], rows: Sequence[ListedProduct], elsewhere: Mapping[str, list[str]]) -> None:
    """Titles in further locales and further pictures of products that exist."""
    wanted = {keys[row.sku] for row in rows if row.titles or elsewhere.get(row.sku)}
    titles: dict[str, dict[str, str]] = {}
    for row in rows:
        titles.setdefault(row.sku, {}).update(row.titles)
    products = list(Product.objects.filter(pk__in=wanted))
    for product in products:
        product.titles = {**product.titles, **titles[product.sku]}
        product.image_urls = list(dict.fromkeys([*product.image_urls, *elsewhere.get(product.sku, [])]))
    Product.objects.bulk_update(products, ["titles", "image_urls"], batch_size=500)


KEPT: dict[type[Model], str] = {
    Parameter: "not catalog_parameter.by_hand",
    SellingPoint: "not catalog_sellingpoint.by_hand",
    Question: "excluded.answer <> ''",
}
"""When a listing's row replaces the stored one: not what a person wrote, and no answer by none."""


def _store_rows(merchant: Merchant, new: Touched, old: Touched) -> None:
    """Everything that hangs on the products; parameters that a listing no longer has are removed with it.

    What a person entered by hand stays: the check has said where the list disagrees.
    """
    _delete_missing([(pk, row) for pk, row in old if row.title and row.parameters])
    touched = (*new, *old)
    for model, unique, columns, rows in (
        (Parameter, "name", PARAMETER, list(_parameters(touched))),
        (SellingPoint, "key", ("key", "text", "spoken", "evidence"), list(_selling_points(touched))),
        (Review, "key", ("key", "text", "rating", "lang", "date"), list(_reviews(touched))),
        (Question, "key", ("key", "question", "answer"), list(_questions(touched))),
        (SearchTerm, "term", ("term", "impressions", "clicks"), list(_terms(touched))),
    ):
        by_list = KEPT.get(model, "true")
        bulk.upsert(
            model, ("product_id", unique), ("product_id", *columns), rows, merchant_id=merchant.pk, overwrite=by_list
        )
    # Evidence is append-only (the database grants no update): what a review said once stays said.
    columns = ("product_id", "key", "kind", "parameter", "stance", "value", "unit", "text", "source")
    mined = list(_mined(touched))
    bulk.upsert(Evidence, ("product_id", "key"), columns, mined, merchant_id=merchant.pk, overwrite="false")


PARAMETER = ("name", "value", "unit", "bound", "lower", "tolerance", "source", "how_it_may_look", "by_hand")


def _parameters(touched: Touched) -> Iterator[bulk.Row]:
    for pk, row in touched:
        for item in row.parameters:
            yield (
                pk, item.name, item.value, item.unit, item.bound, item.lower, item.tolerance, item.source,
                item.how_it_may_look, False,
            )  # fmt: skip


def _selling_points(touched: Touched) -> Iterator[bulk.Row]:
    for pk, row in touched:
        for item in row.selling_points:
            yield (
                pk,
                item.id,
                *(bulk.as_json(value) for value in (dict(item.text), dict(item.spoken), list(item.evidence))),
            )


def _reviews(touched: Touched) -> Iterator[bulk.Row]:
    for pk, row in touched:
        for item in row.reviews:
            yield pk, item.key, item.text, item.rating, item.lang, item.date or None


def _questions(touched: Touched) -> Iterator[bulk.Row]:
    for pk, row in touched:
        for item in row.questions:
            yield pk, item.id, item.question, item.answer


def _terms(touched: Touched) -> Iterator[bulk.Row]:
    for pk, row in touched:
        for item in row.search_terms:
            yield pk, item.term, item.impressions, item.clicks


def _delete_missing(listing: Touched) -> None:
    if not listing:
        return
    wanted = {(pk, item.name) for pk, row in listing for item in row.parameters}
    listed = Parameter.objects.filter(product__in=[pk for pk, _ in listing], by_hand=False)
    rows = listed.values_list("pk", "product_id", "name")
    gone = [pk for pk, product, name in rows if (product, name) not in wanted]
    if gone:
        Parameter.objects.filter(pk__in=gone).delete()


def _mined(touched: Touched) -> Iterator[bulk.Row]:
    """Evidence out of reviews and questions, against the parameters as they are stored now."""
    speaking = {pk for pk, row in touched if row.reviews or row.questions}
    parameters = _facts(speaking) if speaking else {}
    for pk, row in touched:
        locale = row.locale or DEFAULT_LOCALE
        for review in row.reviews:
            found = evidence.mentions(review.text, parameters[pk], locale=review.lang or locale, about=review.about)
            kind = Evidence.Kind.REFUND if review.refund_reason == "not_as_described" else Evidence.Kind.REVIEW
            yield from _evidence(pk, (review.key, review.text, kind), found)
        for question in row.questions:
            text = f"{question.question}\n{question.answer}".strip()
            # A question asks, it does not measure: only the answer says something.
            found = evidence.mentions(question.answer, parameters[pk], locale=locale)
            yield from _evidence(pk, (question.id, text, Evidence.Kind.QUESTION), found)


def _facts(products: set[int]) -> dict[int, list[ParameterFact]]:
    found: dict[int, list[ParameterFact]] = {pk: [] for pk in products}
    for item in Parameter.objects.filter(product__in=products):
        found[item.product_id].append(selectors.parameter(item))
    return found


def _evidence(pk: int, said: tuple[str, str, str], found: Sequence[evidence.Mention]) -> Iterable[bulk.Row]:
    """The first mention keeps the review's own id, so that claims which cite the review cite its evidence."""
    key, text, kind = said
    for index, mention in enumerate(found):
        own = key if index == 0 else f"{key}-{mention.parameter}"[:120]
        yield pk, own, kind, mention.parameter[:80], mention.stance, mention.value, mention.unit, text, key
