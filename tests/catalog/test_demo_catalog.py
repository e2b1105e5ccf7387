"""The demo catalog is complete: pictures open, units are known, captions fit and every claim rests on evidence."""

import json
from pathlib import Path
from typing import Any

import pint
import pytest
from PIL import Image

DEMO = Path(__file__).resolve().parents[2] / "catalog" / "demo"
LOCALES = ("en-US", "fr-FR")
UNITS = pint.UnitRegistry()
PRODUCTS = [json.loads(line) for line in (DEMO / "products.jsonl").read_text(encoding="utf-8").splitlines()]

each_product = pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product["sku"])


def evidence_ids(product: dict[str, Any]) -> set[str]:
    return {row["id"] for part in ("parameters", "reviews", "questions", "search_terms") for row in product[part]}


def test_there_are_eight_products_in_eight_categories() -> None:
    assert len(PRODUCTS) == 8
    assert len({product["sku"] for product in PRODUCTS}) == 8
    assert len({product["category"] for product in PRODUCTS}) == 8


@each_product
def test_every_picture_opens_and_says_that_it_is_rendered(product: dict[str, Any]) -> None:
    assert [image["role"] for image in product["images"]] == ["packshot", "view"]
    for image in product["images"]:
        with Image.open(DEMO / image["file"]) as picture:
            picture.load()
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (1600, 1600))
            assert picture.info["comment"] == b"rendered"
            assert "Rendered" in picture.getexif()[0x010E]
        assert image["rendered"] is True


@each_product
def test_packshot_stands_on_pure_white(product: dict[str, Any]) -> None:
    with Image.open(DEMO / product["images"][0]["file"]) as picture:
        corners = [picture.getpixel((x, y)) for x in (0, 1599) for y in (0, 1599)]
    assert corners == [(255, 255, 255)] * 4


@each_product
def test_anchors_lie_inside_the_picture_with_the_effect_above_the_base(product: dict[str, Any]) -> None:
    for image in product["images"]:
        effect, base = image["anchor_px"]["effect"], image["base_px"]
        assert all(0 < value < 1600 for value in (*effect, *base))
        assert effect[1] < base[1]


@each_product
def test_packshot_is_as_wide_as_the_specification_says(product: dict[str, Any]) -> None:
    widest = max(row["value"] for row in product["parameters"] if "diameter" in row["name"] and row["unit"] == "m")
    assert product["images"][0]["width_m"] == pytest.approx(widest, rel=0.05)


@each_product
def test_parameters_have_known_units_bounds_and_tolerances(product: dict[str, Any]) -> None:
    assert len(product["parameters"]) >= 9
    for row in product["parameters"]:
        assert row["id"] == f"par-{row['name']}"
        assert row["bound"] in {"max", "min", "exact", "range"}
        assert isinstance(row["value"], list) == (row["bound"] == "range")
        assert 0 <= row["tolerance"] <= 0.2
        assert row["source"]
        assert row["how_it_may_look"]
        assert (row["unit"] is None) == isinstance(row["value"], str)
        if row["unit"] is not None:
            UNITS.parse_units(row["unit"])


@each_product
def test_effect_is_capped_by_a_parameter(product: dict[str, Any]) -> None:
    effect, names = product["effect"], {row["name"] for row in product["parameters"] if row["bound"] == "max"}
    assert effect["kind"] in {"jet", "mist", "steam", "beam", "particles", "none"}
    assert effect["cap_parameter"] in names or (effect["kind"] == "none" and effect["cap_parameter"] is None)


@each_product
def test_selling_points_fit_captions_and_breath_in_both_locales(product: dict[str, Any]) -> None:
    assert 5 <= len(product["selling_points"]) <= 6
    for point in product["selling_points"]:
        for locale in LOCALES:
            assert 1 <= len(point["text"][locale]) <= 42, point["text"][locale]
            assert 1 <= len(point["spoken"][locale].split()) <= 9, point["spoken"][locale]


@each_product
def test_every_claim_cites_evidence_that_exists(product: dict[str, Any]) -> None:
    known = evidence_ids(product)
    for point in product["selling_points"]:
        assert point["evidence"]
        assert set(point["evidence"]) <= known
    for review in product["reviews"]:
        assert set(review.get("about", {})) <= known
        assert set(review.get("about", {}).values()) <= {"agrees", "contradicts"}


@each_product
def test_no_id_is_used_twice(product: dict[str, Any]) -> None:
    parts = ("parameters", "selling_points", "reviews", "questions", "search_terms")
    ids = [row["id"] for part in parts for row in product[part]]
    assert len(ids) == len(set(ids))


@each_product
def test_voices_of_buyers_are_many_and_not_of_one_mind(product: dict[str, Any]) -> None:
    assert 8 <= len(product["reviews"]) <= 12
    assert 4 <= len(product["questions"]) <= 6
    ratings = [review["rating"] for review in product["reviews"]]
    assert min(ratings) <= 2
    assert max(ratings) == 5
    assert all(term["clicks"] < term["impressions"] for term in product["search_terms"])
    assert product["audience_tags"]
    assert product["scene_tags"]
    assert product["in_the_box"]


def test_reviews_of_the_pump_agree_with_and_contradict_its_spray_height() -> None:
    pump = next(product for product in PRODUCTS if product["category"] == "garden")
    said = [
        review["about"]["par-spray_height"]
        for review in pump["reviews"]
        if "par-spray_height" in review.get("about", {})
    ]
    assert set(said) == {"agrees", "contradicts"}
    cap = next(row for row in pump["parameters"] if row["name"] == "spray_height")
    assert (cap["value"], cap["unit"], cap["bound"], cap["tolerance"]) == (0.45, "m", "max", 0.10)
    assert any(review.get("refund_reason") == "not_as_described" for review in pump["reviews"])


def test_all_pictures_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in (DEMO / "photos").iterdir()) < 8_000_000
