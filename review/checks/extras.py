"""Things shown that are not sold with the product: nothing here tells them from the scene, so a person looks."""

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.checks.base import Finding
from review.observe.records import Observation

RULE = "extras"


def extras(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Asked where the facts list what is in the box. A plan of ours draws nothing but the product's photo into a still
    that a person chose for the pack, so nothing can come along that was not there before."""
    if not facts.in_the_box:
        return [Finding(rule=RULE, severity="info", message="Not asked: the facts do not list what is in the box.")]
    if spec is not None:
        message = "By construction: the plan sets the product alone into its scene; copies of it are counted."
        return [Finding(rule=RULE, severity="info", message=message)]
    message = f"Cannot measure. In the box: {', '.join(facts.in_the_box)}. Is anything else shown as if it came along?"
    return [Finding(rule=RULE, severity="person", message=message, fix="real_footage")]
