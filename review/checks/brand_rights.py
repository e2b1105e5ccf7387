"""A product sold under a licensed brand is shown only where and while the licence holds."""

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.checks.base import Finding
from review.checks.rights import named, rights_to
from review.observe.records import Observation

RULE = "brand_rights"


def brand_rights(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Compare the licences of the product with the market; a shop's own brand has none entered and needs none."""
    found = rights_to("brand", facts, spec, observation)
    if found.covering:
        return [Finding(rule=RULE, severity="info", message=f"Licensed: {named(found.covering)}.")]
    if not found.refused:
        return [Finding(rule=RULE, severity="info", message="No licence is entered: the brand is taken for your own.")]
    way_out = "Enter the licence that holds now under Rights, or keep this product out of this market."
    return [Finding(rule=RULE, severity="block", message=f"{'; '.join(found.refused)}. {way_out}")]
