"""Plain functions that make records; each test says what matters to it."""

from typing import Any

from django.utils.text import slugify

from accounts.models import Merchant
from catalog.facts import Evidence, Parameter, ProductEffect, ProductFacts, ProductImage, SellingPoint


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
