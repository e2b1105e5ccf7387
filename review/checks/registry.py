"""The one list of checks, in the order in which a merchant reads their findings."""

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.checks.absolute_terms import absolute_terms
from review.checks.ai_label import ai_label
from review.checks.base import Check, Finding
from review.checks.brand_rights import brand_rights
from review.checks.caption_match import caption_match
from review.checks.contradicted import contradicted
from review.checks.effect_height import effect_height
from review.checks.extras import extras
from review.checks.flashing import flashing
from review.checks.hidden_label import hidden_label
from review.checks.likeness import likeness
from review.checks.numeric_claims import numeric_claims
from review.checks.people import people
from review.checks.picture_rights import picture_rights
from review.checks.quoted import quoted
from review.checks.speech_match import speech_match
from review.checks.technical import technical
from review.checks.understood import understood
from review.observe.records import Observation

CHECKS: tuple[Check, ...] = (
    effect_height,
    likeness,
    extras,
    numeric_claims,
    contradicted,
    quoted,
    absolute_terms,
    caption_match,
    speech_match,
    understood,
    ai_label,
    hidden_label,
    people,
    brand_rights,
    picture_rights,
    flashing,
    technical,
)


NOTHING = "Nothing to object to."
"""Said by a check that found nothing to judge."""


def run(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Everything every check has to say; one that found nothing says so, which tells it from one that never ran."""
    findings: list[Finding] = []
    for check in CHECKS:
        said = check(facts, spec, observation)
        findings += said or [Finding(rule=check.__name__, severity="info", message=NOTHING)]
    return findings
