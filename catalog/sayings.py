"""What a person writes on a product's page: selling points with what proves them, and answers to buyers."""

from collections.abc import Collection

from django.db import transaction

from accounts.models import AuditLog
from catalog import truth
from catalog.ingest import quantities
from catalog.models import Product, SellingPoint
from catalog.signals import facts_changed

LONGEST = 120
"""Letters of a sentence; a film shows two of them."""
LONGEST_ANSWER = 300
MOST = 40
"""Selling points of one product."""


class SayingError(ValueError):
    """A sentence that cannot be kept; the message says what to write instead."""


@transaction.atomic
def write(*, product: Product, key: str, locale: str, text: str, proofs: Collection[str], by: str) -> SellingPoint:
    """Add a sentence, or correct the one of that key in this language; videos that say the old words are taken back.

    `proofs` are evidence ids of the product's own page. Raises SayingError.
    """
    text = " ".join(text.split())
    if not 0 < len(text) <= LONGEST:
        raise SayingError(f"Write one sentence of at most {LONGEST} letters.")
    if unknown := set(proofs) - truth.proofs_of(product).keys():
        raise SayingError(f"“{sorted(unknown)[0]}” proves nothing here: choose from the list.")
    point = product.sellingpoints.filter(key=key).first() if key else None
    if point is None:
        if product.sellingpoints.count() >= MOST:
            raise SayingError(f"A product keeps {MOST} sentences: take one away first.")
        point = SellingPoint(merchant_id=product.merchant_id, product=product, key=_new_key(product, text))
    point.spoken = {name: words for name, words in point.spoken.items() if name != locale}
    point.text = {**point.text, locale: text}
    point.evidence, point.by_hand = sorted(proofs), True
    point.save()
    _tell(product, by, "set_selling_point", text)
    return point


@transaction.atomic
def answer(*, product: Product, key: str, text: str, by: str) -> bool:
    """Answer a buyer's question; False when there is no such question. Raises SayingError."""
    text = " ".join(text.split())
    if not 0 < len(text) <= LONGEST_ANSWER:
        raise SayingError(f"Write an answer of at most {LONGEST_ANSWER} letters.")
    question = product.questions.filter(key=key).first()
    if question is None:
        return False
    product.questions.filter(key=key).update(answer=text)
    AuditLog.objects.create(
        merchant_id=product.merchant_id, actor=by, action="answer_question", subject=product.sku,
        reason=f"{question.question} {text}"[:300],
    )  # fmt: skip
    return True


@transaction.atomic
def remove(*, product: Product, key: str, by: str) -> bool:
    """Take a sentence away; False when there was none."""
    point = product.sellingpoints.filter(key=key).first()
    if point is None:
        return False
    words = next(iter(point.text.values()), key)
    point.delete()
    _tell(product, by, "remove_selling_point", words)
    return True


def _new_key(product: Product, text: str) -> str:
    """Told from the words, and like no other of the product."""
    stem, taken = f"sp-{quantities.slug(text)[:40] or 'own'}", set(product.sellingpoints.values_list("key", flat=True))
    return next(
        key for number in range(1, MOST + 2) if (key := stem if number == 1 else f"{stem}-{number}") not in taken
    )


def _tell(product: Product, by: str, action: str, what: str) -> None:
    AuditLog.objects.create(
        merchant_id=product.merchant_id, actor=by, action=action, subject=product.sku, reason=what[:300]
    )
    facts_changed.send(sender=Product, product_ids=[product.pk], because=f"A selling point changed: {what}")
