"""A file from upload to facts: judged first, stored once, resumed after a crash, seen by its merchant alone."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image as PillowImage
from PIL import ImageDraw

from accounts import tenancy
from accounts.models import Merchant
from catalog import parameters, selectors, services, sources, tasks, upserts
from catalog.facts import ProductFacts
from catalog.models import Evidence, Image, Import, ImportProblem, Parameter, Product, Review

PUMP: dict[str, Any] = {
    "sku": "P-1",
    "title": {"en-US": "Fountain pump", "fr-FR": "Pompe"},
    "locale": "en-US",
    "price": 24.9,
    "currency": "USD",
    "parameters": [
        {"name": "spray_height", "value": 0.45, "unit": "m", "bound": "max", "tolerance": 0.1, "source": "bench"},
        {"name": "water_temperature", "value": [5, 40], "unit": "degC", "bound": "range"},
        {"name": "wood", "value": "beech", "unit": None},
    ],
    "selling_points": [
        {
            "id": "sp-high",
            "text": {"en-US": "Up to 45 cm high"},
            "spoken": {"en-US": "It rises."},
            "evidence": ["rev-1"],
        }
    ],
    "reviews": [
        {"id": "rev-1", "rating": 2, "text": "Only sprays 20 cm.", "date": "2026-05-01"},
        {"id": "rev-2", "rating": 5, "text": "Pretty.", "lang": "en-US"},
    ],
    "questions": [{"id": "qa-1", "question": "Does it reach 90 cm?", "answer": "No, the spray reaches 45 cm."}],
    "search_terms": [{"term": "bird bath", "impressions": 100, "clicks": 7}],
    "effect": {"kind": "jet", "cap_parameter": "spray_height"},
    "audience_tags": ["family"],
    "scene_tags": ["garden"],
    "in_the_box": ["Pump"],
}


def import_text(merchant: Merchant, text: str, name: str = "list.csv", **options: Any) -> Import:
    return services.import_file(merchant=merchant, file=io.BytesIO(text.encode()), name=name, **options)


def many(count: int) -> str:
    return "sku,title,price\n" + "".join(f"S-{index},Thing {index},{index + 1}\n" for index in range(count))


def test_facts_say_what_the_file_said(at_alice: Merchant) -> None:
    batch = import_text(at_alice, json.dumps(PUMP) + "\n", "products.jsonl")
    facts = selectors.product_facts(selectors.products_of(at_alice).get())
    assert (batch.state, batch.dialect, batch.rows, batch.ready, batch.added) == ("done", "vitrine", 1, 1, 1)
    assert ProductFacts.from_json(facts.to_json()) == facts
    assert (facts.title, facts.price_minor, facts.currency) == (PUMP["title"], 2490, "USD")
    assert facts.effect_cap() == facts.parameter("spray_height")
    assert [(row.name, row.bound, row.lower, row.value, row.unit) for row in facts.parameters] == [
        ("spray_height", "max", None, 0.45, "m"),
        ("water_temperature", "range", 5.0, 40.0, "degC"),
    ]
    assert [(row.id, row.text) for row in facts.statements] == [("par-wood", "beech")]
    assert facts.selling_points[0].spoken_in("en-US") == "It rises."
    assert facts.scene_tags == ("garden",)


def test_reviews_become_evidence_for_and_against(at_alice: Merchant) -> None:
    import_text(at_alice, json.dumps(PUMP) + "\n", "products.jsonl")
    facts = selectors.product_facts(selectors.products_of(at_alice).get())
    assert [(row.id, row.parameter, row.stance, row.value, row.unit, row.rating) for row in facts.evidence] == [
        ("rev-1", "spray_height", "contradicts", 20, "cm", 2),
        ("qa-1", "spray_height", "supports", 45, "cm", None),
        ("rev-2", "", "neutral", None, "", 5),
    ]


def test_the_same_file_twice_changes_nothing(at_alice: Merchant) -> None:
    text = json.dumps(PUMP) + "\n"
    import_text(at_alice, text, "products.jsonl")
    version = selectors.product_facts(Product.objects.get()).version
    again = import_text(at_alice, text, "products.jsonl")
    assert (again.added, again.changed, again.same) == (0, 0, 1)
    assert selectors.product_facts(Product.objects.get()).version == version
    assert [model.objects.count() for model in (Product, Parameter, Review, Evidence)] == [1, 2, 2, 2]


def test_a_product_is_found_by_the_sku_of_a_variant(at_alice: Merchant) -> None:
    head = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
    rows = "pot,Clay pot,Size,S,POT-S,9\npot,,,L,POT-L,15\n"
    import_text(at_alice, head + rows)
    assert import_text(at_alice, head + rows).same == 1
    assert import_text(at_alice, head + rows.replace(",15", ",17")).changed == 1
    pot = Product.objects.get(selectors.sold_as("POT-L"))
    assert (pot.sku, pot.price_minor, pot.offers[1]["price_minor"]) == ("pot", 900, 1700)
    assert [row.sku for row in Product.objects.filter(selectors.matching("POT-S"))] == ["pot"]


def test_a_changed_row_updates_and_blank_cells_keep(at_alice: Merchant) -> None:
    import_text(at_alice, "sku,title,brand,price,height\nA,Mug,Rill,5 EUR,10 cm\n")
    batch = import_text(at_alice, "sku,title,brand,price,height\nA,Big mug,,6 EUR,12 cm\n")
    product = Product.objects.get()
    assert (batch.added, batch.changed, batch.same) == (0, 1, 0)
    assert (product.title, product.brand, product.price_minor) == ("Big mug", "Rill", 600)
    assert [(row.name, row.value) for row in product.parameters.all()] == [("height", 12)]


def test_every_row_is_counted_once(at_alice: Merchant) -> None:
    text = "sku,title,price\nA,Mug,5\nB,,5\nC,Cup,x\nD,Pot,0\n"
    batch = import_text(at_alice, text)
    assert (batch.rows, batch.ready, batch.warned, batch.refused) == (4, 1, 1, 2)
    assert list(Product.objects.values_list("sku", flat=True)) == ["A", "D"]
    assert [str(problem) for problem in selectors.import_problems(batch)] == [
        "Row 3: The product has no title: column 'title' is empty.",
        "Row 4: Price 'x' is not a number.",
        "Row 5: The price is 0, so no video will show a price.",
    ]


def test_the_dry_run_stores_nothing(at_alice: Merchant) -> None:
    batch = services.keep(merchant=at_alice, file=io.BytesIO(many(3).encode()), name="list.csv")
    batch = services.check_import(batch=batch)
    assert (batch.state, batch.rows, batch.ready, batch.done) == ("checked", 3, 3, 0)
    assert batch.detected == "columns recognised by name, CSV (comma-separated, utf-8)"
    assert Product.objects.count() == 0


def test_an_import_goes_on_where_it_broke(at_alice: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "CHUNK", 10)
    batch = services.keep(merchant=at_alice, file=io.BytesIO(many(35).encode()), name="list.csv")
    batch = services.check_import(batch=batch)
    store, calls = upserts.store, []

    def breaks_at_the_third(*arguments: Any, **options: Any) -> upserts.Stored:
        calls.append(1)
        if len(calls) == 3:
            raise OSError("the disk is full")
        return store(*arguments, **options)

    monkeypatch.setattr(upserts, "store", breaks_at_the_third)
    with pytest.raises(OSError, match="disk is full"):
        services.run_import(batch=batch)
    batch.refresh_from_db()
    assert (batch.state, batch.done, Product.objects.count()) == ("running", 20, 20)
    batch = services.run_import(batch=batch)
    assert (batch.state, batch.done, batch.added, Product.objects.count()) == ("done", 35, 35, 35)


def test_a_finished_import_does_not_run_again(at_alice: Merchant) -> None:
    batch = import_text(at_alice, many(1))
    with pytest.raises(
        services.ImportStopped, match=r"Import list.csv is done; only a checked or interrupted one can run."
    ):
        services.run_import(batch=batch)


def test_confirming_twice_starts_once(at_alice: Merchant) -> None:
    batch = services.check_import(
        batch=services.keep(merchant=at_alice, file=io.BytesIO(many(1).encode()), name="l.csv")
    )
    assert [services.confirm(batch=batch), services.confirm(batch=batch)] == [True, False]


def test_the_tasks_check_and_then_store(at_alice: Merchant) -> None:
    batch = services.receive(merchant=at_alice, file=ContentFile(many(2).encode(), name="list.csv"))
    tasks.import_batch(at_alice.pk, batch.pk)
    assert Product.objects.count() == 0
    tasks.check_batch(at_alice.pk, batch.pk)
    services.confirm(batch=batch)
    tasks.import_batch(at_alice.pk, batch.pk)
    batch.refresh_from_db()
    assert (batch.state, Product.objects.count()) == ("done", 2)


def test_a_file_that_is_not_understood_fails_with_its_reason(at_alice: Merchant) -> None:
    batch = import_text(at_alice, "", "empty.csv")
    assert (batch.state, batch.error) == (
        "failed",
        "empty.csv is empty. Export the list again and check that it has rows.",
    )
    batch = import_text(at_alice, "sku,title,price\n", "header.csv")
    assert batch.error == "header.csv has a header but no rows. Export the list again with its products."


def test_reviews_wait_for_their_product(at_alice: Merchant) -> None:
    reviews = "sku,rating,text\nP-1,1,It only sprays 15 cm\nX-9,5,Nice\n"
    early = import_text(at_alice, reviews, "reviews.csv")
    assert (early.ready, early.refused) == (0, 2)
    assert selectors.import_problems(early)[0].reason == "No product has the SKU 'P-1'."
    import_text(at_alice, json.dumps(PUMP) + "\n", "products.jsonl")
    late = import_text(at_alice, reviews, "reviews.csv")
    assert (late.ready, late.refused, Review.objects.count()) == (1, 1, 3)
    assert Evidence.objects.filter(stance="contradicts", value=15).count() == 1


def test_refused_rows_come_back_with_their_reason(at_alice: Merchant) -> None:
    batch = import_text(at_alice, 'sku,title,price\nA,Mug,5\nB,"=cmd()",x\n')
    lines = list(selectors.bad_rows_csv(services.refused_rows(batch), list(selectors.import_problems(batch))))
    assert [line.strip() for line in lines] == [
        "problem,row,sku,title,price",
        "\"Price 'x' is not a number. "
        'Write it with digits only, such as 12.90, or with a currency, such as 12.90 EUR."'
        ",3,B,'=cmd(),x",
    ]


def test_bob_sees_nothing_of_alices_import(alice: Merchant, bob: Merchant) -> None:
    batch = import_text(alice, "sku,title,price\nA,Mug,5\nB,,5\n")
    with tenancy.merchant_context(bob.pk):
        assert [model.objects.count() for model in (Product, Import, ImportProblem)] == [0, 0, 0]
    tasks.import_batch(bob.pk, batch.pk)
    with tenancy.merchant_context(bob.pk):
        assert Product.objects.count() == 0


def test_pictures_beside_the_list_are_attached_with_cut_out_and_scale(at_alice: Merchant, tmp_path: Path) -> None:
    photo = PillowImage.new("RGB", (640, 640), (250, 250, 250))
    ImageDraw.Draw(photo).ellipse((160, 120, 480, 560), fill=(20, 90, 60))
    photo.save(tmp_path / "Mug Green.jpg")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    text = (
        "sku,title,price,diameter,image\n"
        "A,Mug,5,8 cm,https://shop.example/p/Mug%20Green.jpg?v=1\n"
        "B,Cup,5,8 cm,broken.jpg\n"
        "C,Pot,5,8 cm,absent.jpg\n"
        "D,Jar,5,8 cm,https://shop.example/jar.jpg\n"
    )
    batch = import_text(at_alice, text, images=tmp_path)
    assert (batch.ready, batch.warned, batch.refused, batch.pictures) == (2, 2, 0, 1)
    assert [problem.reason for problem in selectors.import_problems(batch)] == [
        "Picture broken.jpg cannot be opened: Truncated File Read. Export it again.",
        "Picture 'absent.jpg' is not beside the list.",
    ]
    assert Product.objects.get(sku="D").image_urls == ["https://shop.example/jar.jpg"]
    image = selectors.product_facts(Product.objects.get(sku="A")).packshot()
    assert image is not None
    assert (image.width, image.height, image.role) == (640, 640, "packshot")
    assert image.metres_per_pixel == pytest.approx(0.08 / 320, rel=0.02)
    assert image.base_px == pytest.approx((320, 556), abs=8)
    with PillowImage.open(Image.objects.get().cutout.open("rb")) as cut:
        assert cut.mode == "RGBA"
        assert [cut.getpixel(point)[3] for point in ((10, 10), (320, 340))] == [0, 255]
    again = import_text(at_alice, text, images=tmp_path)
    assert (again.same, again.pictures, Image.objects.count()) == (4, 0, 1)


def test_corrected_rows_are_uploaded_as_they_came_back(at_alice: Merchant) -> None:
    batch = import_text(at_alice, 'sku,title,price,height\nA,Mug,5,9 cm\nB,"=1+1 cup",x,8 cm\n,,7,\n')
    lines = "".join(selectors.bad_rows_csv(services.refused_rows(batch), list(selectors.import_problems(batch))))
    again = import_text(at_alice, lines.replace(",x,", ",6.50,"), "rows-to-correct.csv")
    assert (again.rows, again.ready, again.refused, again.added) == (2, 1, 1, 1)
    cup = Product.objects.get(sku="B")
    assert (cup.title, cup.price_minor, cup.attributes) == ("=1+1 cup", 650, {})
    assert [(row.name, row.value) for row in cup.parameters.all()] == [("height", 8)]


def test_nested_values_survive_the_way_through_the_corrections(at_alice: Merchant) -> None:
    broken = {
        "sku": "P-9",
        "title": "Pump",
        "price": "much",
        "parameters": PUMP["parameters"][:1],
        "reviews": PUMP["reviews"],
    }
    batch = import_text(at_alice, json.dumps(broken) + "\n", "products.jsonl")
    lines = "".join(selectors.bad_rows_csv(services.refused_rows(batch), list(selectors.import_problems(batch))))
    again = import_text(at_alice, lines.replace(",much,", ",9.90,"), "rows-to-correct.csv")
    assert (again.state, again.added, Review.objects.count()) == ("done", 1, 2)
    assert [(row.name, row.value, row.bound) for row in Parameter.objects.all()] == [("spray_height", 0.45, "max")]


def test_a_list_that_disagrees_with_what_was_entered_by_hand_is_told_so(at_alice: Merchant) -> None:
    listing = "sku,title,price,spray height\nA,Pump,{},up to 60 cm\n"
    import_text(at_alice, listing.format("5"))
    parameters.write(product=Product.objects.get(), name="spray height", text="up to 45 cm", by="ann")
    batch = import_text(at_alice, listing.format("6"))
    assert (batch.warned, batch.changed) == (1, 1)
    problem = selectors.import_problems(batch)[0]
    assert problem.reason == "The list says spray_height at most 60 cm, but at most 45 cm was entered by ann."
    assert problem.suggestion == "at most 45 cm stays. Correct the list, or the value on the product's page."
    assert [(row.value, row.by_hand) for row in Parameter.objects.all()] == [(45, True)]
    assert Product.objects.get().price_minor == 600


def test_the_dry_run_says_what_storing_would_change(at_alice: Merchant) -> None:
    before = "sku,title,price,height\nA,Mug,5 EUR,9 cm\nB,Cup,6 EUR,8 cm\nC,Pot,7 EUR,\n"
    after = "sku,title,price,height\nA,Mug,5 EUR,9 cm\nB,Big cup,,10 cm\nD,Jar,8 EUR,\n"
    first = import_text(at_alice, before)
    assert first.outlook == {"new": 3, "changed": 0, "same": 0, "missing": 0, "changes": [], "without_currency": 0}
    batch = services.keep(merchant=at_alice, file=io.BytesIO(after.encode()), name="list.csv")
    batch = services.check_import(batch=batch)
    assert batch.outlook == {
        "without_currency": 0,
        "new": 1,
        "changed": 1,
        "same": 1,
        "missing": 1,
        "changes": [
            {"sku": "B", "field": "title", "before": "Cup", "after": "Big cup"},
            {"sku": "B", "field": "height", "before": "8 cm", "after": "10 cm"},
        ],
    }
    assert Product.objects.get(sku="B").title == "Cup"


def test_a_blank_cell_keeps_and_a_marked_cell_clears(at_alice: Merchant) -> None:
    header = "sku,title,price,brand,description,height,material\n"
    import_text(at_alice, header + "A,Mug,5 EUR,Rill,Blue,9 cm,oak\nB,Cup,6 EUR,Rill,Red,8 cm,oak\n")
    batch = import_text(at_alice, header + "A,Mug,,,,,\nB,Cup,[clear],[clear],,[clear],[clear]\n")
    kept, cleared = Product.objects.order_by("sku")
    assert (batch.ready, batch.changed) == (2, 2)
    assert (kept.price_minor, kept.brand, kept.description, kept.attributes) == (
        500,
        "Rill",
        "Blue",
        {"material": "oak"},
    )
    assert [row.name for row in kept.parameters.all()] == ["height"]
    assert (cleared.price_minor, cleared.brand, cleared.description, cleared.attributes) == (None, "", "Red", {})
    assert list(cleared.parameters.all()) == []
    again = import_text(at_alice, header + "B,Cup,[clear],[clear],,[clear],[clear]\n")
    assert (again.same, again.changed) == (1, 0)
