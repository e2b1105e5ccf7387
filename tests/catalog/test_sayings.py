"""A selling point is written by hand in a language, rests on the product's own evidence, and outlives imports."""

import io
import json

import pytest

from accounts.models import AuditLog, Merchant
from catalog import parameters, sayings, services
from catalog.models import Product, Question, Review
from catalog.selectors import product_facts
from tests.factories import make_product


def _product(merchant: Merchant) -> Product:
    product = make_product(merchant, sku="PUMP-1")
    parameters.write(product=product, name="width", text="16 cm", by="ann")
    Review.objects.create(merchant=merchant, product=product, key="rev-1", text="It runs all day.")
    return product


def _write(product: Product, text: str, key: str = "", locale: str = "en-US", proofs: tuple[str, ...] = ()) -> str:
    return sayings.write(product=product, key=key, locale=locale, text=text, proofs=proofs, by="ann").key


def test_a_sentence_is_added_in_two_languages_with_its_proof(at_alice: Merchant) -> None:
    product = _product(at_alice)
    key = _write(product, " Runs  all day ", proofs=("rev-1", "par-width"))
    assert _write(product, "Tourne toute la journée", key, "fr-FR", ("rev-1",)) == key

    (point,) = product_facts(Product.objects.get()).selling_points
    assert (point.id, point.text) == (key, {"en-US": "Runs all day", "fr-FR": "Tourne toute la journée"})
    assert point.evidence == ("rev-1",)
    assert AuditLog.objects.filter(action="set_selling_point").count() == 2


def test_two_sentences_of_the_same_words_are_two(at_alice: Merchant) -> None:
    product = _product(at_alice)
    assert _write(product, "Runs all day") != _write(product, "Runs all day")


@pytest.mark.parametrize(
    ("text", "proofs", "words"),
    [(" ", (), "one sentence"), ("x" * 121, (), "at most 120"), ("Fine", ("rev-9",), "“rev-9” proves nothing")],
)
def test_what_cannot_be_said_is_refused(at_alice: Merchant, text: str, proofs: tuple[str, ...], words: str) -> None:
    product = _product(at_alice)
    with pytest.raises(sayings.SayingError, match=words):
        _write(product, text, proofs=proofs)
    assert product.sellingpoints.count() == 0


def test_a_sentence_is_taken_away_once(at_alice: Merchant) -> None:
    product = _product(at_alice)
    key = _write(product, "Runs all day")
    assert [sayings.remove(product=product, key=key, by="ann") for _ in range(2)] == [True, False]


def test_an_import_keeps_what_was_corrected_by_hand_and_brings_the_others(at_alice: Merchant) -> None:
    def bring(price: str) -> None:
        rows = f"sku,title,price,selling_points\nP-1,Pump,{price} EUR,Quiet at night|No cable\n"
        services.import_file(merchant=at_alice, file=io.BytesIO(rows.encode()), name="p.csv")

    bring("19.90")
    product = Product.objects.get(sku="P-1")
    _write(product, "Silent at night", "sp-1")
    bring("18.90")

    words = {row.key: row.text["en-US"] for row in product.sellingpoints.all()}
    assert words == {"sp-1": "Silent at night", "sp-2": "No cable"}


def test_an_answer_is_kept_until_a_listing_brings_another(at_alice: Merchant) -> None:
    product = _product(at_alice)
    asked = Question.objects.create(merchant=at_alice, product=product, key="q-1", question="Is it safe for fish?")
    assert sayings.answer(product=product, key="q-1", text="Yes, for all of them.", by="ann")
    assert not sayings.answer(product=product, key="q-9", text="Yes.", by="ann")
    with pytest.raises(sayings.SayingError, match="at most 300"):
        sayings.answer(product=product, key="q-1", text=" ", by="ann")

    def bring(answer: str) -> str:
        listed = json.dumps([{"id": "q-1", "question": asked.question, "answer": answer}])
        row = {"sku": product.sku, "title": "Pump", "price": f"{len(answer)}.90 EUR", "questions": listed}
        services.import_file(merchant=at_alice, file=io.BytesIO(json.dumps([row]).encode()), name="p.json")
        asked.refresh_from_db()
        return asked.answer

    assert (bring(""), bring("For most.")) == ("Yes, for all of them.", "For most.")
