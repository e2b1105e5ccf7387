"""Plain functions that make records; each test says what matters to it."""

import json
from typing import Any

from django.utils.text import slugify

from accounts.models import Merchant
from catalog.facts import Evidence, Parameter, ProductEffect, ProductFacts, ProductImage, SellingPoint
from catalog.models import Product
from generation.models import Cut, SignedFile, Variant, Video
from generation.specs import Line, Shot, VideoSpec


def make_merchant(name: str = "Alice's Garden") -> Merchant:
    return Merchant.objects.create(name=name, slug=slugify(name))


def make_facts(**changes: Any) -> ProductFacts:
    """The fountain pump: spray at most 0.45 m, one review that says less."""
    values: dict[str, Any] = {
        "sku": "PUMP-1",
        "title": {"en-US": "Solar fountain pump", "fr-FR": "Pompe de fontaine solaire"},
        "brand": "Rill",
        "category": "garden",
        "parameters": (
            Parameter(id="par-spray_height", name="spray_height", value=0.45, unit="m", bound="max", tolerance=0.10),
            Parameter(id="par-diameter", name="diameter", value=16, unit="cm"),
        ),
        "selling_points": (
            SellingPoint(
                id="sp-solar",
                text={"en-US": "Runs on sunlight alone", "fr-FR": "Fonctionne au soleil seul"},
                evidence=("par-spray_height",),
            ),
        ),
        "evidence": (
            Evidence(
                id="rev-1", kind="review", text="Only about 20 cm in the shade.", parameter="spray_height",
                stance="contradicts", value=20, unit="cm", rating=2,
            ),
        ),
        "images": (
            ProductImage(
                sha256="0" * 64, name="products/pump.jpg", width=1600, height=1600, role="packshot",
                metres_per_pixel=0.16 / 1100, base_px=(800, 1000), effect_px=(800, 620),
            ),
        ),
        "effect": ProductEffect(kind="jet", cap_parameter="spray_height"),
    }  # fmt: skip
    return ProductFacts(**{**values, **changes})


def make_product(merchant: Merchant, **changes: Any) -> Product:
    """A product row; call inside the merchant's context."""
    number = Product.objects.count() + 1
    return Product.objects.create(merchant=merchant, **{"sku": f"P-{number}", "title": "Fountain pump", **changes})


def make_video(merchant: Merchant, product: Product | None = None, **changes: Any) -> Video:
    """A planned video of its own variant; call inside the merchant's context."""
    product = product or make_product(merchant)
    facts = make_facts(sku=product.sku)
    spec = make_spec(sku=product.sku, facts_version=facts.version, seed=Variant.objects.count())
    variant = Variant.objects.create(
        merchant=merchant, product=product, scenario=spec.scenario, locale=spec.locale, hook=spec.hook,
        spec=json.loads(spec.to_json()), spec_hash=spec.hash, facts=json.loads(facts.to_json()),
        facts_version=facts.version,
    )  # fmt: skip
    return Video.objects.create(merchant=merchant, variant=variant, **changes)


def make_cut(video: Video, **changes: Any) -> Cut:
    """A finished file that only exists as a row."""
    values = {"format": "wide", "file": "videos/x.mp4", "sha256": "a" * 64, "seconds": 6.0, "width": 1280}
    return Cut.objects.create(
        merchant_id=video.merchant_id, video=video, **{**values, "height": 720, "size": 1_000_000, **changes}
    )


def make_signed(cut: Cut, **changes: Any) -> SignedFile:
    """The seal of an approved file, which only exists as a row; the seal's own bytes are those of the cut."""
    values = {"audited_sha256": cut.sha256, "sha256": cut.sha256, "streams": "5" * 64, "file": cut.file.name}
    return SignedFile.objects.create(merchant_id=cut.merchant_id, cut=cut, **{**values, **changes})


def make_spec(**changes: Any) -> VideoSpec:
    """A six-second plan with one shot, a caption and the same sentence spoken."""
    line = Line(start=0.25, end=2.95, text="Runs on sunlight alone", evidence=("sp-solar", "par-spray_height"))
    shot = Shot(start=0, end=6, scene="bird_bath_garden", prompt="a bird bath", camera="slow push in", light="steady")
    values: dict[str, Any] = {
        "sku": "PUMP-1", "facts_version": "0" * 16, "scenario": "family", "locale": "en-US", "hook": "benefit",
        "shots": (shot,), "captions": (line,), "narration": (line,), "title": "Solar fountain pump",
    }  # fmt: skip
    return VideoSpec(**{**values, **changes})
