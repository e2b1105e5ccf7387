"""Listed products written in bulk: a handful of statements a chunk; the same chunk twice changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import Merchant
from catalog import evidence
from catalog.facts import Parameter as ParameterFact
from catalog.ingest.records import ListedProduct
from catalog.models import Evidence, Parameter, Product, Question, Review, SearchTerm, SellingPoint

KEPT = (
    "title",
    "titles",
    "brand",
    "category",
    "locale",
    "description",
    "price_minor",
    "currency",
    "link",
    "audience_tags",
    "scene_tags",
    "in_the_box",
    "effect_kind",
    "effect_cap_parameter",
    "attributes",
)
"""Product fields that a listing may change; a blank one keeps what was there."""
DEFAULT_LOCALE = "en-US"

Touched = Sequence[tuple[int, ListedProduct]]
"""Rows that were stored, with the primary keys of their products."""


@dataclass(frozen=True)
class Stored:
    """What a chunk did, and the products it was about."""

    added: int
    changed: int
    same: int
    products: Mapping[str, int]
    """SKU -> primary key, for every SKU of the chunk that exists now."""
    touched: Sequence[int] = ()
    """Products that existed and were changed or added to."""


def store(merchant: Merchant, listed: Sequence[ListedProduct]) -> Stored:
    """Write a chunk inside the caller's transaction. Listings without a title add to products that exist."""
    whole = [row for row in listed if row.title]
    hashes = {row.sku: row.content_hash() for row in whole}
    known = {row.sku: row for row in Product.objects.filter(merchant=merchant, sku__in={row.sku for row in listed})}
    new = [row for row in whole if row.sku not in known]
    changed = [row for row in whole if row.sku in known and known[row.sku].content_hash != hashes[row.sku]]
    _create(merchant, new, hashes)
    _change(known, changed, hashes)
    products = dict(
        Product.objects.filter(merchant=merchant, sku__in={row.sku for row in listed}).values_list("sku", "pk")
    )
    additions = [row for row in listed if not row.title and row.sku in products]
    _add_titles(known, additions)
    touched = [(products[row.sku], row) for row in (*new, *changed, *additions)]
    _store_rows(merchant, touched)
    older = tuple(products[row.sku] for row in (*changed, *additions))
    return Stored(len(new), len(changed), len(whole) - len(new) - len(changed), products, older)


def _create(merchant: Merchant, rows: Sequence[ListedProduct], hashes: Mapping[str, str]) -> None:
    Product.objects.bulk_create(
        [
            Product(
                merchant=merchant,
                sku=row.sku,
                content_hash=hashes[row.sku],
                **{name: value for name, value in _fields(row).items() if value or name == "titles"},
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["merchant", "sku"],
        update_fields=["content_hash", *KEPT],
    )


def _change(known: Mapping[str, Product], rows: Sequence[ListedProduct], hashes: Mapping[str, str]) -> None:
    for row in rows:
        product = known[row.sku]
        for name, value in _fields(row).items():
            if value:
                setattr(product, name, value)
        product.content_hash, product.updated = hashes[row.sku], timezone.now()
    Product.objects.bulk_update(
        [known[row.sku] for row in rows], [*KEPT, "image_urls", "content_hash", "updated"], batch_size=200
    )


def _fields(row: ListedProduct) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in KEPT}
    lists = ("audience_tags", "scene_tags", "in_the_box")
    return {name: list(value) if name in lists else value for name, value in values.items()} | {
        "effect_kind": row.effect_kind if row.effect_kind != "none" else "",
    }


def _add_titles(known: Mapping[str, Product], rows: Sequence[ListedProduct]) -> None:
    changed = []
    for row in rows:
        if row.titles:
            known[row.sku].titles = {**known[row.sku].titles, **row.titles}
            changed.append(known[row.sku])
    Product.objects.bulk_update(changed, ["titles"], batch_size=200)


def _store_rows(merchant: Merchant, touched: Touched) -> None:
    """Everything that hangs on the products; parameters that a listing no longer has are removed with it."""
    _delete_missing([(pk, row) for pk, row in touched if row.title and row.parameters])
    _upsert(Parameter, ("product", "name"), _parameters(merchant, touched))
    _upsert(SellingPoint, ("product", "key"), _selling_points(merchant, touched))
    _upsert(Review, ("product", "key"), _reviews(merchant, touched))
    questions = [
        Question(merchant=merchant, product_id=pk, key=item.id, question=item.question, answer=item.answer)
        for pk, row in touched
        for item in row.questions
    ]
    _upsert(Question, ("product", "key"), questions)
    terms = [
        SearchTerm(merchant=merchant, product_id=pk, term=item.term, impressions=item.impressions, clicks=item.clicks)
        for pk, row in touched
        for item in row.search_terms
    ]
    _upsert(SearchTerm, ("product", "term"), terms)
    # Evidence is append-only (the database grants no update): what a review said once stays said.
    Evidence.objects.bulk_create(_mined(merchant, touched), ignore_conflicts=True, batch_size=1000)


def _parameters(merchant: Merchant, touched: Touched) -> list[Parameter]:
    return [
        Parameter(
            merchant=merchant,
            product_id=pk,
            name=item.name,
            value=item.value,
            unit=item.unit,
            bound=item.bound,
            lower=item.lower,
            tolerance=item.tolerance,
            source=item.source,
            how_it_may_look=item.how_it_may_look,
        )
        for pk, row in touched
        for item in row.parameters
    ]


def _selling_points(merchant: Merchant, touched: Touched) -> list[SellingPoint]:
    return [
        SellingPoint(
            merchant=merchant,
            product_id=pk,
            key=item.id,
            text=dict(item.text),
            spoken=dict(item.spoken),
            evidence=list(item.evidence),
        )
        for pk, row in touched
        for item in row.selling_points
    ]


def _reviews(merchant: Merchant, touched: Touched) -> list[Review]:
    return [
        Review(
            merchant=merchant,
            product_id=pk,
            key=item.key,
            text=item.text,
            rating=item.rating,
            lang=item.lang,
            date=item.date or None,
        )
        for pk, row in touched
        for item in row.reviews
    ]


def _delete_missing(listing: Sequence[tuple[int, ListedProduct]]) -> None:
    wanted = {(pk, item.name) for pk, row in listing for item in row.parameters}
    listed = Parameter.objects.filter(product__in=[pk for pk, _ in listing], by_hand=False)
    rows = listed.values_list("pk", "product_id", "name")
    gone = [pk for pk, product, name in rows if (product, name) not in wanted]
    if gone:
        Parameter.objects.filter(pk__in=gone).delete()


def _upsert(model: type[models.Model], unique: tuple[str, str], rows: Iterable[Any]) -> None:
    """Insert, or update what has the same key; of two rows with one key the last is written."""
    by_key = {tuple(getattr(row, f"{name}_id" if name == "product" else name) for name in unique): row for row in rows}
    if not by_key:
        return
    fields = [
        field.name
        for field in model._meta.concrete_fields
        if field.name not in (*unique, "id", "merchant", "public_id", "created")
    ]
    manager: models.Manager[Any] = model._default_manager
    manager.bulk_create(
        by_key.values(), update_conflicts=True, unique_fields=list(unique), update_fields=fields, batch_size=1000
    )


def _mined(merchant: Merchant, touched: Sequence[tuple[int, ListedProduct]]) -> Iterable[Evidence]:
    """Evidence out of reviews and questions, against the parameters as they are stored now."""
    speaking = {pk for pk, row in touched if row.reviews or row.questions}
    parameters: dict[int, list[ParameterFact]] = {pk: [] for pk in speaking}
    for item in Parameter.objects.filter(product__in=speaking):
        fact = ParameterFact(
            id=f"par-{item.name}",
            name=item.name,
            value=item.value,
            unit=item.unit,
            bound=item.bound,  # type: ignore[arg-type]  # choices
            lower=item.lower,
            tolerance=item.tolerance,
        )
        parameters[item.product_id].append(fact)
    for pk, row in touched:
        locale = row.locale or DEFAULT_LOCALE
        for review in row.reviews:
            found = evidence.mentions(review.text, parameters[pk], locale=review.lang or locale, about=review.about)
            kind = Evidence.Kind.REFUND if review.refund_reason == "not_as_described" else Evidence.Kind.REVIEW
            yield from _evidence(merchant, pk, (review.key, review.text, kind), found)
        for question in row.questions:
            text = f"{question.question}\n{question.answer}".strip()
            # A question asks, it does not measure: only the answer says something.
            found = evidence.mentions(question.answer, parameters[pk], locale=locale)
            yield from _evidence(merchant, pk, (question.id, text, Evidence.Kind.QUESTION), found)


def _evidence(
    merchant: Merchant, product: int, said: tuple[str, str, Evidence.Kind], found: Sequence[evidence.Mention]
) -> Iterable[Evidence]:
    """The first mention keeps the review's own id, so that claims which cite the review cite its evidence."""
    key, text, kind = said
    for index, mention in enumerate(found):
        yield Evidence(
            merchant=merchant,
            product_id=product,
            key=key if index == 0 else f"{key}-{mention.parameter}"[:120],
            kind=kind,
            parameter=mention.parameter,
            stance=mention.stance,
            value=mention.value,
            unit=mention.unit,
            text=text,
            source=key,
        )
